"""The Select page over a session: gestures, rules and files become plans, plans become pictures."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.jobs.measuring import original_variant, plan_variant
from app.pages import subject
from app.pages.select import SelectPage
from app.pages.select.rules import KINDS, Rule
from app.session import Session
from app.theme import apply_theme
from app.widgets.whatif import Figure
from core.evaluation.variant import Provenance
from core.planning import Plan
from tests.values import made_info, made_profile

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
EXPERTS = (16, 16, 16, 16, 16, 16)


@pytest.fixture
def page(qapp: QApplication, page: SelectPage) -> SelectPage:
    apply_theme(qapp, "dark")  # its style sheet makes everything wider
    page.grab()
    return page


def plan_of(page: SelectPage) -> Plan:
    assert page.session.plan is not None
    return page.session.plan


def settle(page: SelectPage) -> None:
    """What waits for a timer, now."""
    page._show_rest()


def at(page: SelectPage, row: int, expert: int) -> QPoint:
    return page.map.cell_rect(row, expert).center().toPoint()


def test_without_a_model_the_page_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    page = SelectPage(session)
    qtbot.addWidget(page)
    assert page.state().kind == "blocked"
    with qtbot.waitSignal(page.go_to) as asked:
        page.empty.button.click()
    assert asked.args == ["model"]


def test_without_a_profile_the_map_shows_and_calibrate_is_offered(
    qtbot: QtBot, session: Session
) -> None:
    page = SelectPage(session)
    qtbot.addWidget(page)
    page.show()
    session.set_model(made_info(experts=EXPERTS), name="made-up")
    settle(page)
    assert not page.toolbar.apply.isEnabled()
    with qtbot.waitSignal(page.go_to) as asked:
        page.banner.button.click()
    assert asked.args == ["calibrate"]
    QTest.mouseClick(page.map, LEFT, PLAIN, at(page, 0, 3))
    assert plan_of(page).dropped == 1


def test_a_stroke_is_one_undo_step_with_a_readable_name(page: SelectPage) -> None:
    QTest.mousePress(page.map, LEFT, PLAIN, at(page, 2, 1))
    QTest.mouseMove(page.map, at(page, 2, 4))
    QTest.mouseRelease(page.map, LEFT, PLAIN, at(page, 2, 4))
    stack = page.session.undo_stack
    assert stack.undoText() == "Drop 4 experts in L2"
    assert plan_of(page).dropped == 4
    stack.undo()
    assert plan_of(page).dropped == 0
    stack.redo()
    assert plan_of(page).keep[2] == (0, *range(5, 16))


def test_the_strip_follows_an_unfinished_stroke(page: SelectPage) -> None:
    before = page.strip.figures
    QTest.mousePress(page.map, LEFT, PLAIN, at(page, 2, 1))
    QTest.mouseMove(page.map, at(page, 2, 6))
    during = page.strip.figures
    assert during[0].value != before[0].value or during[0].note != before[0].note
    QTest.keyClick(page.map, Qt.Key.Key_Escape)
    QTest.mouseRelease(page.map, LEFT, PLAIN, at(page, 2, 6))
    assert page.strip.figures == before
    assert plan_of(page).dropped == 0


def test_apply_keeps_the_best_of_every_layer(page: SelectPage) -> None:
    page.desk.set_rule(Rule(kind="number", number=12))
    page.toolbar.apply.click()
    plan, scores = plan_of(page), page.session.scores_LE
    assert scores is not None
    assert plan.kept_L.tolist() == [12] * 6
    for row in range(6):
        dropped = ~plan.kept_LE[row]
        assert scores[row][dropped].max() <= scores[row][plan.kept_LE[row]].min()
    assert page.session.undo_stack.undoText() == "Keep 12 per layer by soft-count"
    assert plan.made_by.options["keep"] == 12


@pytest.mark.parametrize("kind", KINDS)
def test_locks_win_over_every_rule(page: SelectPage, kind: str) -> None:
    scores = page.session.scores_LE
    assert scores is not None
    worst, best = int(scores[1].argmin()), int(scores[1].argmax())
    page.editor.toggle_lock(1, worst)
    mask = np.zeros((6, 16), dtype=np.bool_)
    mask[1, best] = True
    page.editor.paint(mask, keep=False)
    page.editor.toggle_lock(1, best)
    rule = Rule(kind=kind, number=8, percent=50, floor=2, seed=1)  # type: ignore[arg-type]
    page.editor.apply(rule)
    assert plan_of(page).kept_LE[1, worst]
    assert not plan_of(page).kept_LE[1, best]


def test_a_rule_for_selected_layers_leaves_the_others_alone(page: SelectPage) -> None:
    page.map.select_rows((1, 2))
    assert page.toolbar.apply.text() == "Apply to L1–L2"
    page.desk.set_rule(Rule(kind="number", number=4))
    page.toolbar.apply.click()
    assert plan_of(page).kept_L.tolist() == [16, 4, 4, 16, 16, 16]


def test_a_ragged_plan_is_said_at_once_and_fixed_by_a_button(page: SelectPage) -> None:
    page.desk.set_rule(Rule(kind="number", number=8))
    page.desk.apply()
    mask = np.zeros((6, 16), dtype=np.bool_)
    mask[3] = plan_of(page).kept_LE[3]
    mask[3, np.flatnonzero(mask[3])[2:]] = False
    page.editor.paint(mask, keep=False)
    settle(page)
    assert "L3 keeps 6" in page.banner.text
    assert page.strip.figures[-1].value == "bundled loader"
    page.banner.button.click()
    assert plan_of(page).uniform
    settle(page)
    assert page.banner.isHidden()


def test_too_few_experts_for_top_k_is_an_error_with_a_fix(page: SelectPage) -> None:
    mask = np.zeros((6, 16), dtype=np.bool_)
    mask[2, 1:] = True
    page.editor.paint(mask, keep=False)
    settle(page)
    assert "a token chooses 2" in page.banner.text
    page.banner.button.click()
    assert plan_of(page).kept_L[2] == 2


def test_l_locks_and_frees_and_a_brush_is_refused_with_words(page: SelectPage) -> None:
    said: list[str] = []
    page.status_changed.connect(said.append)
    page.map.set_cursor_cell(1, 5)
    QTest.keyClick(page.map, Qt.Key.Key_L)
    assert (1, 5) in plan_of(page).locks.keep
    QTest.keyClick(page.map, Qt.Key.Key_Space)
    assert plan_of(page).dropped == 0
    assert any("press L" in text for text in said)
    QTest.keyClick(page.map, Qt.Key.Key_L)
    assert not plan_of(page).locks


def test_super_experts_of_a_new_profile_are_protected_once(page: SelectPage) -> None:
    profile = made_profile(experts=EXPERTS, tokens=4000, seed=3)
    peaks = profile.peak_max.copy()
    peaks[:, 1, 4] = 1e4
    loud = replace(profile, peak_max=peaks)
    page.session.set_profile(loud)
    assert (1, 4) in plan_of(page).made_by.protected
    page.editor.toggle_lock(1, 4)
    assert not plan_of(page).made_by.protected
    page.session.set_live_profile(profile)
    page.session.set_live_profile(None)
    assert not plan_of(page).made_by.protected


def test_metric_domain_and_scale_change_what_is_shown(page: SelectPage) -> None:
    first = page.map.grab().toImage()
    page.toolbar.score.setCurrentIndex(page.toolbar.score.findData("reap"))
    assert page.session.metric == "reap"
    second = page.map.grab().toImage()
    assert first != second
    page.toolbar.domains._checks[0].click()
    assert page.session.domain_weights == {"prose": 0.0, "code": 1.0}
    assert page.toolbar.domains_button.text() == "code"
    page.toolbar.domains._checks[1].click()  # the last one cannot go
    assert page.session.domain_weights == {"prose": 0.0, "code": 1.0}
    page.toolbar.domains._alike()
    assert page.session.domain_weights is None


def test_weights_for_domains_that_a_newer_profile_lacks_are_left_out(page: SelectPage) -> None:
    page.session.set_domain_weights({"prose": 0.0, "code": 1.0})
    page.session.set_profile(made_profile(experts=EXPERTS, domains=("prose",), tokens=500))
    assert page.session.scores_LE is not None
    assert page.toolbar.domains_button.text() == "all"
    page.session.set_profile(made_profile(experts=EXPERTS, domains=("math", "code"), tokens=500))
    assert page.session.scores_LE is not None


def test_experts_that_no_token_chose_are_marked(page: SelectPage) -> None:
    profile = made_profile(experts=EXPERTS, tokens=4000)
    count = profile.count.copy()
    count[:, 2, 3] = 0
    page.session.set_profile(replace(profile, count=count))
    assert page.map.idle_LE is not None
    assert page.map.idle_LE[2, 3]


def test_a_running_profile_fills_the_map(page: SelectPage) -> None:
    partial = made_profile(experts=EXPERTS, tokens=10, seed=9)
    tokens = partial.tokens.copy()
    tokens[:, 4:] = 0
    page.session.set_live_profile(replace(partial, tokens=tokens))
    assert page.map.seen_LE is not None
    assert page.map.seen_LE[:4].all()
    assert not page.map.seen_LE[4:].any()
    settle(page)
    assert not page.lower.curve.isEnabled()
    page.session.set_live_profile(None)
    assert page.map.seen_LE.all()


def test_the_card_tells_what_the_profile_knows(page: SelectPage) -> None:
    profile = page.session.profile
    assert profile is not None
    page.map.set_cursor_cell(2, 6)
    settle(page)
    card = page.inspector
    assert card.title.text() == "L2 · expert 6"
    tokens = int(profile.count[:, 2, 6].sum())
    assert card.facts.values["Tokens routed"].full_text == f"{tokens:,}"
    assert "rank" in card.state.full_text
    card.lock.click()
    assert (2, 6) in plan_of(page).locks.keep


def test_the_table_and_the_map_point_at_the_same_expert(page: SelectPage) -> None:
    page.lower.show_table.click()
    page.map.set_cursor_cell(3, 2)
    assert page.lower.model.cell_at(page.lower.table.currentIndex().row()) == (3, 2)
    line = page.lower.model.line_of(5, 1)
    assert line is not None
    page.lower.table.setCurrentIndex(page.lower.model.index(line, 0))
    assert page.map.cursor_cell == (5, 1)


def choose_threshold(page: SelectPage) -> None:
    panel = page.toolbar.rule
    panel.kind.setCurrentIndex(panel.kind.findData("threshold"))


def test_a_threshold_begins_at_the_median_or_where_the_histograms_line_is(page) -> None:
    scores = page.session.scores_LE
    panel = page.toolbar.rule
    choose_threshold(page)
    assert panel.at_least.isVisibleTo(panel)
    assert not panel.percent.isVisibleTo(panel)
    assert panel.at_least.value() == pytest.approx(np.median(scores), rel=1e-3)
    page.editor.apply(Rule(kind="number", number=12))
    panel.kind.setCurrentIndex(panel.kind.findData("number"))
    choose_threshold(page)
    wanted = np.sort(scores.ravel())[plan_of(page).dropped]
    assert panel.at_least.value() == pytest.approx(wanted, rel=1e-3)


def test_a_typed_threshold_is_applied_and_copied_as_a_command(page: SelectPage, qtbot) -> None:
    scores = page.session.scores_LE
    panel, at = page.toolbar.rule, float(f"{np.sort(page.session.scores_LE.ravel())[30]:.4g}")
    choose_threshold(page)
    field = panel.at_least.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, f"{at:.4g}")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.desk.rule.at_least == at
    page.toolbar.apply.click()
    plan = plan_of(page)
    want_LE = scores >= at
    enough = want_LE.sum(axis=1) >= 2
    free = np.ones_like(want_LE)
    for cell in plan.made_by.protected:
        free[cell] = False
    free[~enough] = False
    assert np.array_equal(plan.kept_LE[free], want_LE[free])
    assert f"--threshold {at!r} --scope global" in page.command()
    assert page.desk.rule.text == f"keep scores ≥ {at:.4g}"


def test_a_threshold_of_another_score_begins_anew(page: SelectPage) -> None:
    choose_threshold(page)
    before = page.desk.rule.at_least
    page.session.set_metric("reap")
    assert page.desk.rule.at_least != before
    assert page.desk.rule.at_least == pytest.approx(np.median(page.session.scores_LE), rel=1e-3)


def test_dragging_the_coverage_line_ranks_all_layers_together(page: SelectPage) -> None:
    page._show_rest()  # the curve, which otherwise comes 40 ms after the page
    page.charts.keep_best(48 / 96)
    assert sum(plan_of(page).experts) - plan_of(page).dropped == 48
    assert plan_of(page).made_by.scope == "global"
    assert (plan_of(page).kept_L >= 2).all()


def test_a_pattern_is_copied_to_the_selected_layers(page: SelectPage) -> None:
    mask = np.zeros((6, 16), dtype=np.bool_)
    mask[0, :5] = True
    page.editor.paint(mask, keep=False)
    page.map.set_cursor_cell(0, 8)
    QTest.keyClick(page.map, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    page.map.select_rows((3, 4))
    QTest.keyClick(page.map, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert plan_of(page).keep[3] == plan_of(page).keep[4] == plan_of(page).keep[0]
    assert plan_of(page).keep[1] == tuple(range(16))


def test_a_selection_survives_export_and_import(page: SelectPage, tmp_path: Path) -> None:
    page.desk.apply()
    wanted = plan_of(page)
    page.takeaway.save_json(tmp_path / "plan.json")
    page.session.undo_stack.undo()
    page.editor.load(tmp_path / "plan.json")
    assert plan_of(page).keep == wanted.keep
    assert page.session.undo_stack.undoText() == "Import plan.json"


def test_a_selection_of_another_model_is_refused_aloud(page: SelectPage, tmp_path: Path) -> None:
    other = Plan.keep_all(made_info(experts=(4, 4), fingerprint="a" * 64))
    other.save(tmp_path / "other.json")
    page.editor.load(tmp_path / "other.json")
    assert plan_of(page).experts == EXPERTS
    assert "2 MoE layers" in page.banner.text
    (tmp_path / "broken.json").write_text("{")
    page.editor.load(tmp_path / "broken.json")
    assert "not JSON" in page.banner.text


def test_pictures_and_tables_hold_what_the_map_shows(page: SelectPage, tmp_path: Path) -> None:
    page.desk.set_rule(Rule(kind="number", number=12))
    page.desk.apply()
    page.takeaway.save_png(tmp_path / "map.png")
    page.takeaway.save_svg(tmp_path / "map.svg")
    page.takeaway.save_csv(tmp_path / "map.csv")
    image = QImage(str(tmp_path / "map.png"))
    assert image.width() > 1000
    root = ET.parse(tmp_path / "map.svg").getroot()
    texts = {"".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")}
    assert any("72 of 96 experts kept" in text for text in texts)
    lines = list(csv.DictReader(io.StringIO((tmp_path / "map.csv").read_text())))
    assert len(lines) == 96
    assert sum(line["state"] == "dropped" for line in lines) == 24
    assert not list(tmp_path.glob("*~"))


def test_a_picture_that_cannot_be_written_is_an_error_with_a_remedy(
    page: SelectPage, tmp_path: Path
) -> None:
    from core.errors import StudioError

    with pytest.raises(StudioError, match="cannot write"):
        page.takeaway.save_png(tmp_path / "missing" / "map.png")


def test_the_command_line_that_makes_the_plan_is_offered(page: SelectPage) -> None:
    page.desk.set_rule(Rule(kind="number", number=12))
    page.editor.toggle_lock(1, 5)
    page.desk.apply()
    command = page.command()
    assert command.startswith("seer plan ")
    assert "--metric soft-count --keep 12" in command
    assert "--lock-keep 1:5" in command
    page.map.set_cursor_cell(0, 0)
    page.map.toggle_cursor()
    assert page.command() == ""


def test_the_plan_file_of_a_rule_says_how_it_was_made(page: SelectPage, tmp_path: Path) -> None:
    page.desk.set_rule(Rule(kind="random", number=12, seed=7))
    page.desk.apply()
    page.takeaway.save_json(tmp_path / "plan.json")
    made = json.loads((tmp_path / "plan.json").read_text())["made_by"]
    assert made["metric"] == "random"
    assert made["options"] == {"keep": 12, "seed": 7}


def test_everything_that_can_be_focused_has_a_name(page: SelectPage) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

    unnamed = [
        type(child).__name__
        for child in page.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and isinstance(child, (QAbstractButton, QComboBox))
        and child.isVisibleTo(page)
        and not (child.accessibleName() or getattr(child, "text", str)())
    ]
    assert unnamed == []


@pytest.mark.parametrize("size", [(1244, 828), (984, 648), (828, 568)])
def test_nothing_is_wider_than_the_window(page: SelectPage, size: tuple[int, int]) -> None:
    page.resize(*size)
    page.grab()
    assert (page.width(), page.height()) == size
    tools = page.toolbar
    assert tools.mapTo(page, QPoint(tools.width(), 0)).x() <= page.inspector.x()
    for child in (tools.score, tools.scale, tools.rule_button, tools.apply, tools.more):
        assert child.width() >= child.minimumWidth()
        assert child.mapTo(tools, QPoint(child.width(), 0)).x() <= tools.width() + 1


def test_the_strip_tells_what_a_quick_check_measured_and_when_the_plan_left_it(page, session):
    def checked() -> Figure:
        return next(f for f in page.strip.figures if f.name == "Quick check")

    model = subject.current(session)
    assert checked().note == "not measured"
    plan = session.plan
    kept_LE = plan.kept_LE.copy()
    kept_LE[0, 0] = False
    session.apply_plan(plan.with_kept(kept_LE), "drop")
    origin = Provenance(texts="t", tokens=9, made_at="2026")
    rows = (original_variant(model), plan_variant(model, session.plan, "one"))
    session.add_variants(
        tuple(
            replace(row, provenance=origin, perplexity={"overall": value}, kl=kl)
            for row, value, kl in zip(rows, (25.8, 28.4), (None, 0.0805), strict=True)
        )
    )
    assert (checked().value, checked().note) == ("25.80 → 28.40", "KL 0.081")
    kept_LE[1, 1] = False
    session.apply_plan(session.plan.with_kept(kept_LE), "drop another")
    assert (checked().value, checked().note) == ("25.80 → 28.40", "plan changed")
    assert checked().tone == "warn"
    session.undo_stack.undo()
    assert checked().note == "KL 0.081"
    session.undo_stack.undo()
    assert (checked().value, checked().note) == ("25.80", "original")
