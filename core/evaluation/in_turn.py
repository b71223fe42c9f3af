"""Measurements in an order that is known beforehand, told to whoever can make many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

MaskLE = NDArray[np.bool_]
# Told masks of which the first is about to be asked for, and the others probably will be.
Ahead = Callable[[Iterable[MaskLE]], None]


def in_turn(
    of: Callable[[MaskLE], float], masks: Sequence[MaskLE], ahead: Ahead | None = None
) -> Iterator[float]:
    """Losses of masks, one after the other, each measured when it is wanted."""
    for at, mask_LE in enumerate(masks):
        if ahead is not None:
            ahead(masks[at:])
        yield of(mask_LE)
