"""What made a number, asked on every page where numbers matter, by clicks and by keys."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.jobs.measuring import original_variant, plan_variant
from app.pages import subject
from app.pages.evaluate import EvaluatePage
from app.pages.export import ExportPage
from app.pages.model import ModelPage
from app.pages.tune import TunePage
from app.pages.tune.page import SEARCH
from app.session import Session
from app.widgets.provenance import ProvenancePopover
from core.evaluation.variant import Variant
from core.tuning import Found, StepReport, Trial, TuneOptions
from core.tuning.history import RunRecord
from tests.app.folders import write_mixtral
from tests.app.pages.conftest import drop

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
LINE = "seer tune X --top-k 1 -o OUT"


@pytest.fixture
def session(session_on_disk: Session) -> Session:
    return session_on_disk


def shown(qtbot, page):
    qtbot.addWidget(page)
    page.resize(1240, 900)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow, timeout=5000)
    page.grab()
    return page


def popover(page: QWidget) -> ProvenancePopover | None:
    found = [p for p in page.findChildren(ProvenancePopover) if p.isVisible()]
    return found[-1] if found else None


def right_click(widget: QWidget, at: QPoint) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)


def said(page: QWidget) -> str:
    """What the popover says; then it is closed by Esc, and the keyboard is where it was."""
    there = popover(page)
    assert there is not None
    assert there.hasFocus()
    before, text = there._before, there.accessibleDescription()
    QTest.keyClick(there, Qt.Key.Key_Escape)
    assert popover(page) is None
    assert before is None or before.hasFocus()
    return text


# -- Model ---------------------------------------------------------------------------------------


def test_every_line_of_the_tables_of_bytes_answers_to_keys_and_pointer(qtbot, session) -> None:
    page = shown(qtbot, ModelPage(session))
    info = session.info
    for table, amounts, formula in (
        (page._parts_table, info.bytes_by_part, "this part's tensors"),
        (page._dtypes_table, info.bytes_by_dtype, "this type's tensors"),
    ):
        lines = table.numbers()
        assert {line.key.split(".")[-1] for line in lines} == set(amounts)
        table.setFocus()
        for at, line in enumerate(lines):
            if at:
                QTest.keyClick(table, Qt.Key.Key_Down)
            QTest.keyClick(table, Qt.Key.Key_I)
            assert table.window() is page
            text = said(page)
            assert text.startswith(f"{line.name}: {line.value}")
            assert formula in text
            assert text.endswith(f"seer inspect {session.model}")
            assert "Versions: seer " in text
            assert table.hasFocus()
        right_click(table, lines[-1].box.center())
        assert said(page).startswith(f"{lines[-1].name}: {lines[-1].value}")


def test_both_kinds_of_memory_answer(qtbot, session) -> None:
    page = shown(qtbot, ModelPage(session))
    for fit, word in ((page._video, "workspace, least"), (page._memory, "libraries")):
        QTest.mouseClick(fit, LEFT, ALT, fit.rect().center())
        text = said(page)
        assert fit.need.text() in text
        assert word in text


def test_a_point_of_the_share_of_work_names_its_context(qtbot, session) -> None:
    page = shown(qtbot, ModelPage(session))
    curve = page.share.curve
    curve.setFocus()
    QTest.keyClick(curve, Qt.Key.Key_Home)
    QTest.keyClick(curve, Qt.Key.Key_Right)
    place = curve.places()[1]
    assert f"{place.context:,}" in curve.accessibleDescription()
    QTest.keyClick(curve, Qt.Key.Key_I)
    text = said(page)
    assert f"Tokens of context: {place.context:,}" in text
    words = shlex.split(text.splitlines()[-1])
    assert words[:2] == ["seer", "cost"]
    assert words[-2:] == ["--context", str(place.context)]
    last = curve.places()[-1]
    right_click(curve, curve.position(last.context, 0.5).toPoint())
    assert f"Tokens of context: {last.context:,}" in said(page)
    QTest.keyClick(curve, Qt.Key.Key_Escape)
    assert page.share.words.text() == page.share._text


# -- Evaluate ------------------------------------------------------------------------------------


def measured(variant: Variant, overall: float) -> Variant:
    origin = replace(
        variant.provenance, texts="t", tokens=100, sources=("demo",), seed=4,
        command=f"seer evaluate {variant.name}", versions=("torch 2.13.0",),
    )  # fmt: skip
    return replace(variant, perplexity={"overall": overall}, provenance=origin, kl=0.25)


@pytest.fixture
def evaluate(qtbot, session) -> EvaluatePage:
    drop(session, slice(0, 2))
    model = subject.current(session)
    session.add_variants(
        (
            measured(original_variant(model), 30.0),
            measured(plan_variant(model, session.plan, "some"), 36.0),
        )
    )
    return shown(qtbot, EvaluatePage(session))


def test_a_mark_of_the_plot_says_what_made_it_at_a_right_click(evaluate) -> None:
    plot = evaluate.plot
    at = next(i for i, m in enumerate(plot.marks()) if m.label == "some")
    surface = plot.surface()
    right_click(surface, surface.mapFrom(plot, plot.position(at).toPoint()))
    text = said(evaluate)
    assert text.startswith("Perplexity · some: 36.00 · ")
    assert "exp(mean cross-entropy" in text
    assert "Seed: 4" in text
    assert "torch 2.13.0" in text
    assert text.endswith("seer evaluate some")
    right_click(surface, QPoint(3, 3))  # no mark is near
    assert popover(evaluate) is None


def test_keys_go_from_mark_to_mark_by_cost_ask_and_choose(evaluate) -> None:
    plot, box = evaluate.plot, evaluate.plot_card.quality
    box.setCurrentIndex(box.findData("kl"))
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Left)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.accessibleDescription().startswith("some")
    QTest.keyClick(plot, Qt.Key.Key_I)
    text = said(evaluate)
    assert text.startswith("KL from the original · some: 0.25")
    assert "mean KL(original ‖ this)" in text
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.accessibleDescription().startswith("tiny")
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert evaluate.table.currentIndex().siblingAtColumn(0).data() == "tiny"


def test_the_mark_that_the_keyboard_is_on_is_seen(evaluate) -> None:
    plot = evaluate.plot
    evaluate.table.setFocus()
    QApplication.processEvents()
    before = plot.surface().grab().toImage()
    plot.setFocus()
    QApplication.processEvents()
    assert plot.surface().grab().toImage() != before
    evaluate.table.setFocus()
    QApplication.processEvents()
    assert plot.surface().grab().toImage() == before


# -- Tune ----------------------------------------------------------------------------------------


def add_run(session: Session, name: str, loss: float, **options) -> RunRecord:
    record = RunRecord(
        folder=session.folder / "runs" / name, model=session.model, command=LINE,
        options=TuneOptions(top_k=1, steps=20, seed=5, **options), state="done",
        texts={"sources": [{"where": "notes.jsonl", "domain": "", "field": ""}]},
        made_at=f"2026-11-24T06:00:0{name[-1]}+00:00", versions=("torch 2.13.0",),
    )  # fmt: skip
    record.save()
    record.work.folder.mkdir(parents=True)
    for step in range(0, 21, 5):
        record.work.add_to_curve(
            StepReport(step=step, steps=20, tokens=step, loss=loss - step / 10, k=1.5)
        )
    return record


@pytest.fixture
def tune(qtbot, session) -> TunePage:
    add_run(session, "run-1", 5.0, entropy_weight=0.05)
    add_run(session, "run-2", 9.0)
    page = shown(qtbot, TunePage(session))
    qtbot.waitUntil(lambda: len(page.desk.rows) == 2, timeout=10_000)
    page.runs.model.setData(
        page.runs.model.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
    )
    assert len(page.curves.board.plots["loss"].series) == 2
    page.grab()
    return page


def test_keys_go_along_a_curve_and_from_run_to_run(tune) -> None:
    plot = tune.curves.board.plots["loss"]
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Home)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.accessibleDescription() == "Loss, 5: 8.500 run-2"
    assert "step 5" in tune.curves.board.plots["k"].readout.text()  # one pointer for all plots
    QTest.keyClick(plot, Qt.Key.Key_I)
    text = said(tune)
    assert text.startswith("Loss, step 5: 8.500")
    assert "= cross-entropy + λ" in text
    for fact in ("Run: run-2", "Step: 5", "Texts: notes.jsonl", "Seed: 5", "torch 2.13.0"):
        assert fact in text
    assert text.endswith(LINE)
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.accessibleDescription() == "Loss, 5: 4.500 run-1"
    QTest.keyClick(plot, Qt.Key.Key_I)
    text = said(tune)
    assert "Run: run-1" in text
    assert "Entropy weight λ: 0.05" in text
    QTest.keyClick(plot, Qt.Key.Key_End)
    assert plot.accessibleDescription() == "Loss, 20: 3.000 run-1"
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert "step" not in plot.readout.text()


def test_a_right_click_asks_about_the_curve_next_to_the_pointer(tune) -> None:
    plot = tune.curves.board.plots["loss"]
    surface = plot.surface()
    for name, value, more in (("run-2", 8.0, 0.2), ("run-1", 4.0, -0.2)):
        right_click(surface, surface.mapFrom(plot, plot.point(10, value + more).toPoint()))
        text = said(tune)
        assert text.startswith(f"Loss, step 10: {value:.3f}")
        assert f"Run: {name}" in text
    QTest.mouseClick(
        surface, LEFT, ALT, surface.mapFrom(plot, plot.point(15, 7.5).toPoint())
    )  # fmt: skip
    QTest.keyClick(popover(tune), Qt.Key.Key_C)
    assert QGuiApplication.clipboard().text().startswith("Loss, step 15: 7.500")


def test_the_menu_key_asks_and_a_plot_without_curves_has_no_answer(tune) -> None:
    plot = tune.curves.board.plots["loss"]
    plot.setFocus()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(plot, event)
    assert said(tune).startswith("Loss, step 20: 7.000")
    empty = tune.curves.board.plots["perplexity"]
    assert empty.number() is None
    assert empty.number_at(QPoint(50, 50)) is None


def test_the_estimate_says_its_parts_and_the_line_that_only_estimates(qtbot, tune) -> None:
    qtbot.waitUntil(lambda: tune.estimate is not None, timeout=20_000)
    strip = tune.figures
    assert [number.name for number in strip.numbers()] == [
        "Memory", "Time", "Trained", "Tokens read",
    ]  # fmt: skip
    words = (
        "weights + gradients", "FLOPs of all steps", "what may change", "steps × sequences",
    )  # fmt: skip
    strip.setFocus()
    for at, word in enumerate(words):
        if at:
            QTest.keyClick(strip, Qt.Key.Key_Right)
        QTest.keyClick(strip, Qt.Key.Key_I)
        text = said(tune)
        assert word in text, word
        line = text.splitlines()[-1]
        assert line.startswith("seer tune ")
        assert line.endswith(" --dry-run")
        assert ("Memory by part: weights " in text) == (at == 0)
    strip.clear()
    assert strip.numbers() == ()


def test_a_trials_figures_name_its_options_and_the_search(qtbot, tune, session) -> None:
    options = TuneOptions(learning_rate=3e-4, steps=20, seed=5)
    record = replace(
        add_run(session, "run-3", 3.0), command="seer tune-search X --minutes 5", options=options
    )
    trial = Trial(number=0, options=options, perplexity=12.5, seconds=20.0)
    tune.tabs.setCurrentIndex(SEARCH)
    tune.search._show(record, Found(trials=(trial,)))
    table = tune.search.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_I)
    text = said(tune)
    assert text.startswith("Perplexity: 12.50")
    assert "at the end of the trial" in text
    assert "Trial: 0" in text
    assert "Learning rate: 0.0003" in text
    assert text.endswith("seer tune-search X --minutes 5")


# -- Export --------------------------------------------------------------------------------------


def test_what_will_be_written_answers_for_the_plan(qtbot, session) -> None:
    drop(session, slice(0, 2))
    page = shown(qtbot, ExportPage(session))
    assert [number.key for number in page.figures.numbers()] == [
        "plan.kept", "plan.bytes", "plan.parameters", "plan.loads",
    ]  # fmt: skip
    page.figures.setFocus()
    for at, number in enumerate(page.figures.numbers()):
        if at:
            QTest.keyClick(page.figures, Qt.Key.Key_Right)
        QTest.keyClick(page.figures, Qt.Key.Key_I)
        text = said(page)
        assert text.startswith(f"{number.name}: {number.value}\n= ")
        assert "seer cost" in text
        assert "--plan" in text


def test_and_for_a_tuned_checkpoint_where_that_is_written(qtbot, session, tmp_path) -> None:
    folder = write_mixtral(tmp_path / "runs" / "model")
    model = subject.current(session)
    row = measured(original_variant(model), 20.0)
    session.add_variants((replace(row, name="tuned 1", kind="tuned", path=str(folder)),))
    page = shown(qtbot, ExportPage(session))
    page.shown()
    page.form.source.setCurrentIndex(page.form.source.findData("tuned 1"))
    page.shown()
    number = page.figures.numbers()[1]
    assert number.key == "variant.bytes.tuned 1"
    right_click(page.figures, number.box.center())
    text = said(page)
    assert text.startswith(f"Checkpoint: {number.value}\n= Σ bytes")
    assert text.endswith("seer evaluate tiny")
