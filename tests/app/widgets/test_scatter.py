"""The plot places marks where their numbers are, and a click finds them."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.widgets.scatter import Mark, ScatterPlot

MARKS = (
    Mark(x=26e6, y=26.0, label="original", shape="ring", pinned=True),
    Mark(x=14e6, y=37.0, label="half"),
    Mark(x=20e6, y=28.0, label="some"),
)


@pytest.fixture
def plot(qtbot) -> ScatterPlot:
    plot = ScatterPlot(str, str)
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.set_marks(MARKS, (1, 2, 0))
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def test_a_larger_model_is_further_right_and_a_worse_one_higher(plot: ScatterPlot) -> None:
    places = [plot.position(i) for i in range(3)]
    assert places[1].x() < places[2].x() < places[0].x()
    assert places[1].y() < places[2].y() < places[0].y()


def test_clicking_a_mark_chooses_it(plot: ScatterPlot, qtbot) -> None:
    where = plot.position(1).toPoint()
    target = plot.childAt(where)
    with qtbot.waitSignal(plot.chosen) as caught:
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(plot, where))
    assert caught.args == [1]


def test_a_destroyed_model_is_drawn_at_the_edge_not_at_infinity(plot: ScatterPlot) -> None:
    plot.set_marks((*MARKS, Mark(x=10e6, y=math.inf, label="gone")))
    assert 0 <= plot.position(3).y() < plot.position(1).y()


def test_a_wide_range_gets_a_logarithmic_axis(plot: ScatterPlot) -> None:
    plot.set_marks(
        (MARKS[0], Mark(x=1e6, y=2600.0, label="bad"), Mark(x=2e6, y=260.0, label="mid"))
    )
    low, middle, high = (plot.position(i).y() for i in (0, 2, 1))
    assert middle == pytest.approx((low + high) / 2, abs=3)
