"""How numbers are found on a widget: a number as it shows, and a watch per sort of widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QTableView, QWidget

from app import theme
from app.theme import UNIT


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as it is shown.

    Attributes:
        key: What it is to whoever knows where it comes from.
        name: What a person reads beside it.
        value: As it is read.
        box: Where it is, in its widget's coordinates.
    """

    key: str
    name: str
    value: str
    box: QRect = field(default_factory=QRect)


class Shows(Protocol):
    """A widget that shows numbers."""

    def numbers(self) -> tuple[Number, ...]:
        """Those that show now, in reading order."""


class HasPoints(Protocol):
    """A chart whose points are numbers; all places are in its own coordinates."""

    def surface(self) -> QWidget:
        """What the mouse falls on: the chart, or a child that paints it."""

    def number(self) -> Number | None:
        """The point that the keyboard is on."""

    def number_at(self, place: QPoint) -> Number | None:
        """The point under the pointer, or next to it."""


class Watch:
    """How numbers are found on one sort of widget."""

    clicks = True

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget

    def at(self, _place: QPoint) -> Number | None:
        """The number at a place."""
        return None

    def current(self) -> Number | None:
        """The number that the keyboard is on."""
        return None

    def step(self, _way: int) -> bool:
        """Go to the next one; False where the widget's own keys do that."""
        return False

    def focus(self, *, there: bool) -> None:
        """The keyboard came or went."""


class Listed(Watch):
    """A widget with `numbers()`; a ring goes round the one that the keyboard is on."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._at = 0
        self._ring: Ring | None = None

    def _numbers(self) -> tuple[Number, ...]:
        shows: Shows = self.widget  # type: ignore[assignment]
        return shows.numbers()

    def at(self, place: QPoint) -> Number | None:
        """The number at a place."""
        return next((n for n in self._numbers() if n.box.contains(place)), None)

    def current(self) -> Number | None:
        """The number that the keyboard is on."""
        found = self._numbers()
        self._at = min(self._at, max(len(found) - 1, 0))
        return found[self._at] if found else None

    def step(self, way: int) -> bool:
        """Go to the next one."""
        count = len(self._numbers())
        if count:
            self._at = min(max(self._at + way, 0), count - 1)
            self.focus(there=True)
        return bool(count)

    def focus(self, *, there: bool) -> None:
        """The ring goes with the keyboard."""
        number = self.current() if there else None
        if self._ring is None:
            self._ring = Ring(self.widget)
        self._ring.show_at(number)


class Ring(QWidget):
    """A frame around a number; the mouse does not see it, a reader hears the number."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_at(self, number: Number | None) -> None:
        """Around a number, or nowhere."""
        self.setVisible(number is not None)
        if number is not None:
            self.setGeometry(number.box.adjusted(1, 1, -1, -1))
            self.raise_()
            self.parentWidget().setAccessibleDescription(f"{number.name}: {number.value}")
            self._scroll_to()

    def _scroll_to(self) -> None:
        """Qt brings the widget into view, which may be higher than the view is."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            above.ensureWidgetVisible(self, 0, UNIT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ring."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent"), 1.5))
            box = QRectF(QPointF(1, 1), self.rect().size() - QRect(0, 0, 2, 2).size())
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)


class Cells(Watch):
    """A table: its own keys move."""

    def __init__(self, table: QTableView, key_of: Callable[[QModelIndex], str]) -> None:
        super().__init__(table.viewport())
        self._table, self._key_of = table, key_of

    def at(self, place: QPoint) -> Number | None:
        """The number at a place."""
        return self._number(self._table.indexAt(place))

    def current(self) -> Number | None:
        """The number that the keyboard is on."""
        return self._number(self._table.currentIndex())

    def _number(self, index: QModelIndex) -> Number | None:
        key = self._key_of(index) if index.isValid() else ""
        if not key:
            return None
        model = index.model()
        title = model.headerData(index.column(), Qt.Orientation.Horizontal)
        value = index.data()
        return Number(
            key=key,
            name=str(title or ""),
            value=str(value if value is not None else ""),
            box=self._table.visualRect(index),
        )


class Points(Watch):
    """A chart: the pointer is on the point next to it, its own keys move.

    Args:
        chart: Has the points.
        source: In whose coordinates the mouse's places are.
    """

    def __init__(self, chart: HasPoints, source: QWidget) -> None:
        super().__init__(chart)  # type: ignore[arg-type]
        self._chart, self._source = chart, source

    def at(self, place: QPoint) -> Number | None:
        """The number at a place."""
        if self._source is not self.widget:
            place = self._source.mapTo(self.widget, place)
        return self._chart.number_at(place)

    def current(self) -> Number | None:
        """The number that the keyboard is on."""
        return self._chart.number()


class Pointed(Watch):
    """A widget whose cursor is on a number, and whose clicks are its own."""

    clicks = False

    def __init__(self, widget: QWidget, pointed: Callable[[], Number | None]) -> None:
        super().__init__(widget)
        self._pointed = pointed

    def current(self) -> Number | None:
        """The number that the keyboard is on."""
        return self._pointed()
