"""The main window by real clicks and keys, without the user's own settings."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from app.jobs.task import Task
from app.main_window import MainWindow, Settings, leaving
from app.main_window import window as window_module
from app.main_window.dialogs import ErrorDialog
from app.main_window.opener import Opener
from app.main_window.runs import RunsDialog
from app.session import Session
from app.theme import apply_theme, chosen_theme, theme
from core.checkpoint import inspect_model
from core.errors import ResourceError
from core.profiling import save_profile
from core.run import Run
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_mixtral(tmp_path / "models" / "tiny")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(QSettings(str(tmp_path / "studio.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def window(qtbot, settings, monkeypatch):
    # Pages have tests of their own; here only the light ones are loaded.
    light = tuple(entry for entry in window_module.PAGES if entry[0] in {"model", "tune"})
    monkeypatch.setattr(window_module, "PAGES", light)
    monkeypatch.setattr(window_module, "KEYS", ("welcome", "model", "tune"))
    apply_theme(QApplication.instance(), "dark")
    session = Session()
    made = MainWindow(session, settings)
    made.confirm_close = lambda: True
    qtbot.addWidget(made)
    made.resize(1180, 720)
    with qtbot.waitSignal(made.ready, timeout=10000):
        made.show()
    made.activateWindow()
    return made


def run_for_ever(run: Run) -> None:
    while True:
        run.check()
        time.sleep(0.01)


def start(window: MainWindow, function=run_for_ever):
    return window.session.start(Task(title="Profile", kind="work", function=function))


def open_model(window: MainWindow, folder: Path) -> None:
    window.session.set_model(inspect_model(folder), name=str(folder))


def test_the_rail_says_where_each_step_stands(window, folder):
    model = window.rail.items[1]
    tune = window.rail.items[2]
    assert model.step.kind == "ready"
    assert tune.step.kind == "blocked"
    open_model(window, folder)
    assert model.step.kind == "done"
    assert model.step.subtitle == "mixtral · 3×8"
    assert (tune.step.kind, tune.step.subtitle) == ("ready", "Top-2 → Top-1")


def test_opening_a_model_shows_its_page(window, folder, qtbot):
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        window.opener.open_path(folder)
    assert window.page is window.pages["model"]
    assert window.top_bar.project.full_text == "tiny · not saved"
    assert window.windowTitle() == "tiny — SEER Studio"


def test_a_click_in_the_rail_shows_the_page(window, qtbot):
    qtbot.mouseClick(window.rail.items[2], Qt.MouseButton.LeftButton)
    assert window.page is window.pages["tune"]


def test_control_and_a_digit_shows_the_page(window, qtbot):
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.page is window.pages["model"]


def test_the_arrow_keys_walk_the_rail(window, qtbot):
    window.rail.items[0].setFocus()
    qtbot.keyClick(window.rail.items[0], Qt.Key.Key_Down)
    assert window.page is window.pages["model"]
    assert window.rail.items[1].hasFocus() or not window.isActiveWindow()


def test_undo_and_redo_by_keys_name_the_step(window, folder, qtbot):
    open_model(window, folder)
    plan = window.session.plan
    kept = plan.kept_LE.copy()
    kept[0, 1] = False
    window.session.apply_plan(plan.with_kept(kept), "Drop L0 · 1")
    assert window.top_bar.undo_button.text() == "Undo “Drop L0 · 1”"
    assert window.top_bar.undo_button.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.plan is plan
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.session.plan.dropped == 1
    qtbot.mouseClick(window.top_bar.undo_button, Qt.MouseButton.LeftButton)
    assert window.session.plan is plan


def test_copy_command_copies_what_the_page_does(window, folder, qtbot):
    open_model(window, folder)
    qtbot.mouseClick(window.top_bar.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == f"seer inspect {folder}"
    assert str(folder) in window.status.full_text


def test_a_dropped_folder_opens(window, folder, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    point, action = QPointF(400, 300), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(point.toPoint(), action, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        window.dropEvent(QDropEvent(point, action, data, left, none))
    assert window.session.info.path == folder


def profile_of(folder: Path, path: Path, **other) -> Path:
    """A profile file of a model, as a cluster would bring it."""
    info = inspect_model(folder)
    known = {"fingerprint": info.fingerprint, "experts": info.experts, "layer_ids": info.moe_layers}
    save_profile(make_profile(**{**known, **other}), path)
    return path


def menu_entry(window, text: str) -> QAction:
    return next(entry for entry in window.menu.actions() if entry.text() == text)


def test_a_profile_made_elsewhere_is_opened_from_the_menu(
    window, folder, tmp_path, qtbot, monkeypatch
):
    open_model(window, folder)
    path = profile_of(folder, tmp_path / "cluster.safetensors")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(window.session.profile_changed, timeout=5000):
        menu_entry(window, "Open profile…").trigger()
    assert window.session.profile.model_fingerprint == window.session.info.fingerprint
    assert window.session.info.path == folder


def test_a_dropped_profile_is_opened_and_the_model_stays(window, folder, tmp_path, qtbot):
    open_model(window, folder)
    path = profile_of(folder, tmp_path / "dropped.safetensors")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, left, none)
    with qtbot.waitSignal(window.session.profile_changed, timeout=5000):
        window.dropEvent(drop)
    assert window.session.info.path == folder
    # A part of a checkpoint is no profile: its folder is what was meant.
    part = next(folder.glob("*.safetensors"))
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        window.opener.open_path(part)


def test_a_profile_of_another_model_is_refused_by_its_fingerprint(window, folder, tmp_path, qtbot):
    open_model(window, folder)
    path = profile_of(folder, tmp_path / "other.safetensors", fingerprint="a1b2" * 16)
    job = window.opener.open_profile(path)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    dialog = window.findChild(ErrorDialog)
    assert "is of another model" in dialog.what.text()
    assert "a1b2a1b2a1b2" in dialog.what.text()
    assert window.session.info.fingerprint[:12] in dialog.what.text()
    assert "Try:" in dialog.remedy.text()
    assert window.session.profile is None


def test_without_a_model_a_profile_says_what_comes_first(window, tmp_path):
    menu_entry(window, "Open profile…").trigger()
    dialog = window.findChild(ErrorDialog)
    assert "none is open" in dialog.what.text()


def test_a_failed_job_shows_its_remedy_and_hides_its_traceback(window, qtbot):
    def work(run: Run) -> None:
        raise ResourceError("needs 21.4 GB of VRAM, 15.9 GB free", remedy="turn on streaming")

    job = start(window, work)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    dialog = window.findChild(ErrorDialog)
    assert dialog.what.text() == "Needs 21.4 GB of VRAM, 15.9 GB free"
    assert dialog.remedy.text() == "Try: turn on streaming"
    assert dialog.details.isHidden()
    dialog.toggle.click()
    assert "ResourceError" in dialog.details.toPlainText()
    assert not dialog.details.isHidden()
    dialog.accept()


def test_closing_with_a_job_running_asks(window, qtbot):
    job = start(window)
    qtbot.waitUntil(lambda: job.state == "running")
    asked = []
    window.confirm_close = lambda: asked.append(1) or False
    assert not window.close()
    assert asked == [1]
    assert job.state == "running"
    window.confirm_close = lambda: True
    assert window.close()
    assert job.state == "cancelled"


def test_closing_with_only_light_jobs_running_stops_them_and_does_not_ask(window, qtbot):
    light = Task(title="Report", kind="report", function=run_for_ever, heavy=False)
    job = window.session.start(light)
    qtbot.waitUntil(lambda: job.state == "running")
    window.confirm_close = lambda: pytest.fail("asked")
    assert window.close()
    assert job.state == "cancelled"


def test_closing_names_the_heavy_jobs_alone(window, qtbot, monkeypatch):
    heavy = start(window)
    light = window.session.start(
        Task(title="Report", kind="report", function=run_for_ever, heavy=False)
    )
    qtbot.waitUntil(lambda: heavy.state == light.state == "running")
    said = []
    monkeypatch.setattr(leaving, "ask", lambda *words: said.append(words[2]) or False)
    del window.confirm_close  # the fixture's, which never asks
    assert not window.close()
    assert len(said) == 1
    assert said[0].startswith("Profile:")
    assert "Report" not in said[0]
    assert heavy.state == light.state == "running"
    window.confirm_close = lambda: True


def test_a_window_that_is_closed_at_once_loads_no_more_pages(qtbot, settings):
    made = MainWindow(Session(), settings)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.painted)
    assert made.close()
    loaded = set(made.pages)
    qtbot.wait(100)
    assert set(made.pages) == loaded != set(window_module.KEYS)


def test_closing_without_a_job_does_not_ask(window):
    window.confirm_close = lambda: pytest.fail("asked")
    assert window.close()


def test_the_dock_pauses_resumes_and_cancels_the_selected_job(window, qtbot):
    job = start(window)
    qtbot.waitUntil(lambda: job.state == "running")
    assert window.dock.isVisible()
    buttons = window.dock._buttons
    qtbot.mouseClick(buttons["pause"], Qt.MouseButton.LeftButton)
    assert job.state == "paused"
    qtbot.mouseClick(buttons["resume"], Qt.MouseButton.LeftButton)
    assert job.state == "running"
    qtbot.mouseClick(buttons["cancel"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: job.state == "cancelled", timeout=2000)


def test_the_dock_stays_hidden_for_who_hid_it(window, qtbot, settings):
    job = start(window)
    window.desk.toggle()
    assert not window.dock.isVisible()
    job.cancel()
    qtbot.waitUntil(lambda: job.over, timeout=2000)
    start(window)
    assert not window.dock.isVisible()
    assert settings.get("jobs") == "hidden"


def test_the_log_shows_what_a_job_wrote(window, qtbot):
    def work(run: Run) -> None:
        run.note("read 8 layers")

    job = start(window, work)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    window.dock._log_button.setChecked(True)
    assert "read 8 layers" in window.dock.log.toPlainText()


def test_the_theme_menu_changes_the_theme_and_remembers_it(window, settings):
    choose(window, "Theme", "light")
    assert theme().name == "light"
    assert chosen_theme() == "light"
    assert settings.get("theme") == "light"


def test_the_language_menu_asks_for_the_language_and_remembers_it(window, settings, qtbot):
    with qtbot.waitSignal(window.language_chosen) as caught:
        choose(window, "Language", "ko")
    assert caught.args == ["ko"]
    assert settings.get("language") == "ko"


def choose(window: MainWindow, menu: str, key: str) -> None:
    submenu = next(a.menu() for a in window.menu.actions() if a.text() == menu and a.menu())
    next(a for a in submenu.actions() if a.data() == key).trigger()


def test_what_was_opened_is_offered_again(window, folder, qtbot, settings):
    open_model(window, folder)
    rows = window.pages["welcome"].recent_rows
    assert [row.path for row in rows] == [str(folder)]
    window.show_page("welcome")
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        qtbot.mouseClick(rows[0], Qt.MouseButton.LeftButton)


def test_an_unsaved_project_is_offered_again_once_it_holds_work(folder, settings, tmp_path, qtbot):
    session = Session(data_dir=tmp_path / "data")
    parent = QWidget()
    qtbot.addWidget(parent)
    Opener(session, settings, parent)
    session.set_model(inspect_model(folder), name=str(folder))
    assert [entry.kind for entry in settings.recent()] == ["model"]
    kept = session.plan.kept_LE.copy()
    kept[:, 0] = False
    session.apply_plan(session.plan.with_kept(kept), "drop")
    unsaved = session.folder
    first = settings.recent()[0]
    assert (first.kind, first.path, first.note) == ("project", str(unsaved), "not saved")
    session.save_project(tmp_path / "mine")
    projects = [entry.path for entry in settings.recent() if entry.kind == "project"]
    assert projects == [str(tmp_path / "mine")]
    session.close()


def test_the_window_comes_back_in_its_shape(window, settings, qtbot):
    window.resize(1100, 693)  # Qt fits the width to the small screen of the test; not the height
    window.close()
    again = MainWindow(Session(), settings)
    qtbot.addWidget(again)
    assert again.height() == 693
    again.session.close()


def test_open_demo_is_the_first_thing_to_press(window, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(window.session, "open_demo", lambda: asked.append(1))
    button = window.findChild(QPushButton, "open_demo")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [1]


def test_a_hub_id_is_opened_by_return(window, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(window.session, "open_model", asked.append)
    field = window.pages["welcome"].hub_field
    qtbot.keyClicks(field, "Qwen/Qwen3-30B-A3B")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == ["Qwen/Qwen3-30B-A3B"]


def test_the_model_page_states_what_the_headers_say(window, folder):
    open_model(window, folder)
    page = window.pages["model"]
    texts = [figure.value.full_text for figure in page.strip.figures]
    info = window.session.info
    assert texts[0] == "3 × 8"
    assert texts[1] == "Top-2"
    assert texts[2] == f"{info.parameters.total / 1e3:.0f} k"
    facts = {name: value.full_text for name, value in page.facts.values.items()}
    assert facts["Model type"] == "mixtral"
    assert facts["Experts per layer"] == "8"


def test_earlier_runs_show_the_logs_of_the_project_the_newest_first(window, qtbot, tmp_path):
    runs = tmp_path / "runs"
    for number, name in enumerate(("20261124-054405-profile", "20261124-060000-export")):
        (runs / name).mkdir(parents=True)
        (runs / name / "log.txt").write_text(f"read {number} layers\n")
        os.utime(runs / name / "log.txt", (number, number))
    window.session.jobs.log_home = lambda: runs
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_J, both)
    dialog = window.findChild(RunsDialog)
    shown = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert shown == ["2026-11-24 06:00  export", "2026-11-24 05:44  profile"]
    assert dialog.text.toPlainText() == "read 1 layers\n"
    dialog.list.setCurrentRow(1)
    assert dialog.text.toPlainText() == "read 0 layers\n"
    dialog.accept()


def test_opening_something_else_asks_while_a_job_runs(window, qtbot, folder):
    open_model(window, folder)
    job = start(window)
    qtbot.waitUntil(lambda: job.state == "running")
    asked = []
    window.opener.confirm_leave = lambda titles: asked.append(titles) or False
    window.opener.open_path(folder.parent)
    assert asked == ["Profile"]
    assert job.state == "running"
    assert window.session.info is not None
    window.opener.confirm_leave = lambda titles: True
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        window.opener.open_path(folder)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.state == "cancelled"
