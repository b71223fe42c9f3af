"""What is drawn over the cells: marks, hover, cursor, box.

Marks: locked, protected, merged into another one, the mean of several, never chosen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app import theme
from app.widgets.heatmap_labels import HEADER
from app.widgets.heatmap_painted import Painted
from app.widgets.heatmap_state import CellState

Mark = Literal["lock", "shield", "merge", "mean", "idle"]

SMALLEST = 4.0  # logical pixels of a cell that can carry a mark at all
SMALLEST_GLYPH = 10.0  # below this a mark is only a dot or a diamond
LARGEST_GLYPH = 15.0


def paint_marks(painter: QPainter, canvas: Painted, part: QRect) -> None:
    """One mark at most on each exposed cell: what cannot be changed first, then groups."""
    grid = canvas.grid
    side, ratio = min(grid.cell) - grid.gap, grid.ratio
    if side / ratio < SMALLEST or not grid.rows:
        return
    side = int(min(side, LARGEST_GLYPH * ratio))
    glyph = side if side / ratio < SMALLEST_GLYPH else max(round(side * 0.86), 1)
    inside = QRectF(part)
    for mark, mask_LE in _masks(canvas):
        for row, expert in canvas.visible_cells(mask_LE):
            box = canvas.cell_rect(row, expert)
            if not box.intersects(inside):
                continue
            colour = canvas.mark_colour(row, expert, mark)
            if theme.paper():
                draw_mark(painter, box, mark, QColor(colour), min(box.width(), box.height()))
                continue
            pixmap = mark_pixmap(mark, glyph, ratio, colour)
            # On whole device pixels, or the glyph would blur.
            x = round((box.x() + (box.width() - glyph / ratio) / 2) * ratio) / ratio
            y = round((box.y() + (box.height() - glyph / ratio) / 2) * ratio) / ratio
            target = QRectF(x, y, glyph / ratio, glyph / ratio)
            painter.drawPixmap(target, pixmap, QRectF(0, 0, glyph, glyph))


def _by_rank(state: CellState) -> tuple[tuple[Mark, NDArray[np.bool_] | None], ...]:
    """Marks and where they are wanted, the one that wins first."""
    return (
        ("lock", state.locked_LE),
        ("shield", state.protected_LE),
        ("merge", state.merged_LE),
        ("mean", state.mean_LE),
    )


def mark_of(state: CellState, row: int, expert: int) -> Mark | None:
    """What a cell is marked as, scores apart."""
    wanted = (mark for mark, at in _by_rank(state) if at is not None and at[row, expert])
    return next(wanted, None)


def _masks(canvas: Painted) -> list[tuple[Mark, NDArray[np.bool_]]]:
    """Where each mark is drawn; no cell is in two of them."""
    free_LE = np.ones_like(canvas.state.exists_LE)
    out: list[tuple[Mark, NDArray[np.bool_]]] = []
    for mark, mask_LE in (*_by_rank(canvas.state), ("idle", canvas.idle_LE)):
        if mask_LE is not None:
            out.append((mark, mask_LE & free_LE))  # type: ignore[arg-type]
            free_LE &= ~mask_LE
    return out


def paint_pointer(painter: QPainter, canvas: Painted) -> None:
    """Frames around the hovered cell and the cursor's, and the box that is being drawn."""
    if theme.paper():
        return
    shape = canvas.state.exists_LE.shape
    for cell, token, width in (
        (canvas.hover_cell, "text", 1.0),
        (canvas.cursor_cell, "accent", 2.0),
    ):
        if cell is None or not (cell[0] < shape[0] and cell[1] < shape[1]):
            continue
        box = canvas.cell_rect(*cell)
        grow = max(0.0, (8 - min(box.width(), box.height())) / 2) + width / 2
        frame = box.adjusted(-grow, -grow, grow, grow)
        # A dark line on both sides keeps the frame visible on a bright cell.
        for stroke, under in (
            (theme.color("background"), width + 2),
            (theme.color(token), width),
        ):
            pen = QPen(stroke, under)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(frame)
    if canvas.box is not None:
        _paint_box(painter, canvas, canvas.box)


