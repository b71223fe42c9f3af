"""Every table and chart can be taken away: what was written is read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

from app.jobs.task import Task
from app.main_window.job_desk import JobDesk
from app.main_window.settings import Settings
from app.pages.model import ModelPage
from app.pages.select import SelectPage
from app.pages.tune import TunePage
from app.pages.tune.page import CLAIMS, RUNS, SEARCH
from app.session import Session
from app.widgets.take_menu import TakeButton
from core.errors import StudioError
from core.tuning import Found, StepReport, Trial, TuneOptions
from core.tuning.history import RunRecord
from tests.app.pages.conftest import drop
from tests.core.paper.results import example
from tests.core.profiling.examples import make_profile

LEFT = Qt.MouseButton.LeftButton
ENTRIES = {"png": 0, "svg": 1, "csv": 2}


@pytest.fixture
def session(session_on_disk: Session) -> Session:
    return session_on_disk


def shown(qtbot, page):
    qtbot.addWidget(page)
    page.resize(1240, 900)
    page.show()
    page.grab()
    return page


@pytest.fixture
def choose(monkeypatch, tmp_path):
    """Answers file dialogs with a file of this folder."""

    def choice(_parent: object, _title: str, name: str, _kind: str) -> tuple[str, str]:
        return str(tmp_path / name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choice)
    return tmp_path


def take(button: TakeButton, kind: str) -> None:
    """Click the button, then the entry of its menu."""
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    menu: QMenu = button._menu
    assert menu.isVisible()
    entry = menu.actions()[ENTRIES[kind]]
    assert entry.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
    assert not menu.isVisible()


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def add_run(session: Session, number: int, weight: float) -> RunRecord:
    record = RunRecord(
        folder=session.folder / "runs" / f"run-{number}", model=session.model,
        options=TuneOptions(top_k=1, steps=20, entropy_weight=weight), state="done",
        command=f"seer tune X -o run-{number}", made_at=f"2026-11-24T06:00:0{number}+00:00",
        result={
            "top_k_before": 2, "top_k": 1, "perplexity_before": 15.0, "perplexity_after": 13.5,
            "seconds": 40.0,
        },
    )  # fmt: skip
    record.save()
    record.work.folder.mkdir(parents=True)
    record.work.add_to_curve(StepReport(step=20, steps=20, tokens=20, loss=3.0, k=1.0))
    return record


@pytest.fixture
def tune(qtbot, session) -> TunePage:
    add_run(session, 1, 0.01)
    add_run(session, 2, 0.05)
    page = shown(qtbot, TunePage(session))
    qtbot.waitUntil(lambda: len(page.desk.rows) == 2, timeout=10_000)
    return page


def test_the_runs_of_a_project_are_a_csv_with_their_commands(qtbot, tune, choose) -> None:
    tune.tabs.setCurrentIndex(RUNS)
    with qtbot.waitSignal(tune.status_changed) as said:
        take(tune.runs.take, "csv")
    assert said.args == [f"Saved {choose / 'runs.csv'}"]
    first, second = read(choose / "runs.csv")
    assert (first["run"], second["run"]) == ("run-1", "run-2")
    assert (first["perplexity_before"], first["perplexity_after"]) == ("15", "13.5")
    assert (first["steps_done"], first["state"], first["entropy_after"]) == ("20", "done", "")
    assert second["command"] == "seer tune X -o run-2"


def test_marked_runs_are_compared_in_a_table_of_their_own(qtbot, tune, choose) -> None:
    tune.tabs.setCurrentIndex(RUNS)
    assert not tune.runs.take_comparison.isVisible()
    for row in (0, 1):
        index = tune.runs.model.index(row, 0)
        tune.runs.model.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    take(tune.runs.take_comparison, "csv")
    lines = {line["option"]: line for line in read(choose / "runs-compared.csv")}
    assert (lines["entropy_weight"]["run-1"], lines["entropy_weight"]["run-2"]) == ("0.01", "0.05")
    assert "steps" not in lines
    assert lines["perplexity_after"]["run-2"] == "13.5"


def test_trials_are_a_csv_and_a_copy_for_a_spreadsheet(qtbot, tune, choose) -> None:
    tune.tabs.setCurrentIndex(SEARCH)
    trials = (
        Trial(number=0, options=TuneOptions(learning_rate=1e-4), perplexity=14.5, seconds=20.0),
        Trial(
            number=1, options=TuneOptions(learning_rate=3e-4, schedule="none"), perplexity=None,
            seconds=2.0, error="the loss is not a number",
        ),
    )  # fmt: skip
    tune.search._show(None, Found(trials=trials))
    tune.search.stack.setCurrentIndex(1)
    take(tune.search.take, "csv")
    first, second = read(choose / "trials.csv")
    assert (first["perplexity"], first["learning_rate"]) == ("14.5", "0.0001")
    assert (second["perplexity"], second["schedule"]) == ("", "none")
    assert second["error"] == "the loss is not a number"
    tune.search.take.take.copy_table()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0].split("\t")[:2] == ["trial", "perplexity"]
    assert copied[1].split("\t")[:2] == ["0", "14.5"]


def test_the_papers_plot_is_taken_on_paper_with_its_measurements(qtbot, tune, choose) -> None:
    tune.tabs.setCurrentIndex(CLAIMS)
    result = example()
    tune.claims.show_result(result)
    for kind in ("png", "svg", "csv"):
        take(tune.claims.take, kind)
    lines = read(choose / "claims.csv")
    assert len(lines) == 2 + len(result.drops) + len(result.arms)
    tuned = next(line for line in lines if line["kind"] == "tuned")
    assert tuned["name"] == result.arms[0].name
    assert float(tuned["perplexity"]) == pytest.approx(result.arms[0].perplexity)
    picture = QImage(str(choose / "claims.png"))
    assert picture.pixelColor(3, 3).lightness() > 240  # paper, whatever the window's theme is
    root = ET.fromstring((choose / "claims.svg").read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    assert root.findall(".//{*}circle") or root.findall(".//{*}rect")


def test_bytes_and_the_share_of_work_are_taken_from_the_model_page(qtbot, session, choose) -> None:
    page = shown(qtbot, ModelPage(session))
    buttons = page.findChildren(TakeButton)
    assert len(buttons) == 3
    for button in buttons:
        for kind in ("png", "svg", "csv"):
            take(button, kind)
    info = session.info
    for name, amounts in (
        ("bytes-by-part", info.bytes_by_part), ("bytes-by-type", info.bytes_by_dtype),
    ):  # fmt: skip
        lines = read(choose / f"{name}.csv")
        assert {line["part"]: int(line["bytes"]) for line in lines} == dict(amounts)
        assert not QImage(str(choose / f"{name}.png")).isNull()
    places = read(choose / "share-of-work.csv")
    assert len(places) == len(page.share.curve.places())
    assert float(places[0]["experts_share"]) == pytest.approx(
        page.share.curve.places()[0].share, rel=1e-6
    )
    assert "<polyline" in (choose / "share-of-work.svg").read_text(encoding="utf-8")


def test_the_history_of_the_plan_is_saved_and_copied(qtbot, session, choose) -> None:
    page = shown(qtbot, SelectPage(session))
    drop(session, slice(0, 1))
    drop(session, slice(1, 2))
    session.undo_stack.undo()
    history = page.history
    history.menu().popup(page.mapToGlobal(page.rect().center()))
    with qtbot.waitSignal(page.status_changed) as said:
        QTest.mouseClick(history.save, LEFT)
    assert said.args == [f"Saved {choose / 'history.csv'}"]
    assert not history.menu().isVisible()
    lines = read(choose / "history.csv")
    assert [line["state"] for line in lines] == ["done", "now", "undone"]
    assert [line["step"] for line in lines] == ["0", "1", "2"]
    assert lines[1]["change"] == "drop"
    history.menu().popup(page.mapToGlobal(page.rect().center()))
    QTest.mouseClick(history.copy, LEFT)
    assert QGuiApplication.clipboard().text().splitlines()[2] == "1\tdrop\tnow"


def test_the_charts_below_the_map_are_taken_with_their_points(qtbot, session, choose) -> None:
    info = session.info
    session.set_profile(
        make_profile(
            experts=info.experts, layer_ids=info.moe_layers, fingerprint=info.fingerprint
        )
    )  # fmt: skip
    page = shown(qtbot, SelectPage(session))
    qtbot.waitUntil(lambda: page.lower.curve.has_curve, timeout=10_000)
    for kind in ("png", "svg", "csv"):
        take(page.lower.take, kind)
    lines = read(choose / "charts.csv")
    curve = [line for line in lines if line["chart"] == "coverage"]
    total = sum(info.experts)
    assert [int(line["kept"]) for line in curve] == list(range(total + 1))
    assert (float(curve[0]["coverage"]), float(curve[-1]["coverage"])) == (0.0, 1.0)
    bins = [line for line in lines if line["chart"] == "histogram"]
    assert sum(int(line["kept"]) + int(line["dropped"]) for line in bins) == total
    assert not QImage(str(choose / "charts.png")).isNull()
    QTest.mouseClick(page.lower.show_table, LEFT)
    take(page.lower.take, "csv")
    assert len(read(choose / "experts.csv")) == total


def test_the_jobs_are_a_table_too(qtbot, session, choose) -> None:
    def fail(_run: object) -> None:
        raise StudioError("no room", remedy="make some")

    desk = JobDesk(session.jobs, Settings(), shown(qtbot, ModelPage(session)))
    qtbot.addWidget(desk.dock)
    said = []
    desk.said.connect(said.append)
    desk.show_error = lambda _job: None
    for title, function in (("One", lambda _run: 1), ("Two", fail)):
        job = session.start(Task(title=title, kind="work", function=function, command="seer demo"))
        qtbot.waitUntil(lambda job=job: job.over, timeout=10_000)
    desk.dock.resize(900, 200)
    desk.dock.show()
    take(desk.dock.take, "csv")
    lines = {line["job"]: line for line in read(choose / "jobs.csv")}
    assert (lines["One"]["state"], lines["Two"]["state"]) == ("done", "failed")
    assert "no room" in lines["Two"]["detail"]
    assert lines["One"]["command"] == "seer demo"
    assert said == [f"Saved {choose / 'jobs.csv'}"]


def test_what_cannot_be_written_is_said_and_nothing_is_left(qtbot, tune, monkeypatch) -> None:
    tune.tabs.setCurrentIndex(RUNS)
    place = ("/proc/nowhere/runs.csv", "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: place)
    take(tune.runs.take, "csv")
    assert tune.banner.isVisible()
    assert "/proc/nowhere" in tune.banner.text
