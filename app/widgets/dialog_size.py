"""How large a dialog opens: as it likes to be, and never larger than the window that it is over."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

MARGIN = 48  # logical pixels of the window that stay around it


def resize_within(dialog: QDialog, wanted: QSize) -> None:
    """Give a dialog its size, or what the window below it has room for."""
    size = wanted
    if (parent := dialog.parentWidget()) is not None:
        room = parent.window().size() - QSize(MARGIN, MARGIN)
        size = wanted.boundedTo(room).expandedTo(dialog.minimumSize())
    dialog.resize(size)
