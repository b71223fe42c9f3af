"""Documents to sequences of at most a given length."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def pack(documents: Iterable[Ids], seq_len: int) -> tuple[Ids, ...]:
    """Join the documents in order and cut the stream; the last sequence may be shorter."""
    parts = list(documents)
    stream = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    return tuple(stream[start : start + seq_len] for start in range(0, len(stream), seq_len))


def truncate(documents: Iterable[Ids], seq_len: int) -> tuple[Ids, ...]:
    """One sequence per document, cut to `seq_len`; empty ones are left out."""
    return tuple(document[:seq_len] for document in documents if len(document))
