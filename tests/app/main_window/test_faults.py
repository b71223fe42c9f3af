"""A disk that fills up under the window: it says so, keeps what there is, and saves when it can."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtWidgets import QFileDialog

from app.main_window import MainWindow, Settings
from app.main_window.dialogs import ErrorDialog
from app.session import Session
from app.session import keeper as keeper_module
from core.checkpoint import inspect_model
from core.project import open_project
from tests.app.folders import write_mixtral

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE stands for the disk")


@contextmanager
def small_disk(most_bytes: int = 256) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(keeper_module, "AUTOSAVE_MS", 20)
    monkeypatch.setattr(keeper_module, "RETRY_MS", 50)
    made = MainWindow(Session(data_dir=tmp_path / "data"), Settings())
    qtbot.addWidget(made)
    made.resize(1180, 720)
    with qtbot.waitSignal(made.ready, timeout=30_000):
        made.show()
    folder = write_mixtral(tmp_path / "models" / "tiny")
    made.session.set_model(inspect_model(folder), name=str(folder))
    made.session.save_project(tmp_path / "project")
    yield made
    made.session.close()


def drop(session, row: int, expert: int) -> None:
    kept = session.plan.kept_LE.copy()
    kept[row, expert] = False
    session.apply_plan(session.plan.with_kept(kept), f"Drop L{row} · {expert}")


def test_an_autosave_that_finds_no_room_is_told_once_and_made_up_for(window, qtbot, tmp_path):
    session = window.session
    with small_disk():
        drop(session, 0, 1)
        qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)), timeout=10_000)
        (dialog,) = window.findChildren(ErrorDialog)
        assert "File too large" in dialog.what.text()
        drop(session, 0, 2)
        qtbot.wait(300)
        assert len(window.findChildren(ErrorDialog)) == 1, "not once for every change"
        assert session._keeper.unsaved
        assert "could not be saved" in window.top_bar.project.full_text
        dialog.accept()
    qtbot.waitUntil(lambda: not session._keeper.unsaved, timeout=20_000)
    assert open_project(tmp_path / "project").load_plan() == session.plan
    assert not list((tmp_path / "project").rglob(".*~"))


def test_closing_on_a_full_disk_asks_instead_of_losing_or_crashing(window, qtbot, tmp_path):
    session = window.session
    asked: list[str] = []
    window.confirm_lose = lambda why: bool(asked.append(why)) or len(asked) > 1
    with small_disk():
        drop(session, 1, 1)
        assert not window.close(), "the first answer was to stay"
        assert "File too large" in asked[0]
        assert window.isVisible()
    qtbot.waitUntil(lambda: not session._keeper.unsaved, timeout=20_000)
    assert open_project(tmp_path / "project").load_plan() == session.plan
    assert window.close()
    assert len(asked) == 1


def test_opening_something_else_on_a_full_disk_keeps_what_is_open(window, qtbot, tmp_path):
    session = window.session
    other = write_mixtral(tmp_path / "models" / "other", experts=4)
    with small_disk():
        drop(session, 1, 2)
        plan = session.plan
        job = session.open_model(other)
        qtbot.waitUntil(lambda: job.over, timeout=10_000)
        qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)), timeout=10_000)
        assert session.plan is plan
        assert session.folder == tmp_path / "project"


@pytest.mark.parametrize("kind", ["png", "svg", "csv", "json"])
def test_what_is_taken_away_to_a_full_disk_says_so_and_leaves_nothing(
    kind, window, qtbot, tmp_path, monkeypatch
):
    window.show_page("select")
    page, path = window.pages["select"], tmp_path / "out" / f"map.{kind}"
    path.parent.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with small_disk(100):
        getattr(page.takeaway, f"ask_{kind}")()
    assert "File too large" in page.banner.text
    assert list(path.parent.iterdir()) == []


def test_a_report_to_a_full_disk_says_so_and_leaves_nothing(window, qtbot, tmp_path):
    with small_disk():
        job = window.reporter.write(tmp_path / "report.html")
        qtbot.waitUntil(lambda: job.over, timeout=20_000)
    assert job.state == "failed"
    assert job.error.expected
    assert "File too large" in job.error.what
    assert not list(tmp_path.glob("*report*"))
