"""The ring around what paints by itself: for who came by keys, none for who clicked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.theme import color, paper

BY_KEY = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


def came_by_key(event: QFocusEvent) -> bool:
    """Whether the focus came by Tab or a shortcut."""
    return event.reason() in BY_KEY


def paint_ring(painter: QPainter, area: QRect | QRectF, radius: float = 0.0) -> None:
    """A line inside the edge of an area, in the accent's colour; none on paper."""
    if paper():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("accent"), 1))
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class FocusRing(QWidget):
    """Lies over a widget while it has the focus by keys.

    Args:
        around: What takes the focus.
        radius: Of the ring's corners.
    """

    def __init__(self, around: QWidget, radius: float = 0.0) -> None:
        super().__init__(around)
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        around.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come and go with the focus."""
        if isinstance(event, QFocusEvent):
            self.setVisible(event.gotFocus() and came_by_key(event))
            self.raise_()
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.Resize}:
            self.setGeometry(self.parentWidget().rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ring alone."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_ring(painter, self.rect(), self._radius)
