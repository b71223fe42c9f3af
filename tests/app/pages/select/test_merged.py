"""Merged experts look and read unlike dropped ones, wherever an expert is shown."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from app.pages.select import SelectPage
from app.pages.select.expert_csv import expert_table
from app.widgets import heatmap_marks as marks
from core.planning import Merge

EXPERTS = (16, 16, 16)
GROUP = Merge.of(5, {3: 1.0, 5: 2.0, 7: 1.0})


@pytest.fixture
def page(page: SelectPage) -> SelectPage:
    """Experts 3 and 7 of row 1 go into 5; expert 4 is dropped and nothing else."""
    session = page.session
    kept = session.plan.kept_LE.copy()
    kept[1, [3, 4, 7]] = False
    session.apply_plan(session.plan.with_kept(kept).with_merges([[], [GROUP], []]), "merge")
    page.grab()
    return page


def look(page: SelectPage, expert: int) -> np.ndarray:
    """The pixels of a cell of row 1, [y, x, 3]."""
    image = page.map.grab().toImage()
    ratio = image.devicePixelRatio()
    box = page.map.cell_rect(1, expert)
    part = image.copy(
        QRect(*(round(v * ratio) for v in (box.x(), box.y(), box.width(), box.height())))
    ).convertToFormat(image.Format.Format_RGB32)
    array = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), part.width(), 4)
    return array[..., :3].astype(int)


def test_a_merged_cell_has_another_ground_hatch_and_mark_than_a_dropped_one(page) -> None:
    # The same score for all, so that only the state can make a difference.
    page.map.set_scores(np.ones((3, 16)))
    merged, dropped, kept, mean = (look(page, expert) for expert in (3, 4, 8, 5))
    colours = {tuple(dropped[y, 1]) for y in range(len(dropped))}
    assert not colours & {tuple(merged[y, 1]) for y in range(len(merged))}
    assert (mean != kept).any()  # the plus
    state = page.map.state
    found = [marks.mark_of(state, 1, expert) for expert in (3, 7, 5, 4, 8)]
    assert found == ["merge", "merge", "mean", None, None]


def test_stripes_of_merged_cells_run_the_other_way(page) -> None:
    page.map.set_scores(np.ones((3, 16)))
    page.map.state.mean_LE[:] = False
    dropped, merged = look(page, 4), look(page, 3)
    corner = 9  # away from the mark in the middle
    assert (dropped[:corner, :corner] == dropped[:corner, :corner].transpose(1, 0, 2)).all()

    def along(cell: np.ndarray, way: int) -> bool:
        """Whether going one pixel right and `way` down changes nothing, near the top left."""
        part = cell[1:6, 1:6]
        moved = cell[1 + way : 6 + way, 2:7]
        return bool((part == moved).all())

    assert along(dropped, -1)
    assert not along(dropped, 1)
    assert along(merged, 1)
    assert not along(merged, -1)


def test_a_stroke_that_brings_a_merged_expert_back_shows_it_kept_at_once(page) -> None:
    page.map.set_scores(np.ones((3, 16)))
    kept = look(page, 9)
    at = page.map.cell_rect(1, 3).center().toPoint()
    QTest.mousePress(page.map, Qt.MouseButton.LeftButton, pos=at)
    inside = look(page, 3)[5:-5, 5:-5]
    QTest.mouseRelease(page.map, Qt.MouseButton.LeftButton, pos=at)
    assert page.session.plan.kept_LE[1, 3]
    assert page.session.plan.merge_of(1, 7) == Merge.of(5, {5: 2.0, 7: 1.0})
    assert page.map.state.merged_LE[1].nonzero()[0].tolist() == [7]
    quiet = kept[5, 5]
    assert (inside == quiet).all(axis=2).mean() > 0.5


def test_words_say_into_which_expert_and_with_which(page) -> None:
    QTest.mouseMove(page.map, page.map.cell_rect(1, 3).center().toPoint() + QPoint(1, 1))
    page.map.hovered.emit(1, 3)
    assert page.map.toolTip() == "L1 · expert 3: merged into 5, with 7"
    page.map.hovered.emit(1, 4)
    assert page.map.toolTip() == "L1 · expert 4: dropped"
    page.map.hovered.emit(1, 5)
    assert page.map.toolTip() == "L1 · expert 5: kept, averaged with 3 and 7"
    page.map.hovered.emit(1, 8)
    assert page.map.toolTip() == ""
    page.map.set_cursor_cell(1, 3)
    page._show_card()
    assert page.inspector.state.text().startswith("merged into 5, with 7")
    assert "merged into 5, with 7" in page.map.accessibleDescription()
    assert page.state().reason == "1 experts are dropped, 2 merged"


def test_the_strip_does_not_call_merged_experts_dropped(page) -> None:
    loads = page.strip.figures[-1]
    assert loads.note == "2 merged · ragged: 13 to 16"
    assert "1 experts are dropped, 2 are merged" in loads.tip
    coverage = next(f for f in page.strip.figures if f.name == "Coverage kept")
    assert "merged experts" in coverage.tip


def test_the_table_file_names_groups(page) -> None:
    text = expert_table(page.derived.table(page.session.plan)).text()
    rows = {
        int(row["expert"]): row for row in csv.DictReader(io.StringIO(text)) if row["layer"] == "1"
    }
    assert (rows[3]["state"], rows[3]["merged_into"], rows[3]["mean_of"]) == ("merged", "5", "")
    assert (rows[5]["state"], rows[5]["merged_into"], rows[5]["mean_of"]) == ("kept", "", "3 5 7")
    assert (rows[4]["state"], rows[4]["merged_into"]) == ("dropped", "")


def test_the_layer_view_and_the_drawing_tell_them_apart(page, tmp_path) -> None:
    page.views.show_view("layer")
    view = page.views.current
    view.show_row(1)
    bars = view.bars.bars
    assert sorted(bars.expert[bars.merged].tolist()) == [3, 7]
    assert bars.expert[bars.mean].tolist() == [5]
    assert "2 merged" in view.facts.full_text
    page.views.show_view("map")
    page.takeaway.save_svg(tmp_path / "map.svg")
    drawn = (tmp_path / "map.svg").read_text()
    from app.theme import LIGHT

    assert LIGHT.merge_hatch in drawn
    assert LIGHT.hatch in drawn


def test_the_legend_explains_groups_only_where_there_are_some(page) -> None:
    with_groups = page.view.legend.grab().toImage()
    page.session.apply_plan(page.session.plan.with_merges([]), "no groups")
    assert page.view.legend.grab().toImage() != with_groups
    assert page.map.state.merged_LE is None
