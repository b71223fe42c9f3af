"""The heat map: gestures become edits, states have looks of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets.heatmap import HeatMap
from app.widgets.heatmap_canvas import CellState

L, E = 6, 8
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


def state(**masks: list[tuple[int, int]]) -> CellState:
    """Everything kept but the named cells."""

    def mask(name: str) -> np.ndarray:
        out = np.zeros((L, E), dtype=np.bool_)
        for cell in masks.get(name, []):
            out[cell] = True
        return out

    return CellState(
        exists_LE=~mask("missing"),
        kept_LE=~mask("dropped"),
        locked_LE=mask("locked"),
        protected_LE=mask("protected"),
        fixed_LE=mask("locked") | mask("protected"),
    )


class Heard:
    """What the map said."""

    def __init__(self, cells: HeatMap) -> None:
        self.edits: list[tuple[set[tuple[int, int]], bool]] = []
        self.locks: list[tuple[int, int]] = []
        self.layers: list[tuple[int, ...]] = []
        self.refused: list[tuple[int, int]] = []
        self.toggled: list[tuple[int, ...]] = []
        cells.edited.connect(self.edit)
        cells.lock_requested.connect(lambda r, e: self.locks.append((r, e)))
        cells.layers_selected.connect(self.layers.append)
        cells.layers_toggled.connect(self.toggled.append)
        cells.refused.connect(lambda r, e: self.refused.append((r, e)))

    def edit(self, mask: np.ndarray, keep: bool) -> None:
        self.edits.append(({tuple(c) for c in np.argwhere(mask).tolist()}, keep))


@pytest.fixture
def cells(qtbot: QtBot) -> Iterator[HeatMap]:
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.resize(420, 260)
    widget.set_layers(tuple(range(3, 3 + L)))
    widget.set_state(state())
    widget.set_scores(np.arange(L * E, dtype=float).reshape(L, E) + 1)
    widget.show()
    widget.grab()
    return widget


@pytest.fixture
def heard(cells: HeatMap) -> Heard:
    return Heard(cells)


def at(cells: HeatMap, row: int, expert: int) -> QPoint:
    return cells.cell_rect(row, expert).center().toPoint()


def drag(cells: HeatMap, *path: tuple[int, int], keys: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mousePress(cells, LEFT, keys, at(cells, *path[0]))
    for cell in path[1:]:
        QTest.mouseMove(cells, at(cells, *cell))
    QTest.mouseRelease(cells, LEFT, keys, at(cells, *path[-1]))


def pixel(cells: HeatMap, row: int, expert: int) -> set[int]:
    """The colours inside a cell."""
    image = cells.grab().toImage()
    box = cells.cell_rect(row, expert).toRect().adjusted(4, 4, -4, -4)
    return {
        image.pixel(x, y)
        for x in range(box.left(), box.right())
        for y in range(box.top(), box.bottom())
    }


def test_a_click_drops_a_kept_expert_and_keeps_a_dropped_one(cells: HeatMap, heard: Heard) -> None:
    QTest.mouseClick(cells, LEFT, PLAIN, at(cells, 2, 5))
    cells.set_state(state(dropped=[(2, 5)]))
    QTest.mouseClick(cells, LEFT, PLAIN, at(cells, 2, 5))
    assert heard.edits == [({(2, 5)}, False), ({(2, 5)}, True)]


def test_a_drag_paints_the_first_cells_new_state_as_one_edit(cells: HeatMap, heard: Heard) -> None:
    cells.set_state(state(dropped=[(1, 3)]))
    drag(cells, (1, 1), (1, 2), (1, 3), (1, 4))
    # The third cell was dropped already: only what changes is said.
    assert heard.edits == [({(1, 1), (1, 2), (1, 4)}, False)]


def test_a_fast_drag_leaves_no_holes(cells: HeatMap, heard: Heard) -> None:
    drag(cells, (0, 0), (0, 7))
    assert heard.edits == [({(0, e) for e in range(8)}, False)]


def test_a_shift_drag_paints_the_box(cells: HeatMap, heard: Heard) -> None:
    drag(cells, (1, 1), (3, 2), keys=Qt.KeyboardModifier.ShiftModifier)
    assert heard.edits == [({(r, e) for r in (1, 2, 3) for e in (1, 2)}, False)]


def test_locks_and_protection_stop_the_brush(cells: HeatMap, heard: Heard) -> None:
    cells.set_state(state(locked=[(1, 2)], protected=[(1, 3)]))
    drag(cells, (1, 1), (1, 4))
    assert heard.edits == [({(1, 1), (1, 4)}, False)]


def test_a_click_on_a_locked_cell_is_refused_aloud(cells: HeatMap, heard: Heard) -> None:
    cells.set_state(state(locked=[(1, 2)]))
    QTest.mouseClick(cells, LEFT, PLAIN, at(cells, 1, 2))
    assert heard.refused == [(1, 2)]
    assert heard.edits == []


def test_escape_takes_an_unfinished_stroke_back(cells: HeatMap, heard: Heard) -> None:
    before = cells.grab().toImage()
    QTest.mousePress(cells, LEFT, PLAIN, at(cells, 1, 1))
    QTest.mouseMove(cells, at(cells, 1, 5))
    QTest.keyClick(cells, Qt.Key.Key_Escape)
    QTest.mouseRelease(cells, LEFT, PLAIN, at(cells, 1, 5))
    assert heard.edits == []
    cells.cursor_cell = None
    cells._hover(None)
    cells.update()
    assert cells.grab().toImage() == before


def test_a_click_on_a_row_label_selects_the_layer(cells: HeatMap, heard: Heard) -> None:
    label = QPoint(8, at(cells, 4, 0).y())
    QTest.mouseClick(cells, LEFT, PLAIN, label)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(cells, LEFT, control, QPoint(8, at(cells, 1, 0).y()))
    QTest.keyClick(cells, Qt.Key.Key_Space)
    QTest.keyClick(cells, Qt.Key.Key_Escape)
    assert heard.layers == [(4,), (1, 4), ()]
    assert heard.toggled == [(1, 4)]


def test_space_means_the_expert_that_was_clicked_not_a_layer_chosen_before(
    cells: HeatMap, heard: Heard
) -> None:
    QTest.mouseClick(cells, LEFT, PLAIN, QPoint(8, at(cells, 4, 0).y()))
    QTest.mouseClick(cells, LEFT, PLAIN, at(cells, 1, 2))
    QTest.keyClick(cells, Qt.Key.Key_Space)
    assert heard.layers == [(4,), ()]
    assert heard.toggled == []
    assert [cells for cells, _ in heard.edits] == [{(1, 2)}, {(1, 2)}]


def test_moving_sideways_leaves_the_layers_and_up_or_down_takes_one_along(
    cells: HeatMap, heard: Heard
) -> None:
    cells.set_cursor_cell(2, 2)
    cells.select_rows((2,))
    QTest.keyClick(cells, Qt.Key.Key_Down)
    assert cells.selected_rows == (3,)
    QTest.keyClick(cells, Qt.Key.Key_Right)
    assert cells.selected_rows == ()


def test_the_keyboard_moves_toggles_and_locks(cells: HeatMap, heard: Heard) -> None:
    cells.set_cursor_cell(0, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(cells, key)
    QTest.keyClick(cells, Qt.Key.Key_Space)
    QTest.keyClick(cells, Qt.Key.Key_L)
    assert heard.edits == [({(1, 1)}, False)]
    assert heard.locks == [(1, 1)]
    QTest.keyClick(cells, Qt.Key.Key_End)
    assert cells.cursor_cell == (1, 7)


def test_arrow_keys_follow_the_order_on_screen(cells: HeatMap) -> None:
    scores = np.tile(np.array([3.0, 9.0, 1.0, 4.0, 2.0, 8.0, 7.0, 5.0]), (L, 1))
    cells.set_scores(scores)
    cells.set_order("sorted")
    cells.set_cursor_cell(0, 1)
    QTest.keyClick(cells, Qt.Key.Key_Right)
    assert cells.cursor_cell == (0, 5)


def test_a_stroke_in_sorted_order_names_experts(cells: HeatMap, heard: Heard) -> None:
    scores = np.tile(np.array([3.0, 9.0, 1.0, 4.0, 2.0, 8.0, 7.0, 5.0]), (L, 1))
    cells.set_scores(scores)
    cells.set_order("sorted")
    drag(cells, (0, 1), (0, 5), (0, 6))
    assert heard.edits == [({(0, 1), (0, 5), (0, 6)}, False)]


def wheel(cells: HeatMap, notches: int, keys: Qt.KeyboardModifier) -> None:
    centre = QPointF(at(cells, 3, 4))
    event = QWheelEvent(
        centre, cells.mapToGlobal(centre), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(cells, event)


def test_ctrl_wheel_zooms_around_the_pointer_and_f_fits(cells: HeatMap) -> None:
    small, spot = cells.cell_rect(3, 4), at(cells, 3, 4)
    wheel(cells, 4, Qt.KeyboardModifier.ControlModifier)
    assert cells.cell_rect(3, 4).width() > 1.5 * small.width()
    assert cells.cell_rect(3, 4).contains(QPointF(spot))
    QTest.keyClick(cells, Qt.Key.Key_F)
    assert cells.cell_rect(3, 4) == small


def test_the_cursor_scrolls_into_view_when_zoomed(cells: HeatMap) -> None:
    cells.set_cursor_cell(0, 0)
    cells.zoom(6)
    cells.set_cursor_cell(5, 7)
    assert QPointF(cells.viewport().center()).y() > 0
    assert cells.viewport().toRectF().contains(cells.cell_rect(5, 7).center())


def test_never_profiled_does_not_look_like_the_lowest_score(cells: HeatMap) -> None:
    seen = np.ones((L, E), dtype=np.bool_)
    seen[1] = False
    scores = np.ones((L, E))
    scores[0] = 0.0
    cells.set_scale("linear")
    cells.set_scores(scores, seen)
    assert pixel(cells, 0, 2).isdisjoint(pixel(cells, 1, 2))
    assert pixel(cells, 1, 2).isdisjoint(pixel(cells, 2, 2))


def test_dropped_cells_are_hatched_and_kept_ones_plain(cells: HeatMap) -> None:
    cells.set_state(state(dropped=[(2, 2)]))
    assert len(pixel(cells, 2, 2)) >= 3
    assert len(pixel(cells, 2, 3)) == 1


def test_missing_cells_can_be_neither_hovered_nor_painted(cells: HeatMap, heard: Heard) -> None:
    cells.set_state(state(missing=[(2, 7)]))
    QTest.mouseClick(cells, LEFT, PLAIN, at(cells, 2, 7))
    assert heard.edits == []
    cells.set_cursor_cell(2, 6)
    QTest.keyClick(cells, Qt.Key.Key_Right)
    assert cells.cursor_cell == (2, 6)


def test_partial_repaint_equals_full_repaint(cells: HeatMap) -> None:
    cells.grab()
    cells.set_state(state(dropped=[(2, 2), (2, 5), (4, 0)], locked=[(4, 0)]))
    partial = cells.grab().toImage()
    cells._redraw_all()
    assert cells.grab().toImage() == partial


@pytest.mark.parametrize("shape", [(1, 2), (8, 16), (24, 32), (61, 384), (4, 600)])
def test_every_cell_is_found_where_it_is_drawn(qtbot: QtBot, shape: tuple[int, int]) -> None:
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.resize(700, 420)
    ones = np.ones(shape, dtype=np.bool_)
    widget.set_layers(tuple(range(shape[0])))
    widget.set_state(
        CellState(exists_LE=ones, kept_LE=ones, locked_LE=~ones, protected_LE=~ones, fixed_LE=~ones)
    )
    view = widget.viewport()
    for row, expert in ((0, 0), (shape[0] - 1, shape[1] - 1), (shape[0] // 2, shape[1] // 3)):
        centre = widget.cell_rect(row, expert).center()
        assert view.toRectF().contains(centre)
        assert widget.grid.at(centre.x() - view.x(), centre.y() - view.y()) == (row, expert)
