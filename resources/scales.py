"""Colour scales for data, for the window and for the report: which there are, and their colours.

A scale belongs to the data it shows, so it is the same in a dark and in a light window; only the
middle of a scale of differences is the ground's. Every scale is one ramp of lightness, or two poles
that stay apart under the common colour-vision deficiencies, so that it reads alike for every eye.

Sources: cividis of Nuñez, Anderton and Renslow (PLOS ONE 2018, CC0); viridis of van der Walt and
Smith (matplotlib, CC0); the poles of purple–orange and green–purple after PuOr and PRGn of Cynthia
Brewer's ColorBrewer (Apache-2.0). Stops are samples at even distances, 0 to 1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Colour = tuple[float, float, float]

DEFAULT = "cividis"
DEFAULT_DIFFERENCES = "blue-orange"

SEQUENTIAL: dict[str, tuple[Colour, ...]] = {
    "cividis": (
        (0.0000, 0.1437, 0.3400), (0.0000, 0.1852, 0.4368), (0.1030, 0.2300, 0.4274),
        (0.2082, 0.2751, 0.4207), (0.2811, 0.3200, 0.4210), (0.3435, 0.3650, 0.4276),
        (0.4010, 0.4104, 0.4400), (0.4556, 0.4564, 0.4589), (0.5121, 0.5035, 0.4734),
        (0.5735, 0.5522, 0.4720), (0.6368, 0.6025, 0.4632), (0.7018, 0.6544, 0.4475),
        (0.7686, 0.7081, 0.4241), (0.8374, 0.7639, 0.3915), (0.9082, 0.8219, 0.3474),
        (0.9814, 0.8823, 0.2856), (1.0000, 0.9169, 0.2731),
    ),
    "viridis": (
        (0.2667, 0.0039, 0.3294), (0.2824, 0.0939, 0.4154), (0.2784, 0.1760, 0.4819),
        (0.2588, 0.2502, 0.5248), (0.2314, 0.3206, 0.5451), (0.2000, 0.3870, 0.5529),
        (0.1725, 0.4456, 0.5569), (0.1490, 0.5081, 0.5569), (0.1294, 0.5667, 0.5510),
        (0.1216, 0.6252, 0.5333), (0.1544, 0.6799, 0.5044), (0.2417, 0.7373, 0.4537),
        (0.3627, 0.7853, 0.3873), (0.5081, 0.8282, 0.3005), (0.6681, 0.8627, 0.1951),
        (0.8360, 0.8863, 0.1017), (0.9922, 0.9059, 0.1451),
    ),
    "grey": ((0.1500, 0.1500, 0.1600), (0.9600, 0.9600, 0.9550)),
    # One hue, from pale to deep: on paper the much used ones are what is printed.
    "amber": (
        (0.9950, 0.9500, 0.8800), (0.9800, 0.8300, 0.6200), (0.9200, 0.6500, 0.3200),
        (0.7700, 0.4500, 0.1200), (0.5700, 0.2900, 0.0300), (0.3200, 0.1500, 0.0000),
    ),
}  # fmt: skip

# The lower and the higher pole; the middle is the ground's own grey, so that "no difference"
# recedes.
DIVERGING: dict[str, tuple[Colour, Colour]] = {
    "blue-orange": ((0.23, 0.47, 0.93), (0.93, 0.55, 0.12)),
    "purple-orange": ((0.52, 0.38, 0.78), (0.90, 0.56, 0.10)),
    "green-purple": ((0.20, 0.66, 0.36), (0.66, 0.40, 0.76)),
}


@lru_cache(maxsize=32)
def sequential(name: str, levels: int) -> NDArray[np.uint8]:
    """A scale from low to high as [levels, 3] bytes; read-only. An unknown name is the default."""
    return _table(SEQUENTIAL.get(name, SEQUENTIAL[DEFAULT]), levels)


@lru_cache(maxsize=32)
def diverging(name: str, middle: tuple[int, int, int], levels: int) -> NDArray[np.uint8]:
    """A scale for differences as [levels, 3] bytes: one pole, the middle's colour, the other pole.

    Straight lines from the middle to the poles: whatever the middle is, further away is further
    from its colour.

    Args:
        name: Of the poles; an unknown name is the default.
        middle: Colour of zero, 0 to 255.
        levels: Number of steps.
    """
    low, high = DIVERGING.get(name, DIVERGING[DEFAULT_DIFFERENCES])
    red, green, blue = (channel / 255 for channel in middle)
    return _table((low, (red, green, blue), high), levels)


def _table(stops: tuple[Colour, ...], levels: int) -> NDArray[np.uint8]:
    # The names are wanted before the window stands, the colours are not.
    import numpy as np  # noqa: PLC0415

    known = np.asarray(stops)
    at = np.linspace(0, len(known) - 1, levels)
    channels = [np.interp(at, np.arange(len(known)), known[:, c]) for c in range(3)]
    table: NDArray[np.uint8] = np.round(255 * np.stack(channels, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table
