"""A tour: the window goes dim but for one place at a time, with a few words beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.theme import RADIUS, UNIT, color
from app.widgets.forms import Button, column, label, panel, row

WIDTH = 340
AROUND = 6  # pixels between the place and its outline
DIM = 0.55


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One place of a tour.

    Attributes:
        title: What is there.
        text: What it is for.
        prepare: Brings it into view.
        place: The widget to look at; None shows the words in the middle.
    """

    title: str
    text: str
    prepare: Callable[[], object]
    place: Callable[[], QWidget | None]


class Tour(QWidget):
    """Lies over a window until the last stop or Esc.

    Args:
        stops: The places in order.
        window: What is toured.

    Signals:
        ended: With whether it was walked to the end.
    """

    ended = Signal(bool)

    def __init__(self, stops: tuple[Stop, ...], window: QWidget) -> None:
        super().__init__(window)
        self._stops = stops
        self.at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card = panel("popover", self)
        self.card.setFixedWidth(WIDTH)
        self.title = label("", "heading", wrap=True)
        self.text = label("", "", wrap=True)
        self.count = label("", "caption")
        self.skip = Button(self.tr("End tour"), "ghost")
        self.back = Button(self.tr("Back"))
        self.forward = Button("", "primary")
        for button, slot in (
            (self.skip, self._skip),
            (self.back, self.go_back),
            (self.forward, self.go_on),
        ):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
        foot = row(self.count, None, self.skip, self.back, self.forward)
        margins = (16, 14, 16, 14)
        self.card.setLayout(column(self.title, self.text, 4, foot, margins=margins))
        window.installEventFilter(self)
        self.resize(window.size())
        self.show()
        self.raise_()
        self._show()

    @property
    def stop(self) -> Stop:
        """Where it stands."""
        return self._stops[self.at]

    @Slot()
    def go_on(self) -> None:
        """The next place, or the end."""
        if self.at + 1 == len(self._stops):
            self._end(walked=True)
            return
        self.at += 1
        self._show()

    @Slot()
    def go_back(self) -> None:
        """The place before."""
        self.at = max(self.at - 1, 0)
        self._show()

    @Slot()
    def _skip(self) -> None:
        self._end(walked=False)

    def _end(self, *, walked: bool) -> None:
        self.parentWidget().removeEventFilter(self)
        self.hide()
        self.ended.emit(walked)
        self.deleteLater()

    def _show(self) -> None:
        stop = self.stop
        stop.prepare()
        self.title.setText(stop.title)
        self.text.setText(stop.text)
        self.count.setText(f"{self.at + 1} / {len(self._stops)}")
        self.back.setVisible(self.at > 0)
        last = self.at + 1 == len(self._stops)
        self.forward.setText(self.tr("Done") if last else self.tr("Next"))
        self.setAccessibleName(stop.title)
        self.setAccessibleDescription(stop.text)
        self.place_card()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> QRect:
        """What is left bright, in own coordinates; empty where there is no place."""
        widget = self.stop.place()
        if widget is None or not widget.isVisible():
            return QRect()
        corner = widget.mapTo(self.parentWidget(), QPoint(0, 0))
        around = QRect(corner, widget.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
        return around.intersected(self.rect().adjusted(2, 2, -2, -2))

    def place_card(self) -> None:
        """Put the words where they hide least: right, left, below, above, or in the middle."""
        for part in (self.title, self.text):
            part.ensurePolished()  # the theme's sizes count
        self.card.layout().invalidate()
        self.card.setFixedHeight(self.card.layout().totalHeightForWidth(WIDTH))
        bright, size, gap = self.place(), self.card.size(), 2 * UNIT
        middle = self.rect().center() - QPoint(size.width() // 2, size.height() // 2)
        spots = (
            QPoint(bright.right() + gap, bright.top()),
            QPoint(bright.left() - gap - size.width(), bright.top()),
            QPoint(bright.left(), bright.bottom() + gap),
            QPoint(bright.left(), bright.top() - gap - size.height()),
        )
        inside = self.rect().adjusted(UNIT, UNIT, -UNIT, -UNIT)
        fitting = (QRect(spot, size) for spot in spots if not bright.isEmpty())
        found = next((r.topLeft() for r in map(self._slid, fitting) if inside.contains(r)), middle)
        self.card.move(found)
        self.update()

    def _slid(self, spot: QRect) -> QRect:
        """A spot beside the place may slide along it to stay inside."""
        bright, room = self.place(), self.rect().adjusted(UNIT, UNIT, -UNIT, -UNIT)
        if spot.left() > bright.right() or spot.right() < bright.left():
            top = max(min(spot.top(), room.bottom() - spot.height()), room.top())
            return QRect(QPoint(spot.left(), top), spot.size())
        left = max(min(spot.left(), room.right() - spot.width()), room.left())
        return QRect(QPoint(left, spot.top()), spot.size())

    # -- Qt's events -------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Everything dim but the place."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QPainterPath()
        shade.addRect(QRectF(self.rect()))
        bright = self.place()
        if not bright.isEmpty():
            hole = QPainterPath()
            hole.addRoundedRect(QRectF(bright), RADIUS, RADIUS)
            shade -= hole
        painter.fillPath(shade, color("shade", DIM))
        if not bright.isEmpty():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(QRectF(bright), RADIUS, RADIUS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Space and arrows walk, Esc ends."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._skip()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Right}:
            self.go_on()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Backspace}:
            self.go_back()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click does not reach what lies below."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.resize(self.parentWidget().size())
            self.place_card()
        return False
