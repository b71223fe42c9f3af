"""The heat map as a figure of its own, for paper and web: vectors on a light ground.

A map on screen follows zoom and theme; a figure does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app import theme
from app.widgets import heatmap_marks as marks
from app.widgets.colormap import blend
from app.widgets.heatmap_canvas import CellState
from app.widgets.margins import LayerFigures

PAD = 24.0
HEAD = 62.0
GUTTER = 44.0
MARGIN = 210.0
WIDEST = 1400.0  # of the cells
HATCHED_CELL = 6.0  # from this size a dropped cell gets its strokes


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """Everything the figure shows; arrays [L, E] in expert order.

    Attributes:
        title: Name of the model.
        subtitle: Score, scale, how many are kept.
        layer_ids: Decoder layer ids.
        state: Kept, locked, protected.
        level_LE: Steps on the colour scale.
        seen_LE: Where anything was profiled.
        order_LE: Which expert each column of a row shows.
        axis: What the columns count.
        first: Number of the first column.
        figures: The margins' numbers.
        titles: Titles of the margins' columns.
    """

    title: str
    subtitle: str
    layer_ids: tuple[int, ...]
    state: CellState
    level_LE: NDArray[np.uint8]
    seen_LE: NDArray[np.bool_]
    order_LE: NDArray[np.intp]
    axis: str
    first: int
    figures: LayerFigures
    titles: tuple[str, str, str]

    @property
    def cell(self) -> float:
        """Side of a cell."""
        return float(np.clip(WIDEST / max(self.order_LE.shape[1], 1), 3.0, 22.0))

    def size(self) -> QSizeF:
        """Of the whole figure."""
        rows, columns = self.order_LE.shape
        return QSizeF(
            2 * PAD + GUTTER + columns * self.cell + MARGIN, 2 * PAD + HEAD + rows * self.cell
        )

    def draw(self, painter: QPainter) -> None:
        """Paint the figure at the origin; text as text, cells as rectangles."""
        size = self.size()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.PAPER.background)
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), ground)
        _titles(painter, self)
        _labels(painter, self)
        _cells(painter, self)
        _margins(painter, self)


def _font(size: int, *, bold: bool = False) -> QFont:
    font = theme.ui_font()
    font.setPixelSize(size)
    font.setBold(bold)
    return font


def _text(
    painter: QPainter, box: QRectF, text: str, colour: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    painter.setPen(QColor(colour))
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, text)


def _titles(painter: QPainter, picture: Picture) -> None:
    width = picture.size().width() - 2 * PAD
    painter.setFont(_font(theme.TYPE.heading, bold=True))
    _text(painter, QRectF(PAD, PAD - 6, width, 20), picture.title, theme.LIGHT.text)
    painter.setFont(_font(theme.TYPE.small))
    _text(painter, QRectF(PAD, PAD + 15, width, 18), picture.subtitle, theme.LIGHT.text_dim)


def _labels(painter: QPainter, picture: Picture) -> None:
    rows, columns = picture.order_LE.shape
    cell, dim = picture.cell, theme.LIGHT.text_dim
    left, top = PAD + GUTTER, PAD + HEAD
    painter.setFont(_font(theme.TYPE.caption))
    right = Qt.AlignmentFlag.AlignRight
    step = max(int(np.ceil(13 / cell)), 1)
    for row in range(0, rows, step):
        box = QRectF(PAD, top + row * cell + cell / 2 - 8, GUTTER - 8, 16)
        _text(painter, box, f"L{picture.layer_ids[row]}", dim, right)
    _text(painter, QRectF(PAD - 10, top - 20, GUTTER + 2, 16), picture.axis, dim, right)
    every = max(int(np.ceil(26 / cell)), 1)
    for column in range(0, columns, every):
        box = QRectF(left + column * cell + cell / 2 - 16, top - 20, 32, 16)
        _text(painter, box, str(column + picture.first), dim, Qt.AlignmentFlag.AlignHCenter)


def _cells(painter: QPainter, picture: Picture) -> None:
    state, cell = picture.state, picture.cell
    left, top = PAD + GUTTER, PAD + HEAD
    gap = 1.0 if cell >= 5 else 0.0
    table = theme.scale()
    merged_LE = state.merged_LE
    sunk, joined = _sunk(table, theme.LIGHT.dropped), _sunk(table, theme.LIGHT.merged)
    for row in range(picture.order_LE.shape[0]):
        for column, expert in enumerate(picture.order_LE[row].tolist()):
            if not state.exists_LE[row, expert]:
                continue
            box = QRectF(left + column * cell, top + row * cell, cell - gap, cell - gap)
            kept, level = bool(state.kept_LE[row, expert]), int(picture.level_LE[row, expert])
            merged = merged_LE is not None and bool(merged_LE[row, expert])
            if not picture.seen_LE[row, expert]:
                painter.fillRect(box, QColor(theme.LIGHT.track))
            else:
                colours = table if kept else joined if merged else sunk
                painter.fillRect(box, QColor(*colours[level].tolist()))
            if not kept and cell >= HATCHED_CELL:
                _hatch(painter, box, merged=merged)
            _mark(painter, picture, box, row, expert)


def _sunk(table: NDArray[np.uint8], ground: str) -> NDArray[np.int64]:
    """The colours of cells that go: the score is still there, faintly."""
    colour = QColor(ground)
    return blend(table, (colour.red(), colour.green(), colour.blue()), 0.8).round().astype(int)


def _hatch(painter: QPainter, box: QRectF, *, merged: bool) -> None:
    """Three strokes at 45°, within the cell, so that no clip is needed; merged: the other way."""
    painter.setPen(QPen(QColor(theme.LIGHT.merge_hatch if merged else theme.LIGHT.hatch), 1.0))
    y, h = box.y(), box.height()
    x, w = (box.right(), -box.width()) if merged else (box.x(), box.width())
    for share in (0.5, 1.0, 1.5):
        a, b = max(share - 1, 0.0), min(share, 1.0)
        painter.drawLine(QLineF(x + a * w, y + b * h, x + b * w, y + a * h))


def _mark(painter: QPainter, picture: Picture, box: QRectF, row: int, expert: int) -> None:
    state = picture.state
    mark = marks.mark_of(state, row, expert)
    if mark is None or box.width() < marks.SMALLEST:
        return
    gone = not state.kept_LE[row, expert] or not picture.seen_LE[row, expert]
    dark = gone or theme.dark_ink(theme.scale())[picture.level_LE[row, expert]]
    ink = theme.INK_DARK if dark else theme.INK_LIGHT
    marks.draw_mark(painter, box, mark, QColor(ink), box.width())


def _margins(painter: QPainter, picture: Picture) -> None:
    rows, columns = picture.order_LE.shape
    cell, figures = picture.cell, picture.figures
    left, top = PAD + GUTTER + columns * cell + 16, PAD + HEAD
    painter.setFont(_font(theme.TYPE.caption))
    right = Qt.AlignmentFlag.AlignRight
    for x, width, title, align in (
        (left, 70, picture.titles[0], Qt.AlignmentFlag.AlignLeft),
        (left + 90, 56, picture.titles[1], right),
        (left + 154, 44, picture.titles[2], Qt.AlignmentFlag.AlignLeft),
    ):
        _text(painter, QRectF(x, top - 20, width, 16), title, theme.LIGHT.text_dim, align)
    step = max(int(np.ceil(13 / cell)), 1)
    thick = min(cell * 0.45, 8.0)
    for row in range(rows):
        middle = top + row * cell + cell / 2
        share = figures.kept_L[row] / max(int(figures.experts_L[row]), 1)
        y = middle - thick / 2
        painter.fillRect(QRectF(left, y, 64, thick), QColor(theme.LIGHT.track))
        painter.fillRect(QRectF(left, y, 64 * share, thick), QColor(theme.LIGHT.accent))
        entropy, most = float(figures.entropy_L[row]), float(figures.entropy_most_L[row])
        if np.isfinite(entropy) and most > 0:
            width = 40 * min(entropy / most, 1.0)
            painter.fillRect(QRectF(left + 154, y, width, thick), QColor(theme.LIGHT.bar))
        if row % step == 0:
            text = QRectF(left + 68, middle - 8, 24, 16)
            _text(painter, text, str(int(figures.kept_L[row])), theme.LIGHT.text, right)
            covered = float(figures.coverage_L[row])
            if np.isfinite(covered):
                _text(painter, QRectF(left + 96, middle - 8, 50, 16), f"{100 * covered:.1f} %",
                      theme.LIGHT.text_dim, right)  # fmt: skip
