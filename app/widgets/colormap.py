"""Colours as the words of a 32-bit image; which colours is the theme's business."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pack(rgb: NDArray[np.uint8] | NDArray[np.float64]) -> NDArray[np.uint32]:
    """Colours [..., 3] as the 0xffRRGGBB words of a 32-bit image."""
    words = np.asarray(rgb).astype(np.uint32)
    return np.uint32(0xFF000000) | (words[..., 0] << 16) | (words[..., 1] << 8) | words[..., 2]


def blend(
    a: NDArray[np.uint8] | NDArray[np.float64], b: tuple[int, int, int], share: float
) -> NDArray[np.float64]:
    """Colours `a` [..., 3] mixed with one colour: `share` of it is `b`."""
    return a * (1.0 - share) + np.asarray(b, dtype=np.float64) * share
