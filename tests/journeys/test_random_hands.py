"""Hands that know nothing: random clicks, drags, keys and text all over the window.

An exception, a Qt warning, a crash or a hang fails; the seed and the last actions say how it came.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDesktopServices, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

from tests.journeys.conftest import Studio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ACTIONS = 600
PAUSE_MS = 10
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
MODIFIERS = (PLAIN, PLAIN, PLAIN, Qt.KeyboardModifier.ShiftModifier, CONTROL)
INVITING = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QTabBar, QAbstractScrollArea)
NAMES = """
    Space L F Escape Return Tab Backtab Left Right Up Down Home End Delete PageDown F1 A 5
"""
WITH_CONTROL = "Z Y 0 1 2 3 3 3 4 5 6 I J R Plus Minus Return Comma"
KEYS, SHORTCUTS = (
    tuple(Qt.Key[f"Key_{name}"] for name in names.split()) for names in (NAMES, WITH_CONTROL)
)
TEXTS = ("12", "0", "-1", "1e9", "abc", "x y", "/", "99999999999")
QUIT = "Quit"


class Hands:
    """Does something at random, once per turn of the event loop, also below menus and dialogs."""

    def __init__(self, window: QWidget, seed: int) -> None:
        self.done: list[str] = []
        self.finished = False
        self._window = window
        self._random = random.Random(seed)

    def go_on(self) -> None:
        """One action; the next one is on its way before it, as it may open a menu and wait."""
        if len(self.done) >= ACTIONS:
            self.finished = True
            self._close_all()
            return
        QTimer.singleShot(PAUSE_MS, self.go_on)
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self._window
        if isinstance(top, QMenu):
            self._choose(top)
        else:
            self._touch(top)

    def _choose(self, menu: QMenu) -> None:
        entries = [a for a in menu.actions() if a.isEnabled() and a.isVisible() and a.text()]
        entry = self._random.choice([None, *entries])
        if entry is None or entry.text() == QUIT:
            self.done.append("close the menu")
            menu.close()
            return
        self.done.append(f"choose {entry.text()}")
        QTest.mouseClick(menu, LEFT, PLAIN, menu.actionGeometry(entry).center())

    def _touch(self, top: QWidget) -> None:
        there = [w for w in top.findChildren(QWidget) if w.isVisible() and w.isEnabled()]
        there = [w for w in there if w.window() is top and min(w.width(), w.height()) > 3] or [top]
        inviting = [w for w in there if isinstance(w, INVITING)]
        widget = self._random.choice(self._random.choice([there, inviting or there]))
        acts: tuple[tuple[int, Callable[[QWidget], None]], ...] = (
            (50, self._click), (8, self._ask), (10, self._drag), (6, self._wheel), (10, self._key),
            (8, self._shortcut), (3, self._type), (2, self._resize), (3, self._leave),
        )  # fmt: skip
        act = self._random.choices([a for _, a in acts], [weight for weight, _ in acts])[0]
        named = widget.accessibleName() or widget.objectName()
        self.done.append(f"{act.__name__[1:]} {type(widget).__name__} {named}")
        act(widget)

    def _at(self, widget: QWidget) -> QPoint:
        x, y = self._random.randrange(widget.width()), self._random.randrange(widget.height())
        return QPoint(x, y)

    def _click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, LEFT, self._random.choice(MODIFIERS), self._at(widget))

    def _ask(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.RightButton, PLAIN, self._at(widget))

    def _drag(self, widget: QWidget) -> None:
        keys = self._random.choice(MODIFIERS)
        QTest.mousePress(widget, LEFT, keys, self._at(widget))
        for _ in range(4):
            QTest.mouseMove(widget, self._at(widget))
        if self._random.random() < 0.2:
            QTest.keyClick(widget, Qt.Key.Key_Escape)
        QTest.mouseRelease(widget, LEFT, keys, self._at(widget))

    def _wheel(self, widget: QWidget) -> None:
        at, turn = QPointF(self._at(widget)), self._random.choice([-120, 120, 240])
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
            self._random.choice(MODIFIERS), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def _key(self, widget: QWidget) -> None:
        QTest.keyClick(QApplication.focusWidget() or widget, self._random.choice(KEYS))

    def _shortcut(self, widget: QWidget) -> None:
        QTest.keyClick(widget.window(), self._random.choice(SHORTCUTS), CONTROL)

    def _type(self, widget: QWidget) -> None:
        QTest.keyClicks(QApplication.focusWidget() or widget, self._random.choice(TEXTS))

    def _resize(self, _: QWidget) -> None:
        width, height = self._random.choice([(1000, 640), (1180, 720), (1440, 900), (1900, 1100)])
        self._window.resize(width, height)

    def _leave(self, widget: QWidget) -> None:
        if isinstance(widget.window(), QDialog):
            widget.window().reject()

    def _close_all(self) -> None:
        for open_one in QApplication.topLevelWidgets():
            if open_one is not self._window and open_one.isVisible():
                open_one.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_click_key_or_drag_in_any_order_breaks_the_window(
    studio: Studio, tmp_path: Path, monkeypatch, seed: int
) -> None:
    # Only these leave the window: a file dialog of the system, and a browser.
    file = str(tmp_path / "chosen.json")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (file, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (file, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([file], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)
    studio.window.confirm_close = lambda: False
    studio.open_demo()
    hands = Hands(studio.window, seed)
    hands.go_on()
    try:
        studio.wait(lambda: hands.finished)
    finally:
        print(f"seed {seed}, the last of {len(hands.done)} actions:", *hands.done[-12:], sep="\n")
    studio.wait(lambda: QApplication.activePopupWidget() is None)
    assert studio.window.isVisible()
    for job in studio.session.jobs:
        job.cancel()
    studio.wait(lambda: all(job.over for job in studio.session.jobs))
