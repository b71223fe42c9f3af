"""Drawings for paper and web: anything that paints itself, as PNG, SVG or on the clipboard.

A `Sheet` puts widgets that are on the screen under a title, drawn as vectors in the light theme;
whatever has a figure of its own (the heat map) draws that instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app import theme

SHARP = 2.0  # device pixels per unit of a PNG
PAD = 24.0
TITLE, SUBTITLE, CAPTION = 24.0, 20.0, 22.0
GAP = 16.0
DOT = 8.0
LEAST_WIDTH = 320.0


class Drawing(Protocol):
    """What can be drawn at the origin of a painter."""

    @property
    def title(self) -> str:
        """What it is called."""

    def size(self) -> QSizeF:
        """Of the whole, in units."""

    def draw(self, painter: QPainter) -> None:
        """Paint it; text as text, lines as lines."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """One entry of a legend: a colour and what it stands for.

    Attributes:
        text: What it says.
        tint: Asked while the drawing is made, because paper has colours of its own.
    """

    text: str
    tint: Callable[[], QColor]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One widget of a sheet.

    Attributes:
        widget: It is drawn as it is laid out now.
        caption: The line above it; empty for none.
        keys: A legend at the right of that line.
        height: How much of the widget there is to see; all of it if 0.
    """

    widget: QWidget
    caption: str = ""
    keys: tuple[Key, ...] = ()
    height: float = 0.0

    def size(self) -> QSizeF:
        """Of the widget and the line above it."""
        head = CAPTION if self.caption or self.keys else 0.0
        return QSizeF(self.widget.width(), (self.height or self.widget.height()) + head)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """Widgets below and beside each other, under a title.

    Attributes:
        title: Of what it is.
        subtitle: The facts that it must not be read without.
        parts: In reading order.
        columns: Parts beside each other.
    """

    title: str
    subtitle: str = ""
    parts: tuple[Part, ...] = field(default=())
    columns: int = 1

    def size(self) -> QSizeF:
        """Of the whole sheet."""
        widths, heights = self._sides()
        text = max(_width(self.title, theme.TYPE.heading, bold=True), _width(self.subtitle))
        body = sum(widths) + GAP * max(len(widths) - 1, 0)
        return QSizeF(
            2 * PAD + max(body, text, LEAST_WIDTH),
            2 * PAD + self._head() + sum(heights) + GAP * max(len(heights) - 1, 0),
        )

    def draw(self, painter: QPainter) -> None:
        """Paint everything at the origin."""
        size = self.size()
        with theme.on_paper():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(QRectF(0, 0, size.width(), size.height()), theme.color("background"))
            line = QRectF(PAD, PAD - 4, size.width() - 2 * PAD, 20)
            _text(painter, line, self.title, "text", theme.TYPE.heading, bold=True)
            if self.subtitle:
                _text(painter, line.translated(0, TITLE), self.subtitle, "text_dim")
            self._draw_parts(painter)

    def _head(self) -> float:
        return TITLE + (SUBTITLE if self.subtitle else 0.0) + 4

    def _sides(self) -> tuple[list[float], list[float]]:
        """Widths of the columns, heights of the rows."""
        sizes = [part.size() for part in self.parts]
        columns = max(min(self.columns, len(sizes)), 1)
        rows = math.ceil(len(sizes) / columns)
        widths = [
            max((s.width() for s in sizes[column::columns]), default=0.0)
            for column in range(columns)
        ]
        heights = [
            max(s.height() for s in sizes[row * columns : (row + 1) * columns])
            for row in range(rows)
        ]
        return widths, heights

    def _draw_parts(self, painter: QPainter) -> None:
        widths, heights = self._sides()
        for at, part in enumerate(self.parts):
            row, column = divmod(at, len(widths))
            x = PAD + sum(widths[:column]) + GAP * column
            y = PAD + self._head() + sum(heights[:row]) + GAP * row
            painter.save()
            painter.translate(x, y)
            _draw_part(painter, part)
            painter.restore()


def _draw_part(painter: QPainter, part: Part) -> None:
    width = float(part.widget.width())
    if part.caption or part.keys:
        painter.save()  # a widget that is drawn takes over whatever brush there is
        taken = _draw_keys(painter, part.keys, width)
        _text(painter, QRectF(0, 0, width - taken, 16), part.caption, "text_dim")
        painter.restore()
        painter.translate(0, CAPTION)
    flags = QWidget.RenderFlag.DrawChildren
    height = math.ceil(part.height or part.widget.height())
    region = QRegion(0, 0, part.widget.width(), height)
    # Not part.widget.render: a graphics view has another method of that name.
    QWidget.render(part.widget, painter, QPoint(), region, flags)


def _draw_keys(painter: QPainter, keys: tuple[Key, ...], right: float) -> float:
    """A legend from the right to the left; returns the width that it took."""
    x = right
    for key in keys:
        x -= _width(key.text)
        _text(painter, QRectF(x, 0, right, 16), key.text, "text_dim")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(key.tint())
        painter.drawEllipse(QRectF(x - DOT - 5, 8 - DOT / 2, DOT, DOT))
        x -= DOT + 5 + GAP
    return right - x


def _font(size: int, *, bold: bool = False) -> QFont:
    font = theme.ui_font()
    font.setPixelSize(size)
    font.setBold(bold)
    return font


def _width(text: str, size: int = theme.TYPE.small, *, bold: bool = False) -> float:
    return QFontMetricsF(_font(size, bold=bold)).horizontalAdvance(text) + 2


def _text(
    painter: QPainter,
    box: QRectF,
    text: str,
    token: str,
    size: int = theme.TYPE.small,
    *,
    bold: bool = False,
) -> None:
    painter.setFont(_font(size, bold=bold))
    painter.setPen(theme.color(token))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


# what becomes of a drawing


def image_of(drawing: Drawing) -> QImage:
    """The drawing in pixels, at twice the sharpness of an ordinary screen."""
    size = drawing.size()
    sharp = QSize(math.ceil(size.width() * SHARP), math.ceil(size.height() * SHARP))
    image = QImage(sharp, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    image.fill(QColor(theme.PAPER.background))
    with QPainter(image) as painter:
        drawing.draw(painter)
    return image


def png_of(drawing: Drawing) -> bytes:
    """The drawing as a PNG file."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image_of(drawing).save(buffer, "PNG")
    return bytes(data.data())


def svg_of(drawing: Drawing) -> bytes:
    """The drawing as an SVG file: text stays text."""
    size = drawing.size()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    box = QRect(0, 0, math.ceil(size.width()), math.ceil(size.height()))
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(box.size())
    generator.setViewBox(box)
    generator.setTitle(drawing.title)
    with QPainter(generator) as painter:
        drawing.draw(painter)
    return bytes(data.data())
