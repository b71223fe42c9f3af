"""Packed texts for the commands that run a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from core.calibration import CalibrationSet


def packed(
    model: Path,
    words: list[str],
    split: Literal["calibration", "heldout"],
    terminal: Terminal,
    *,
    max_tokens: int,
    seq_len: int,
    batch_size: int = 8,
    seed: int = 0,
    pack: bool = True,
    chat_template: bool = False,
    stride: int | None = None,
) -> CalibrationSet:
    """Read and pack what `--source` names, before any weight is loaded.

    Args:
        model: The folder whose tokenizer is used.
        words: Sources as they stand on the command line.
        split: What "demo" means: the calibration texts or the held-out ones.
        terminal: Shows the progress.
        max_tokens: Budget over all domains.
        seq_len: Tokens per sequence.
        batch_size: Sequences per batch.
        seed: Chooses documents.
        pack: Join documents and cut them.
        chat_template: Format documents by the tokenizer's template.
        stride: Tokens between the beginnings of two sequences; None where they do not overlap.

    Raises:
        InputError: A source or an option cannot be used.
    """
    from core.calibration import (
        CalibrationOptions,
        Source,
        build_calibration,
        load_tokenizer,
    )

    options = CalibrationOptions(
        sources=tuple(Source.parse(word) for word in words),
        max_tokens=max_tokens,
        seq_len=seq_len,
        batch_size=batch_size,
        seed=seed,
        pack=pack,
        chat_template=chat_template,
        stride=stride,
    )
    return build_calibration(options, load_tokenizer(model), demo_split=split, run=terminal.run)
