"""Cividis as a lookup table: from low to high in one lightness ramp, alike for every eye.

The stops are samples of Nuñez, Anderton and Renslow's cividis (PLOS ONE 2018, CC0), which looks the
same with and without a colour-vision deficiency. It is a scale for data, so it does not follow
the theme.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEVELS = 256

# Red, green, blue at sixteenths of the scale.
_STOPS = (
    (0.0000, 0.1437, 0.3400),
    (0.0000, 0.1852, 0.4368),
    (0.1030, 0.2300, 0.4274),
    (0.2082, 0.2751, 0.4207),
    (0.2811, 0.3200, 0.4210),
    (0.3435, 0.3650, 0.4276),
    (0.4010, 0.4104, 0.4400),
    (0.4556, 0.4564, 0.4589),
    (0.5121, 0.5035, 0.4734),
    (0.5735, 0.5522, 0.4720),
    (0.6368, 0.6025, 0.4632),
    (0.7018, 0.6544, 0.4475),
    (0.7686, 0.7081, 0.4241),
    (0.8374, 0.7639, 0.3915),
    (0.9082, 0.8219, 0.3474),
    (0.9814, 0.8823, 0.2856),
    (1.0000, 0.9169, 0.2731),
)


@lru_cache(maxsize=1)
def cividis() -> NDArray[np.uint8]:
    """The colour map as [LEVELS, 3] bytes."""
    stops = np.asarray(_STOPS)
    at = np.linspace(0, len(stops) - 1, LEVELS)
    channels = [np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    table = np.round(255 * np.stack(channels, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table


# The poles of a scale for differences. Blue and orange stay apart under every common colour-vision
# deficiency; the middle is a grey of the theme, so that "no difference" recedes into the ground.
_LOW_POLE = (0.23, 0.47, 0.93)
_HIGH_POLE = (0.93, 0.55, 0.12)


@lru_cache(maxsize=4)
def diverging(middle: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A scale for differences, [LEVELS, 3] bytes: negative blue, zero `middle`, positive orange.

    Straight lines from the middle to the poles: whatever the middle is, further away is further
    from its colour.

    Args:
        middle: Colour of zero, 0 to 255.
    """
    stops = np.array([_LOW_POLE, np.asarray(middle) / 255, _HIGH_POLE])
    at = np.array([0.0, 0.5, 1.0]) * (LEVELS - 1)
    channels = [np.interp(np.arange(LEVELS), at, stops[:, c]) for c in range(3)]
    table = np.round(255 * np.stack(channels, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table


def pack(rgb: NDArray[np.uint8] | NDArray[np.float64]) -> NDArray[np.uint32]:
    """Colours [..., 3] as the 0xffRRGGBB words of a 32-bit image."""
    words = np.asarray(rgb).astype(np.uint32)
    return np.uint32(0xFF000000) | (words[..., 0] << 16) | (words[..., 1] << 8) | words[..., 2]


def blend(
    a: NDArray[np.uint8] | NDArray[np.float64], b: tuple[int, int, int], share: float
) -> NDArray[np.float64]:
    """Colours `a` [..., 3] mixed with one colour: `share` of it is `b`."""
    return a * (1.0 - share) + np.asarray(b, dtype=np.float64) * share
