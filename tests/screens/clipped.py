"""Find texts that have less room than they need."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

from app.widgets.elided_button import ElidedButton
from app.widgets.forms import ElidedLabel

# Rounding of glyph widths at fractional positions.
SLACK = 2


def clipped(window: QWidget) -> list[str]:
    """Visible labels and buttons that are narrower or lower than their text.

    Labels and buttons that elide on purpose do not count, nor does what a scroll area has
    scrolled away.
    """
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel | ElidedButton):
            continue
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        wide, high = _needs(widget)
        if widget.width() + SLACK < wide or widget.height() + SLACK < high:
            found.append(
                f"{type(widget).__name__} “{widget.text()[:60]}” has {widget.width()}×"
                f"{widget.height()}, needs {wide}×{high}"
            )
        elif cut := _cut_by(widget, window):
            found.append(f"{type(widget).__name__} “{widget.text()[:60]}” is cut by {cut}")
    return found


def _needs(widget: QLabel | QAbstractButton) -> tuple[int, int]:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return 0, widget.heightForWidth(widget.width())
    hint = widget.minimumSizeHint() if isinstance(widget, QLabel) else widget.sizeHint()
    return hint.width(), hint.height()


def _cut_by(widget: QWidget, window: QWidget) -> str:
    """The ancestor up to a window that cuts a widget off at the right, if one does."""
    right = widget.width()
    here: QWidget = widget
    while (parent := here.parentWidget()) is not None and here is not window:
        right += here.x()
        if isinstance(parent.parentWidget(), QScrollArea):
            # Scrolled away downwards is fine, sideways there is no scroll bar.
            if right > parent.width() + SLACK:
                return type(parent).__name__
        elif right > parent.width() + SLACK:
            return f"{type(parent).__name__} {parent.objectName()}"
        here = parent
    return ""
