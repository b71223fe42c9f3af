"""Say something to who listens instead of looking."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(source: QObject, text: str) -> None:
    """Have a screen reader say a text, where one runs; nothing is drawn.

    Args:
        source: The widget that it comes from.
        text: One sentence, translated.
    """
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(source, text))
