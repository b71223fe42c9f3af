"""The window's shape between two starts: its geometry, and the height of the dock."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMainWindow, QSplitter

from app.main_window.settings import Settings

DEFAULT_SIZE = QSize(1280, 820)
LEAST_SIZE = QSize(1024, 640)
RAIL_WHOLE = 1160  # width from which the rail has room for more than icons and names


def remember(window: QMainWindow, splitter: QSplitter, settings: Settings) -> None:
    """Keep the shape."""
    settings.set_bytes("geometry", window.saveGeometry())
    settings.set_bytes("splitter", splitter.saveState())


def restore(window: QMainWindow, splitter: QSplitter, settings: Settings) -> None:
    """Give the window the shape that it had, or a good one."""
    geometry = settings.bytes("geometry")
    if geometry.isEmpty() or not window.restoreGeometry(geometry):
        window.resize(DEFAULT_SIZE)
    state = settings.bytes("splitter")
    if not state.isEmpty():
        splitter.restoreState(state)
