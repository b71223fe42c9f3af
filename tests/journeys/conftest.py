"""A studio as a person finds it: the real window, its own settings, an empty data folder."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.main_window import MainWindow, Settings
from app.main_window.language import install_language
from app.session import Session
from app.theme import apply_theme
from tests.journeys.watchdog import Watchdog

# Long enough for a machine that trains a model beside the tests; nothing waits that long elsewhere.
PATIENCE_MS = 180_000


class Studio:
    """Hands and eyes on a window: clicks, keys, waiting."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window = window
        self.session = window.session
        self.bot = qtbot
        self.watchdog = Watchdog()

    def wait(self, condition: Callable[[], bool], timeout: int = PATIENCE_MS) -> None:
        """Let the window live until a condition holds."""

        def holds() -> None:
            assert condition()

        with self.watchdog.watching():
            self.bot.waitUntil(holds, timeout=timeout)

    def click(self, widget: QWidget) -> None:
        """Click the middle of a widget that can be clicked."""
        assert widget.isVisible(), f"{widget} is not visible"
        assert widget.isEnabled(), f"{widget} is not enabled"
        with self.watchdog.watching():
            self.bot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def open(self, key: str):
        """Go to a page by its shortcut and give it."""
        number = ["welcome", "model", "calibrate", "select", "tune", "evaluate", "export"].index(
            key
        )
        digit = Qt.Key(Qt.Key.Key_0.value + number)
        # Without a window manager nobody gives the window its focus back after a dialog.
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow, 5000)
        self.bot.keyClick(self.window, digit, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: self.window.page is self.window.pages.get(key), 5000)
        return self.window.pages[key]

    def primary(self) -> None:
        """Click the one filled button of the top bar."""
        self.click(self.window.top_bar.primary_button)

    def open_demo(self) -> None:
        """Press "Open demo" on the first page."""
        welcome = self.open("welcome")
        self.click(welcome.demo_button)
        self.wait(lambda: self.session.info is not None)

    def type_number(self, box, number: int) -> None:
        """Replace a spin box's number by typing."""
        box.setFocus()
        box.selectAll()
        self.bot.keyClicks(box, str(number))
        self.bot.keyClick(box, Qt.Key.Key_Tab)

    def profile(self, tokens: int = 1536) -> None:
        """Run the demo's profile over a few tokens, by hand."""
        page = self.open("calibrate")
        self.type_number(page.form.max_tokens, tokens)
        self.primary()
        self.wait(lambda: page.watch.job is not None and page.watch.job.over)
        assert page.watch.job.state == "done", page.watch.job.error


@pytest.fixture
def dress() -> tuple[str, str]:
    """Language and theme; a journey that is to be made in others parametrises it."""
    return "en", "dark"


@pytest.fixture
def studio(qtbot, tmp_path: Path, dress: tuple[str, str]) -> Iterator[Studio]:
    """A window that stands, with every page loaded."""
    app = QApplication.instance()
    install_language(app, dress[0])
    apply_theme(app, dress[1])
    settings = Settings(QSettings(str(tmp_path / "studio.ini"), QSettings.Format.IniFormat))
    session = Session(data_dir=tmp_path / "data")
    window = MainWindow(session, settings)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    with qtbot.waitSignal(window.ready, timeout=60_000):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    made = Studio(window, qtbot)
    # What hundreds of tests before this one left alive is no part of the window, and a full
    # collection of it takes a second on a busy machine.
    gc.collect()
    gc.freeze()
    made.watchdog.start()
    yield made
    made.watchdog.stop()
    install_language(app, "en")
    window.confirm_close = lambda: True
    window.close()
    assert all(job.over for job in session.jobs), "a job outlived its window"
    assert not made.watchdog.stalls, "\n".join(map(str, made.watchdog.stalls))


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual X screen of its own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        number = pipe.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=10)
