"""Nothing is lost: a killed program, a closed window, a second window, another machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QLabel

from app.main_window import MainWindow, Settings
from app.main_window.dialogs import ChoiceDialog
from app.main_window.studio import Studio as Program
from app.session import Session
from app.widgets.job_dock import JobRole
from core.tuning import Work
from tests.journeys.conftest import Studio

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]

# Opens the demo in the window, starts a profile and a quick check behind it, goes to Select, and
# is killed once the profile has kept something.
VICTIM = """
import os, signal, sys, time
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow, Settings
from app.pages.quick_check import quick_check_task
from app.session import Session

home = Path(sys.argv[1])
app = QApplication([])
store = QSettings(str(home / "studio.ini"), QSettings.Format.IniFormat)
window = MainWindow(Session(data_dir=home / "data"), Settings(store))
session = window.session
end = time.monotonic() + 240


def wait(condition):
    while not condition():
        assert time.monotonic() < end
        app.processEvents()


window.show()
wait(lambda: not window._waiting)
session.open_demo()
wait(lambda: session.info is not None)
# DO
wait(lambda: '"unfinished": []' not in (session.folder / "project.json").read_text())
settled = time.monotonic() + 3
wait(lambda: time.monotonic() > settled)
print(session.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


PROFILES = """
page = window.pages["calibrate"]
page.form.max_tokens.setValue(120_000)
page.form.batch_size.setValue(2)
page.run_profile()
session.start(quick_check_task(session))
window.show_page("select")
wait(lambda: list((session.folder / "runs").glob(".*.partial")))
"""

# Is killed once the run has kept its second checkpoint.
TUNES = """
from dataclasses import replace

window.show_page("tune")
page = window.pages["tune"]
choice = page.form.choice()
options = replace(
    choice.options, top_k=1, train="routers", steps=STEPS, batch_size=1, save_every=4, eval_every=0
)
texts = replace(choice.texts, max_tokens=600, seq_len=64)
page.form.set_choice(replace(choice, options=options, texts=texts))
page.start()
runs = session.folder / "runs"
wait(lambda: len(list(runs.glob("run-1/work/checkpoint-*/done.json"))) > 1)
"""


def killed_while_it(what: str, home: Path) -> Path:
    """The project of a program that was killed in the middle of its work."""
    done = subprocess.run(
        [sys.executable, "-c", VICTIM.replace("# DO", what), str(home)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


def settings_of(home: Path) -> Settings:
    return Settings(QSettings(str(home / "studio.ini"), QSettings.Format.IniFormat))


@pytest.mark.slow
def test_after_a_kill_the_project_reopens_where_it_was_and_its_jobs_go_on(
    qapp, qtbot, tmp_path
) -> None:
    folder = killed_while_it(PROFILES, tmp_path)
    program = Program(["seer-studio"], settings_of(tmp_path), tmp_path / "data")
    program.show()
    studio = Studio(program.window, qtbot)
    window, session = studio.window, studio.session
    studio.wait(lambda: session.folder == folder, 60_000)
    assert window.page is window.pages["select"]
    banner = window.recovery.banner
    assert banner.isVisible()
    assert "stopped without being closed" in banner.text
    assert "Profile" in banner.text
    assert [job.state for job in session.jobs.held] == ["held", "held"]
    assert window.pages["calibrate"].strip.isHidden()
    studio.click(banner.button)
    profile = next(job for job in session.jobs if job.task.kind == "profile")
    studio.wait(lambda: any("going on after batch" in line.text for line in profile.log))
    assert not banner.isVisible()
    for job in list(session.jobs.unfinished):
        job.cancel()
    studio.wait(lambda: not session.jobs.unfinished, 60_000)
    window.close()
    assert json.loads((folder / "project.json").read_text())["unfinished"] == []
    # A window that was closed as it should be opens nothing by itself.
    assert settings_of(tmp_path).get("open_project") == ""


@pytest.mark.slow
def test_after_a_kill_a_tuning_run_goes_on_from_its_last_checkpoint(
    qapp, qtbot, tmp_path: Path
) -> None:
    steps = 400
    folder = killed_while_it(TUNES.replace("STEPS", str(steps)), tmp_path)
    work = Work(folder=folder / "runs" / "run-1" / "work")
    newest = max(work.checkpoints())
    before = [report for report in work.curve() if report.step <= newest]
    assert 0 < newest < steps
    program = Program(["seer-studio"], settings_of(tmp_path), tmp_path / "data")
    program.show()
    studio = Studio(program.window, qtbot)
    window, session = studio.window, studio.session
    studio.wait(lambda: session.folder == folder, 60_000)
    banner = window.recovery.banner
    assert banner.isVisible()
    assert "run-1" in banner.text
    studio.click(banner.button)
    job = next(job for job in session.jobs if job.task.kind == "tune")
    page = window.pages["tune"]
    studio.wait(lambda: page._reports and page._reports[-1].step > newest)
    assert job.task.command.endswith("--resume")
    # What was done before the kill was not done again: the old reports, their speeds too.
    assert page._reports[: len(before)] == before
    job.cancel()
    studio.wait(lambda: not session.jobs.unfinished, 60_000)
    window.close()


def test_jobs_that_quitting_stopped_are_offered_next_time(studio, qtbot, tmp_path) -> None:
    studio.open_demo()
    page = studio.open("calibrate")
    studio.type_number(page.form.max_tokens, 400_000)
    studio.primary()
    job = page.watch.job
    studio.wait(lambda: studio.session.live_profile is not None or job.over)
    folder = tmp_path / "project"
    studio.session.save_project(folder)
    studio.window.confirm_close = lambda: True
    studio.window.close()
    kept = json.loads((folder / "project.json").read_text())["unfinished"]
    assert [entry["kind"] for entry in kept] == ["profile"]
    assert kept[0]["command"].startswith("seer profile demo")
    assert kept[0]["progress"]["unit"] == "tokens"

    again = another_window(qtbot, tmp_path)
    again.window.opener.open_path(folder)
    again.wait(lambda: bool(again.session.jobs.held), 60_000)
    assert "“Profile” was not finished." in again.window.recovery.banner.text
    dock, model = again.window.dock, again.window.desk.model
    assert dock.isVisible()
    dock.select(0)
    assert model.index(0, 0).data(JobRole.DETAIL).startswith("Not finished last time")
    again.click(again.window.recovery.banner.dismiss)
    assert not again.window.recovery.banner.isVisible()
    # Kept until it is resumed or removed: by the keys of the list.
    again.window.activateWindow()
    again.wait(again.window.isActiveWindow, 5000)
    dock.view.setFocus()
    qtbot.keyClick(dock.view, Qt.Key.Key_Delete)
    assert again.session.jobs.held == []
    again.window.close()
    assert json.loads((folder / "project.json").read_text())["unfinished"] == []


def another_window(qtbot, tmp_path: Path) -> Studio:
    settings = Settings(QSettings(str(tmp_path / "other.ini"), QSettings.Format.IniFormat))
    window = MainWindow(Session(data_dir=tmp_path / "other"), settings)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.ready, timeout=60_000):
        window.show()
    return Studio(window, qtbot)


def test_a_project_of_another_window_can_be_looked_at(studio, qtbot, tmp_path) -> None:
    studio.open_demo()
    folder = tmp_path / "shared"
    studio.session.save_project(folder)
    before = (folder / "project.json").read_bytes()

    second = another_window(qtbot, tmp_path)
    second.window.opener.open_path(folder)
    dialog = found(second, ChoiceDialog)
    assert "in another window" in "".join(part.text() for part in dialog.findChildren(QLabel))
    assert set(dialog.buttons) == {"read"}
    second.click(dialog.buttons["read"])
    second.wait(lambda: second.session.info is not None, 30_000)
    assert second.window.top_bar.project.full_text == "shared · read-only"
    plan = second.session.plan
    kept = plan.kept_LE.copy()
    kept[0, 0] = False
    second.session.apply_plan(plan.with_kept(kept), "Drop")
    second.window.close()
    assert (folder / "project.json").read_bytes() == before
    assert (folder / ".seer-lock").exists()


def test_a_project_of_another_machine_can_be_taken_over(studio, tmp_path) -> None:
    studio.open_demo()
    folder = tmp_path / "shared"
    studio.session.save_project(folder)
    studio.session.set_model(None)
    lock = {"pid": 1, "host": "elsewhere", "started": 0.0}
    (folder / ".seer-lock").write_text(json.dumps(lock))
    studio.window.opener.open_path(folder)
    dialog = found(studio, ChoiceDialog)
    assert set(dialog.buttons) == {"read", "take over"}
    studio.click(dialog.buttons["take over"])
    studio.wait(lambda: studio.session.folder == folder, 30_000)
    assert json.loads((folder / ".seer-lock").read_text())["host"] == socket.gethostname()


def found(studio: Studio, kind: type):
    """A dialog of the window, once it is open."""
    studio.wait(lambda: studio.window.findChild(kind) is not None, 30_000)
    return studio.window.findChild(kind)
