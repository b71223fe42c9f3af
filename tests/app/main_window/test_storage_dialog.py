"""Storage in the window: kinds with sizes, what uses them, removing after a question."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QTreeWidgetItem

from app.jobs.task import Task
from app.main_window import MainWindow, Settings
from app.main_window.storage_dialog import BYTES, ITEM, USES, WHAT, StorageDialog
from app.session import Session
from app.widgets import numbers
from core.checkpoint import inspect_model
from core.project import ProjectLock
from core.run import Run
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qtbot, tmp_path: Path) -> Iterator[Session]:
    """A saved project with a tuning run, a report, two logs, and the profile that is open."""
    model = write_mixtral(tmp_path / "models" / "tiny")
    made = Session(data_dir=tmp_path / "data")
    info = inspect_model(model)
    made.set_model(info, name=str(model))
    made.set_profile(
        make_profile(
            experts=info.experts, layer_ids=info.moe_layers, fingerprint=info.fingerprint
        )
    )  # fmt: skip
    made.save_project(tmp_path / "mine")
    runs = made.folder / "runs"
    for path, size in (
        (runs / "run-1" / "model" / "model.safetensors", 70_000),
        (runs / "run-1" / "work" / "checkpoint-5" / "weights.safetensors", 9_000),
        (runs / "run-2" / "work" / "checkpoint-5" / "weights.safetensors", 8_000),
        (runs / "20261101-080000-profile" / "log.txt", 100),
        (made.folder / "reports" / "one.html", 600),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    for name, state in (("run-1", "done"), ("run-2", "cancelled")):
        (runs / name / "run.json").write_text(json.dumps({"state": state, "start": "model"}))
    yield made
    made.close()


@pytest.fixture
def dialog(qtbot, session: Session) -> StorageDialog:
    made = StorageDialog(session)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made.found is not None, timeout=10_000)
    return made


def line_of(dialog: StorageDialog, title: str) -> QTreeWidgetItem:
    for top in dialog._kinds():
        for at in range(top.childCount()):
            if top.child(at).data(WHAT, ITEM).title == title:
                return top.child(at)
    raise AssertionError(title)


def kind_of(dialog: StorageDialog, kind: str) -> QTreeWidgetItem:
    return next(top for top in dialog._kinds() if top.data(WHAT, ITEM) == kind)


def tick(dialog: StorageDialog, line: QTreeWidgetItem) -> None:
    """Go to the line by the pointer and press Space."""
    if line.parent() is not None:
        line.parent().setExpanded(True)
    tree = dialog.tree
    tree.scrollToItem(line)
    place = tree.visualItemRect(line).center()
    QTest.mouseClick(tree.viewport(), LEFT, pos=QPoint(place.x(), place.y()))
    assert tree.currentItem() is line
    QTest.keyClick(tree, Qt.Key.Key_Space)


def confirm(qtbot, dialog: StorageDialog, name: str = "remove") -> str:
    """Press Remove…, read what is asked, and answer."""
    assert dialog.remove.isEnabled()
    QTest.mouseClick(dialog.remove, LEFT)
    box = dialog.findChild(QMessageBox)
    text = f"{box.text()} {box.informativeText()}"
    button = next(b for b in box.buttons() if (b.objectName() == "remove") == (name == "remove"))
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: dialog._removing is None and dialog._job is None, timeout=10_000)
    return text


def test_kinds_have_their_sizes_and_items_what_uses_them(dialog, session) -> None:
    assert dialog.total.text() == numbers.size(dialog.found.bytes)
    model = kind_of(dialog, "model")
    assert model.text(WHAT) == "Tuned models (1)"
    assert model.text(BYTES) == "70.0 kB"
    assert kind_of(dialog, "checkpoint").text(BYTES) == "17.0 kB"
    assert line_of(dialog, "checkpoint/run-2/checkpoint-5").text(USES) == "run-2 goes on from it"
    profile = f"profile/{session.profile.fingerprint[:16]}"
    assert line_of(dialog, profile).text(USES) == "open now"
    assert line_of(dialog, "checkpoint/run-1/checkpoint-5").text(USES) == ""


def test_the_menu_shows_it_and_the_page_looks_again_when_something_went(
    qtbot, session, monkeypatch
) -> None:
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.show()
    action = next(a for a in window.choices.menu.actions() if a.text() == "Storage…")
    action.trigger()
    dialog = window.findChild(StorageDialog)
    qtbot.waitUntil(lambda: dialog.found is not None, timeout=10_000)
    looked = []
    monkeypatch.setattr(window.page, "shown", lambda: looked.append(1))
    tick(dialog, line_of(dialog, "report/one.html"))
    confirm(qtbot, dialog)
    assert looked == [1]


def test_what_is_ticked_is_removed_after_a_question_that_names_the_bytes(
    qtbot, dialog, session
) -> None:
    assert not dialog.remove.isEnabled()
    tick(dialog, line_of(dialog, "model/run-1"))
    tick(dialog, line_of(dialog, "report/one.html"))
    assert dialog.selected.text() == "2 chosen, 70.6 kB"
    model = session.folder / "runs" / "run-1" / "model"
    assert confirm(qtbot, dialog, "keep").startswith("Remove 70.6 kB from the disk?")
    assert model.exists()
    with qtbot.waitSignal(dialog.freed, timeout=10_000):
        asked = confirm(qtbot, dialog)
    assert "cannot be undone" in asked
    assert not model.exists()
    assert not (session.folder / "reports" / "one.html").exists()
    assert dialog.banner.text == "70.6 kB are free again."
    assert "model" not in dialog.found.by_kind()
    assert (session.folder / "runs" / "run-1" / "run.json").exists()


def test_a_kind_ticks_what_nothing_uses_and_the_rest_only_if_told(qtbot, dialog, session) -> None:
    kind = kind_of(dialog, "checkpoint")
    assert kind.data(WHAT, Qt.ItemDataRole.CheckStateRole) is not None  # its box shows
    tick(dialog, kind)
    assert [item.title for item in dialog.chosen] == ["checkpoint/run-1/checkpoint-5"]
    QTest.mouseClick(dialog.used, LEFT, pos=QPoint(8, dialog.used.height() // 2))
    assert dialog.used.isChecked()
    assert dialog.chosen == ()
    tick(dialog, kind_of(dialog, "checkpoint"))
    assert len(dialog.chosen) == 2
    tick(dialog, line_of(dialog, "checkpoint/run-1/checkpoint-5"))
    assert kind_of(dialog, "checkpoint").checkState(WHAT) == Qt.CheckState.PartiallyChecked
    tick(dialog, line_of(dialog, "checkpoint/run-1/checkpoint-5"))
    assert kind_of(dialog, "checkpoint").checkState(WHAT) == Qt.CheckState.Checked
    assert "checkpoint-5 is in use: run-2 goes on from it." in confirm(qtbot, dialog)
    assert not (session.folder / "runs" / "run-2" / "work" / "checkpoint-5").exists()


def test_what_is_open_cannot_be_ticked_at_all(dialog, session) -> None:
    dialog.used.setChecked(True)
    profile = line_of(dialog, f"profile/{session.profile.fingerprint[:16]}")
    tick(dialog, profile)
    tick(dialog, kind_of(dialog, "profile"))
    assert dialog.chosen == ()
    assert not dialog.remove.isEnabled()


def test_a_run_goes_with_its_model_and_the_question_counts_both(qtbot, dialog, session) -> None:
    tick(dialog, line_of(dialog, "run/run-1"))
    run = session.folder / "runs" / "run-1"
    whole = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    assert dialog.selected.text() == f"3 chosen, {numbers.size(whole)}"
    confirm(qtbot, dialog)
    assert not run.exists()
    assert (session.folder / "runs" / "run-2").exists()


def test_nothing_is_removed_while_a_job_works_in_the_folder(qtbot, dialog, session) -> None:
    tick(dialog, line_of(dialog, "report/one.html"))
    assert dialog.remove.isEnabled()
    free = threading.Event()

    def work(_run: Run) -> None:
        free.wait(30)

    job = session.start(Task(title="Profile tiny", kind="work", function=work))
    try:
        qtbot.waitUntil(lambda: not dialog.remove.isEnabled(), timeout=10_000)
        assert "“Profile tiny” is at work" in dialog.remove.toolTip()
        dialog.ask()
        assert dialog.findChild(QMessageBox) is None
    finally:
        free.set()
    qtbot.waitUntil(lambda: job.over and dialog.remove.isEnabled(), timeout=10_000)


def test_a_project_that_was_opened_to_be_read_only_shows_and_keeps_everything(
    qtbot, session, tmp_path
) -> None:
    folder = session.folder
    session.close()
    with ProjectLock(folder):
        reader = Session(data_dir=tmp_path / "other")
        job = reader.open_project(folder, "read")
        qtbot.waitUntil(lambda: job.over, timeout=10_000)
        qtbot.waitUntil(lambda: reader.read_only, timeout=10_000)
        dialog = StorageDialog(reader)
        qtbot.addWidget(dialog)
        dialog.open()
        qtbot.waitUntil(lambda: dialog.found is not None, timeout=10_000)
        tick(dialog, line_of(dialog, "report/one.html"))
        assert not dialog.remove.isEnabled()
        assert "read-only" in dialog.banner.text
        reader.close()


def test_an_error_says_what_could_not_be_removed(qtbot, dialog, monkeypatch) -> None:
    tick(dialog, line_of(dialog, "report/one.html"))

    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    confirm(qtbot, dialog)
    monkeypatch.undo()
    assert "cannot remove report/one.html" in dialog.banner.text.lower()
    assert "Permission denied" in dialog.banner.text
    assert line_of(dialog, "report/one.html")


def test_the_list_is_taken_away_as_csv(dialog, monkeypatch, tmp_path) -> None:
    file = tmp_path / "storage.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    dialog.take.take.ask_csv()
    lines = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert {line["name"]: line["bytes"] for line in lines if line["kind"] == "model"} == {
        "run-1": "70000"
    }
    assert sum(int(line["bytes"]) for line in lines) == dialog.found.bytes


def test_opening_a_project_drops_logs_beyond_the_newest(qtbot, session, monkeypatch) -> None:
    folder = session.folder
    for minute in range(6):
        log = folder / "runs" / f"20261105-08{minute:02}00-evaluate" / "log.txt"
        log.parent.mkdir()
        log.write_text("done")
    session.close()
    monkeypatch.setattr("core.project.remove.MOST_LOGS", 4)
    again = Session()
    job = again.open_project(folder)
    qtbot.waitUntil(lambda: job.over, timeout=10_000)
    assert job.state == "done"
    left = sorted(path.name for path in (folder / "runs").glob("2026*"))
    assert left == [f"20261105-08{minute:02}00-evaluate" for minute in (2, 3, 4, 5)]
    again.close()


def test_an_empty_project_says_that_it_holds_nothing(qtbot, session, dialog) -> None:
    assert dialog.tree.isVisible()
    assert not dialog.empty.isVisible()
    dialog.found = replace(dialog.found, items=())
    dialog._fill()
    assert not dialog.tree.isVisible()
    assert "holds nothing yet" in dialog.empty.text()
    assert dialog.empty.isVisible()
