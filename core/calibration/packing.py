"""Documents to sequences of at most a given length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def pack(documents: Iterable[Ids], seq_len: int) -> tuple[Ids, ...]:
    """Join the documents in order and cut the stream; the last sequence may be shorter."""
    stream = joined(documents)
    return tuple(stream[start : start + seq_len] for start in range(0, len(stream), seq_len))


def truncate(documents: Iterable[Ids], seq_len: int) -> tuple[Ids, ...]:
    """One sequence per document, cut to `seq_len`; empty ones are left out."""
    return tuple(document[:seq_len] for document in documents if len(document))


def windows(streams: Sequence[Ids], seq_len: int, stride: int) -> tuple[tuple[Ids, int], ...]:
    """Overlapping sequences, and how many tokens of each were in the one before.

    The k-th window of a stream of n tokens is [k·stride, min(k·stride + seq_len, n)). Each token
    is new in one window only, and there it has at least seq_len − stride tokens before it, or all
    that the stream has.
    """
    found = []
    for stream in streams:
        seen = 0
        for start in range(0, len(stream), stride):
            window = stream[start : start + seq_len]
            found.append((window, seen - start if start else 0))
            seen = start + len(window)
            if seen == len(stream):
                break
    return tuple(found)


def joined(documents: Iterable[Ids]) -> Ids:
    """The documents in order as one stream."""
    parts = list(documents)
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
