"""The heat map that can be edited: mouse and keys become edits, looking is the pointer's.

A stroke starts on a cell and gives every cell that it meets that cell's new state; it ends as one
`edited` signal, so that one stroke is one undo step. Esc takes an unfinished stroke back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.widgets.heatmap_canvas import CellState
from app.widgets.heatmap_labels import HEADER
from app.widgets.heatmap_pointer import HeatMapPointer


@dataclass
class _Stroke:
    """An unfinished drag."""

    start: tuple[int, int]  # row and column
    last: tuple[int, int]
    keep: bool
    box: bool
    mask_LE: NDArray[np.bool_]


class HeatMap(HeatMapPointer):
    """Experts as cells: look, paint, lock, select layers."""

    edited = Signal(object, bool)  # mask [L, E] in expert order, and the state to give it
    previewed = Signal(object, bool)  # the same while the stroke goes on; None when it is over
    refused = Signal(int, int)  # a cell that a brush cannot change was clicked
    lock_requested = Signal(int, int)
    layers_toggled = Signal(object)  # rows whose experts are to change sides
    pattern_copied = Signal(int)
    pattern_pasted = Signal(object)  # rows

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stroke: _Stroke | None = None
        self.setAccessibleName(self.tr("Heat map of experts"))
        self._how_to = self.tr(
            "Arrow keys move between experts, Space keeps or drops, L locks, Shift with a drag "
            "draws a box, Ctrl with the wheel zooms, F shows everything."
        )
        self.setAccessibleDescription(self._how_to)

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

    def _press_cell(self, cell: tuple[int, int], event: QMouseEvent) -> None:
        """Begin a stroke."""
        row, column = cell
        expert = self.expert_at(row, column)
        box = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self.state.fixed_LE[row, expert] and not box:
            self.refused.emit(row, expert)
            return
        self._stroke = _Stroke(
            start=cell, last=cell, keep=not bool(self.state.kept_LE[row, expert]), box=box,
            mask_LE=np.zeros_like(self.state.kept_LE),
        )  # fmt: skip
        self._extend_stroke(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what was begun, or hover."""
        if self._stroke is not None and self._pan is None:
            inside = self._nearest_cell(event.position())
            if inside != self._stroke.last:
                self._extend_stroke(inside)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke as one edit."""
        super().mouseReleaseEvent(event)
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

    # keyboard

    def _chord(self, key: int) -> bool:
        row = self._current_row()
        if row is None or key not in (Qt.Key.Key_C, Qt.Key.Key_V):
            return super()._chord(key)
        if key == Qt.Key.Key_C:
            self.pattern_copied.emit(row)
        else:
            self.pattern_pasted.emit(self.selected_rows or (row,))
        return True

    def _letter(self, key: int) -> bool:
        if key == Qt.Key.Key_Space and self.selected_rows:
            self.layers_toggled.emit(self.selected_rows)
        elif key == Qt.Key.Key_Space and self.cursor_cell:
            self.toggle_cursor()
        elif key == Qt.Key.Key_L and self.cursor_cell:
            self.lock_cursor()
        elif key == Qt.Key.Key_Escape and self._stroke is not None:
            self._cancel_stroke()
        else:
            return super()._letter(key)
        return True

    def lock_cursor(self) -> None:
        """Ask to lock the expert under the cursor, or to free it."""
        if self.cursor_cell is not None:
            self.lock_requested.emit(*self.cursor_cell)

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
