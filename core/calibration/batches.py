"""The packed result: batches of one domain each, made when they are asked for.

Shapes: B sequences of a batch, S positions of its longest sequence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.calibration.options import CalibrationOptions
from core.calibration.packing import Ids


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Sequences of one domain, padded on the right.

    Attributes:
        input_ids: [B, S] int64, padding included.
        mask: [B, S] bool, False where padded.
        domain: Index into the set's domains.
        index: Position of the batch in the set.
        first: Position of its first sequence within the domain.
        context: [B] int64: so many tokens at the beginning of each sequence are only its context;
            None for none.
    """

    input_ids: NDArray[np.int64]
    mask: NDArray[np.bool_]
    domain: int
    index: int
    first: int = 0
    context: NDArray[np.int64] | None = None

    @property
    def tokens(self) -> int:
        """Valid tokens, padding left out."""
        return int(self.mask.sum())


@dataclass(frozen=True, kw_only=True)
class PreviewSequence:
    """One packed sequence, to be looked at.

    Attributes:
        domain: Its domain's name.
        ids: Its tokens, without padding.
        padded: How many positions its batch adds to it.
    """

    domain: str
    ids: tuple[int, ...]
    padded: int


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationSet:
    """Packed sequences by domain; iterate `batches()`, any number of times, in a fixed order.

    Attributes:
        options: What it was made from.
        domains: Names, in the order of `Batch.domain`.
        sequences_by_domain: The packed sequences of each domain, int64.
        pad_id: Fills padded positions; never counted.
        context_by_domain: With a stride, how many tokens at the beginning of each sequence were in
            the one before: seen again as context only. None without.
    """

    options: CalibrationOptions
    domains: tuple[str, ...]
    sequences_by_domain: tuple[tuple[Ids, ...], ...]
    pad_id: int
    context_by_domain: tuple[tuple[int, ...], ...] | None = None

    @property
    def sequences(self) -> int:
        """Sequences of all domains."""
        return sum(len(found) for found in self.sequences_by_domain)

    @cached_property
    def tokens_by_domain(self) -> tuple[int, ...]:
        """Valid tokens of each domain."""
        return tuple(sum(len(s) for s in found) for found in self.sequences_by_domain)

    @property
    def tokens(self) -> int:
        """Valid tokens of all domains."""
        return sum(self.tokens_by_domain)

    @cached_property
    def _order(self) -> tuple[tuple[int, int], ...]:
        """(domain, first sequence) of each batch, the domains taking turns."""
        size = self.options.batch_size
        counts = [-(-len(found) // size) for found in self.sequences_by_domain]
        return tuple(
            (domain, turn * size)
            for turn in range(max(counts, default=0))
            for domain, count in enumerate(counts)
            if turn < count
        )

    def __len__(self) -> int:
        """The number of batches."""
        return len(self._order)

    def batch(self, index: int) -> Batch:
        """The batch at one position, which is the same whenever it is made."""
        domain, first = self._order[index]
        rows = self.sequences_by_domain[domain][first : first + self.options.batch_size]
        width = max(len(row) for row in rows)
        input_ids = np.full((len(rows), width), self.pad_id, dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.bool_)
        for i, row in enumerate(rows):
            input_ids[i, : len(row)] = row
            mask[i, : len(row)] = True
        context = None
        if self.context_by_domain is not None:
            context = np.array(self.context_by_domain[domain][first : first + len(rows)])
        return Batch(
            input_ids=input_ids,
            mask=mask,
            domain=domain,
            index=index,
            first=first,
            context=context,
        )

    def batches(self) -> Iterator[Batch]:
        """All batches in order; a domain's batches are spread over the whole pass."""
        return (self.batch(index) for index in range(len(self)))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides the batches: names, tokens, lengths, batch size."""
        digest = hashlib.sha256(f"{self.options.batch_size} {self.options.seq_len}".encode())
        for domain, found in zip(self.domains, self.sequences_by_domain, strict=True):
            digest.update(f"\n{domain}\0{len(found)}".encode())
            for sequence in found:
                digest.update(len(sequence).to_bytes(8, "little"))
                digest.update(sequence.astype("<i8").tobytes())
        if self.context_by_domain is not None:
            digest.update(repr(self.context_by_domain).encode())
        return digest.hexdigest()

    def preview(self, n: int) -> tuple[PreviewSequence, ...]:
        """The first n sequences, taking one of each domain in turn."""
        longest = max((len(found) for found in self.sequences_by_domain), default=0)
        chosen = [
            (domain, i)
            for i in range(longest)
            for domain, found in enumerate(self.sequences_by_domain)
            if i < len(found)
        ]
        return tuple(self._preview(domain, i) for domain, i in chosen[:n])

    def _preview(self, domain: int, i: int) -> PreviewSequence:
        found, size = self.sequences_by_domain[domain], self.options.batch_size
        first = i - i % size
        width = max(len(row) for row in found[first : first + size])
        ids = tuple(int(token) for token in found[i])
        return PreviewSequence(domain=self.domains[domain], ids=ids, padded=width - len(ids))
