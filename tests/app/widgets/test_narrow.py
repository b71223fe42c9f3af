"""What gives way in a narrow window: the rail, strips of figures, sentences of empty pages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from app.widgets.banner import Banner
from app.widgets.breakable import breakable, shortened
from app.widgets.cards import FigureStrip
from app.widgets.dialog_size import MARGIN, resize_within
from app.widgets.elided_combo import ElidedCombo
from app.widgets.empty_state import LEAST, MOST, EmptyState
from app.widgets.rail import Rail, Step
from app.widgets.top_bar import TopBar
from app.widgets.whatif import LEAST_PAD, NARROWEST, ONE_LINE, Figure, WhatIfStrip
from tests.screens.clipped import clipped
from tests.screens.crowded import crowded

LONG = ("Open a model and choose experts; then a quick check masks the dropped ones, measures "
        "perplexity by domain and writes nothing.")  # fmt: skip


@pytest.fixture
def strip(qtbot) -> FigureStrip:
    out = FigureStrip(("Memory", "Time", "Trained", "Tokens read"))
    qtbot.addWidget(out)
    for figure in out.figures:
        figure.set_value("5.8 – 23 min", "87.1 % of the rest")
    out.show()
    return out


def shown_whole(strip: FigureStrip) -> bool:
    labels = [label for f in strip.figures for label in (f.caption, f.value, f.note)]
    return all(label.text() == label.full_text for label in labels)


def test_figures_stand_in_one_line_where_none_is_cut(strip, qtbot):
    strip.resize(900, strip.height())
    qtbot.waitUntil(lambda: shown_whole(strip))
    assert len({figure.y() for figure in strip.figures}) == 1


def test_figures_break_into_two_lines_before_one_is_cut(strip, qtbot):
    strip.resize(900, strip.height())
    one_line = strip.height()
    strip.resize(380, strip.height())
    qtbot.waitUntil(lambda: strip.height() == 2 * one_line)
    assert [figure.y() for figure in strip.figures] == [0, 0, one_line, one_line]
    assert shown_whole(strip)


def test_a_longer_value_breaks_the_line_by_itself(strip, qtbot):
    for figure in strip.figures:
        figure.set_value("1", "")
    strip.resize(480, strip.height())
    qtbot.waitUntil(lambda: strip.figures[3].y() == 0)
    strip.figures[1].set_value("between 5 and 2300 min")
    qtbot.waitUntil(lambda: strip.figures[3].y() > 0)


def test_a_narrow_rail_has_names_below_icons_and_tells_the_rest_as_tooltips(qtbot):
    step = Step(title="Select", subtitle="96 of 128 kept", reason="32 experts go",
                icon_name="select")  # fmt: skip
    rail = Rail((step,))
    qtbot.addWidget(rail)
    wide, item = rail.width(), rail.items[0]
    assert item.toolTip() == "32 experts go"
    rail.set_narrow(True)
    assert rail.width() < wide / 2
    assert item.toolTip() == "96 of 128 kept\n32 experts go"
    assert item.accessibleName() == "Select"
    rail.set_narrow(False)
    assert (rail.width(), item.toolTip()) == (wide, "32 experts go")


def test_lines_of_a_sentence_are_about_as_long(qtbot):
    empty = EmptyState("tune", "Nothing yet", LONG)
    qtbot.addWidget(empty)
    empty.resize(1200, 700)
    empty.show()
    metrics, wrap = empty.text.fontMetrics(), Qt.TextFlag.TextWordWrap

    def lines(width: int) -> int:
        high = metrics.boundingRect(QRect(0, 0, width, 1000), wrap, LONG).height()
        return high // metrics.lineSpacing()

    width = empty.text.width()
    assert LEAST <= width <= MOST
    assert lines(width) == lines(MOST) < lines(width - 16)


def test_a_sentence_gives_way_to_a_narrow_panel(qtbot):
    empty = EmptyState("tune", "Nothing yet", LONG)
    qtbot.addWidget(empty)
    empty.resize(320, 500)
    empty.show()
    assert empty.text.width() <= 320
    assert empty.text.height() >= empty.text.heightForWidth(empty.text.width())


def test_a_box_of_choices_ends_a_long_name_in_an_ellipsis(qtbot):
    box = ElidedCombo()
    qtbot.addWidget(box)
    box.addItem("short")
    box.addItem("a run of a long afternoon with a name that no box has room for")
    box.resize(140, 30)
    assert box.shown_text() == "short"
    box.setCurrentIndex(1)
    assert box.shown_text().startswith("a run")
    assert box.shown_text().endswith("…")
    assert box.fontMetrics().horizontalAdvance(box.shown_text()) < 140
    assert box.currentText().endswith("has room for")


def test_a_step_of_a_long_name_leaves_room_for_the_name_of_the_project(qtbot):
    undo = QAction("Undo “a step of a long afternoon with a name that no bar of any window has”")
    bar = TopBar(undo=undo, redo=QAction("Redo"), copy=QAction("Copy command"), menu=QMenu())
    qtbot.addWidget(bar)
    bar.project.set_text("a project of a name that is long, too · not saved")
    bar.resize(1024, bar.height())
    bar.show()
    assert bar.undo_button.shown_text().endswith("…")
    assert bar.undo_button.toolTip() == undo.text()
    assert bar.project.width() > 200
    assert crowded(bar) == clipped(bar) == []


def test_a_banner_breaks_a_word_that_no_line_has_room_for(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    text = f"The folder /{'x' * 90}/{'y' * 60} is not there any more."
    banner.say(text, "bad", "Choose again…")
    assert banner.text == banner.accessibleName() == text
    banner.resize(520, banner.layout().heightForWidth(520))
    banner.layout().activate()
    label = banner._text
    box = QRect(0, 0, label.width(), 1000)
    drawn = label.fontMetrics().boundingRect(box, Qt.TextFlag.TextWordWrap, label.text())
    assert drawn.width() <= label.width()
    assert label.text().replace("\u200b", "") == text


def test_words_are_broken_only_where_they_are_long():
    assert breakable("The first heat map stands in under a minute.").count("\u200b") == 0
    assert breakable("a" * 24).count("\u200b") == 0
    assert breakable("a" * 49).count("\u200b") == 2


def test_a_long_path_keeps_both_ends():
    path = f"/home/me/{'x' * 200}/checkpoint"
    assert shortened("/home/me/model") == "/home/me/model"
    assert len(shortened(path, 40)) == 40
    assert shortened(path, 40).startswith("/home/me/")
    assert shortened(path, 40).endswith("/checkpoint")


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ((400, 300), (400, 300)),
        ((900, 680), (900, 640 - MARGIN)),
        ((1200, 300), (1024 - MARGIN, 300)),
    ],
)
def test_a_dialog_is_no_larger_than_the_window_below_it(qtbot, wanted, given):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1024, 640)
    dialog = QDialog(window)
    resize_within(dialog, QSize(*wanted))
    assert (dialog.width(), dialog.height()) == given


FIGURES = (
    ("Parameters", "8.0 M", "−23.9 %"),
    ("Active per token", "2.2 M", "−0.2 %"),
    ("Checkpoint", "16.0 MB", "−5.0 MB, bf16"),
    ("Needs RAM / free", "0.8 / 17.2 GB", "fits"),
    ("FLOPs per token", "8.67 M", "still Top-2"),
    ("Coverage kept", "93.9 %", "min L0 · 82.5 %"),
    ("Quick check", "18.00 → 19.10", "plan changed"),
    ("Loads in", "bundled loader", "ragged: 10 to 12"),
)


def figures(*changed: tuple[str, str]) -> tuple[Figure, ...]:
    values = dict(changed)
    return tuple(
        Figure(name=name, value=values.get(name, value), note=note) for name, value, note in FIGURES
    )


@pytest.fixture
def costs(qtbot) -> WhatIfStrip:
    out = WhatIfStrip()
    qtbot.addWidget(out)
    out.set_figures(figures())
    out.show()
    return out


def needed(strip: WhatIfStrip) -> float:
    return sum(strip._needs) + len(FIGURES) * 1.5 * LEAST_PAD


def test_every_cost_has_the_width_that_it_needs_in_one_line(costs):
    costs.resize(round(max(needed(costs), 8 * NARROWEST)) + 1, ONE_LINE)
    assert costs.height() == ONE_LINE
    for at, need in enumerate(costs._needs):
        assert costs.cell(at).width() >= need + 1.4 * LEAST_PAD
    assert costs.cell(7).right() == pytest.approx(costs.width(), abs=1)
    equal = costs.width() / len(FIGURES)
    assert max(costs._needs) > equal  # which is why they are not of one width


def test_costs_stay_where_they_are_while_their_values_change(costs):
    costs.resize(round(max(needed(costs), 8 * NARROWEST)) + 40, ONE_LINE)
    before = [costs.cell(at) for at in range(8)]
    costs.set_figures(figures(("Parameters", "7 M"), ("Loads in", "stock")))
    assert [costs.cell(at) for at in range(8)] == before
    costs.set_figures(figures(("Parameters", "8.0 M of a great many more")))
    assert costs.cell(0).width() > before[0].width()
