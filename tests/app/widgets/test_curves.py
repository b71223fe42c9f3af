"""The plots of a training run: what they show, read and survive."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.theme import theme
from app.widgets.curve_board import CurveBoard, Quantity
from app.widgets.curves import CurvePlot, step_words
from app.widgets.drawing import Sheet, image_of, svg_of
from app.widgets.forms import Form
from app.widgets.help import Help, HelpButton
from app.widgets.series import Series, smoothed


def words(value: float) -> str:
    return f"{value:.2f}"


def line(name: str = "run", n: int = 50, **more) -> Series:
    x = np.arange(1.0, n + 1)
    return Series(name=name, x=x, y=2 + 1 / x, **more)


def board(qtbot) -> CurveBoard:
    out = CurveBoard(
        (
            Quantity(key="loss", title="Loss", words=words, note="nothing"),
            Quantity(key="k", title="K", words=words),
        )
    )
    qtbot.addWidget(out)
    out.resize(600, 400)
    out.show()
    return out


def test_the_smoothed_curve_is_the_debiased_moving_average() -> None:
    y = np.random.default_rng(0).normal(3, 1, 400)
    weight, total, norm, expected = 0.9, 0.0, 0.0, []
    for value in y:
        total, norm = weight * total + value, weight * norm + 1
        expected.append(total / norm)
    np.testing.assert_allclose(smoothed(y), expected, rtol=2e-3)
    assert smoothed(y)[0] == np.float64(y[0]) or abs(smoothed(y)[0] - y[0]) < 1e-9


def test_what_was_not_measured_does_not_move_the_smoothed_curve() -> None:
    found = smoothed(np.array([math.nan, 2.0, math.nan, 2.0]))
    assert math.isnan(found[0])
    np.testing.assert_allclose(found[1:], 2.0)
    assert len(smoothed(np.zeros(0))) == 0


def test_one_pointer_reads_every_plot(qtbot) -> None:
    shown = board(qtbot)
    shown.set_curves({"loss": (line("a"), line("b", tone=1)), "k": (line("a", stairs=True),)})
    loss, k = shown.plots["loss"], shown.plots["k"]
    assert loss.readout.text() == "a 2.02 · b 2.02"
    at = loss.point(10, 2.1).toPoint()
    target = loss._plot.viewport()
    qtbot.mouseMove(target, target.mapFrom(loss, at))
    qtbot.waitUntil(lambda: "10" in k.readout.text(), timeout=2000)
    assert k.readout.text() == "step 10 · a 2.10"
    loss.hovered.emit(math.nan)
    assert k.readout.text() == "a 2.02"


def test_before_its_first_point_a_curve_has_no_value() -> None:
    series = Series(name="v", x=np.array([5.0, 9.0]), y=np.array([3.0, math.nan]))
    assert series.at(4) is None
    assert series.at(5) == 3.0
    assert series.at(10) is None
    assert series.newest is None


def test_a_plot_without_curves_says_why(qtbot) -> None:
    shown = board(qtbot)
    shown.set_curves({}, 100)
    assert shown.plots["loss"]._note.isVisible()
    shown.set_curves({"loss": (line(),)}, 100)
    assert not shown.plots["loss"]._note.isVisible()


def test_the_axis_has_room_for_the_steps_to_come(qtbot) -> None:
    shown = board(qtbot)
    shown.set_curves({"loss": (line(n=10),)}, 1000)
    for plot in shown.plots.values():
        low, high = plot._plot.getViewBox().viewRange()[0]
        assert low <= 0
        assert 1000 <= high < 1100


def test_one_spike_does_not_flatten_the_rest(qtbot) -> None:
    plot = CurvePlot("Loss", words)
    qtbot.addWidget(plot)
    y = np.full(1000, 3.0)
    y[0] = 300.0
    plot.set_series((Series(name="a", x=np.arange(1000.0), y=y, smooth=True),))
    assert plot._plot.getViewBox().viewRange()[1][1] < 120
    # What is no noise is shown whole: the first step of a schedule.
    plot.set_series((Series(name="a", x=np.arange(1000.0), y=y, stairs=True),))
    assert plot._plot.getViewBox().viewRange()[1][1] > 300


def test_ten_thousand_points_are_drawn_as_few(qtbot) -> None:
    shown = board(qtbot)
    shown.set_curves({"loss": (line(n=10_000, smooth=True),)})
    shown.grab()
    for item in shown.plots["loss"]._items:
        assert item.opts["autoDownsample"]
        assert len(item.curve.getData()[0]) < 4 * shown.width()


def test_curves_change_their_colour_with_the_theme(qtbot, qapp) -> None:
    from app.theme import apply_theme

    shown = board(qtbot)
    shown.set_curves({"loss": (line(),)})
    for name in ("light", "dark"):
        apply_theme(qapp, name)
        (item,) = shown.plots["loss"]._items
        assert item.opts["pen"].color().name() == theme().parts[0]


def test_ticks_are_whole_steps() -> None:
    assert step_words(2000.0) == "2,000"
    assert step_words(0.5) == ""


def page_with_help(qtbot, topic: Help) -> tuple[QWidget, HelpButton]:
    page = QWidget()
    page.resize(420, 300)
    form = Form(page)
    form.resize(400, 60)
    button = HelpButton(topic)
    form.add_row("Entropy weight", QWidget(), aside=button)
    qtbot.addWidget(page)
    page.show()
    return page, button


def test_help_is_one_click_away_and_esc_closes_it(qtbot) -> None:
    _, button = page_with_help(
        qtbot, Help(title="Entropy weight", text="What it does.", formula="a + b", source="paper")
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    popover = button.popover
    assert popover.isVisible()
    assert popover.accessibleDescription() == "What it does."
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert button.popover is None


def test_a_click_beside_the_help_closes_it(qtbot) -> None:
    page, button = page_with_help(qtbot, Help(title="A", text="b"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button.popover, Qt.MouseButton.LeftButton)
    assert button.popover is not None
    qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(5, 290))
    assert button.popover is None


def test_help_stays_inside_the_window(qtbot) -> None:
    page, button = page_with_help(qtbot, Help(title="A", text="words " * 60))
    button.parent().move(0, 250)
    button.open_help()
    assert page.rect().contains(button.popover.geometry())


def test_a_board_gives_the_plots_that_show_something_with_their_runs(qtbot) -> None:
    shown = board(qtbot)
    shown.set_curves({"loss": (line("old", tone=1), line("new"))})
    parts = shown.parts()
    assert [part.caption for part in parts] == ["Loss"]
    assert [key.text for key in parts[0].keys] == ["new 2.02", "old 2.02"]
    sheet = Sheet(title="Tuning", subtitle="new · old", parts=parts, columns=2)
    drawn = svg_of(sheet).decode()
    assert "Loss" in drawn
    assert "new 2.02" in drawn
    assert "<path" in drawn or "<polyline" in drawn
    image = image_of(sheet)
    assert image.pixelColor(2, 2).name() == "#ffffff"
    # A legend's colour does not run into the plot.
    white = sum(
        image.pixelColor(x, y).name() == "#ffffff"
        for x in range(0, image.width(), 9)
        for y in range(0, image.height(), 9)
    )
    assert white > 0.8 * (image.width() // 9) * (image.height() // 9)
