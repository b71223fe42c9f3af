"""What stands around and over the cells of the token raster: layers, tokens, frames."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QScrollBar, QWidget

from app import theme
from app.widgets.heatmap_labels import HEADER, ROW_PITCH, thinning
from app.widgets.token_text import shown_piece

GUTTER = 44
TICK_PITCH = 44.0  # numbers of tokens are at least so far apart
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class Painted(Protocol):
    """A token raster, for those who paint on it; a cell is a token and a row, −1 for none."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The tokens' texts."""

    @property
    def layer_ids(self) -> tuple[int, ...]:
        """The layers, a row each."""

    @property
    def starts(self) -> tuple[int, ...]:
        """Tokens that begin a text."""

    @property
    def cell(self) -> tuple[int, int]:
        """The current cell."""

    @property
    def hover_cell(self) -> tuple[int, int]:
        """The cell under the mouse."""

    @property
    def pitch(self) -> float:
        """Width of a column."""

    def row_height(self) -> float:
        """Height of a row."""

    def body(self) -> QRectF:
        """Where the cells are."""

    def cell_rect(self, token: int, row: int) -> QRectF:
        """A cell in pixels of the viewport."""

    def viewport(self) -> QWidget:
        """What is painted on."""

    def horizontalScrollBar(self) -> QScrollBar:
        """Scrolls the tokens."""


def paint_layers(painter: QPainter, raster: Painted) -> None:
    """L0, L1, … in the gutter, thinned where they would touch; the marked ones always."""
    painter.fillRect(QRectF(0, 0, GUTTER, raster.viewport().height()), theme.color("background"))
    height = raster.row_height()
    step = thinning(ROW_PITCH / height) if height else 1
    marked = set[int]() if theme.paper() else {raster.cell[1], raster.hover_cell[1]}
    for row, layer in enumerate(raster.layer_ids):
        near = any(m >= 0 and m != row and abs(m - row) * height < ROW_PITCH for m in marked)
        if row not in marked and (row % step or near):
            continue
        middle = HEADER + (row + 0.5) * height
        painter.setPen(theme.color("text" if row in marked else "text_dim"))
        painter.drawText(QRectF(0, middle - 9, GUTTER - 8, 18), _RIGHT, f"L{layer}")


def paint_tokens(painter: QPainter, raster: Painted) -> None:
    """Numbers over the columns; over the hovered or current one its text."""
    if not raster.pieces:
        return
    taken = _paint_pointed(painter, raster)
    body = raster.body()
    painter.setPen(theme.color("text_dim"))
    step = thinning(TICK_PITCH / raster.pitch)
    first = int(raster.horizontalScrollBar().value() / raster.pitch) // step * step
    for token in range(first, len(raster.pieces), step):
        x = raster.cell_rect(token, 0).center().x()
        if x > body.right():
            break
        box = QRectF(x - 20, 0, 40, HEADER - 4)
        if x >= body.left() and not box.intersects(taken):
            painter.drawText(box, _MIDDLE, str(token))


def _paint_pointed(painter: QPainter, raster: Painted) -> QRectF:
    """The text of the hovered or current token; the room it takes."""
    pointed = raster.hover_cell[0] if raster.hover_cell[0] >= 0 else raster.cell[0]
    if pointed < 0 or theme.paper():
        return QRectF()
    body = raster.body()
    text = f"{pointed} {shown_piece(raster.pieces[pointed])}"
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
    x = raster.cell_rect(pointed, 0).center().x()
    left = min(max(x - width / 2, body.left()), max(body.right() - width, body.left()))
    if body.left() - 1 <= x <= body.right() + 1:
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(left, 0, width, HEADER - 4), _MIDDLE, text)
    return QRectF(left - 8, 0, width + 16, HEADER)


def paint_frames(painter: QPainter, raster: Painted) -> None:
    """Lines where a text starts; frames around the hovered and the current column and cell."""
    painter.setClipRect(raster.body())
    tall = raster.row_height() * len(raster.layer_ids)
    for start in raster.starts:
        line = raster.cell_rect(start, 0)
        line.setWidth(1.0)
        line.setHeight(tall)
        painter.fillRect(line.translated(-1, 0), theme.color("text_dim"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for (token, row), name in ((raster.hover_cell, "text"), (raster.cell, "accent")):
        if token < 0 or theme.paper():
            continue
        box = raster.cell_rect(token, 0)
        box.setHeight(tall)
        painter.setPen(QPen(theme.color(name, 0.8), 1.0))
        painter.drawRect(box.adjusted(-0.5, 0.5, -0.5, -1.5))
        if row >= 0:
            painter.setPen(QPen(theme.color(name), 2.0))
            painter.drawRect(raster.cell_rect(token, row).adjusted(-1, 0, 0, -1))
