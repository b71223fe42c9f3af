"""The experts' share of the work over context length: two curves and a mark, painted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import TYPE, color, theme_changed
from app.widgets import numbers
from app.widgets.focus import FocusRing
from app.widgets.number_watch import Number

LEFT, RIGHT, TOP, BOTTOM = 44.0, 16.0, 10.0, 24.0
HEIGHT = 190
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
DOT = 4.5


@dataclass(frozen=True, kw_only=True)
class Place:
    """One point of both curves.

    Attributes:
        context: Tokens before the one that is counted.
        share: What the experts take of the work, 0 to 1.
        saved: What one expert per token would save, 0 to 1.
    """

    context: int
    share: float
    saved: float


class ShareCurve(QWidget):
    """Shares over the logarithm of the context, with a mark where a share is reached.

    Signals:
        pointed: The place under the pointer, or None.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[Place, ...] = ()
        self._mark: Place | None = None
        self._level = 0.0
        self._at: Place | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self._ring = FocusRing(self)
        self.setAccessibleName(self.tr("Experts' share of the work over context length"))
        theme_changed.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(360, HEIGHT)

    def places(self) -> tuple[Place, ...]:
        """The points shown."""
        return self._places

    def mark(self) -> Place | None:
        """Where the level is reached, if it is."""
        return self._mark

    def set_places(self, places: tuple[Place, ...], level: float, mark: Place | None) -> None:
        """Show other curves.

        Args:
            places: By rising context.
            level: A share that gets a line.
            mark: Where that share is reached last; None if nowhere on the curve.
        """
        self._places, self._level, self._mark = places, level, mark
        self._at = None
        if mark is not None:
            self.setAccessibleDescription(f"{numbers.percent(level, 0)}: {mark.context:,}")
        self.update()

    def position(self, context: float, share: float) -> QPointF:
        """Where a point is in this widget."""
        area = self._area()
        low, high = math.log(self._places[0].context), math.log(self._places[-1].context)
        x = area.left() + area.width() * (math.log(max(context, 1)) - low) / (high - low)
        return QPointF(x, area.bottom() - area.height() * share)

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Grid, curves, mark, pointer."""
        if len(self._places) < 2:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(TYPE.caption)
            painter.setFont(font)
            self._draw_grid(painter)
            dashed = QPen(color("text_dim"), 1.4, Qt.PenStyle.DashLine)
            self._draw_curve(painter, dashed, [(p.context, p.saved) for p in self._places])
            solid = QPen(color("accent"), 2.0)
            self._draw_curve(painter, solid, [(p.context, p.share) for p in self._places])
            self._draw_mark(painter)
            if self._at is not None:
                self._draw_pointer(painter, self._at)

    def _draw_grid(self, painter: QPainter) -> None:
        area, metrics = self._area(), QFontMetricsF(painter.font())
        for share in SHARES:
            y = area.bottom() - area.height() * share
            painter.setPen(QPen(color("line"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(color("text_dim"))
            box = QRectF(0, y - 8, LEFT - 8, 16)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, side, numbers.percent(share, 0))
        painter.setPen(color("text_dim"))
        for power in range(8, 31, 2):
            context = 2**power
            if self._places[0].context <= context <= self._places[-1].context:
                x = self.position(context, 0).x()
                text = tokens(context)
                width = metrics.horizontalAdvance(text)
                left = min(max(x - width / 2, 0.0), self.width() - width)
                painter.drawText(QPointF(left, area.bottom() + 16), text)

    def _draw_curve(self, painter: QPainter, pen: QPen, points: list[tuple[int, float]]) -> None:
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([self.position(*point) for point in points]))

    def _draw_mark(self, painter: QPainter) -> None:
        if self._mark is None:
            return
        area = self._area()
        place = self.position(self._mark.context, self._level)
        painter.setPen(QPen(color("line_strong"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), place.y()), place)
        painter.drawLine(place, QPointF(place.x(), area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        painter.drawEllipse(place, DOT, DOT)
        saved = self.position(self._mark.context, self._mark.saved)
        painter.setBrush(color("text_dim"))
        painter.drawEllipse(saved, DOT - 1, DOT - 1)

    def _draw_pointer(self, painter: QPainter, at: Place) -> None:
        area, x = self._area(), self.position(at.context, 0).x()
        painter.setPen(QPen(color("text_faint"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    # -- the pointer -------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curves at the pointer."""
        if len(self._places) > 1:
            self._point_at(self._near(event.position().x()))

    def _near(self, x: float) -> Place:
        return min(self._places, key=lambda p: abs(self.position(p.context, 0).x() - x))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right, Home and End go from point to point; Esc points at none."""
        last = len(self._places) - 1
        now = self._places.index(self._at) if self._at in self._places else last
        places = {
            Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = places.get(Qt.Key(event.key()))
        if place is not None and last > 0:
            self._point_at(self._places[min(max(place, 0), last)])
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self._point_at(None)
        else:
            super().keyPressEvent(event)

    def surface(self) -> QWidget:
        """What the mouse falls on."""
        return self

    def number(self) -> Number | None:
        """The point that is pointed at, else the mark, else the last."""
        place = self._at or self._mark or (self._places[-1] if self._places else None)
        return None if place is None else self._number(place)

    def number_at(self, place: QPoint) -> Number | None:
        """The point above or below a place."""
        inside = len(self._places) > 1 and self._area().contains(QPointF(place))
        return self._number(self._near(place.x())) if inside else None

    def _number(self, place: Place) -> Number:
        middle = self.position(place.context, place.share).toPoint()
        return Number(
            key=f"plan.share.{place.context}",
            name=self.tr("Experts' share at {context} tokens").format(context=f"{place.context:,}"),
            value=numbers.percent(place.share),
            box=QRect(middle.x() - 6, middle.y() - 6, 12, 12),
        )

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self._point_at(None)

    def _point_at(self, place: Place | None) -> None:
        if place != self._at:
            self._at = place
            self.pointed.emit(place)
            number = self.number()
            if number is not None and self.hasFocus():
                self.setAccessibleDescription(f"{number.name}: {number.value}")
            self.update()

    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)

    def _on_theme(self) -> None:
        self.update()


def tokens(context: int) -> str:
    """A round context in powers of two: 4k, 1M."""
    if context >= 2**20:
        return f"{context // 2**20}M"
    return f"{context // 2**10}k" if context >= 2**10 else str(context)
