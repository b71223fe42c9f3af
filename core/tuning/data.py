"""Packed sequences as the trainer takes them: one long stream whose order a seed decides.

The stream is as long as the whole run, so an optimiser step is always full, and where a step finds
its sequences depends on nothing but seed and step: a resumed run, and one on several processes,
trains on the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from core.calibration import Batch, CalibrationSet
from core.errors import InputError

Item = dict[str, torch.Tensor]
# Logits of a piece may take this much in float32 where no gradient is needed.
LOGITS_BYTES = 256 * 2**20


class SequenceStream(Dataset[tuple[int, NDArray[np.int64]]]):
    """Sequences in a shuffled order, epoch after epoch, as often as the run takes them."""

    def __init__(self, texts: CalibrationSet, *, length: int, seed: int) -> None:
        """Draw nothing yet.

        Args:
            texts: The packed training texts.
            length: Sequences that the whole run takes.
            seed: Of the order.

        Raises:
            InputError: No sequence has a token to predict.
        """
        flat = [row for found in texts.sequences_by_domain for row in found]
        self._rows = [(index, row) for index, row in enumerate(flat) if len(row) > 1]
        if not self._rows:
            raise InputError(
                f"none of {len(flat)} sequences has a token to predict", remedy="longer texts"
            )
        self._length = length
        self._seed = seed
        self._epoch = -1
        self._order: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        """Sequences that the run takes."""
        return self._length

    def __getitem__(self, at: int) -> tuple[int, NDArray[np.int64]]:
        """The number of a sequence within the texts, and its tokens."""
        epoch, within = divmod(at, len(self._rows))
        if epoch != self._epoch:
            self._order = np.random.default_rng([self._seed, epoch]).permutation(len(self._rows))
            self._epoch = epoch
        return self._rows[int(self._order[within])]


def collate(rows: Sequence[tuple[int, NDArray[np.int64]]]) -> Item:
    """Sequences as one padded batch: input_ids and attention_mask [B, S], sequence [B]."""
    width = max(len(row) for _, row in rows)
    ids_BS = np.zeros((len(rows), width), dtype=np.int64)
    mask_BS = np.zeros((len(rows), width), dtype=np.int64)
    for i, (_, row) in enumerate(rows):
        ids_BS[i, : len(row)] = row
        mask_BS[i, : len(row)] = 1
    return {
        "input_ids": torch.from_numpy(ids_BS),
        "attention_mask": torch.from_numpy(mask_BS),
        "sequence": torch.tensor([index for index, _ in rows]),
    }


def pieces(batch: Batch, vocabulary: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Ids and mask [B, S] of a batch in pieces whose logits fit, each cut to its longest."""
    size = max(1, LOGITS_BYTES // (batch.input_ids.shape[1] * vocabulary * 4))
    for first in range(0, len(batch.input_ids), size):
        mask_BS = batch.mask[first : first + size]
        width = int(mask_BS.sum(axis=1).max())
        ids_BS = np.ascontiguousarray(batch.input_ids[first : first + size, :width])
        yield torch.from_numpy(ids_BS), torch.from_numpy(np.ascontiguousarray(mask_BS[:, :width]))


def check_ids(texts: CalibrationSet, vocabulary: int) -> None:
    """Refuse texts of another tokenizer, before a model trips over them.

    Raises:
        InputError: A token id that the model has no row for, or no text at all.
    """
    rows = [row for found in texts.sequences_by_domain for row in found if len(row)]
    if not rows:
        raise InputError("the text is empty", remedy="add a source with text in it")
    highest = max(int(row.max()) for row in rows)
    if highest >= vocabulary:
        raise InputError(
            f"the text has token id {highest}, the model has {vocabulary:,} tokens",
            remedy="the tokenizer that belongs to this model",
        )
