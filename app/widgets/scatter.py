"""Quality against size: one mark per variant, the front that nothing beats, calm labels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.theme import TYPE, color, theme_changed
from app.widgets.drawing import Part
from app.widgets.focus import FocusRing
from app.widgets.forms import label
from app.widgets.number_watch import Number

# Beyond this many marks only the original and the selected one keep their names.
MAX_LABELS = 8
# A range wider than this factor is easier to read on a logarithmic axis.
LOG_FACTOR = 6.0
MARK_SIZE = 11.0
# A click this near to a mark is meant for it, in logical pixels.
REACH = 14.0
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One point.

    Attributes:
        x: Size, in the unit that the axis formats.
        y: Loss of quality; infinite values are drawn at the upper edge.
        label: Its name.
        shape: "ring", "dot", "square" or "triangle".
        pinned: Whether its name always shows.
        detail: The tool tip.
        number: Its quality, for those who ask where it comes from; None for nobody.
    """

    x: float
    y: float
    label: str
    shape: str = "dot"
    pinned: bool = False
    detail: str = ""
    number: Number | None = None


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose ticks are words of ours, and which may be logarithmic."""

    def __init__(self, side: str, words: Callable[[float], str]) -> None:
        super().__init__(side)
        self._words = words
        self.logarithmic = False
        self.enableAutoSIPrefix(False)

    def set_words(self, words: Callable[[float], str]) -> None:
        """Say ticks in other words."""
        self._words = words
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> object:
        """Round values, also on the logarithmic axis."""
        if not self.logarithmic:
            return super().tickValues(minVal, maxVal, size)
        steps = [
            math.log10(m * 10**e)
            for e in range(math.floor(minVal), math.ceil(maxVal) + 1)
            for m in (1, 2, 5)
        ]
        return [(1.0, [s for s in steps if minVal <= s <= maxVal])]

    def tickStrings(self, values: list[float], *_scale: float) -> list[str]:
        """Ticks as the rest of the window writes such numbers."""
        return [self._words(10**v if self.logarithmic else v) for v in values]


class ScatterPlot(QWidget):
    """A scatter plot with one selected mark; arrow keys go from mark to mark, Enter chooses.

    Signals:
        chosen: Index of the mark that was clicked.
    """

    chosen = Signal(int)

    def __init__(
        self,
        x_words: Callable[[float], str],
        y_words: Callable[[float], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._front: tuple[int, ...] = ()
        self._selected = -1
        self._labels: list[pg.TextItem] = []
        self._y_axis = _Axis("left", y_words)
        self._x_axis = _Axis("bottom", x_words)
        self._plot = pg.PlotWidget(axisItems={"left": self._y_axis, "bottom": self._x_axis})
        self._key_at = -1  # the mark that the keyboard is on
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.hideButtons()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._line = pg.PlotCurveItem()
        # Without its cache of pixels every mark is drawn, so that an SVG has it as a shape.
        self._points = pg.ScatterPlotItem(hoverable=True, tip=None, useCache=False)
        self._points.sigClicked.connect(self._on_clicked)
        self._points.sigHovered.connect(self._on_hovered)
        self._plot.addItem(self._line)
        self._plot.addItem(self._points)
        self._plot.getViewBox().sigResized.connect(self._on_resized)
        self._note = label("", "dim", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._note)
        self._stack.addWidget(self._plot)
        self._surface = self._plot.viewport()
        self._ring = FocusRing(self)
        theme_changed.connect(self._repaint)
        self._repaint()

    def sizeHint(self) -> QSize:
        """A calm landscape format."""
        return QSize(480, 260)

    def marks(self) -> tuple[Mark, ...]:
        """The marks shown."""
        return self._marks

    def part(self) -> Part | None:
        """The plot as a part of a sheet; None while it is empty."""
        return Part(widget=self._plot) if self._marks else None

    def set_axes(self, x_title: str, y_title: str) -> None:
        """Name the axes."""
        self._titles = (x_title, y_title)
        self._repaint()

    def set_words(self, x_words: Callable[[float], str], y_words: Callable[[float], str]) -> None:
        """Say ticks of other quantities."""
        self._x_axis.set_words(x_words)
        self._y_axis.set_words(y_words)

    def set_note(self, text: str) -> None:
        """What is said while there is no mark."""
        self._note.setText(text)

    def set_marks(self, marks: tuple[Mark, ...], front: tuple[int, ...] = ()) -> None:
        """Show these marks, and a line through the indices that nothing beats."""
        self._marks, self._front = marks, front
        self._selected = min(self._selected, len(marks) - 1)
        self._key_at = min(self._key_at, len(marks) - 1)
        self._stack.setCurrentIndex(1 if marks else 0)
        self._repaint()

    def select(self, index: int) -> None:
        """Mark one as the selected; −1 for none."""
        self._selected = index
        self._repaint()

    def position(self, index: int) -> QPointF:
        """Where a mark is, in this widget's coordinates."""
        x, y = self._xy()[index]
        scene = self._plot.getViewBox().mapViewToScene(QPointF(x, y))
        local = self._plot.mapFromScene(scene)
        return QPointF(self._plot.mapTo(self, local))

    # -- marks as numbers --------------------------------------------------------------------

    def surface(self) -> QWidget:
        """What the mouse falls on."""
        return self._surface

    def number(self) -> Number | None:
        """The mark that the keyboard is on: the selected one, until a key goes elsewhere."""
        at = self._current()
        return self._number(at) if at >= 0 else None

    def number_at(self, place: QPoint) -> Number | None:
        """The mark at a place."""
        there = QPointF(place)
        far = [(_length(self.position(i) - there), i) for i in range(len(self._marks))]
        distance, at = min(far, default=(math.inf, -1))
        return self._number(at) if distance <= REACH else None

    def _number(self, at: int) -> Number | None:
        number, middle = self._marks[at].number, self.position(at).toPoint()
        box = QRect(middle.x() - 8, middle.y() - 8, 16, 16)
        return None if number is None else replace(number, box=box)

    def _current(self) -> int:
        if 0 <= self._key_at < len(self._marks):
            return self._key_at
        return self._selected if self._selected >= 0 else min(len(self._marks) - 1, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From mark to mark by rising cost; Enter chooses one."""
        order = sorted(range(len(self._marks)), key=lambda i: self._xy()[i])
        way = STEPS.get(Qt.Key(event.key()), 0)
        if order and way:
            place = order.index(self._current()) + way
            self._key_at = order[min(max(place, 0), len(order) - 1)]
            self._say()
            self._repaint()
        elif order and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(self._current())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which mark the keyboard is on."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._key_at = self._current()
        self._say()
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show none; a popover about the mark keeps it."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._key_at = -1
            self._repaint()

    def _say(self) -> None:
        at = self._current()
        if at >= 0:
            self.setAccessibleDescription(self._marks[at].detail.replace("\n", ", "))

    # -- drawing -----------------------------------------------------------------------------

    def _xy(self) -> list[tuple[float, float]]:
        finite = [m.y for m in self._marks if math.isfinite(m.y)]
        top = max(finite, default=1.0) * 1.15
        values = [min(m.y, top) if math.isfinite(m.y) else top for m in self._marks]
        if self._y_axis.logarithmic:
            values = [math.log10(max(v, 1e-9)) for v in values]
        return [(m.x, y) for m, y in zip(self._marks, values, strict=True)]

    def _repaint(self) -> None:
        finite = [m.y for m in self._marks if math.isfinite(m.y) and m.y > 0]
        self._y_axis.logarithmic = bool(finite) and max(finite) / min(finite) > LOG_FACTOR
        self._dress()
        places = self._xy()
        self._points.setData([self._spot(i, xy) for i, xy in enumerate(places)])
        front = [places[i] for i in self._front]
        self._line.setData([x for x, _ in front], [y for _, y in front])
        self._fit(places)
        self._label()

    def _dress(self) -> None:
        self._plot.setBackground(color("surface"))
        small = QFont()
        small.setPixelSize(TYPE.caption)
        for axis in (self._x_axis, self._y_axis):
            axis.setPen(pg.mkPen(color("line")))
            axis.setTextPen(pg.mkPen(color("text_dim")))
            axis.setTickFont(small)
            axis.setStyle(tickLength=0, tickTextOffset=8)
            axis.picture = None
        self._x_axis.setHeight(None)
        self._plot.showGrid(y=True, alpha=0.12)
        x_title, y_title = getattr(self, "_titles", ("", ""))
        style = {"color": color("text_dim").name(), "font-size": f"{TYPE.caption}px"}
        self._x_axis.setLabel(x_title, **style)
        self._y_axis.setLabel(y_title, **style)
        self._line.setPen(pg.mkPen(color("line_strong"), width=1.5, style=Qt.PenStyle.DashLine))

    def _spot(self, index: int, xy: tuple[float, float]) -> dict[str, object]:
        mark = self._marks[index]
        chosen, on = index == self._selected, index == self._key_at
        tint = color("accent") if chosen or mark.shape != "ring" else color("text_dim")
        hollow = mark.shape == "ring"
        return {
            "pos": xy,
            "size": MARK_SIZE + (4 if chosen else 0) + (3 if on else 0),
            "symbol": {"square": "s", "triangle": "t1"}.get(mark.shape, "o"),
            "brush": pg.mkBrush(color("surface") if hollow else tint),
            "pen": pg.mkPen(
                color("text") if chosen or on else tint, width=2 if hollow or chosen or on else 1
            ),
            "data": index,
        }

    def _label(self) -> None:
        """Name the marks where there is room: the selected first, the pinned next, then others."""
        for old in self._labels:
            self._plot.removeItem(old)
        self._labels = []
        places = self._xy()
        box = self._plot.getViewBox()
        px, py = box.viewPixelSize()
        if not places or not px or not py:
            return
        (left, right), (bottom, top) = box.viewRange()
        frame = QRectF(left / px, -top / py, (right - left) / px, (top - bottom) / py)
        dots = [QPointF(x / px, -y / py) for x, y in places]
        taken = [QRectF(d.x() - 7, d.y() - 7, 14, 14) for d in dots]
        few = len(self._marks) <= MAX_LABELS
        rank = {True: 0, False: 1}
        order = sorted(
            range(len(dots)), key=lambda i: (rank[i == self._selected], rank[self._marks[i].pinned])
        )
        for index in order:
            mark = self._marks[index]
            wanted = mark.pinned or index == self._selected
            if wanted or few:
                self._name(index, dots[index], frame, taken, force=index == self._selected)

    def _name(
        self, index: int, dot: QPointF, frame: QRectF, taken: list[QRectF], *, force: bool
    ) -> None:
        """Put one name beside its mark, at the first side that is free."""
        font = QFont()
        font.setPixelSize(TYPE.caption)
        tint = color("text") if index == self._selected else color("text_dim")
        item = pg.TextItem(self._marks[index].label, color=tint)
        item.setFont(font)
        w, h = item.boundingRect().width(), item.boundingRect().height()
        sides = [(-w / 2, -h - 6), (9, -h / 2), (-w - 9, -h / 2), (-w / 2, 6)]
        rects = [QRectF(dot.x() + dx, dot.y() + dy, w, h) for dx, dy in sides]
        own = QRectF(dot.x() - 7, dot.y() - 7, 14, 14)
        free = [
            k
            for k, rect in enumerate(rects)
            if frame.contains(rect) and not any(rect.intersects(t) for t in taken if t != own)
        ]
        if not free and not force:
            return
        side = free[0] if free else 0
        dx, dy = sides[side]
        item.setAnchor((-dx / w, -dy / h))
        item.setPos(*self._xy()[index])
        item.setZValue(5)
        self._plot.addItem(item, ignoreBounds=True)
        self._labels.append(item)
        taken.append(rects[side])

    def _fit(self, places: list[tuple[float, float]]) -> None:
        if not places:
            return
        xs, ys = [x for x, _ in places], [y for _, y in places]
        wide = (max(xs) - min(xs)) or max(abs(xs[0]), 1.0) * 0.2
        high = (max(ys) - min(ys)) or max(abs(ys[0]), 1.0) * 0.2
        self._plot.setXRange(min(xs) - 0.12 * wide, max(xs) + 0.12 * wide, padding=0)
        self._plot.setYRange(min(ys) - 0.15 * high, max(ys) + 0.15 * high, padding=0)

    def _on_resized(self, *_box: object) -> None:
        self._label()

    def _on_clicked(self, _item: object, points: list[object], *_event: object) -> None:
        if len(points):
            self.chosen.emit(int(points[0].data()))  # type: ignore[attr-defined]

    def _on_hovered(self, _item: object, points: list[object], *_event: object) -> None:
        detail = self._marks[int(points[0].data())].detail if len(points) else ""  # type: ignore[attr-defined]
        self._plot.setToolTip(detail)


def _length(vector: QPointF) -> float:
    return math.hypot(vector.x(), vector.y())
