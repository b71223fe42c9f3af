"""What-if strip and charts: they show what they are given and say where a threshold was put."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.widgets.charts import CoverageChart, Histogram, HistogramChart
from app.widgets.whatif import ONE_LINE, TWO_LINES, Figure, WhatIfStrip

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


def figures(value: str = "1") -> tuple[Figure, ...]:
    return tuple(Figure(name=f"figure {i}", value=value, note="note") for i in range(7))


def test_the_strip_breaks_into_two_lines_when_narrow(qtbot: QtBot) -> None:
    strip = WhatIfStrip()
    qtbot.addWidget(strip)
    strip.set_figures(figures())
    strip.resize(960, ONE_LINE)
    strip.show()
    assert strip.height() == ONE_LINE
    strip.resize(560, ONE_LINE)
    qtbot.waitUntil(lambda: strip.height() == TWO_LINES)
    cells = [strip.cell(i) for i in range(7)]
    assert cells[0].y() < cells[4].y()
    assert cells[-1].right() == strip.width()


def test_the_strip_reads_its_figures_to_a_screen_reader(qtbot: QtBot) -> None:
    strip = WhatIfStrip()
    qtbot.addWidget(strip)
    strip.set_figures(figures("22.9 B"))
    assert "figure 0: 22.9 B, note" in strip.accessibleDescription()


def test_only_figures_that_changed_are_painted_again(qtbot: QtBot) -> None:
    strip = WhatIfStrip()
    qtbot.addWidget(strip)
    strip.resize(960, ONE_LINE)
    strip.set_figures(figures())
    first = strip.grab().toImage()
    changed = (Figure(name="figure 0", value="2"), *figures()[1:])
    strip.set_figures(changed)
    second = strip.grab().toImage()
    differs = {
        x for x in range(first.width()) for y in range(first.height())
        if first.pixel(x, y) != second.pixel(x, y)
    }  # fmt: skip
    assert differs
    assert max(differs) < strip.cell(0).right()


@pytest.fixture
def curve(qtbot: QtBot) -> CoverageChart:
    chart = CoverageChart()
    qtbot.addWidget(chart)
    chart.resize(401, 140)
    chart.set_curve(np.linspace(0, 1, 101) ** 0.5)
    chart.set_plan(80, 0.85)
    chart.show()
    return chart


def test_dragging_the_line_chooses_a_number_of_experts(curve: CoverageChart) -> None:
    chosen: list[int] = []
    curve.chosen.connect(lambda at: chosen.append(curve.number(at)))
    y = int(curve.plot().center().y())
    QTest.mousePress(curve, LEFT, PLAIN, QPoint(320, y))
    QTest.mouseMove(curve, QPoint(200, y))
    assert "50 kept carry 70.7 %" in curve.caption(curve.threshold or 0)
    QTest.mouseRelease(curve, LEFT, PLAIN, QPoint(200, y))
    assert chosen == [50]


def test_arrow_keys_move_the_line_and_return_applies_it(curve: CoverageChart) -> None:
    chosen: list[int] = []
    curve.chosen.connect(lambda at: chosen.append(curve.number(at)))
    curve.setFocus()
    QTest.keyClick(curve, Qt.Key.Key_Left)
    QTest.keyClick(curve, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(curve, Qt.Key.Key_Return)
    assert chosen == [69]


def test_escape_puts_the_line_back(curve: CoverageChart) -> None:
    chosen: list[float] = []
    curve.chosen.connect(chosen.append)
    QTest.keyClick(curve, Qt.Key.Key_Left)
    QTest.keyClick(curve, Qt.Key.Key_Escape)
    assert curve.number(curve.threshold or 0) == 80
    assert chosen == []


def test_without_a_profile_there_is_no_line_to_drag(qtbot: QtBot) -> None:
    chart = CoverageChart()
    qtbot.addWidget(chart)
    chart.resize(300, 120)
    chosen: list[float] = []
    chart.chosen.connect(chosen.append)
    QTest.mouseClick(chart, LEFT, PLAIN, QPoint(100, 60))
    assert chosen == []
    assert not chart.grab().isNull()


def test_the_histograms_threshold_is_a_score(qtbot: QtBot) -> None:
    chart = HistogramChart()
    qtbot.addWidget(chart)
    chart.resize(201, 120)
    edges = np.geomspace(1, 10_000, 5)
    kept, dropped = np.array([0, 1, 5, 2]), np.array([3, 1, 0, 0])
    chart.set_histogram(Histogram(edges=edges, kept=kept, dropped=dropped, log=True))
    assert chart.value(0.5) == pytest.approx(100)
    assert "5 below 100" in chart.caption(0.5)
    # It rests where as many experts are below it as are dropped: 4 of the 5 of two bins.
    assert 0.25 < (chart.threshold or 0) < 0.5
    assert not chart.grab().isNull()
