"""The heat map under pointer and keys, not editing: hover, cursor, selected layers, zoom, scroll.

What a click does to the plan is the subclass's business; every map that experts can be looked at in
moves alike.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.widgets.focus import FocusRing
from app.widgets.heatmap_canvas import HeatMapCanvas
from app.widgets.heatmap_labels import HEADER

ZOOM_STEP = 1.25
WHEEL_NOTCH = 120.0
LINE = 40.0  # logical pixels that one notch of the wheel scrolls
MOVES = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_PageUp: (-8, 0), Qt.Key.Key_PageDown: (8, 0),
}  # fmt: skip


class HeatMapPointer(HeatMapCanvas):
    """Experts as cells to look at."""

    hovered = Signal(int, int)  # row and expert, or −1, −1
    cursor_moved = Signal(int, int)
    layers_selected = Signal(object)  # rows, ascending
    menu_requested = Signal(int, int, QPoint)  # row, expert (−1: the whole layer), where

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pan: QPointF | None = None
        self._row_anchor = 0
        self._how_to = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)

    # what is pointed at

    def set_cell_text(self, text: str) -> None:
        """What a screen reader says about the cell under the cursor."""
        self.setAccessibleDescription(text or self._how_to)

    def set_cursor_cell(self, row: int, expert: int) -> None:
        """Move the cursor, scrolling as far as needed; says so only if it moved."""
        exists = self.state.exists_LE
        if (
            not (0 <= row < exists.shape[0] and 0 <= expert < exists.shape[1])
            or not exists[row, expert]
        ):
            return
        before, self.cursor_cell = self.cursor_cell, (row, expert)
        moved = before != (row, expert)
        if self.grid.reveal(row, self.column_of(row, expert)):
            self._redraw_all()
            self.view_changed.emit()
        if moved:
            self._pointer_moved(before, (row, expert))
            self.cursor_moved.emit(row, expert)

    def select_rows(self, rows: tuple[int, ...]) -> None:
        """Select layers."""
        rows = tuple(sorted(set(rows)))
        if rows != self.selected_rows:
            self.selected_rows = rows
            self.update()
            self.view_changed.emit()
            self.layers_selected.emit(rows)

    def fit(self) -> None:
        """Show the whole map."""
        self.grid.fit()
        self._redraw_all()
        self.view_changed.emit()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the widget, the cursor's cell, or the middle."""
        view = self.viewport()
        if at is None:
            at = (
                self.cell_rect(*self.cursor_cell).center()
                if self.cursor_cell
                else QPointF(view.center())
            )
        if self.grid.zoom_at(factor, at.x() - view.x(), at.y() - view.y()):
            self._redraw_all()
            self.view_changed.emit()

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pan, select a layer, or put the cursor on a cell."""
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            cell = self._cell_at(at)
            if at.x() < self.gutter():
                self._press_row(at, event.modifiers())
            elif cell is not None:
                # Space now means this expert, not the layers that were chosen before.
                self.select_rows(())
                self.set_cursor_cell(cell[0], self.expert_at(*cell))
                self._press_cell(cell, event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A fast second click is a click like any other."""
        self.mousePressEvent(event)

    def _press_cell(self, cell: tuple[int, int], event: QMouseEvent) -> None:
        """A cell was pressed, row and column; the cursor is on it already."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan or hover."""
        at = event.position()
        if self._pan is not None:
            moved = self._pan - at
            self._pan = at
            self._scroll(moved.x(), moved.y())
            return
        self._hover(self._cell_at(at))
        over_header = at.x() < self.gutter() and self.grid.row_at(at.y() - HEADER) is not None
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if over_header else Qt.CursorShape.ArrowCursor
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = None
            self.unsetCursor()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom, with Shift sideways."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = (delta.y() or delta.x()) / WHEEL_NOTCH
            self.zoom(ZOOM_STEP**notches, event.position())
            event.accept()
            return
        dx, dy = -delta.x() / WHEEL_NOTCH * LINE, -delta.y() / WHEEL_NOTCH * LINE
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0.0
        event.setAccepted(self._scroll(dx, dy))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a cell or a layer."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.cursor_cell:
            corner = self.cell_rect(*self.cursor_cell).bottomRight().toPoint()
            self.menu_requested.emit(*self.cursor_cell, self.mapToGlobal(corner))
            return
        at = QPointF(event.pos())
        row = self.grid.row_at(at.y() - HEADER)
        cell = self._cell_at(at)
        if cell is not None:
            expert = self.expert_at(*cell)
            self.set_cursor_cell(cell[0], expert)
            self.menu_requested.emit(cell[0], expert, event.globalPos())
        elif row is not None and at.x() < self.gutter():
            if row not in self.selected_rows:
                self.select_rows((row,))
            self.menu_requested.emit(row, -1, event.globalPos())

    # keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, zoom, select."""
        key, held = event.key(), event.modifiers()
        control = bool(held & Qt.KeyboardModifier.ControlModifier)
        if key in MOVES:
            self._step(*MOVES[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._jump(last=key == Qt.Key.Key_End, map_end=control)
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif control and key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif not (self._chord(key) if control else self._letter(key)):
            super().keyPressEvent(event)

    def _chord(self, _key: int) -> bool:
        """A key with Ctrl; whether it meant something."""
        return False

    def _letter(self, key: int) -> bool:
        """The keys without a modifier; whether it was one of them."""
        if key == Qt.Key.Key_F:
            self.fit()
        elif key == Qt.Key.Key_Escape and self.selected_rows:
            self.select_rows(())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_cell:
            row = self.cursor_cell[0]
            self.select_rows(() if self.selected_rows == (row,) else (row,))
        else:
            return False
        return True

    def _step(self, rows: int, columns: int) -> None:
        n_rows, n_columns = self.state.exists_LE.shape
        if not n_rows:
            return
        row, expert = self.cursor_cell or (0, self.expert_at(0, 0))
        column = self.column_of(row, expert)
        if self.cursor_cell is not None:
            row = min(max(row + rows, 0), n_rows - 1)
            last = int(self.state.exists_LE[row].sum()) - 1
            column = min(max(column + columns, 0), max(min(last, n_columns - 1), 0))
        if len(self.selected_rows) == 1 and rows:
            self.select_rows((row,))
        else:
            self.select_rows(())
        self.set_cursor_cell(row, self.expert_at(row, column))

    def _jump(self, *, last: bool, map_end: bool) -> None:
        n_rows = self.state.exists_LE.shape[0]
        if not n_rows:
            return
        row = self.cursor_cell[0] if self.cursor_cell else 0
        if map_end:
            row = n_rows - 1 if last else 0
        column = int(self.state.exists_LE[row].sum()) - 1 if last else 0
        self.set_cursor_cell(row, self.expert_at(row, max(column, 0)))

    # the inside

    def _press_row(self, at: QPointF, held: Qt.KeyboardModifier) -> None:
        row = self.grid.row_at(at.y() - HEADER)
        if row is None:
            self.select_rows(())
            return
        if held & Qt.KeyboardModifier.ShiftModifier and self.selected_rows:
            first, last = sorted((self._row_anchor, row))
            self.select_rows(tuple(range(first, last + 1)))
            return
        self._row_anchor = row
        if held & Qt.KeyboardModifier.ControlModifier:
            self.select_rows(tuple(set(self.selected_rows) ^ {row}))
        else:
            self.select_rows(() if self.selected_rows == (row,) else (row,))

    def _hover(self, cell: tuple[int, int] | None) -> None:
        now = None if cell is None else (cell[0], self.expert_at(*cell))
        if now is not None and not self.state.exists_LE[now]:
            now = None
        if now == self.hover_cell:
            return
        old, self.hover_cell = self.hover_cell, now
        self._pointer_moved(old, now)
        self.hovered.emit(*(now or (-1, -1)))

    def _pointer_moved(self, before: tuple[int, int] | None, after: tuple[int, int] | None) -> None:
        """Repaint what hover and cursor touch: two cells, two row labels, the header."""
        self.update(self.header())
        for cell in (before, after):
            if cell is not None:
                self.update(self.cell_rect(*cell).adjusted(-6, -6, 6, 6).toAlignedRect())
                strip = self.row_strip(cell[0])
                strip.setWidth(self.gutter())
                self.update(strip)
        rows = tuple(-1 if cell is None else cell[0] for cell in (before, after))
        if rows[0] != rows[1]:
            self.row_pointed.emit(*rows)

    def _scroll(self, dx: float, dy: float) -> bool:
        moved = self.grid.scroll_by(dx, dy)
        if moved:
            self._redraw_all()
            self.view_changed.emit()
        return moved

    def _current_row(self) -> int | None:
        if self.selected_rows:
            return self.selected_rows[0]
        return self.cursor_cell[0] if self.cursor_cell else None

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        if at.x() < self.gutter() or at.y() < HEADER:
            return None
        cell = self.grid.at(at.x() - self.gutter(), at.y() - HEADER)
        if cell is None or not self.state.exists_LE[cell[0], self.expert_at(*cell)]:
            return None
        return cell
