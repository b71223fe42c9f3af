"""What calibration text to pack, and how."""

from __future__ import annotations

from dataclasses import dataclass

from core.calibration.source import Source
from core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class CalibrationOptions:
    """The choice of text, budget and packing; everything that decides the batches.

    Attributes:
        sources: Where text comes from.
        max_tokens: Budget over all domains, split evenly; a short domain's rest goes to others.
        seq_len: Tokens per sequence.
        batch_size: Sequences per batch, all of one domain.
        seed: Chooses the documents when the budget does not hold them all.
        pack: Join documents and cut them to `seq_len`; otherwise one document is one sequence.
        chat_template: Format each document by the tokenizer's chat template.
        stride: Tokens between the beginnings of two sequences, which then overlap: each after the
            first begins with `seq_len` − `stride` tokens that were seen before. None: no overlap.
            For measuring only; a profile would count tokens twice.
    """

    sources: tuple[Source, ...]
    max_tokens: int = 200_000
    seq_len: int = 256
    batch_size: int = 8
    seed: int = 0
    pack: bool = True
    chat_template: bool = False
    stride: int | None = None

    def check(self) -> None:
        """Refuse what cannot be packed.

        Raises:
            InputError: No source, or a size below its least.
        """
        if not self.sources:
            raise InputError("no text is given", remedy="name a source, or use demo")
        if self.stride is not None and not 1 <= self.stride <= self.seq_len:
            raise InputError(
                f"a stride of {self.stride} tokens leaves gaps between sequences of {self.seq_len}",
                remedy=f"a stride from 1 to {self.seq_len}",
            )
        for name, value, least in (
            ("the token budget", self.max_tokens, 1),
            ("the sequence length", self.seq_len, 2),
            ("the batch size", self.batch_size, 1),
            ("the seed", self.seed, 0),
        ):
            if value < least:
                raise InputError(
                    f"{name} is {value}, which is too small", remedy=f"use at least {least}"
                )
