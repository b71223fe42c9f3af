"""The table of experts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.models.experts import ExpertsModel, ExpertTable

N = 6
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def table(**changes: object) -> ExpertTable:
    false = np.zeros(N, dtype=np.bool_)
    value = ExpertTable(
        row=np.array([0, 0, 0, 1, 1, 1]), layer=np.array([3, 3, 3, 4, 4, 4]),
        expert=np.array([0, 1, 2, 0, 1, 2]), kept=~false, locked=false, protected=false,
        score=np.array([5.0, -np.inf, 1.0, 9.0, 3.0, 1.0]), rank=np.array([1, 3, 2, 1, 2, 3]),
        tokens=np.array([50.0, 0, 10, 90, 30, 10]), share=np.full(N, 0.125),
        mean_gate=np.array([0.5, np.nan, 0.1, 0.9, 0.3, 0.1]), output_norm=np.ones(N),
        metric="soft-count",
    )  # fmt: skip
    return replace(value, **changes)  # type: ignore[arg-type]


@pytest.fixture
def model(qtbot: QtBot) -> ExpertsModel:
    out = ExpertsModel()
    out.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        out, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    out.set_table(table())
    return out


def column(model: ExpertsModel, name: str) -> list[str]:
    at = ExpertsModel.COLUMNS.index(name)
    return [model.data(model.index(row, at)) for row in range(model.rowCount())]


def test_numbers_read_as_people_write_them(model: ExpertsModel) -> None:
    assert column(model, "layer")[0] == "L3"
    assert column(model, "score")[:3] == ["5", "never chosen", "1"]
    assert column(model, "mean_gate")[:2] == ["0.500", "–"]
    assert column(model, "share")[0] == "12.50 %"


def test_sorting_is_by_value_and_what_is_unknown_comes_last(model: ExpertsModel) -> None:
    model.sort(ExpertsModel.COLUMNS.index("mean_gate"), UP)
    assert column(model, "mean_gate") == ["0.100", "0.100", "0.300", "0.500", "0.900", "–"]
    model.sort(ExpertsModel.COLUMNS.index("mean_gate"), DOWN)
    assert column(model, "mean_gate") == ["0.900", "0.500", "0.300", "0.100", "0.100", "–"]


def test_a_selection_stays_with_its_expert_through_sorting(model: ExpertsModel) -> None:
    held = QPersistentModelIndex(model.index(3, 0))
    model.sort(ExpertsModel.COLUMNS.index("score"), UP)
    assert model.cell_at(held.row()) == (1, 0)


def test_a_new_table_keeps_sorting_and_selection(model: ExpertsModel) -> None:
    model.sort(ExpertsModel.COLUMNS.index("score"), DOWN)
    held = QPersistentModelIndex(model.index(0, 0))
    assert model.cell_at(held.row()) == (1, 0)
    model.set_table(table(score=np.array([5.0, 7.0, 1.0, 0.5, 3.0, 1.0])))
    assert model.cell_at(0) == (0, 1)
    assert model.cell_at(held.row()) == (1, 0)


def test_states_are_words(model: ExpertsModel) -> None:
    kept = np.array([True, False, True, False, True, True])
    locked = np.array([True, True, False, False, False, False])
    protected = np.array([False, False, False, False, True, False])
    model.set_table(table(kept=kept, locked=locked, protected=protected))
    assert column(model, "state") == [
        "locked, kept", "locked, dropped", "kept", "dropped", "protected", "kept",
    ]  # fmt: skip


def test_lines_and_experts_find_each_other(model: ExpertsModel) -> None:
    model.sort(ExpertsModel.COLUMNS.index("tokens"), DOWN)
    for line in range(N):
        cell = model.cell_at(line)
        assert cell is not None
        assert model.line_of(*cell) == line
    assert model.cell_at(N) is None
    assert model.line_of(7, 7) is None
