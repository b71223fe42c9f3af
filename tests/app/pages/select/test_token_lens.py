"""The token lens on the Select page: what it shows follows the plan, the model is not run again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import theme
from app.pages.select import SelectPage
from app.pages.select.samples import sample_domains, sample_text
from app.pages.select.token_lens import TokenLensView
from core.profiling import lost_under
from tests.app.pages.select.lens_made import made_lens
from tests.values import made_info

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
EXPERTS = (16,) * 6


@pytest.fixture
def page(page: SelectPage) -> SelectPage:
    page.activateWindow()
    page.views.show_view("lens")
    page.grab()
    return page


@pytest.fixture
def lens(page: SelectPage) -> TokenLensView:
    view = page.views.current
    assert isinstance(view, TokenLensView)
    page.session.take_lens(made_lens())
    page._show_rest()
    view.grab()
    return view


def test_a_segment_turns_to_the_lens_and_back(page: SelectPage) -> None:
    assert page.lower.isHidden()
    QTest.mouseClick(page.views.bar.button("map"), LEFT)
    assert page.views.current is None
    assert page.view.isVisible()
    assert not page.lower.isHidden()
    assert page.map.hasFocus()
    page.views.bar.button("map").setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(page.views.bar.button("map"), Qt.Key.Key_Right)
    assert page.views.key != "map"
    assert not page.map.hasFocus()


def test_an_edit_of_the_plan_marks_the_tokens_at_once(page: SelectPage, lens) -> None:
    found = page.session.lens
    expert = int(found.expert[5, 2, 0])
    lens.choose_token(5)
    assert not any(choice.lost for layer in lens.card.layers for choice in layer.choices)
    mask = np.zeros((6, 16), np.bool_)
    mask[2, expert] = True
    page.editor.paint(mask, keep=False)
    page._show_rest()
    assert lens.card.layers[2].choices[0].lost
    lost = lost_under(found, page.session.plan.kept_LE)
    assert f"{100 * lost.share:.1f} %" in lens.summary.full_text
    assert lens.text._shade.argmax() == lost.share_T.argmax()
    np.testing.assert_array_equal(lens.raster._seen, (lost.share_TL > 0).T)
    page.session.undo_stack.undo()
    page._show_rest()
    assert not lens.card.layers[2].choices[0].lost
    assert page.session.lens is found


def test_a_long_text_says_what_was_left_out_and_where_it_was_cut(page: SelectPage, lens) -> None:
    found = made_lens(tokens=30)
    cut = dataclasses.replace(
        found, options={"cut": 1234}, sequence=(np.arange(30) // 12).astype(np.int32)
    )
    assert cut.starts == (12, 24)
    before = lens.raster.viewport().grab().toImage()
    page.session.take_lens(cut)
    assert "1,234 more were left out" in lens.summary.full_text
    ratio = before.devicePixelRatio()
    at = (lens.raster.cell_rect(12, 2).topLeft() + QPointF(-1, 4)) * ratio
    picture = lens.raster.viewport().grab().toImage()
    assert picture.pixelColor(at.toPoint()).name() == theme.color("text_dim").name()


def test_a_click_on_an_expert_selects_it_on_the_heat_map(page: SelectPage, lens) -> None:
    QTest.mouseClick(lens.text.viewport(), LEFT, PLAIN, lens.text.rect_of(7).center().toPoint())
    assert lens.raster.cell[0] == 7
    at = lens.card.chip_rect(3, 1).center().toPoint()
    QTest.mouseClick(lens.card.viewport(), LEFT, PLAIN, at)
    expert = int(page.session.lens.expert[7, 3, 1])
    assert page.map.cursor_cell == (3, expert)
    page._show_card()
    assert page.inspector.title.text() == f"L3 · expert {expert}"
    raster = lens.raster
    QTest.mouseClick(raster.viewport(), LEFT, PLAIN, raster.cell_rect(4, 1).center().toPoint())
    assert lens.text.token == 4


@pytest.mark.parametrize("shade", ["entropy", "gate"])
def test_colours_can_mean_entropy_or_the_top_gate(page: SelectPage, lens, shade: str) -> None:
    found = page.session.lens
    page.editor.paint(np.arange(16)[None, :].repeat(6, 0) < 4, keep=False)
    QTest.mouseClick(lens.shade.button(shade), LEFT)
    values = found.entropy if shade == "entropy" else found.gate[:, :, 0]
    order = np.argsort(values[:, 0], kind="stable")
    assert (np.diff(lens.raster._level[0][order].astype(int)) >= 0).all()
    lost = lost_under(found, page.session.plan.kept_LE)
    np.testing.assert_array_equal(lens.raster._kept, ~lost.chosen_TLK.any(axis=2).T)


def test_a_lens_is_kept_in_a_file_and_one_of_another_model_is_refused(
    page: SelectPage, lens, tmp_path: Path, qtbot: QtBot
) -> None:
    from core.profiling import save_lens

    path = tmp_path / "mine.safetensors"
    lens.save(path)
    page.session.take_lens(None)
    lens.open(path)
    assert page.session.lens is not None
    assert lens.edit.toPlainText() == page.session.lens.text
    save_lens(made_lens(fingerprint="0" * 64), path)
    with qtbot.waitSignal(lens.failed) as said:
        lens.open(path)
    assert "other weights" in said.args[0]
    page.session.set_model(made_info(experts=(8,) * 4), name="another")
    assert page.session.lens is None


def test_every_bundled_sample_can_be_taken_and_its_command_copied(page: SelectPage, lens) -> None:
    domains = sample_domains()
    assert {"korean", "python", "math"} <= set(domains)
    for domain in domains:
        assert 50 < len(sample_text(domain)) <= 700
    lens.samples.menu().actions()[0].trigger()
    assert lens.edit.toPlainText() == sample_text(domains[0])
    assert "seer lens made-up --file" in page.command()
    lens.edit.setPlainText("short one")
    assert "--text 'short one'" in page.command()
    assert lens.look.isEnabled()
    lens.edit.setPlainText("  ")
    assert page.command() == ""
    assert not lens.look.isEnabled()
