"""A panel over the window that any click beside it, or a key, closes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.theme import UNIT


class Popover(QFrame):
    """Stands in its window, not as one of its own, so that it needs no grab of the pointer.

    Args:
        window: What it lies over.
        width: Its width in logical pixels, where the window has them.
    """

    closed = Signal()

    def __init__(self, window: QWidget, width: int) -> None:
        super().__init__(window)
        self._width = width
        self.setProperty("panel", "popover")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(width)

    def open_beside(self, widget: QWidget, box: QRect | None = None) -> None:
        """Show it below a widget or a part of it, or above where there is more room."""
        room = self.parentWidget().rect()
        box = box or widget.rect()
        self.setFixedWidth(min(self._width, room.width()))
        self.setFixedHeight(self.layout().heightForWidth(self.width()))
        place = widget.mapTo(self.parentWidget(), QPoint(box.x() - UNIT, box.bottom() + 5))
        x = max(min(place.x(), room.right() - self.width() - UNIT), 0)
        y = place.y()
        if y + self.height() > room.bottom():
            y = max(y - box.height() - 8 - self.height(), 0)
        self.move(x, y)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click somewhere else closes it, and does what it would have done."""
        pressed = event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget)
        if pressed and watched is not self and not self.isAncestorOf(watched):
            self.close()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click here is not one on what lies below."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key closes it, unless it means something here."""
        event.accept()
        if not self.take_key(event):
            self.close()

    def take_key(self, _event: QKeyEvent) -> bool:
        """Do what a key means; whether it meant something."""
        return False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """So does going elsewhere."""
        super().focusOutEvent(event)
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Be gone."""
        QApplication.instance().removeEventFilter(self)
        super().closeEvent(event)
        self.closed.emit()
        self.deleteLater()
