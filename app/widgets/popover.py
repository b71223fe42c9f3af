"""A panel over the window that any click beside it, or a key, closes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

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
        self._before: QWidget | None = None  # had the keyboard before this
        self.setProperty("panel", "popover")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(width)

    def open_beside(self, widget: QWidget, box: QRect | None = None) -> None:
        """Show it below a widget or a part of it, or above where there is more room."""
        room = self.parentWidget().rect()
        box = box or widget.rect()
        self.setFixedWidth(min(self._width, room.width()))
        layout = self.layout()
        wraps = layout.hasHeightForWidth()
        self.setFixedHeight(
            layout.heightForWidth(self.width()) if wraps else layout.sizeHint().height()
        )
        place = widget.mapTo(self.parentWidget(), QPoint(box.x() - UNIT, box.bottom() + 5))
        x = max(min(place.x(), room.right() - self.width() - UNIT), 0)
        y = place.y()
        if y + self.height() > room.bottom():
            above = y - box.height() - 8 - self.height()
            y = max(min(above, room.bottom() - self.height()), 0)  # the box may be out of view
        self.move(x, y)
        self._before = QApplication.focusWidget()
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
            self.leave()

    def leave(self) -> None:
        """Close, and give the keyboard back to where it was."""
        before = self._before
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)  # which closes this
        if isValid(self) and self.isVisible():
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
