"""Windows, dialogs and projects are opened and closed for a day: nothing of them stays behind."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.jobs.warm import wait_for_libraries
from app.main_window.about import AboutBox
from app.main_window.dialogs import ChoiceDialog, ErrorDialog
from app.main_window.help_window import HelpWindow
from app.main_window.origins import OriginsDialog
from app.main_window.runs import RunsDialog
from app.main_window.settings_dialog import SettingsDialog
from app.main_window.shortcuts import ShortcutSheet
from app.main_window.storage_dialog import StorageDialog
from app.pages import quick_check
from app.pages.evaluate_texts import TextsDialog
from core.planning import Plan
from core.project import create_project
from core.run import Run
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile

CYCLES = 50
# Allocators keep a little of everything they were ever asked for.
MOST_GROWTH_BYTES = 24 * 2**20


def settle(studio) -> None:
    """Let what was deleted be gone: Qt's deferred deletions, then Python's cycles."""
    studio.bot.wait(20)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def project_of(folder: Path, model: Path, *, keep: int) -> Path:
    """A saved project with a profile and a plan."""
    from core.checkpoint import inspect_model

    info = inspect_model(model)
    profile = make_profile(
        experts=info.experts, layer_ids=info.moe_layers, fingerprint=info.fingerprint
    )
    kept = Plan.keep_all(info).kept_LE.copy()
    kept[:, keep:] = False
    project = create_project(folder, model=str(model), model_fingerprint=info.fingerprint)
    project.with_profile(profile).with_plan(Plan.keep_all(info).with_kept(kept)).save()
    return folder


def open_project(studio, folder: Path) -> None:
    studio.window.opener.open_path(folder)
    studio.wait(lambda: studio.session.folder == folder, 20_000)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_is_flat_over_fifty_projects_opened_and_closed(studio, tmp_path) -> None:
    wait_for_libraries(Run())  # a preview imports them once, whenever it first comes to it
    model = write_mixtral(tmp_path / "tiny")
    folders = [project_of(tmp_path / f"p{n}", model, keep=4 + n) for n in range(2)]
    for turn in range(10):  # what is made once and kept is made here
        walk(studio, folders[turn % 2])
    settle(studio)
    widgets, before = count(), psutil.Process().memory_info().rss
    for turn in range(CYCLES):
        walk(studio, folders[turn % 2])
    settle(studio)
    grown = psutil.Process().memory_info().rss - before
    more = {name: n for name, n in (count() - widgets).items() if n > 2}
    assert not more, f"left behind: {more}"
    assert grown < MOST_GROWTH_BYTES, f"{grown / 2**20:.1f} MB more after {CYCLES} projects"


def walk(studio, folder: Path) -> None:
    """Open a project and look at every page of it."""
    open_project(studio, folder)
    for key in ("model", "calibrate", "select", "evaluate", "export"):
        studio.window.show_page(key)
        QApplication.processEvents()
    settle(studio)


def count() -> Counter[str]:
    """Living widgets by class."""
    return Counter(type(widget).__name__ for widget in QApplication.allWidgets())


def dialogs(window):
    """Every dialog of the window's own room, each opened as its button does."""
    yield lambda: ErrorDialog("Profile", "what", "remedy", "traceback", window)
    yield lambda: ChoiceDialog("Open elsewhere", "text", {"read": "Read-only"}, window)
    yield lambda: RunsDialog(Path(), window)
    yield lambda: OriginsDialog((), "", window)
    yield lambda: AboutBox(window)
    yield lambda: ShortcutSheet(window.actions(), window)
    yield lambda: SettingsDialog(window.settings, None, window)
    yield lambda: HelpWindow(window)
    session = window.session
    texts, questions = quick_check.texts(session), quick_check.questions(session)
    yield lambda: TextsDialog(texts, questions, window)
    yield lambda: StorageDialog(session, window)


def test_dialogs_are_gone_when_they_are_closed(studio) -> None:
    watched: list[weakref.ref[QObject]] = []
    gone: list[str] = []
    for make in dialogs(studio.window):
        dialog = make()
        name = type(dialog).__name__
        dialog.destroyed.connect(lambda *_, name=name: gone.append(name))
        dialog.open()
        studio.wait(dialog.isVisible, 5000)
        watched.append(weakref.ref(dialog))
        dialog.reject()
        del dialog
    settle(studio)
    ours = {kind.__name__ for kind in QDialog.__subclasses__() if kind.__module__[:4] == "app."}
    assert sorted(gone) == sorted(ours), "a dialog of the window is not in this list"
    assert [ref() for ref in watched] == [None] * len(watched)
    assert not [w for w in studio.window.findChildren(QWidget) if isinstance(w, QDialog)]
