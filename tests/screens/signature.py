"""What of a picture is compared: light, ink and hue of coarse cells; and what counts as the same.

Fonts differ between machines, and so do their edges: letters are not compared, but how light a cell
is, how much is drawn in it, and which colour stands out. A text that moved by a quarter of a cell
is the same; a panel that went, an accent that turned blue or letters of the ground's colour are
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

Bytes = NDArray[np.uint8]
Levels = NDArray[np.float64]

# Logical pixels of a cell's side: of a window, and of what is smaller than one.
CELL, SMALL_CELL, SMALL = 90, 48, 1000
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A pixel has a colour where its channels are this far apart; a cell, where this share of it has.
CHROMA, COLOURED = 70, 0.012
HUES = "abcdefghijkl"  # 30° each from red on; "." for grey
# What two fonts may do to a cell: levels of light and ink, a share of the ink, a share of what its
# neighbours differ by, because a line of text crosses into the next cell.
LIGHT_SLACK, INK_SLACK, INK_SHARE, NEIGHBOUR_SHARE = 2.0, 3.0, 0.4, 0.35
# And how many cells may differ all the same: a word that is wrapped, an edge between two cells.
MOST_CELLS, MOST_LOOSE = 0.035, 0.07


@dataclass(frozen=True)
class Signature:
    """A picture in cells, rows from the top.

    Attributes:
        light: Mean lightness, 0 to 61.
        ink: Spread of the lightness: 0 is one flat colour.
        hue: A letter of `HUES`, or ".".
    """

    light: tuple[str, ...]
    ink: tuple[str, ...]
    hue: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """As text: the three grids side by side."""
        return tuple(" ".join(row) for row in zip(self.light, self.ink, self.hue, strict=True))

    @classmethod
    def parse(cls, lines: list[str]) -> Signature:
        """From its lines."""
        light, ink, hue = zip(*(line.split(" ") for line in lines), strict=True)
        return cls(light, ink, hue)


def pixels(picture: QImage) -> Bytes:
    """(red, green, blue) × rows × columns."""
    image = picture.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8)
    rows = raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()]
    return np.stack([rows[..., 2], rows[..., 1], rows[..., 0]])  # a copy: the image's bytes go


def lightness(rgb: Bytes) -> Bytes:
    """Luma of Rec. 601, 0 to 255: near enough to how light a colour looks."""
    red, green, blue = rgb.astype(np.uint32)
    return ((299 * red + 587 * green + 114 * blue) // 1000).astype(np.uint8)


def sign(picture: QImage) -> Signature:
    """The signature of a picture, the same at every density of the screen."""
    scale = picture.devicePixelRatio()
    every = max(round(scale), 1)
    rgb = pixels(picture)[:, ::every, ::every]
    luma = lightness(rgb)
    chroma = rgb.max(axis=0) - rgb.min(axis=0)
    wide, high = picture.width() / scale, picture.height() / scale
    side = CELL if wide >= SMALL else SMALL_CELL
    ys = np.linspace(0, rgb.shape[1], max(round(high / side), 3) + 1).astype(int)
    xs = np.linspace(0, rgb.shape[2], max(round(wide / side), 3) + 1).astype(int)
    light, ink, hue = [], [], []
    for top, bottom in pairwise(ys.tolist()):
        cells = [np.s_[top:bottom, left:right] for left, right in pairwise(xs.tolist())]
        light.append("".join(_digit(luma[cell].mean() * 61 / 255) for cell in cells))
        ink.append("".join(_digit(luma[cell].std() / 2) for cell in cells))
        hue.append("".join(_hue(rgb[(slice(None), *cell)], chroma[cell]) for cell in cells))
    return Signature(tuple(light), tuple(ink), tuple(hue))


def _digit(level: float) -> str:
    return DIGITS[min(round(float(level)), len(DIGITS) - 1)]


def _hue(rgb: Bytes, chroma: Bytes) -> str:
    """The letter of the colour that most coloured pixels have."""
    there = chroma > CHROMA
    if there.mean() < COLOURED:
        return "."
    red, green, blue = rgb[:, there].astype(np.float32)
    angle = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)
    sector = (np.degrees(angle) // 30).astype(int) % 12
    return HUES[int(np.bincount(sector, minlength=12).argmax())]


def differing(
    now: Signature, reference: Signature, *, loose: bool = False
) -> list[tuple[int, int, str]]:
    """(row, column, why) of the cells that two fonts do not explain.

    Args:
        now: What was drawn.
        reference: What was accepted.
        loose: Whether it was accepted in a font of another family, whose lines are higher or lower:
            then a cell may look like any of those around it.
    """
    shape = (len(now.light), len(now.light[0]))
    if shape != (len(reference.light), len(reference.light[0])):
        return [(0, 0, f"{shape[1]}×{shape[0]} cells now")]
    found = []
    for name, slack, share in (
        ("light", LIGHT_SLACK, 0.0),
        ("ink", INK_SLACK, INK_SHARE),
    ):
        a, b = _levels(getattr(now, name)), _levels(getattr(reference, name))
        low, high = _around(b)
        reach = 1.0 if loose else NEIGHBOUR_SHARE
        room = slack * (2 if loose else 1) + share * b
        least, most = b - reach * (b - low) - room, b + reach * (high - b) + room
        for row, column in np.argwhere((a < least) | (a > most)).tolist():
            why = f"{name} {a[row, column]:.0f}, was {b[row, column]:.0f}"
            found.append((row, column, why))
    for row, (line, was) in enumerate(zip(now.hue, reference.hue, strict=True)):
        for column, (letter, old) in enumerate(zip(line, was, strict=True)):
            if not _same_hue(letter, old):
                found.append((row, column, f"hue {letter}, was {old}"))
    return found


def _levels(rows: tuple[str, ...]) -> Levels:
    return np.array([[DIGITS.index(digit) for digit in row] for row in rows], np.float64)


def _around(levels: Levels) -> tuple[Levels, Levels]:
    """The lowest and the highest of the cells above, below, beside, and of the cell itself."""
    padded = np.pad(levels, 1, mode="edge")
    beside = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    return np.min([levels, *beside], axis=0), np.max([levels, *beside], axis=0)


def _same_hue(a: str, b: str) -> bool:
    """Equal, next to each other on the circle, or one too faint to say."""
    if "." in a + b:
        return True
    apart = abs(HUES.index(a) - HUES.index(b))
    return min(apart, 12 - apart) <= 1


def difference(now: Signature, reference: Signature, *, loose: bool = False) -> str:
    """Why two pictures are not the same; empty if they are."""
    cells = differing(now, reference, loose=loose)
    total = len(now.light) * len(now.light[0])
    most = MOST_LOOSE if loose else MOST_CELLS
    grey = _lost_colour(now, reference)
    if grey:
        return grey
    if len({(row, column) for row, column, _ in cells}) <= max(most * total, 1):
        return ""
    shown = "; ".join(f"row {row} column {column}: {why}" for row, column, why in cells[:6])
    return f"{len(cells)} of {total} cells differ: {shown}"


def _lost_colour(now: Signature, reference: Signature) -> str:
    """A colour that a picture had in several cells and has nowhere now, or the other way round."""
    for one, other, what in ((now, reference, "came"), (reference, now, "went")):
        for letter in HUES:
            here = sum(row.count(letter) for row in one.hue)
            there = sum(_same_hue(letter, c) for row in other.hue for c in row if c != ".")
            if here >= 3 and not there:
                return f"the hue {letter} {what}: {here} cells"
    return ""
