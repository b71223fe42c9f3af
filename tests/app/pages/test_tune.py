"""The Tune page: its form, the trap, a run from start to use, and the runs of a project.

The engine is replaced by one that trains in no time and writes what the real one does; the journey
runs the real one.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

import core.tuning
from app.pages.tune import TunePage
from app.pages.tune.choice import PLANNED, WHOLE, TuneChoice
from app.pages.tune.form import TuneForm
from app.pages.tune.page import PAGE
from app.session import Session
from app.widgets.help import HelpButton
from core.checkpoint import inspect_model
from core.errors import InputError
from core.tuning import StepReport, TuneOptions, TuneResult, Work
from core.tuning.history import RunRecord, list_runs
from tests.app.folders import write_mixtral
from tests.app.pages.conftest import drop


class FakeEngine:
    """Stands where `core.tuning.tune` does."""

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        self.wait = 0.0
        self.error: Exception | None = None

    def __call__(
        self, folder: Path, texts: object, options: TuneOptions, *, output: Path, work: Path,
        run: object, **more,
    ) -> TuneResult:  # fmt: skip
        self.calls.append({"folder": folder, "options": options, "output": output, **more})
        place, steps = Work(folder=work), options.steps or 4
        place.folder.mkdir(parents=True, exist_ok=True)
        reports = []
        if more.get("use_step") is None:
            for step in range(steps + 1):
                value = StepReport(
                    step=step, steps=steps, tokens=step * 10, loss=3.0 - step / 10, k=1.5,
                    validation_perplexity=15.0 - step if step in {0, steps} else None,
                )  # fmt: skip
                reports.append(value)
                run.snapshot("tuning", value)
                place.add_to_curve(value)
                if step == 2:
                    place.checkpoint(2).mkdir(exist_ok=True)
                    place.finish_checkpoint(2, {})
                time.sleep(self.wait)
                run.check()
        if self.error is not None:
            raise self.error
        shutil.copytree(folder, output)
        return TuneResult(
            output=output, work=work, options=options, steps=steps, tokens=40, final_loss=2.5,
            perplexity_before=15.0, perplexity_after=13.0, perplexity_original=13.5,
            entropy_before=2.0, entropy_after=1.5, top_k=1, top_k_before=2, train="experts",
            trained_parameters=10, curve=tuple(reports),
        )  # fmt: skip


@pytest.fixture
def engine(monkeypatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(core.tuning, "tune", fake, raising=False)
    monkeypatch.setattr("app.jobs.tuning.pack", lambda *_: (None, None))
    monkeypatch.setattr("app.jobs.tuning.wait_for_libraries", lambda _run: None)
    return fake


@pytest.fixture
def session(qtbot, tmp_path: Path) -> Iterator[Session]:
    """A session over headers, with a project on the disk."""
    model = write_mixtral(tmp_path / "models" / "tiny")
    made = Session(data_dir=tmp_path / "data")
    made.set_model(inspect_model(model), name=str(model))
    yield made
    made.close()


@pytest.fixture
def page(qtbot, session: Session, engine: FakeEngine) -> TunePage:
    page = TunePage(session)
    qtbot.addWidget(page)
    page.resize(1240, 800)
    page.show()
    return page


def change(page: TunePage, **options) -> None:
    choice = page.form.choice()
    page.form.set_choice(replace(choice, options=replace(choice.options, **options)))


def finish(qtbot, page: TunePage) -> None:
    qtbot.waitUntil(lambda: page.watch.job is not None and page.watch.job.over, timeout=10_000)
    name = page.watch.job.task.record.name
    qtbot.waitUntil(lambda: page.desk.row(name) is not None and not page.desk.running)
    qtbot.waitUntil(lambda: page.desk.row(name).record.state != "started")


def tuned(qtbot, page: TunePage, **options) -> str:
    """A run from start to end; its name."""
    change(page, top_k=1, steps=4, **options)
    page.primary_action.trigger()
    finish(qtbot, page)
    return page.watch.job.task.record.name


# the form


def test_the_form_gives_back_what_it_was_given(qtbot) -> None:
    form = TuneForm()
    qtbot.addWidget(form)
    options = TuneOptions(
        top_k=1, schedule="cosine", fractional=False, anneal_fraction=0.25, entropy_weight=0.05,
        train="lora", lora_rank=4, distill=0.5, distill_cache=32, steps=1234, learning_rate=3e-4,
        warmup_steps=7, decay="linear", weight_decay=0.1, max_grad_norm=0.5, batch_size=3,
        grad_accum=2, seed=9, device="cpu", dtype="bfloat16", checkpointing=True, eval_every=20,
        save_every=10, patience=3,
    )  # fmt: skip
    choice = TuneChoice(options=options, advanced=True)
    choice = replace(choice, texts=replace(choice.texts, seed=9, device="cpu", seq_len=333))
    form.set_choice(choice)
    assert form.choice() == choice
    assert TuneChoice.from_json(choice.to_json()) == choice


def test_what_a_newer_version_kept_does_not_stop_the_page() -> None:
    kept = TuneChoice(start=WHOLE).to_json() | {"options": {"unheard": 1}, "texts": 3}
    assert TuneChoice.from_json(kept) == TuneChoice(start=WHOLE)


def test_every_setting_has_its_help_beside_it(page) -> None:
    page.form.advanced.setChecked(True)
    buttons = page.form.findChildren(HelpButton)
    # All rows but the device, which explains itself.
    assert len(buttons) == len(page.form.rows)
    assert all(len(button.topic.text) > 20 for button in buttons)


def test_a_newcomer_finds_half_as_many_experts_per_token(page, session) -> None:
    assert page.form.choice().options.top_k == 1
    assert page.subtitle() == "Top-2 → Top-1"
    session.set_model(None)
    assert page.form.choice().options.top_k is None


def test_empty_fields_say_what_the_engine_will_take(page) -> None:
    assert page.form.top_k.placeholderText() == "2 (automatic)"
    assert "automatic" in page.form.rate.placeholderText()
    before = page.form.warmup.placeholderText()
    change(page, steps=1000)
    assert page.form.warmup.placeholderText() != before


def test_a_number_that_is_none_cannot_be_started(page) -> None:
    page.form.rate.setText("fast")
    assert not page.form.valid
    assert not page.primary_action.isEnabled()
    page.form.rate.setText("5e-4")
    assert page.primary_action.isEnabled()
    assert page.form.choice().options.learning_rate == 5e-4


def test_the_schedule_is_drawn_as_it_will_fall(page) -> None:
    change(page, top_k=1, steps=100, anneal_fraction=0.5)
    (drawn,) = page.form.preview.plot.series
    assert drawn.at(0) == 2
    assert 1 < drawn.at(40) < 2
    assert drawn.at(60) == 1
    assert page.form.preview.note.text() == "Top-1 is reached at step 50 of 100."
    change(page, top_k=3)
    assert page.form.preview.plot.series == ()


def test_settings_without_meaning_are_hidden(page) -> None:
    change(page, schedule="none", distill=0.0)
    assert page.form.fractional.isHidden()
    assert page.form.teacher.isHidden()
    change(page, schedule="linear", distill=1.0)
    assert not page.form.fractional.isHidden()
    assert not page.form.teacher.isHidden()


def test_the_project_keeps_the_form(qtbot, page, session) -> None:
    change(page, top_k=1, entropy_weight=0.07)
    again = TunePage(session)
    qtbot.addWidget(again)
    assert again.form.choice() == page.form.choice()
    assert session.page_options(PAGE)["options"]["entropy_weight"] == 0.07


# before a run


def test_the_estimate_comes_by_itself_and_says_whether_it_fits(qtbot, page) -> None:
    page.shown()
    qtbot.waitUntil(lambda: page.estimate is not None, timeout=10_000)
    memory = page.figures.figures[0]
    assert "fits" in memory.note.full_text
    page.estimate = None
    change(page, top_k=3)
    qtbot.waitUntil(lambda: page.estimate is not None, timeout=10_000)
    assert not page.primary_action.isEnabled()
    assert "Top-3 is above the model's Top-2" in page.banner.text


def test_the_trap_is_named_and_one_click_repairs_it(qtbot, page) -> None:
    change(page, top_k=1, schedule="none")
    qtbot.waitUntil(page.banner.isVisible, timeout=10_000)
    assert "gate is always 1" in page.banner.text
    qtbot.mouseClick(page.banner.button, Qt.MouseButton.LeftButton)
    options = page.form.choice().options
    assert (options.schedule, options.fractional) == ("linear", True)
    qtbot.waitUntil(lambda: not page.banner.isVisible(), timeout=10_000)


def test_a_run_starts_from_the_plan_where_there_is_one(page, session) -> None:
    texts = [page.form.start.itemText(i) for i in range(page.form.start.count())]
    assert texts == ["Whole model"]
    drop(session, slice(0, 2))
    texts = [page.form.start.itemText(i) for i in range(page.form.start.count())]
    assert texts == ["Current plan (18)", "Whole model"]
    assert "--plan" in page.command()
    page.form.start.setCurrentIndex(1)
    assert "--plan" not in page.command()


# a run


def test_a_run_draws_its_curves_and_is_kept(qtbot, page, session, engine) -> None:
    drop(session, slice(0, 2))
    name = tuned(qtbot, page)
    assert page.state().kind == "done"
    assert page.subtitle() == "Top-2 → Top-1"
    loss = page.curves.board.plots["loss"].series[-1]
    assert loss.x.tolist() == [0, 1, 2, 3, 4]
    perplexity = page.curves.board.plots["perplexity"].series[-1]
    assert perplexity.y.tolist() == [15.0, 11.0]
    (call,) = engine.calls
    assert call["plan"] is session.plan
    (record,) = list_runs(session.folder / "runs")
    assert (record.name, record.state, record.figure("perplexity_after")) == (name, "done", 13.0)
    assert record.plan_file.is_file()
    assert str(record.plan_file) in record.command


def test_the_curve_grows_while_the_run_goes_on(qtbot, page, engine) -> None:
    engine.wait = 0.15
    change(page, top_k=1, steps=20)
    page.primary_action.trigger()
    loss = page.curves.board.plots["loss"]
    qtbot.waitUntil(lambda: bool(loss.series) and len(loss.series[-1].x) > 1, timeout=10_000)
    assert page.watch.busy
    assert not page.primary_action.isEnabled()
    assert page.subtitle() == "running"
    assert loss._end == 20
    qtbot.waitUntil(lambda: bool(page.desk.rows), timeout=10_000)
    assert page.runs.model.index(0, 1).data() == "running"
    assert not page.runs.remove.isEnabled()
    page.watch.cancel()
    finish(qtbot, page)
    assert len(loss.series[-1].x) < 20, "it ended, but not for the cancel"
    assert page.desk.row("run-1").record.state == "cancelled"


def test_a_cancelled_run_is_resumed_as_it_was_asked(qtbot, page, session, engine) -> None:
    drop(session, slice(0, 2))
    plan = session.plan
    engine.error = InputError("enough")
    name = tuned(qtbot, page)
    assert page.desk.row(name).record.state == "failed"
    assert "enough" in page.runs.note.text()
    engine.error = None
    drop(session, slice(3, 4))
    change(page, top_k=2, steps=99)
    page.tabs.setCurrentIndex(1)
    qtbot.mouseClick(page.runs.resume, Qt.MouseButton.LeftButton)
    finish(qtbot, page)
    call = engine.calls[-1]
    assert call["resume"] is True
    assert call["plan"].keep == plan.keep
    assert call["options"].steps == 4
    assert [record.state for record in list_runs(session.folder / "runs")] == ["done"]


def test_the_checkpoint_of_a_stopped_run_is_written_when_it_is_used(
    qtbot, page, session, engine
) -> None:
    engine.error = InputError("enough")
    tuned(qtbot, page)
    engine.error = None
    page.tabs.setCurrentIndex(1)
    with qtbot.waitSignal(page.go_to, timeout=10_000) as asked:
        qtbot.mouseClick(page.runs.use, Qt.MouseButton.LeftButton)
    assert asked.args == ["evaluate"]
    assert engine.calls[-1]["use_step"] == 0
    (variant,) = session.variants
    assert (variant.kind, variant.name) == ("tuned", "run-1 Top-2")


def test_a_finished_run_becomes_a_variant(qtbot, page, session) -> None:
    name = tuned(qtbot, page)
    page.tabs.setCurrentIndex(1)
    with qtbot.waitSignal(page.go_to, timeout=10_000):
        qtbot.mouseClick(page.runs.use, Qt.MouseButton.LeftButton)
    (variant,) = session.variants
    assert variant.path == str(page.desk.row(name).record.output)
    assert variant.bytes > 0
    assert variant.provenance.command.startswith("seer tune")


def test_a_run_that_something_needs_is_not_removed(qtbot, page, session) -> None:
    name = tuned(qtbot, page)
    folder = page.desk.row(name).record.folder
    page.desk.use(name)
    qtbot.waitUntil(lambda: bool(session.variants), timeout=10_000)
    page.tabs.setCurrentIndex(1)
    qtbot.mouseClick(page.runs.remove, Qt.MouseButton.LeftButton)
    assert folder.exists()
    assert "is a variant on Evaluate" in page.banner.text
    session.remove_variant(session.variants[0].name)
    qtbot.mouseClick(page.runs.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.desk.rows, timeout=10_000)
    assert not folder.exists()
    assert not list(session.folder.glob(".removed*"))


def test_a_run_goes_on_from_another_ones_checkpoint(qtbot, page, engine) -> None:
    name = tuned(qtbot, page)
    qtbot.waitUntil(lambda: page.desk.row(name).info is not None)
    page.desk.go_on(name)
    choice = page.form.choice()
    assert (choice.start, choice.options.schedule) == (name, "none")
    page.primary_action.trigger()
    finish(qtbot, page)
    assert engine.calls[-1]["folder"] == page.desk.row(name).record.output
    assert engine.calls[-1]["plan"] is None


def test_runs_are_compared_by_what_they_differ_in(qtbot, page) -> None:
    tuned(qtbot, page, entropy_weight=0.01)
    tuned(qtbot, page, entropy_weight=0.05)
    model = page.runs.model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for at in range(2):
        checked = Qt.CheckState.Checked.value
        assert model.setData(model.index(at, 0), checked, Qt.ItemDataRole.CheckStateRole)
    table = page.runs.comparison
    lines = {
        table.item(at, 0).text(): [table.item(at, 1).text(), table.item(at, 2).text()]
        for at in range(table.rowCount())
    }
    assert lines["Entropy weight λ"] == ["0.01", "0.05"]
    assert lines["Perplexity"] == ["15.00 → 13.00"] * 2
    assert "Steps" not in lines
    assert len(page.curves.board.plots["loss"].series) == 2
    assert model.rowCount(QModelIndex()) == 2


def test_options_of_a_run_can_be_taken_over(qtbot, page) -> None:
    name = tuned(qtbot, page, entropy_weight=0.03)
    change(page, entropy_weight=0.5, steps=77)
    page.desk.take_options(name)
    assert page.form.choice().options.entropy_weight == 0.03
    assert page.form.choice().options.steps == 4


def test_a_killed_run_is_found_and_can_go_on(qtbot, page, session) -> None:
    folder = session.folder / "runs" / "run-1"
    record = RunRecord(folder=folder, model=session.model, start=PLANNED)
    record.save()
    record.work.checkpoint(3).mkdir(parents=True)
    record.work.finish_checkpoint(3, {})
    page.shown()
    qtbot.waitUntil(lambda: bool(page.desk.rows), timeout=10_000)
    page.tabs.setCurrentIndex(1)
    assert page.runs.model.index(0, 1).data() == "interrupted"
    assert page.runs.resume.isVisible()


def test_without_a_model_the_page_says_what_to_do(qtbot) -> None:
    session = Session()
    page = TunePage(session)
    qtbot.addWidget(page)
    page.show()
    assert page.state().kind == "blocked"
    assert page.command() == ""
    with qtbot.waitSignal(page.go_to) as asked:
        page.empty.activated.emit()
    assert asked.args == ["welcome"]
    session.close()


def test_runs_go_along_when_the_project_is_saved_elsewhere(qtbot, page, session, tmp_path) -> None:
    name = tuned(qtbot, page)
    page.desk.use(name)
    qtbot.waitUntil(lambda: bool(session.variants), timeout=10_000)
    session.save_project(tmp_path / "mine")
    moved = tmp_path / "mine" / "runs" / name
    qtbot.waitUntil(lambda: page.desk.row(name).record.folder == moved, timeout=10_000)
    assert page.desk.row(name).record.written
    assert session.variants[0].path == str(moved / "model")
