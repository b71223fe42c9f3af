"""Which texts train and which are held out. No torch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.calibration import CalibrationSet
from core.errors import InputError

HELD_OUT = 0.05
LEAST_SEQUENCES = 2


def hold_out(
    texts: CalibrationSet, *, share: float = HELD_OUT, seed: int = 0
) -> tuple[CalibrationSet, CalibrationSet]:
    """Split packed texts into those to train on and those to validate on.

    Whole sequences are drawn, at least one of each domain that has two or more. A held-out
    sequence may stem from a document that training saw another part of: a validation text of its
    own is the better choice.

    Args:
        texts: Packed sequences.
        share: Share of each domain's sequences that is held out.
        seed: Draws them.

    Raises:
        InputError: There are fewer than two sequences.
    """
    if texts.sequences < LEAST_SEQUENCES:
        raise InputError(
            f"{texts.sequences} sequences of text leave nothing to validate on",
            remedy="more text, or a validation text of its own",
        )
    random = np.random.default_rng(seed)
    kept, held = [], []
    for found in texts.sequences_by_domain:
        count = max(round(len(found) * share), 1) if len(found) > 1 else 0
        drawn = set(random.permutation(len(found))[:count].tolist())
        kept.append(tuple(s for i, s in enumerate(found) if i not in drawn))
        held.append(tuple(s for i, s in enumerate(found) if i in drawn))
    return (
        replace(texts, sequences_by_domain=tuple(kept)),
        replace(texts, sequences_by_domain=tuple(held)),
    )
