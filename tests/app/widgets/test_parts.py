"""The parts that pages are made of."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.banner import Banner
from app.widgets.bars import Part, StackedBar
from app.widgets.cards import Facts, Figure
from app.widgets.elided_button import ElidedButton
from app.widgets.empty_state import EmptyState
from app.widgets.fit_bar import FitBar
from app.widgets.forms import Button, ElidedLabel, Form, column, sentence
from app.widgets.layer_ribbon import LayerRibbon
from app.widgets.meter import Gauge, Meter
from app.widgets.rail import Rail, Step
from app.widgets.run_strip import RunStrip


def test_a_long_button_shortens_its_text_where_room_is_short_and_keeps_the_whole(qtbot):
    text = "bundled held-out texts, /data/some/where/else.jsonl"
    button = ElidedButton(text, icon_name="book")
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    assert button.shown_text() == text
    button.resize(button.minimumSizeHint())
    assert "…" in button.shown_text()
    assert button.shown_text()[0] == "b"
    assert button.text() == text
    assert button.minimumSizeHint().width() < 0.5 * button.sizeHint().width()


def test_a_form_row_names_its_field_for_screen_readers(qtbot):
    form = Form()
    qtbot.addWidget(form)
    field = QLineEdit()
    row = form.add_row("Seed", field, "The same seed packs the same sequences.")
    assert field.accessibleName() == "Seed"
    assert field.accessibleDescription().startswith("The same seed")
    assert row.name.buddy() is field


def test_an_error_takes_the_place_of_the_hint_and_gives_it_back(qtbot):
    form = Form()
    qtbot.addWidget(form)
    row = form.add_row("Folder", QLineEdit(), "An empty folder")
    row.set_error("The folder is not empty")
    assert row.hint.text() == "The folder is not empty"
    assert row.hint.property("role") == "bad"
    assert row.field.property("invalid") == "true"
    row.set_error("")
    assert row.hint.text() == "An empty folder"
    assert row.field.property("invalid") == "false"


def test_a_long_text_is_shortened_and_told_as_a_tooltip(qtbot):
    label = ElidedLabel("/models/a/very/long/path/to/somewhere")
    qtbot.addWidget(label)
    label.show()
    label.resize(80, 20)
    assert label.text().endswith("…")
    assert label.toolTip() == "/models/a/very/long/path/to/somewhere"
    label.resize(800, 20)
    assert label.text() == "/models/a/very/long/path/to/somewhere"
    assert label.toolTip() == ""


def test_the_parts_of_a_bar_fill_it_and_the_smallest_can_be_seen(qtbot):
    bar = StackedBar()
    qtbot.addWidget(bar)
    bar.resize(300, 20)
    bar.set_parts((Part("a", 1e9, "1 GB"), Part("b", 1e6, "1 MB"), Part("c", 1.0, "1 B")))
    areas = bar.areas()
    assert areas[-1].width() == pytest.approx(2.0)
    assert areas[-1].right() == pytest.approx(300, abs=1.5)
    assert all(left.right() <= right.left() for left, right in pairwise(areas))


@pytest.mark.parametrize(
    ("low", "high", "free", "token"),
    [(1, 2, 3, "good"), (1, 4, 3, "warn"), (4, 5, 3, "bad"), (1, 2, None, "bar")],
)
def test_what_is_needed_is_judged_against_what_is_free(qtbot, low, high, free, token):
    bar = FitBar()
    qtbot.addWidget(bar)
    bar.set_range(low, high, free)
    assert bar.token == token


def test_a_banner_says_something_only_when_it_has_to(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.isHidden()
    pressed = []
    banner.say("L7 keeps 22, the others 24", "notice", "Make uniform", lambda: pressed.append(1))
    assert not banner.isHidden()
    qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    banner.clear()
    assert banner.isHidden()


def test_an_empty_state_offers_what_to_do(qtbot):
    empty = EmptyState("model", "No model is open", "Open one.", "Open demo")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.activated):
        qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)


def test_a_figure_reads_as_one_thing(qtbot):
    figure = Figure("Parameters")
    qtbot.addWidget(figure)
    figure.set_value("22.9 B", "−24.6 %", "good")
    assert figure.accessibleName() == "Parameters: 22.9 B −24.6 %"
    assert figure.note.property("role") == "good"


def test_facts_change_without_being_built_again(qtbot):
    facts = Facts()
    qtbot.addWidget(facts)
    facts.set_facts((("Layers", "8"), ("Experts", "16")))
    before = facts.values["Layers"]
    facts.set_facts((("Layers", "48"), ("Experts", "128")))
    assert facts.values["Layers"] is before
    assert before.full_text == "48"


def test_the_rail_tells_a_reader_where_a_step_stands(qtbot):
    rail = Rail((Step(title="Select", subtitle="96 of 128 kept", reason="Made by soft-count."),))
    qtbot.addWidget(rail)
    item = rail.items[0]
    assert item.accessibleName() == "Select"
    assert item.accessibleDescription() == "96 of 128 kept. Made by soft-count."
    with qtbot.waitSignal(rail.chosen) as caught:
        qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
    assert caught.args == [0]


def test_the_meter_shows_what_it_is_given(qtbot):
    shares = [0.2, 0.9]

    def sampler():
        return lambda: (Gauge(name="RAM", share=shares[0], text="5.1 / 25.3 GB"),)

    meter = Meter(sampler)
    qtbot.addWidget(meter)
    meter.start()
    view = meter._views["RAM"]
    assert view.accessibleName() == "RAM 5.1 / 25.3 GB"
    assert view._bar._token == "good"
    shares[0] = 0.9
    meter.refresh()
    assert view._bar._token == "accent"
    meter.stop()


def test_the_meter_of_this_machine_knows_its_memory(qtbot):
    meter = Meter()
    qtbot.addWidget(meter)
    meter.start()
    assert {"RAM", "CPU"} <= meter._views.keys()
    meter.stop()


def test_the_ribbon_says_how_many_layers_have_experts(qtbot):
    ribbon = LayerRibbon()
    qtbot.addWidget(ribbon)
    ribbon.resize(300, 92)
    ribbon.set_layers(4, {1: 8, 2: 8, 3: 16}, 2)
    assert ribbon.accessibleName() == "3 of 4 layers have experts: 8, 16"
    assert not ribbon.grab().isNull()


def test_a_primary_button_takes_the_theme_into_its_icon(qtbot):
    button = Button("Open demo", "primary", "play")
    qtbot.addWidget(button)
    wide = button.iconSize().width()
    button.setText("")
    assert button.iconSize().width() < wide


@pytest.mark.parametrize("how", ["disabled", "put away"])
def test_a_button_that_goes_does_not_hand_its_focus_to_the_next(qtbot, how):
    page, strip, other = QWidget(), RunStrip(), QLineEdit()
    page.setLayout(column(strip, other))
    qtbot.addWidget(page)
    strip.show_run("Profile", None, "", paused=False, stopping=False)
    page.show()
    page.activateWindow()
    strip.cancel.setFocus()
    if how == "disabled":
        strip.show_run("Profile", None, "", paused=False, stopping=True)
    else:
        strip.put_away()
    assert not strip.cancel.hasFocus()
    assert not other.hasFocus()


def test_a_message_begins_as_a_sentence_but_a_file_keeps_its_spelling():
    assert sentence("needs 21.4 GB") == "Needs 21.4 GB"
    assert sentence("model.safetensors is truncated") == "model.safetensors is truncated"
    assert sentence("") == ""
