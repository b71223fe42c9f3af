"""Layer, network, compare and plans: real clicks and keys on the Select page's other views."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from app.pages.select import SelectPage
from core.profiling import save_profile
from core.scoring import compare, layer_use, score
from tests.values import made_profile

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
EXPERTS = (16,) * 6


def turned(page: SelectPage, key: str):
    QTest.mouseClick(page.views.bar.button(key), LEFT)
    view = page.views.current
    if view is not None:
        view.grab()
    return view


def settle(page: SelectPage) -> None:
    page._show_rest()


# layer


def test_a_bar_of_the_layer_toggles_its_expert_as_one_step(page: SelectPage) -> None:
    view = turned(page, "layer")
    scores = page.session.scores_LE[0]
    best = np.argsort(-scores, kind="stable")
    assert view.bars.bars.expert.tolist() == best.tolist()
    at = view.bars.bar_rect(2).center().toPoint()
    QTest.mouseClick(view.bars, LEFT, PLAIN, at)
    assert not page.session.plan.kept_LE[0, best[2]]
    assert page.session.undo_stack.undoText() == f"Drop L0 · {best[2]}"
    settle(page)
    assert not view.bars.bars.kept[2]
    assert page.map.cursor_cell == (0, int(best[2]))
    QTest.keyClick(view.bars, Qt.Key.Key_Space)
    assert page.session.plan.kept_LE[0, best[2]]
    QTest.keyClick(view.bars, Qt.Key.Key_L)
    assert (0, int(best[2])) in page.session.plan.locks.keep
    QTest.mouseClick(view.bars, LEFT, PLAIN, at)
    assert page.session.plan.kept_LE[0, best[2]]  # a lock wins


def test_bars_end_where_the_curve_below_has_as_many_experts(page: SelectPage) -> None:
    view = turned(page, "layer")
    view.show_row(3)
    view.curve.chosen.emit(10 / 16)
    settle(page)
    plot = view.curve.plot()
    kept = plot.left() + view.curve.threshold * plot.width()
    assert view.bars.bar_rect(9).right() == pytest.approx(kept, abs=2)


def test_the_layers_curve_keeps_the_best_of_this_layer_only(page: SelectPage) -> None:
    view = turned(page, "layer")
    view.show_row(3)
    assert view.layer.currentText() == "L3"
    view.curve.chosen.emit(10 / 16)
    plan = page.session.plan
    assert plan.kept_L.tolist() == [16, 16, 16, 10, 16, 16]
    best = np.argsort(-page.session.scores_LE[3], kind="stable")[:10]
    assert set(plan.keep[3]) == set(best.tolist())
    settle(page)
    assert "keeps 10 of 16" in view.facts.full_text
    QTest.keyClick(view.bars, Qt.Key.Key_PageDown)
    assert view.layer.currentText() == "L4"


# network


def test_the_network_view_shows_every_score_and_opens_a_layer(page: SelectPage) -> None:
    view = turned(page, "network")
    kept = page.session.plan.kept_LE.copy()
    kept[2, :8] = False
    page.session.apply_plan(page.session.plan.with_kept(kept), "drop half")
    settle(page)
    panels = {panel.title: panel for panel in view.charts.panels}
    assert panels["Experts kept"].texts_L[2] == "8 / 16"
    scores = score(page.session.profile, "reap")
    expected = scores[2, 8:].sum() / scores[2].sum()
    assert panels["reap"].values_L[2] == pytest.approx(expected)
    assert panels["reap"].values_L[0] == pytest.approx(1.0)
    QTest.mouseClick(view.charts, LEFT, PLAIN, view.charts.point(1, 4).toPoint() + QPoint(0, 6))
    assert page.views.key == "layer"
    assert page.views.current.layer.currentText() == "L4"


# compare


def test_two_domains_are_compared_as_the_engine_does(page: SelectPage) -> None:
    view = turned(page, "compare")
    QAbstractItemModelTester(view.model, view)
    assert (view.a.currentText(), view.b.currentText()) == ("prose", "code")
    profile = page.session.profile
    only = {"prose": {"code": 0.0}, "code": {"prose": 0.0}}
    expected = compare(
        score(profile, "soft-count", only["prose"]), score(profile, "soft-count", only["code"]),
        top=8,
    )  # fmt: skip
    np.testing.assert_array_equal(view.view.map.scores_LE, expected.difference_LE)
    assert f"({len(expected.only_b)})" in view.only_title.text()
    assert view.model.cell_at(0) == (expected.only_b[0].row, expected.only_b[0].expert)
    view.top.setValue(4)
    fewer = compare(*(score(profile, "soft-count", w) for w in only.values()), top=4)
    assert view.model.rowCount() == len(fewer.only_b)
    page.session.set_metric("reap")
    settle(page)
    assert view.summary.full_text.startswith("reap")
    view.swap.click()
    assert (view.a.currentText(), view.b.currentText()) == ("code", "prose")
    assert "--domain-a code --domain-b prose --metric reap --top 4" in page.command()


def test_zero_has_the_middle_colour_and_signs_their_own(page: SelectPage) -> None:
    view = turned(page, "compare")
    levels, values = view.view.map.levels.level_LE, view.view.map.scores_LE
    table = view.view.map.table.astype(int)
    a_more, b_more = (
        np.unravel_index(values.argmax(), values.shape),
        np.unravel_index(values.argmin(), values.shape),
    )
    orange, blue = table[levels[a_more]], table[levels[b_more]]
    assert orange[0] > orange[2]
    assert blue[2] > blue[0]
    assert view.view.map.levels.low == -view.view.map.levels.high
    view.b.setCurrentIndex(view.a.currentIndex())
    assert set(np.unique(view.view.map.levels.level_LE).tolist()) <= {127, 128}
    assert view.model.rowCount() == 0


def test_a_line_or_a_cell_selects_the_expert(page: SelectPage) -> None:
    view = turned(page, "compare")
    row, expert = view.model.cell_at(1)
    box = view.table.visualRect(view.model.index(1, 0))
    QTest.mouseClick(view.table.viewport(), LEFT, PLAIN, box.center())
    assert page.map.cursor_cell == (row, expert)
    at = view.view.map.cell_rect(4, 7).center().toPoint()
    QTest.mouseClick(view.view.map, LEFT, PLAIN, at)
    assert page.map.cursor_cell == (4, 7)
    assert page.session.plan.dropped == 0  # looking changes nothing


def test_another_profile_becomes_b_and_one_of_another_model_is_refused(
    page: SelectPage, tmp_path: Path, qtbot: QtBot
) -> None:
    view = turned(page, "compare")
    other = tmp_path / "tuned.safetensors"
    save_profile(made_profile(experts=EXPERTS, seed=5, fingerprint="a" * 64), other)
    job = view.desk.open_profile(other)
    with qtbot.waitSignal(view.status_changed, timeout=5000) as said:
        pass
    assert "before and after" in said.args[0]
    assert job.state == "done"
    assert view.b.currentText() == "tuned"
    view.a.setCurrentIndex(0)
    assert str(other) in page.command()
    wrong = tmp_path / "wrong.safetensors"
    save_profile(made_profile(experts=(8,) * 4), wrong)
    with qtbot.waitSignal(view.failed, timeout=5000) as failed:
        view.desk.open_profile(wrong)
    assert "other experts" in failed.args[0]


def test_a_tuned_model_of_fewer_experts_is_compared_on_the_cells_it_kept(
    page: SelectPage, qtbot: QtBot, tmp_path: Path, monkeypatch
) -> None:
    from app.jobs.after import same_texts
    from app.jobs.task import Task
    from core.evaluation.variant import Provenance, Variant

    keep = tuple(tuple(range(0, 16, 2)) for _ in EXPERTS)
    made = Provenance(
        model=str(tmp_path), model_fingerprint="b" * 64, plan="", command="", made_at=""
    )
    tuned = Variant(
        name="tuned Top-2", kind="tuned", provenance=made, kept=keep, top_k=2, path=str(tmp_path)
    )
    after = made_profile(experts=(8,) * 6, seed=3, fingerprint="b" * 64)
    session = page.session
    session.set_profile(dataclasses.replace(session.profile, sources=("demo",)))
    session.add_variant(tuned)
    view = turned(page, "compare")
    view.desk.menu.aboutToShow.emit()
    texts = [action.text() for action in view.desk.menu.actions()]
    assert texts == ["Open profile…", "After tuning: tuned Top-2"]
    task = Task(title="after", kind="after", function=lambda run: after, heavy=False)
    monkeypatch.setattr("app.pages.select.side_desk.after_task", lambda *a, **k: task)
    view.desk.menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: view.b.currentText() == "tuned Top-2", timeout=5000)
    view.a.setCurrentIndex(0)
    shown = view.view.map.scores_LE
    assert np.isnan(shown[:, 1::2]).all()
    before = score(session.profile, "soft-count")[:, ::2]
    expected = before / before.sum(axis=1, keepdims=True)
    later = score(after, "soft-count")
    expected -= later / later.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shown[:, ::2], expected)
    assert session.profile is not after
    read = same_texts(dataclasses.replace(session.profile, sources=("demo",)))
    assert [str(source) for source in read.sources] == ["demo"]


def test_layers_stand_beside_each_other_for_both_sides(page: SelectPage, tmp_path, qtbot) -> None:
    view = turned(page, "compare")
    other = tmp_path / "tuned.safetensors"
    save_profile(made_profile(experts=EXPERTS, seed=5, fingerprint="a" * 64), other)
    view.desk.open_profile(other)
    qtbot.waitUntil(lambda: view.b.currentText() == "tuned", timeout=5000)
    assert view.a.currentText() == "all domains"  # all that was seen of the weights before
    difference = view.summary.full_text
    QTest.mouseClick(view.what.button("layers"), LEFT)
    view.grab()
    assert view.top.isHidden()
    after = view.desk.sources()[1].profile
    panels = {panel.key: panel for panel in view.beside.charts.panels}
    a, b = layer_use(page.session.profile), layer_use(after)
    assert panels["entropy_nats"].values_L == pytest.approx(a.entropy_L)
    assert panels["entropy_nats"].other_L == pytest.approx(b.entropy_L)
    assert panels["experts_in_use"].texts_L[2] == f"{a.effective_L[2]:.1f} → {b.effective_L[2]:.1f}"
    assert f"{a.entropy_L.mean():.2f} → {b.entropy_L.mean():.2f} nats" in view.summary.full_text
    assert "B · tuned" in view.beside.key.accessibleName()
    with qtbot.waitSignal(view.status_changed, timeout=2000) as said:
        view.beside.charts.layer_hovered.emit(3)
    assert panels["entropy_nats"].texts_L[3] in said.args[0]
    taken = page.takeaway.taken()
    assert taken.table().header[:3] == ("layer", "experts_a", "experts_b")
    assert taken.table().rows[1][3:5] == pytest.approx((a.entropy_L[1], b.entropy_L[1]))
    page.takeaway.save_svg(tmp_path / "layers.svg")
    assert "B · tuned" in (tmp_path / "layers.svg").read_text()
    QTest.mouseClick(view.what.button("experts"), LEFT)
    assert view.summary.full_text == difference


# plans and history


def test_plans_are_kept_compared_taken_up_renamed_and_deleted(page: SelectPage) -> None:
    view = turned(page, "plans")
    session = page.session
    QTest.keyClicks(view.name, "whole")
    QTest.keyClick(view.name, Qt.Key.Key_Return)
    assert set(session.plans) == {"whole"}
    kept = session.plan.kept_LE.copy()
    kept[:, 12:] = False
    session.apply_plan(session.plan.with_kept(kept), "drop some")
    QTest.mouseClick(view.keep, LEFT)
    assert len(session.plans) == 2
    line = view.model.line_of("whole")
    assert view.model.index(line, 2).data() == "96 / 96"
    assert view.model.index(line, 7).data() == "+24  −0"
    assert view.model.index(0, 2).data() == "72 / 96"
    view.table.selectRow(line)
    QTest.mouseClick(view.take, LEFT)
    assert session.plan.dropped == 0
    assert session.undo_stack.undoText() == "Take up “whole”"
    session.undo_stack.undo()
    assert session.plan.dropped == 24
    view.table.selectRow(view.model.line_of("whole"))
    QTest.mouseClick(view.copy, LEFT)
    assert "whole copy" in session.plans
    assert view.chosen == "whole copy"
    index = view.model.index(view.model.line_of("whole copy"), 0)
    assert view.model.setData(index, "second")
    assert "second" in session.plans
    assert "whole copy" not in session.plans
    again = view.model.index(view.model.line_of("second"), 0)
    assert not view.model.setData(again, "whole")  # a name is taken once
    view.table.selectRow(view.model.line_of("second"))
    QTest.mouseClick(view.delete, LEFT)
    assert "second" not in session.plans


def test_named_plans_come_back_with_the_project(
    page: SelectPage, tmp_path: Path, qtbot: QtBot
) -> None:
    session = page.session
    session.keep_plan("mine", session.plan)
    folder = tmp_path / "project"
    session.save_project(folder)
    assert session.project.plans.keys() == {"mine"}
    session.forget_plan("mine")
    session.save_project()
    assert not session.project.plans


def test_the_history_names_every_step_and_jumps_to_any(page: SelectPage) -> None:
    session, stack = page.session, page.session.undo_stack
    QAbstractItemModelTester(page.history.model, None)
    QAbstractItemModelTester(turned(page, "plans").model, None)
    QTest.mouseClick(page.views.bar.button("map"), LEFT)
    for expert in range(4):
        at = page.map.cell_rect(1, expert).center().toPoint()
        QTest.mouseClick(page.map, LEFT, PLAIN, at)
    model = page.history.model
    lines = [model.index(i).data() for i in range(model.rowCount())]
    assert lines[-4:] == [f"Drop L1 · {e}" for e in range(4)]
    shown = []
    session.plan_changed.connect(lambda: shown.append(session.plan.dropped))
    page.history.list.clicked.emit(model.index(model.rowCount() - 4))
    assert session.plan.dropped == 1
    assert shown == [1]  # the steps between are not drawn
    assert model.current == stack.index()
    page.history.list.clicked.emit(model.index(0))
    assert session.plan.dropped == 0
    page.history.list.clicked.emit(model.index(model.rowCount() - 1))
    assert session.plan.dropped == 4
    stack.undo()
    at = page.map.cell_rect(5, 5).center().toPoint()
    QTest.mouseClick(page.map, LEFT, PLAIN, at)
    assert model.index(model.rowCount() - 1).data() == "Drop L5 · 5"
    session.undo_stack.clear()
    assert model.rowCount() == 1


# order and domains


def test_cluster_order_puts_experts_that_fire_together_side_by_side(
    page: SelectPage, qtbot: QtBot
) -> None:
    from core.scoring import cluster_orders

    page.toolbar.order.setCurrentIndex(page.toolbar.order.findData("clustered"))
    qtbot.waitUntil(lambda: page.clusters.orders_LE is not None, timeout=5000)
    expected = cluster_orders(page.session.profile)
    np.testing.assert_array_equal(page.map.shown_order(), expected)
    at = page.map.cell_rect(2, int(expected[2, 3])).center().toPoint()
    QTest.mouseClick(page.map, LEFT, PLAIN, at)
    assert page.session.undo_stack.undoText() == f"Drop L2 · {expected[2, 3]}"


def test_a_slider_blends_a_domain_live(page: SelectPage) -> None:
    panel = page.toolbar.domains
    slider = panel._sliders[1]
    before = page.session.scores_LE.copy()
    slider.setValue(slider.maximum())
    assert page.session.domain_weights["code"] == pytest.approx(4.0)
    assert panel._spins[1].value() == pytest.approx(4.0)
    expected = score(page.session.profile, "soft-count", {"code": 4.0})
    np.testing.assert_allclose(page.session.scores_LE, expected)
    assert not np.allclose(before, expected)
    panel._spins[1].setValue(0.5)
    assert slider.value() == pytest.approx(50)
    panel._checks[0].setChecked(False)
    assert page.session.domain_weights["prose"] == 0.0
    assert not panel._sliders[0].isEnabled()


# commands


def test_the_command_of_everything_that_shows_can_be_copied(page: SelectPage) -> None:
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QMenu

    turned(page, "compare")
    page.toolbar.more_menu.aboutToShow.emit()
    lines = {action.text(): action.toolTip() for action in page.toolbar.commands.actions()}
    assert lines["What this view shows"].startswith("seer compare ")
    assert lines["The scores"].startswith("seer score ")
    assert lines["What this plan costs"].startswith("seer cost made-up --plan ")
    assert lines["Quick check of this plan"].startswith("seer evaluate made-up ")
    assert lines["Export of this plan"].startswith("seer export made-up --plan ")
    assert "This plan, as its rule makes it" not in lines  # it has none yet
    turned(page, "map")
    page.toolbar.apply.click()
    menu = page.cell_menu.menu(1, 2)
    commands = next(m for m in menu.findChildren(QMenu) if m.title() == "Copy a command")
    made = next(a for a in commands.actions() if a.text() == "This plan, as its rule makes it")
    made.trigger()
    assert QGuiApplication.clipboard().text() == page.command()
    assert page.command().startswith("seer plan ")
    menu.deleteLater()
    turned(page, "network")
    assert page.command().startswith("seer score ")


def test_a_context_menu_opens_over_the_comparison_too(page: SelectPage, monkeypatch) -> None:
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QApplication

    opened = []

    class Spy:
        def __init__(self, row, expert) -> None:
            self.cell = (row, expert)

        def popup(self, at: QPoint) -> None:
            opened.append(self.cell)

    monkeypatch.setattr(page.cell_menu, "menu", Spy)
    view = turned(page, "compare")
    at = view.view.map.cell_rect(2, 5).center().toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.view.map.mapToGlobal(at))
    QApplication.sendEvent(view.view.map, event)
    assert opened == [(2, 5)]
    assert page.map.cursor_cell == (2, 5)
