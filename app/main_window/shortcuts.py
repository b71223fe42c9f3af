"""The sheet of keys: those of the window, read from its actions, and those of the heat map."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from app.theme import UNIT
from app.widgets.dialog_size import resize_within
from app.widgets.forms import Button, column, label, row, scrolled

translate = QCoreApplication.translate  # the name that lupdate looks for

WIDTH, HEIGHT = 620, 640
Keys = tuple[tuple[str, str], ...]


def window_keys(actions: Iterable[QAction]) -> Keys:
    """(what, keys) of every action that has any, without the step that Undo names."""
    native = QKeySequence.SequenceFormat.NativeText
    found: dict[str, str] = {}
    for action in actions:
        keys = [key.toString(native) for key in action.shortcuts() if not key.isEmpty()]
        if keys and action.text():
            found.setdefault(action.text().split("“")[0].strip(), ", ".join(keys))
    return tuple(found.items())


def heat_map_keys() -> Keys:
    """What keys and mouse do on the heat map."""
    return (
        (translate("Shortcuts", "Drop an expert, or keep it again"), "Space"),
        (translate("Shortcuts", "Lock or unlock"), "L"),
        (translate("Shortcuts", "Move"), "← → ↑ ↓, Home, End, PgUp, PgDn"),
        (translate("Shortcuts", "Select a layer"), "Enter"),
        (translate("Shortcuts", "Copy a layer's pattern, put it on another"), "Ctrl+C, Ctrl+V"),
        (translate("Shortcuts", "Zoom"), "Ctrl+＋, Ctrl+−"),
        (translate("Shortcuts", "Fit"), "F"),
        (translate("Shortcuts", "Give up a stroke or the selection"), "Esc"),
        (translate("Shortcuts", "What made a number (anywhere)"), "I, Alt+Click"),
        (translate("Shortcuts", "Paint"), translate("Shortcuts", "drag")),
        (translate("Shortcuts", "Paint a box"), translate("Shortcuts", "Shift and drag")),
        (translate("Shortcuts", "Zoom at the pointer"), translate("Shortcuts", "Ctrl and wheel")),
    )


class ShortcutSheet(QDialog):
    """Every key in one place."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups = (
            (self.tr("Window"), window_keys(actions)),
            (self.tr("Heat map"), heat_map_keys()),
        )
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        grid.setHorizontalSpacing(3 * UNIT)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        at = 0
        for title, keys in groups:
            grid.addWidget(label(title, "section"), at, 0, 1, 2)
            at += 1
            for what, key in keys:
                grid.addWidget(label(what), at, 0)
                grid.addWidget(label(key, "mono"), at, 1)
                at += 1
            grid.setRowMinimumHeight(at, UNIT)
            at += 1
        grid.setRowStretch(at, 1)
        close = Button(self.tr("Close"), "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = row(None, close, margins=(16, UNIT, 16, 12))
        self.setLayout(column(scrolled(content), foot, spacing=0))
        resize_within(self, QSize(WIDTH, HEIGHT))
