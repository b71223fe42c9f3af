"""Colour scales: one ramp for every eye, and what is drawn on them shows on every step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app import theme
from app.theme import DARK, DIFFERENCE_SCALES, LEVELS, LIGHT, SCALES, dark_ink
from app.theme.scales import INK_DARK, INK_LIGHT, contrast, diverging, luminance, sequential
from app.widgets.colormap import blend
from app.widgets.heatmap_canvas import FAINT
from app.widgets.heatmap_raster import DROPPED, KEPT, MERGED, SINK, STRIPE, CellColours
from app.widgets.scale_box import ScaleMenu, scale_names

THEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)

# Linear RGB as it is seen without one sort of cone (Machado, Oliveira and Fernandes 2009, severity
# 1): protanopia, deuteranopia, tritanopia.
BLIND = (
    (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
)


@pytest.fixture(autouse=True)
def as_before(qapp) -> Iterator[None]:
    before = theme.chosen_scales()
    yield
    theme.set_scales(*before)


def rgb(colour: str) -> tuple[int, int, int]:
    return QColor(colour).getRgb()[:3]


def tables(tokens) -> list[tuple[str, np.ndarray]]:
    """Every scale that a map may have under a theme."""
    middle = rgb(tokens.track)
    return [(name, sequential(name)) for name in SCALES] + [
        (name, diverging(name, middle)) for name in DIFFERENCE_SCALES
    ]


def seen(table: np.ndarray, matrix: tuple[tuple[float, ...], ...]) -> np.ndarray:
    share = table / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return (linear @ np.array(matrix).T).clip(0, 1)


@pytest.mark.parametrize("name", SCALES)
def test_a_scale_is_one_ramp_of_lightness_with_and_without_colour_vision(name) -> None:
    table = sequential(name)
    assert table.shape == (LEVELS, 3)
    weights = np.array([0.2126, 0.7152, 0.0722])
    ways = [luminance(table), *(seen(table, matrix) @ weights for matrix in BLIND)]
    for light in ways:
        way = np.sign(light[-1] - light[0])
        assert (way * np.diff(light) > -2e-3).all()  # what a byte rounds away
        assert contrast(light[0], light[-1]) > 8
        # Sixteen steps, each of them to be told from the next.
        steps = light[:: LEVELS // 16]
        assert all(contrast(a, b) > 1.03 for a, b in pairwise(steps))


@THEMES
@pytest.mark.parametrize("name", DIFFERENCE_SCALES)
def test_the_poles_of_differences_stay_apart_for_every_eye(tokens, name) -> None:
    middle = np.array(rgb(tokens.track))
    table = diverging(name, tuple(middle.tolist()))
    assert np.abs(table[127:129].astype(int) - middle).max() <= 2
    away = np.abs(table.astype(int) - middle).sum(axis=1)
    assert away[0] > away[64] > away[127]
    assert away[255] > away[191] > away[128]
    for matrix in BLIND:
        low, centre, high = seen(table[[0, 128, 255]], matrix) ** (1 / 2.2)
        assert np.linalg.norm(low - high) > 0.25
        assert np.linalg.norm(low - centre) > 0.2
        assert np.linalg.norm(high - centre) > 0.2


@THEMES
def test_marks_can_be_read_on_every_step_of_every_scale(tokens) -> None:
    for name, table in tables(tokens):
        cells, dark = luminance(table), dark_ink(table)
        ink = np.where(dark[:, None], np.array(rgb(INK_DARK)), np.array(rgb(INK_LIGHT)))
        assert contrast(cells, luminance(ink)).min() >= 4, name
        faint = table * (1 - FAINT) + ink * FAINT
        assert contrast(cells, luminance(faint)).min() >= 3, name


@THEMES
@pytest.mark.parametrize("kind", ["dropped", "merged"])
def test_hatches_and_their_marks_show_on_every_step_of_every_scale(tokens, kind) -> None:
    merged = kind == "merged"
    ground = rgb(tokens.merged if merged else tokens.dropped)
    stripe = rgb(tokens.merge_hatch if merged else tokens.hatch)
    for name, table in tables(tokens):
        sunk, striped = blend(table, ground, SINK), blend(table, stripe, STRIPE)
        assert contrast(luminance(sunk), luminance(striped)).min() >= 1.45, name
        text = luminance(rgb(tokens.text))
        # A mark lies on both: the ground counts for its body, the stripe crosses it.
        assert contrast(luminance(sunk), text).min() >= 4.5, name
        assert contrast(luminance(striped), text).min() >= 2, name


@THEMES
def test_a_cell_that_goes_never_looks_like_one_that_stays(tokens) -> None:
    for name, table in tables(tokens):
        colours = CellColours(tokens, ratio=1.0, table=table).table
        for kind in (DROPPED, MERGED):
            stripes = {tuple(colours[kind, :, level].tolist()) for level in range(LEVELS)}
            assert all(len(set(phases)) > 1 for phases in stripes), name
        assert len(set(colours[KEPT, :, 100].tolist())) == 1
        assert (colours[DROPPED] != colours[MERGED]).all(), name


def test_another_scale_is_shown_by_everything_that_is_open(qtbot) -> None:
    from app.widgets.compare_map import CompareMap
    from app.widgets.heatmap import HeatMap

    scores, differences = HeatMap(), CompareMap()
    for made in (scores, differences):
        qtbot.addWidget(made)
    theme.set_scales("cividis", "blue-orange")
    with qtbot.waitSignal(theme.theme_changed):
        theme.set_scales(scores="viridis")
    assert (scores.table == sequential("viridis")).all()
    with qtbot.waitSignal(theme.theme_changed):
        theme.set_scales(differences="green-purple")
    assert (differences.table == theme.difference_scale()).all()
    assert (differences.table[0] == diverging("green-purple", (0, 0, 0))[0]).all()
    with qtbot.assertNotEmitted(theme.theme_changed):
        theme.set_scales("no such scale", "green-purple")
    assert theme.chosen_scales() == ("viridis", "green-purple")


def test_the_menu_shows_what_is_chosen_and_chooses(qtbot) -> None:
    theme.set_scales("cividis", "blue-orange")
    parent = QMenu()
    qtbot.addWidget(parent)
    menu = ScaleMenu(parent)
    for _ in range(2):
        menu.aboutToShow.emit()
    entries = {entry.data(): entry for entry in menu.actions() if entry.data()}
    assert list(entries) == [*SCALES, *DIFFERENCE_SCALES]
    checked = [name for name, entry in entries.items() if entry.isChecked()]
    assert checked == ["cividis", "blue-orange"]
    entries["grey"].trigger()
    entries["purple-orange"].trigger()
    assert theme.chosen_scales() == ("grey", "purple-orange")
    QTest.qWait(0)


def test_every_scale_has_a_name(qapp) -> None:
    assert set(scale_names()) == {*SCALES, *DIFFERENCE_SCALES}
