"""Cividis, the colour scale of the report's maps: from low to high in one ramp of lightness.

Samples of Nuñez, Anderton and Renslow's cividis (PLOS ONE 2018, CC0), which looks the same with
and without a colour-vision deficiency. A scale for data belongs to the data: it is the same in the
light and in the dark report. (The window's own table is behind Qt, which core does not know.)
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Red, green, blue at eighths of the scale.
_STOPS = (
    (0.0000, 0.1437, 0.3400),
    (0.1030, 0.2300, 0.4274),
    (0.2811, 0.3200, 0.4210),
    (0.4010, 0.4104, 0.4400),
    (0.5121, 0.5035, 0.4734),
    (0.6368, 0.6025, 0.4632),
    (0.7686, 0.7081, 0.4241),
    (0.9082, 0.8219, 0.3474),
    (1.0000, 0.9169, 0.2731),
)


@cache
def cividis(levels: int) -> NDArray[np.uint8]:
    """The scale as [levels, 3] bytes."""
    stops = np.asarray(_STOPS)
    at = np.linspace(0, len(stops) - 1, levels)
    channels = [np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    table: NDArray[np.uint8] = np.round(255 * np.stack(channels, axis=1)).astype(np.uint8)
    return table


def css(levels: int) -> tuple[str, ...]:
    """The scale as #rrggbb."""
    return tuple(f"#{bytes(row).hex()}" for row in cividis(levels))
