"""What a screen reader finds: a name for everything that takes the focus, and spoken news."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from app.jobs.task import Task
from app.main_window import MainWindow, Settings, job_desk
from app.main_window import window as window_module
from app.main_window.window import KEYS
from app.session import Session
from tests.app.folders import write_mixtral


@pytest.fixture
def window(qtbot):
    session = Session()
    made = MainWindow(session, Settings())
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    made.load_all()
    yield made
    session.close()


def nameless(window) -> list[str]:
    """Visible widgets that take the focus and have no name."""
    found = []
    for widget in window.findChildren(QWidget):
        inside_spin_box = widget.objectName() == "qt_spinbox_lineedit"
        reached = widget.isVisible() and widget.isEnabled() and not inside_spin_box
        if not reached or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def test_everything_that_takes_the_focus_has_a_name(window, tmp_path, qtbot):
    from core.checkpoint import inspect_model

    folder = write_mixtral(tmp_path / "tiny")
    window.session.set_model(inspect_model(folder), name=str(folder))
    for key in KEYS:
        window.show_page(key)
        assert nameless(window) == [], key


def test_a_widget_without_a_name_would_be_found(window):
    stray = QWidget(window)
    stray.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    stray.show()
    assert any("QWidget" in found for found in nameless(window))


def test_the_end_of_a_job_and_a_copied_command_are_announced(window, qtbot, monkeypatch):
    said = []
    for module in (job_desk, window_module):
        monkeypatch.setattr(module, "announce", lambda _, text: said.append(text))
    job = window.session.start(Task(title="Profile", kind="work", function=lambda run: 1))
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    qtbot.waitUntil(lambda: any(text.startswith("Profile") for text in said), timeout=2000)
    window.copy_text("seer demo")
    assert said[-1] == "Copied: seer demo"
