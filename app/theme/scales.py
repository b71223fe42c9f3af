"""The colour scales as the window uses them: tables, and the ink that is read best on a colour."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from resources.scales import DEFAULT, DEFAULT_DIFFERENCES, DIVERGING, SEQUENTIAL
from resources.scales import diverging as diverging_table
from resources.scales import sequential as sequential_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DEFAULT",
    "DEFAULT_DIFFERENCES",
    "DIVERGING",
    "INK_DARK",
    "INK_LIGHT",
    "LEVELS",
    "SEQUENTIAL",
    "contrast",
    "dark_ink",
    "diverging",
    "luminance",
    "sequential",
]

LEVELS = 256

# Marks on a coloured cell are dark or light after the cell's colour, whatever the theme.
INK_DARK = "#10131a"
INK_LIGHT = "#ffffff"


def sequential(name: str) -> NDArray[np.uint8]:
    """A scale from low to high, [LEVELS, 3] bytes."""
    return sequential_table(name, LEVELS)


def diverging(name: str, middle: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A scale for differences around a middle colour, [LEVELS, 3] bytes."""
    return diverging_table(name, middle, LEVELS)


def luminance(rgb: NDArray[np.generic] | tuple[int, ...]) -> NDArray[np.float64]:
    """Relative luminance of colours [..., 3] in 0 to 255, as WCAG 2 defines it."""
    import numpy as np

    share = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    out: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return out


def contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Contrast ratio of two luminances, 1 to 21."""
    import numpy as np

    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


@lru_cache(maxsize=64)
def _dark_ink(data: bytes) -> NDArray[np.bool_]:
    import numpy as np

    cells = luminance(np.frombuffer(data, np.uint8).reshape(-1, 3))
    dark, light = (luminance(tuple(bytes.fromhex(ink[1:]))) for ink in (INK_DARK, INK_LIGHT))
    out: NDArray[np.bool_] = contrast(cells, dark) >= contrast(cells, light)
    out.flags.writeable = False
    return out


def dark_ink(table: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """For every level of a scale, whether dark ink is read better on it than light."""
    return _dark_ink(table.tobytes())
