"""The window tells when its model has gone or changed, and when a project is not whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog

from app.main_window import MainWindow, Settings
from app.main_window import window as window_module
from app.main_window.dialogs import ChoiceDialog, ErrorDialog
from app.session import Session
from app.widgets.breakable import shortened
from core.planning import Plan
from core.project import open_project
from tests.app.folders import write_mixtral


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_mixtral(tmp_path / "models" / "tiny")


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch, folder):
    light = tuple(entry for entry in window_module.PAGES if entry[0] == "model")
    monkeypatch.setattr(window_module, "PAGES", light)
    monkeypatch.setattr(window_module, "KEYS", ("welcome", "model"))
    made = MainWindow(Session(data_dir=tmp_path / "data"), Settings())
    qtbot.addWidget(made)
    made.resize(1180, 720)
    with qtbot.waitSignal(made.ready, timeout=10000):
        made.show()
    with qtbot.waitSignal(made.session.model_changed, timeout=5000):
        made.opener.open_path(folder)
    qtbot.waitUntil(lambda: made.session.watch._job is None, timeout=5000)
    yield made
    made.session.close()


def come_back(window, qtbot) -> None:
    """As if the user came back to the window from another one."""
    window.session.watch.look()
    qtbot.waitUntil(lambda: window.session.watch._job is None, timeout=5000)


def test_a_model_that_goes_away_is_told_and_chosen_again(window, folder, qtbot, monkeypatch):
    banner = window.guard.banner
    assert window.guard.bar.isHidden()
    away = folder.rename(folder.with_name("moved"))
    come_back(window, qtbot)
    assert window.guard.bar.isVisible()
    assert shortened(folder) in banner.text
    assert "not there any more" in banner.text
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(away))
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert window.session.info.path == away
    assert window.guard.bar.isHidden()


def test_a_model_that_comes_back_is_no_matter_any_more(window, folder, qtbot):
    away = folder.rename(folder.with_name("moved"))
    come_back(window, qtbot)
    assert window.guard.bar.isVisible()
    away.rename(folder)
    come_back(window, qtbot)
    assert window.guard.bar.isHidden()


def test_a_model_that_changes_is_told_and_opened_anew(window, folder, qtbot):
    with (folder / "model.safetensors").open("rb+") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"otherwise")
    come_back(window, qtbot)
    assert "has changed" in window.guard.banner.text
    before = window.session.info.fingerprint
    with qtbot.waitSignal(window.session.model_changed, timeout=5000):
        qtbot.mouseClick(window.guard.banner.button, Qt.MouseButton.LeftButton)
    assert window.session.info.fingerprint != before
    assert window.guard.bar.isHidden()


def test_a_project_whose_model_was_moved_asks_where_it_is(
    window, folder, tmp_path, qtbot, monkeypatch
):
    session = window.session
    kept = session.plan.kept_LE.copy()
    kept[0, 0] = False
    plan = session.plan.with_kept(kept)
    session.apply_plan(plan, "Drop one")
    session.save_project(tmp_path / "project")
    session.open_demo()
    qtbot.waitUntil(lambda: session.model == "demo", timeout=10_000)
    away = folder.rename(folder.with_name("moved"))
    window.opener.open_path(tmp_path / "project")
    qtbot.waitUntil(lambda: window.findChild(ChoiceDialog) is not None, timeout=5000)
    dialog = window.findChild(ChoiceDialog)
    assert "was not found" in dialog.windowTitle()
    assert not window.findChildren(ErrorDialog), "one question, not two"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(away))
    with qtbot.waitSignal(session.model_changed, timeout=5000):
        qtbot.mouseClick(dialog.buttons["choose"], Qt.MouseButton.LeftButton)
    assert session.folder == tmp_path / "project"
    assert session.plan == plan
    session.save_project()
    assert open_project(session.folder).model == str(away)


def test_a_damaged_project_opens_and_says_what_is_missing(window, tmp_path, qtbot):
    session = window.session
    session.save_project(tmp_path / "project")
    session.open_demo()
    qtbot.waitUntil(lambda: session.model == "demo", timeout=10_000)
    path = tmp_path / "project" / "project.json"
    text = json.dumps(json.loads(path.read_text()) | {"variants": 3})
    path.write_text(text)
    with qtbot.waitSignal(session.recovered, timeout=5000):
        window.opener.open_path(tmp_path / "project")
    assert window.recovery.bar.isVisible()
    assert "variants is not a list" in window.recovery.banner.text
    assert session.plan == Plan.keep_all(session.info)
    session.save_project()
    assert (tmp_path / "project" / "project.damaged.json").read_text() == text
    assert open_project(tmp_path / "project").variants == ()


def test_settings_of_any_version_are_read_as_far_as_they_are_known(tmp_path) -> None:
    path = tmp_path / "studio.ini"
    recent = [
        {"kind": "model", "path": "/a", "name": "a", "colour": "of a newer version"},
        {"kind": "planet", "path": "/b", "name": "b"},
        {"kind": "project", "path": 3},
        "text",
    ]

    def settings() -> Settings:
        return Settings(QSettings(str(path), QSettings.Format.IniFormat))

    old = QSettings(str(path), QSettings.Format.IniFormat)
    old.setValue("theme", "light")
    old.setValue("recent", json.dumps(recent))
    old.sync()
    found = settings()
    assert found.get("schema") == "1"
    assert found.get("theme") == "light"
    assert [entry.path for entry in found.recent()] == ["/a"]
    newer = QSettings(str(path), QSettings.Format.IniFormat)
    newer.setValue("schema", 7)
    newer.setValue("wallpaper", "blue")
    newer.sync()
    found = settings()
    found.set("theme", "dark")
    found.write()
    assert (found.get("schema"), found.get("wallpaper")) == ("7", "blue")
    path.write_bytes(b"\x00\xff garbage [[[\nrecent=[[[\nschema=many\n")
    assert settings().recent() == ()
    assert settings().get("theme", "system") == "system"
