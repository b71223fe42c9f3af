"""What was done is there again: a saved project, a killed program, another language."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from app.main_window import MainWindow, Settings
from app.main_window.language import install_language
from app.session import Session
from tests.journeys.conftest import Studio

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]


def reopened(qtbot, folder: Path, tmp_path: Path) -> Studio:
    """Another window, as the next start of the program makes it, over a project folder."""
    settings = Settings(QSettings(str(tmp_path / "other.ini"), QSettings.Format.IniFormat))
    window = MainWindow(Session(data_dir=tmp_path / "other"), settings)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.ready, timeout=60_000):
        window.show()
    studio = Studio(window, qtbot)
    window.opener.open_path(folder)
    studio.wait(lambda: studio.session.info is not None, 30_000)
    return studio


def test_a_saved_project_comes_back_with_plan_profile_and_options(
    studio, qtbot, tmp_path: Path, monkeypatch
) -> None:
    studio.open_demo()
    studio.profile(768)
    page = studio.open("select")
    studio.wait(lambda: page.map.scores_LE is not None, 10_000)
    for row in range(len(studio.session.plan.layer_ids)):
        place = page.map.cell_rect(row, 2).center().toPoint()
        qtbot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=place)
    folder = tmp_path / "my project"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(studio.window, Qt.Key.Key_S, both)
    studio.wait((folder / "project.json").exists, 10_000)
    kept = studio.session.plan.keep
    counted = studio.session.profile.count
    studio.window.close()

    again = reopened(qtbot, folder, tmp_path)
    assert again.session.plan.keep == kept
    assert (again.session.profile.count == counted).all()
    assert again.window.pages["calibrate"].form.choice().max_tokens == 768
    assert again.window.pages["calibrate"].state().kind == "done"
    again.window.close()


# Opens the demo, drops an expert in every layer, waits for the autosave, and is killed.
VICTIM = """
import os, signal, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.session import Session
app = QApplication([])
session = Session(data_dir=Path(sys.argv[1]))
session.open_demo()
end = time.monotonic() + 60
while session.info is None and time.monotonic() < end:
    app.processEvents()
kept = session.plan.kept_LE.copy()
kept[:, 4] = False
session.apply_plan(session.plan.with_kept(kept), "drop")
while "not" not in session.saved_text() and time.monotonic() < end:
    app.processEvents()
end = time.monotonic() + 4
while time.monotonic() < end:
    app.processEvents()
print(session.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_the_unsaved_project_can_be_opened_where_it_was(qtbot, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, str(tmp_path / "data")],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    folder = Path(done.stdout.strip().splitlines()[-1])
    again = reopened(qtbot, folder, tmp_path)
    assert all(4 not in row for row in again.session.plan.keep)
    again.window.close()


def test_another_language_keeps_the_session_and_translates_every_page(studio, qtbot) -> None:
    app = QApplication.instance()
    studio.open_demo()
    install_language(app, "ko")
    try:
        window = MainWindow(studio.session, studio.window.settings)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.ready, timeout=60_000):
            window.show()
        titles = {key: page.title for key, page in window.pages.items()}
        assert titles["calibrate"] == "보정"
        assert all(any(ord(sign) > 0x1100 for sign in title) for title in titles.values())
        assert window.pages["export"].figures.figures[3].value.full_text == "균일"
        window.replaced = True
        window.close()
    finally:
        install_language(app, "en")
