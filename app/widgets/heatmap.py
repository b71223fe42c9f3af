"""The heat map that can be edited: mouse and keys become edits, everything else is the canvas.

A stroke starts on a cell and gives every cell that it meets that cell's new state; it ends as one
`edited` signal, so that one stroke is one undo step. Esc takes an unfinished stroke back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.widgets.heatmap_canvas import CellState, HeatMapCanvas
from app.widgets.heatmap_labels import HEADER

ZOOM_STEP = 1.25
WHEEL_NOTCH = 120.0
LINE = 40.0  # logical pixels that one notch of the wheel scrolls


@dataclass
class _Stroke:
    """An unfinished drag."""

    start: tuple[int, int]  # row and column
    last: tuple[int, int]
    keep: bool
    box: bool
    mask_LE: NDArray[np.bool_]


class HeatMap(HeatMapCanvas):
    """Experts as cells: look, paint, lock, select layers."""

    edited = Signal(object, bool)  # mask [L, E] in expert order, and the state to give it
    previewed = Signal(object, bool)  # the same while the stroke goes on; None when it is over
    refused = Signal(int, int)  # a cell that a brush cannot change was clicked
    lock_requested = Signal(int, int)
    hovered = Signal(int, int)  # row and expert, or −1, −1
    cursor_moved = Signal(int, int)
    layers_selected = Signal(object)  # rows, ascending
    layers_toggled = Signal(object)  # rows whose experts are to change sides
    pattern_copied = Signal(int)
    pattern_pasted = Signal(object)  # rows
    menu_requested = Signal(int, int, QPoint)  # row, expert (−1: the whole layer), where

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stroke: _Stroke | None = None
        self._pan: QPointF | None = None
        self._row_anchor = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Heat map of experts"))
        self._how_to = self.tr(
            "Arrow keys move between experts, Space keeps or drops, L locks, Shift with a drag "
            "draws a box, Ctrl with the wheel zooms, F shows everything."
        )
        self.setAccessibleDescription(self._how_to)

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

    def set_state(self, state: CellState) -> None:
        """Show another plan; an unfinished stroke over another model is dropped."""
        if self._stroke is not None and state.kept_LE.shape != self._stroke.mask_LE.shape:
            self._cancel_stroke()
        if state.exists_LE.shape != self.state.exists_LE.shape:
            self.selected_rows = ()
        super().set_state(state)

    def _shown_kept(self) -> NDArray[np.bool_]:
        kept = self.state.kept_LE
        if self._stroke is None:
            return kept
        return kept | self._stroke.mask_LE if self._stroke.keep else kept & ~self._stroke.mask_LE

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke, select a layer, or pan."""
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if at.x() < self.gutter():
            self._press_row(at, event.modifiers())
            return
        cell = self._cell_at(at)
        if cell is None:
            return
        row, column = cell
        expert = self.expert_at(row, column)
        # Space now means this expert, not the layers that were chosen before.
        self.select_rows(())
        self.set_cursor_cell(row, expert)
        box = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self.state.fixed_LE[row, expert] and not box:
            self.refused.emit(row, expert)
            return
        self._stroke = _Stroke(
            start=cell, last=cell, keep=not bool(self.state.kept_LE[row, expert]), box=box,
            mask_LE=np.zeros_like(self.state.kept_LE),
        )  # fmt: skip
        self._extend_stroke(cell)

    # A fast second click is a click like any other.
    mouseDoubleClickEvent = mousePressEvent

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what was begun, or hover."""
        at = event.position()
        if self._pan is not None:
            moved = self._pan - at
            self._pan = at
            self._scroll(moved.x(), moved.y())
            return
        if self._stroke is not None:
            inside = self._nearest_cell(at)
            if inside != self._stroke.last:
                self._extend_stroke(inside)
        self._hover(self._cell_at(at))
        over_header = at.x() < self.gutter() and self.grid.row_at(at.y() - HEADER) is not None
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if over_header else Qt.CursorShape.ArrowCursor
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke as one edit."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = None
            self.unsetCursor()
            return
        stroke = self._stroke
        if event.button() != Qt.MouseButton.LeftButton or stroke is None:
            return
        changed = stroke.mask_LE & (self.state.kept_LE != stroke.keep)
        self._stroke, self.box = None, None
        if stroke.box:
            self.update()
        if changed.any():
            # The new state arrives before the next paint, so the stroke need not be taken back.
            self.edited.emit(changed, stroke.keep)
        if not changed.any() or (self.state.kept_LE[changed] != stroke.keep).any():
            self._redraw_cells(stroke.mask_LE)
            self.previewed.emit(None, stroke.keep)

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
        """Everything that the mouse can do."""
        key, held = event.key(), event.modifiers()
        control = bool(held & Qt.KeyboardModifier.ControlModifier)
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_PageUp: (-8, 0), Qt.Key.Key_PageDown: (8, 0),
        }  # fmt: skip
        if key in steps:
            self._step(*steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._jump(last=key == Qt.Key.Key_End, map_end=control)
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif control and key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif control and key == Qt.Key.Key_C and self._current_row() is not None:
            self.pattern_copied.emit(self._current_row())
        elif control and key == Qt.Key.Key_V and self._current_row() is not None:
            self.pattern_pasted.emit(self.selected_rows or (self._current_row(),))
        elif control or not self._letter(key):
            super().keyPressEvent(event)

    def _letter(self, key: int) -> bool:
        """The keys without a modifier; whether it was one of them."""
        if key == Qt.Key.Key_Space and self.selected_rows:
            self.layers_toggled.emit(self.selected_rows)
        elif key == Qt.Key.Key_Space and self.cursor_cell:
            self.toggle_cursor()
        elif key == Qt.Key.Key_L and self.cursor_cell:
            self.lock_requested.emit(*self.cursor_cell)
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key == Qt.Key.Key_Escape and (self._stroke is not None or self.selected_rows):
            if self._stroke is not None:
                self._cancel_stroke()
            else:
                self.select_rows(())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_cell:
            row = self.cursor_cell[0]
            self.select_rows(() if self.selected_rows == (row,) else (row,))
        else:
            return False
        return True

    def toggle_cursor(self) -> None:
        """Drop the expert under the cursor, or keep it again."""
        if self.cursor_cell is None:
            return
        if self.state.fixed_LE[self.cursor_cell]:
            self.refused.emit(*self.cursor_cell)
            return
        mask_LE = np.zeros_like(self.state.kept_LE)
        mask_LE[self.cursor_cell] = True
        self.edited.emit(mask_LE, not bool(self.state.kept_LE[self.cursor_cell]))

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

    # the inside of a stroke

    def _extend_stroke(self, cell: tuple[int, int]) -> None:
        stroke = self._stroke
        if stroke is None:
            return
        before = stroke.mask_LE.copy()
        if stroke.box:
            (r0, c0), (r1, c1) = stroke.start, cell
            self.box = QRect(QPoint(min(c0, c1), min(r0, r1)), QPoint(max(c0, c1), max(r0, r1)))
            stroke.mask_LE[:] = False
            for row in range(self.box.top(), self.box.bottom() + 1):
                shown = self._order_LE[row, self.box.left() : self.box.right() + 1]
                stroke.mask_LE[row, shown] = True
            self.update()
        else:
            for row, column in _line(stroke.last, cell):
                stroke.mask_LE[row, self.expert_at(row, column)] = True
        stroke.mask_LE &= self.state.exists_LE & ~self.state.fixed_LE
        stroke.last = cell
        self._redraw_cells(before != stroke.mask_LE)
        if cell != stroke.start:
            self.previewed.emit(stroke.mask_LE.copy(), stroke.keep)

    def _cancel_stroke(self) -> None:
        stroke, self._stroke, self.box = self._stroke, None, None
        if stroke is not None:
            if stroke.mask_LE.shape == self.state.kept_LE.shape:
                self._redraw_cells(stroke.mask_LE)
            self.update()
            self.previewed.emit(None, stroke.keep)

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

    def _nearest_cell(self, at: QPointF) -> tuple[int, int]:
        """The cell that a stroke outside the map means: the nearest one."""
        used_w, used_h = (side / self.grid.ratio for side in self.grid.used)
        x = min(max(at.x() - self.gutter(), 0.0), used_w - 0.5)
        y = min(max(at.y() - HEADER, 0.0), used_h - 0.5)
        return self.grid.at(x, y) or (self._stroke.last if self._stroke else (0, 0))


def _line(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[int, int]]:
    """The cells between two, both included, so that a fast stroke leaves no holes."""
    steps = max(abs(b[0] - a[0]), abs(b[1] - a[1]), 1)
    rows = np.round(np.linspace(a[0], b[0], steps + 1)).astype(int)
    columns = np.round(np.linspace(a[1], b[1], steps + 1)).astype(int)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
