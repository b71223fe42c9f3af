"""Measurements in an order that is known beforehand, told to whoever can make many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MaskLE = NDArray[np.bool_]
# Told masks of which the first is about to be asked for, and the others probably will be.
Ahead = Callable[[Iterable[MaskLE]], None]


T = TypeVar("T")


def in_turn(
    of: Callable[[MaskLE], float],
    items: Sequence[T],
    mask: Callable[[T], MaskLE],
    ahead: Ahead | None = None,
) -> Iterator[float]:
    """Losses of masks, one after the other, each made and measured when it is wanted.

    Args:
        of: The loss of a mask.
        items: What the masks are of: a mask of every expert of a large model takes half a gigabyte.
        mask: Makes one.
        ahead: Told what is still to come.
    """
    for at, item in enumerate(items):
        if ahead is not None:
            ahead(mask(items[i]) for i in range(at, len(items)))
        yield of(mask(item))