def _paint_box(painter: QPainter, canvas: Painted, box: QRect) -> None:
    x0, y0, _, _ = canvas.grid.rect(box.top(), box.left())
    x1, y1, w, h = canvas.grid.rect(box.bottom(), box.right())
    area = QRectF(x0 + canvas.gutter(), y0 + HEADER, x1 + w - x0, y1 + h - y0)
    painter.fillRect(area, theme.color("accent", 0.16))
    painter.setPen(QPen(theme.color("accent"), 1.0, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


@lru_cache(maxsize=128)
def mark_pixmap(mark: Mark, side: int, ratio: float, colour: str) -> QPixmap:
    """A mark, centred in a square.

    Args:
        mark: What it says.
        side: Side of the square in device pixels; the glyph fills most of it.
        ratio: Device pixels per logical pixel.
        colour: Its colour.
    """
    out = QPixmap(side, side)
    out.fill(Qt.GlobalColor.transparent)
    painter = QPainter(out)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_mark(painter, QRectF(0, 0, side, side), mark, QColor(colour), side / ratio)
    painter.end()
    out.setDevicePixelRatio(ratio)
    return out


def draw_mark(painter: QPainter, box: QRectF, mark: Mark, colour: QColor, logical: float) -> None:
    """Paint a mark into a box; used by the pixmaps and by the drawing that SVG takes away.

    Args:
        painter: Where to paint.
        box: The square that the mark is centred in.
        mark: What it says.
        colour: Its colour.
        logical: Side of the box in logical pixels, which decides between glyph and dot.
    """
    painter.save()
    if mark == "idle":
        _dot(painter, box, colour, 0.13)
    elif mark in {"merge", "mean"}:
        (_merge if mark == "merge" else _mean)(painter, box, colour)
    elif logical < SMALLEST_GLYPH:
        (_dot if mark == "lock" else _diamond)(painter, box, colour, 0.26)
    elif mark == "lock":
        _lock(painter, box, colour)
    else:
        _shield(painter, box, colour)
    painter.restore()


def _dot(painter: QPainter, box: QRectF, colour: QColor, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    r = max(radius * box.width(), 0.75)
    painter.drawEllipse(box.center(), r, r)


def _diamond(painter: QPainter, box: QRectF, colour: QColor, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    c, r = box.center(), max(radius * box.width(), 1.0)
    painter.drawPolygon(
        [
            QPointF(c.x(), c.y() - r),
            QPointF(c.x() + r, c.y()),
            QPointF(c.x(), c.y() + r),
            QPointF(c.x() - r, c.y()),
        ]
    )


def _lock(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A padlock: body and shackle."""
    u = box.width()
    stroke = max(0.095 * u, 1.0)
    body = QRectF(box.x() + 0.20 * u, box.y() + 0.45 * u, 0.60 * u, 0.42 * u)
    pen = QPen(colour, stroke)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shackle = QPainterPath(QPointF(box.x() + 0.32 * u, body.top()))
    shackle.lineTo(box.x() + 0.32 * u, box.y() + 0.32 * u)
    shackle.arcTo(QRectF(box.x() + 0.32 * u, box.y() + 0.14 * u, 0.36 * u, 0.36 * u), 180, -180)
    shackle.lineTo(box.x() + 0.68 * u, body.top())
    painter.drawPath(shackle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(body, 0.07 * u, 0.07 * u)


def _shield(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A shield: a protected super-expert."""
    u, x, y = box.width(), box.x(), box.y()
    path = QPainterPath(QPointF(x + 0.5 * u, y + 0.10 * u))
    path.lineTo(x + 0.84 * u, y + 0.22 * u)
    path.lineTo(x + 0.84 * u, y + 0.48 * u)
    path.cubicTo(x + 0.84 * u, y + 0.72 * u, x + 0.66 * u, y + 0.84 * u, x + 0.5 * u, y + 0.92 * u)
    path.cubicTo(x + 0.34 * u, y + 0.84 * u, x + 0.16 * u, y + 0.72 * u, x + 0.16 * u, y + 0.48 * u)
    path.lineTo(x + 0.16 * u, y + 0.22 * u)
    path.closeSubpath()
    pen = QPen(colour, max(0.10 * u, 1.0))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _merge(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Two strokes that become one: an expert that goes into another."""
    u, x, y = box.width(), box.x(), box.y()
    path = QPainterPath(QPointF(x + 0.18 * u, y + 0.22 * u))
    path.lineTo(x + 0.48 * u, y + 0.5 * u)
    path.lineTo(x + 0.18 * u, y + 0.78 * u)
    path.moveTo(x + 0.48 * u, y + 0.5 * u)
    path.lineTo(x + 0.86 * u, y + 0.5 * u)
    _stroke(painter, path, colour, u)


def _mean(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A plus: an expert that others went into."""
    u, x, y = box.width(), box.x(), box.y()
    path = QPainterPath(QPointF(x + 0.2 * u, y + 0.5 * u))
    path.lineTo(x + 0.8 * u, y + 0.5 * u)
    path.moveTo(x + 0.5 * u, y + 0.2 * u)
    path.lineTo(x + 0.5 * u, y + 0.8 * u)
    _stroke(painter, path, colour, u)


def _stroke(painter: QPainter, path: QPainterPath, colour: QColor, side: float) -> None:
    pen = QPen(colour, max(0.10 * side, 1.0))
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
