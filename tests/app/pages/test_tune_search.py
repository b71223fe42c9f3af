"""The search on the Tune page: trials that come in, the best in the form, a search resumed.

The engine is replaced by one that needs no time and writes the journal that the real one does; the
last test runs the real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

import core.tuning
from app.jobs.recipe import recipe_json, remake
from app.jobs.searching import SearchTask
from app.models.trials import TrialsModel
from app.pages.tune import TunePage
from app.pages.tune.page import SEARCH
from app.session import Session
from core.checkpoint import inspect_model
from core.run import Run
from core.tuning import Found, Trial, TuneOptions
from core.tuning.search import SNAPSHOT
from tests.app.folders import write_mixtral

pytest.importorskip("optuna")


def found(*perplexities: float | None) -> Found:
    return Found(
        trials=tuple(
            Trial(
                number=at,
                options=TuneOptions(
                    learning_rate=1e-4 * (at + 1), entropy_weight=0.01 * at,
                    schedule="none" if at == 1 else "cosine", anneal_fraction=0.75,
                ),
                perplexity=value,
                seconds=20.0,
                error="" if value else "the loss is not a number",
            )
            for at, value in enumerate(perplexities)
        )
    )  # fmt: skip


def texts_of_row(model: TrialsModel, row: int) -> list[str]:
    return [model.index(row, at).data() for at in range(model.columnCount())]


def test_the_table_stays_sound_while_trials_come_and_marks_the_best(qapp) -> None:
    model = TrialsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    added = []
    model.rowsInserted.connect(lambda *_: added.append(model.rowCount()))
    for count in (1, 2, 3, 4):
        model.set_found(found(*(14.0, 12.5, None, 12.0)[:count]))
    assert added == [2, 3, 4]  # rows are added: a selection stays
    assert model.best_row == 3
    assert [texts_of_row(model, row)[2] for row in range(4)] == ["done", "done", "failed", "best"]
    assert texts_of_row(model, 0)[3:6] == ["0.0001", "0", "cosine, fading, over 75 %"]
    assert texts_of_row(model, 1)[5] == "at once"
    assert model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole) == "the loss is not a number"
    assert model.index(3, 0).data(Qt.ItemDataRole.FontRole).bold()
    assert model.index(1, 0).data(Qt.ItemDataRole.FontRole) is None
    model.set_found(Found(trials=()))
    assert (model.rowCount(), model.best_row) == (0, -1)
    del tester


class FakeSearch:
    """Stands where `core.tuning.search_options` does."""

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        self.endless = False

    def __call__(
        self, folder: Path, texts: object, base: TuneOptions, *, run: Run, **more
    ) -> Found:
        self.calls.append({"folder": folder, "base": base, **more})
        run.snapshot(SNAPSHOT, found(14.0))
        run.snapshot(SNAPSHOT, found(14.0, 12.5))
        while self.endless:
            run.check()
        return found(14.0, 12.5, None, 13.0)


@pytest.fixture
def engine(monkeypatch) -> FakeSearch:
    fake = FakeSearch()
    monkeypatch.setattr(core.tuning, "search_options", fake)
    monkeypatch.setattr("app.jobs.tuning.pack", lambda *_: (None, None))
    monkeypatch.setattr("app.jobs.searching.wait_for_libraries", lambda _run: None)
    return fake


@pytest.fixture
def session(qtbot, tmp_path: Path) -> Iterator[Session]:
    model = write_mixtral(tmp_path / "models" / "tiny")
    made = Session(data_dir=tmp_path / "data")
    made.set_model(inspect_model(model), name=str(model))
    yield made
    made.close()


@pytest.fixture
def page(qtbot, session: Session) -> TunePage:
    page = TunePage(session)
    qtbot.addWidget(page)
    page.resize(1240, 800)
    page.show()
    page.tabs.setCurrentIndex(SEARCH)
    return page


def click(qtbot, button) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def over(page: TunePage) -> bool:
    job = page.search.watch.job
    return job is not None and job.over


def test_a_search_fills_the_table_and_the_best_goes_into_the_form(qtbot, page, engine) -> None:
    search = page.search
    assert search.empty.isVisible()
    choice = page.form.choice()
    page.form.set_choice(replace(choice, options=replace(choice.options, steps=7, top_k=1)))
    search.minutes.setText("2.5")
    click(qtbot, search.new_button)
    qtbot.waitUntil(lambda: over(page), timeout=10_000)
    (call,) = engine.calls
    assert call["minutes"] == 2.5
    assert (call["base"].steps, call["base"].top_k) == (7, 1)
    qtbot.waitUntil(lambda: search.model.rowCount() == 4)
    assert search.model.best_row == 1
    assert "4 trials" in search.note.text()
    assert "12.5" in search.note.text()
    # Nothing selected: the best.
    click(qtbot, search.use_button)
    options = page.form.choice().options
    assert (options.learning_rate, options.schedule, options.steps) == (2e-4, "none", 7)
    # One that is selected by the pointer.
    where = search.table.visualRect(search.model.index(3, 0)).center()
    qtbot.mouseClick(search.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    click(qtbot, search.use_button)
    options = page.form.choice().options
    assert (options.learning_rate, options.schedule) == (4e-4, "cosine")
    assert options.entropy_weight == pytest.approx(0.03)
    # A failed one has nothing to use.
    where = search.table.visualRect(search.model.index(2, 0)).center()
    qtbot.mouseClick(search.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert not search.use_button.isEnabled()


def test_a_cancelled_search_keeps_its_trials_and_resumes_with_what_it_began_with(
    qtbot, page, engine
) -> None:
    search, engine.endless = page.search, True
    click(qtbot, search.new_button)
    qtbot.waitUntil(lambda: search.model.rowCount() == 2, timeout=10_000)
    assert not search.new_button.isEnabled()
    click(qtbot, search.strip.cancel)
    qtbot.waitUntil(lambda: over(page), timeout=10_000)
    assert search.watch.job.state == "cancelled"
    assert search.model.rowCount() == 2
    engine.endless = False
    choice = page.form.choice()
    page.form.set_choice(replace(choice, options=replace(choice.options, steps=9999)))
    search.minutes.setText("0.5")  # two trials took 40 s: a third one has no time
    assert not search.resume_button.isEnabled()
    search.minutes.setText("5")
    click(qtbot, search.resume_button)
    qtbot.waitUntil(lambda: len(engine.calls) == 2 and over(page), timeout=10_000)
    first, second = engine.calls
    assert second["base"] == first["base"]
    assert (second["work"], second["minutes"]) == (first["work"], 5)
    click(qtbot, search.copy_button)
    command = QGuiApplication.clipboard().text()
    assert command.startswith("seer tune-search ")
    assert f"--minutes 5 --work {first['work']}" in command


def test_a_search_outlives_the_program(qtbot, page, engine, session, tmp_path) -> None:
    click(qtbot, page.search.new_button)
    qtbot.waitUntil(lambda: over(page), timeout=10_000)
    task = page.search.watch.job.task
    kept = json.loads(json.dumps(recipe_json(task.recipe, tmp_path)))
    from app.pages import subject

    again = remake(kept, subject.current(session), tmp_path)
    assert isinstance(again, SearchTask)
    assert (again.command, again.record.folder) == (task.command, task.record.folder)


def test_without_optuna_it_says_how_to_get_it(qtbot, session, monkeypatch) -> None:
    monkeypatch.setattr("app.pages.tune.search.installed", lambda: False)
    page = TunePage(session)
    qtbot.addWidget(page)
    page.show()
    page.tabs.setCurrentIndex(SEARCH)
    assert "pip install 'seer-studio[search]'" in page.search.banner.text
    assert not page.search.new_button.isEnabled()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_real_search_of_the_demo_is_found_again_by_a_window_built_anew(
    qtbot, tmp_path: Path
) -> None:
    from core.checkpoint import locate_model

    session = Session(data_dir=tmp_path / "data")
    try:
        session.set_model(inspect_model(locate_model("demo")), name="demo")
        page = TunePage(session)
        qtbot.addWidget(page)
        page.show()
        page.tabs.setCurrentIndex(SEARCH)
        choice = page.form.choice()
        page.form.set_choice(
            replace(
                choice,
                options=replace(choice.options, top_k=1, steps=1, batch_size=1),
                texts=replace(choice.texts, max_tokens=600, seq_len=64),
            )
        )
        search = page.search
        search.minutes.setText("0")
        click(qtbot, search.new_button)
        qtbot.waitUntil(lambda: over(page), timeout=200_000)
        assert search.watch.job.state == "done", search.watch.job.error
        (trial,) = search.found.trials
        assert trial.perplexity > 1
        again = TunePage(session)
        qtbot.addWidget(again)
        again.show()
        qtbot.waitUntil(lambda: again.search.found.trials != (), timeout=20_000)
        (kept,) = again.search.found.trials
        assert kept.perplexity == trial.perplexity
        assert kept.options.learning_rate == trial.options.learning_rate
        again.tabs.setCurrentIndex(SEARCH)
        again.search.minutes.setText("0.02")
        assert again.search.resume_button.isVisible()
    finally:
        session.close()
