"""Stroke icons from resources/icons, drawn in a colour of the current theme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

# Few, because each is drawn for two device ratios and two states before the window stands.
SIZES = (16, 32)


def icon_folder() -> Path:
    """Where the SVG files are."""
    return Path(resources.__file__).parent / "icons"


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    """The SVG text of an icon."""
    return (icon_folder() / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = 16, ratio: float = 2.0) -> QPixmap:
    """One icon as a square pixmap.

    Args:
        name: File name without suffix.
        colour: What `currentColor` becomes.
        size: Side in logical pixels.
        ratio: Device pixels per logical pixel.
    """
    svg = _source(name).replace("currentColor", colour)
    out = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    out.fill(Qt.GlobalColor.transparent)
    painter = QPainter(out)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(out.rect()))
    painter.end()
    out.setDevicePixelRatio(ratio)
    return out


@lru_cache(maxsize=256)
def coloured_icon(name: str, colour: str, disabled: str) -> QIcon:
    """An icon at the usual sizes, with its disabled look."""
    out = QIcon()
    for size in SIZES:
        for ratio in (1.0, 2.0):
            out.addPixmap(pixmap(name, colour, size, ratio))
            out.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return out


@lru_cache(maxsize=256)
def spaced_icon(name: str, colour: str, disabled: str, size: int, gap: int) -> QIcon:
    """An icon with a gap at its right, for a button that has a text: Qt leaves too little there."""
    out = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        for ratio in (1.0, 2.0):
            wide = QPixmap(QSize(round((size + gap) * ratio), round(size * ratio)))
            wide.setDevicePixelRatio(ratio)
            wide.fill(Qt.GlobalColor.transparent)
            painter = QPainter(wide)
            painter.drawPixmap(0, 0, pixmap(name, ink, size, ratio))
            painter.end()
            out.addPixmap(wide, mode)
    return out
