"""Row and column labels of the heat map, thinned where they would touch."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QRegion

from app import theme
from app.widgets.heatmap_painted import Painted

HEADER = 22  # logical pixels above the cells, the same in the margins
GUTTER_PAD = 10
ROW_PITCH = 13.0  # labels of rows are at least so far apart
COLUMN_PITCH = 30.0

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_CENTRE = Qt.AlignmentFlag.AlignHCenter | _MIDDLE


def paint_rows(painter: QPainter, canvas: Painted, region: QRegion) -> None:
    """L0, L1, …: every row where there is room; the current and selected ones always."""
    grid = canvas.grid
    if not grid.rows or not canvas.layer_ids:
        return
    rows, _ = grid.visible()
    pitch = grid.cell[1] / grid.ratio
    step = thinning(ROW_PITCH / pitch)
    paper = theme.paper()
    current = canvas.cursor_cell[0] if canvas.cursor_cell and not paper else -1
    hover = canvas.hover_cell[0] if canvas.hover_cell and not paper else -1
    special = {current, hover, *canvas.selected_rows}
    crowd = [row for row in special if rows.start <= row < rows.stop]
    for row in canvas.exposed_rows(region):
        if row not in special and row % step:
            continue
        near = step > 1 and any(row != r and abs(row - r) * pitch < 12 for r in crowd)
        if row not in special and near:
            continue
        top, height = canvas.row_span(row)
        middle = top + height / 2
        box = QRectF(0, middle - 9, canvas.gutter() - GUTTER_PAD, 18)
        if middle < HEADER:
            continue
        selected = row in canvas.selected_rows
        if selected:
            bar = QRectF(canvas.gutter() - 5, top, 3, height)
            painter.fillRect(bar, theme.color("accent"))
        token = "accent" if selected else "text" if row == current else "text_dim"
        painter.setPen(theme.color(token))
        painter.drawText(box, _RIGHT, f"L{canvas.layer_ids[row]}")


def paint_columns(painter: QPainter, canvas: Painted, region: QRegion) -> None:
    """Numbers above the columns, experts or ranks; the current one always."""
    grid = canvas.grid
    if not grid.columns or not region.intersects(canvas.header()):
        return
    painter.setPen(theme.color("text_dim"))
    title = QRectF(0, 0, canvas.gutter() - GUTTER_PAD, HEADER - 4)
    painter.drawText(title, _RIGHT, canvas.axis_title())
    first = 0 if canvas.order == "native" else 1
    pitch = grid.cell[0] / grid.ratio
    step = thinning(COLUMN_PITCH / pitch)
    _, columns = grid.visible()
    pointed = None if theme.paper() else canvas.hover_cell or canvas.cursor_cell
    current = canvas.column_of(*pointed) if pointed else -1
    for column in range(columns.start, columns.stop):
        clear = current < 0 or abs(column - current) * pitch >= 24
        if (column + first) % step == 0 and column != current and clear:
            _column(painter, canvas, column, first)
    if columns.start <= current < columns.stop:
        painter.setPen(theme.color("text"))
        _column(painter, canvas, current, first)


def _column(painter: QPainter, canvas: Painted, column: int, first: int) -> None:
    x, _, w, _ = canvas.grid.rect(0, column)
    middle = x + w / 2 + canvas.gutter()
    if canvas.gutter() <= middle <= canvas.width() - 7:
        painter.drawText(QRectF(middle - 20, 0, 40, HEADER - 4), _CENTRE, str(column + first))


def thinning(least: float) -> int:
    """Label every how many: the smallest of 1, 2, 4, 5, 8, 10, 16, … that is at least `least`."""
    for step in (1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500):
        if step >= least:
            return step
    return 1000
