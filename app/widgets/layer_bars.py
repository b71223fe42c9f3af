"""The experts of one layer as bars, highest score first; a click keeps or drops one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.widgets import heatmap_marks as marks
from app.widgets.focus import FocusRing
from app.widgets.heatmap_view import hatch_tile, merge_tile

TOP = 18.0
AXIS = 18.0
WIDEST = 72.0  # of a bar; its column is wider in a layer of few experts
LABELLED = 17.0  # logical pixels of a bar that its number fits under
GAPPED = 4.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Bars:
    """A layer's experts, in the order in which they stand.

    Attributes:
        expert: Their numbers.
        score: Their scores; −inf for one that was never chosen.
        kept: Whether each stays.
        locked: Whether each is locked or protected.
        merged: Whether each goes into another one.
        mean: Whether each stays as the mean of several.
    """

    expert: NDArray[np.int64]
    score: NDArray[np.float64]
    kept: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    merged: NDArray[np.bool_]
    mean: NDArray[np.bool_]


class LayerBars(QWidget):
    """Score bars; what is dropped is hatched, what is merged the other way."""

    toggled = Signal(int)  # an expert is to change sides
    lock_requested = Signal(int)
    stepped = Signal(int)  # another layer is wanted, so many below
    picked = Signal(int)  # the cursor went to an expert
    hovered = Signal(int)  # or −1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: Bars | None = None
        self._at = -1  # place of the cursor
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)
        self.setMinimumSize(240, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Scores of the layer's experts"))
        theme.theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(640, 240)

    @property
    def bars(self) -> Bars | None:
        """What shows."""
        return self._bars

    def set_bars(self, bars: Bars | None) -> None:
        """Show another layer or another plan."""
        self._bars = bars
        count = 0 if bars is None else len(bars.expert)
        if self._at >= count:
            self._at = -1
        self._hover = -1
        self.update()

    def set_expert(self, expert: int) -> None:
        """Put the cursor on an expert; says nothing."""
        if self._bars is None:
            return
        found = np.flatnonzero(self._bars.expert == expert)
        self._at = int(found[0]) if len(found) else -1
        self.update()

    def bar_rect(self, place: int) -> QRectF:
        """The column of an expert, as high as the plot.

        Columns fill the width, so that n bars end where the coverage curve below has n experts.
        """
        pitch = self._pitch()
        return QRectF(place * pitch, TOP, pitch, max(self.height() - TOP - AXIS, 1))

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bars, numbers, cursor."""
        bars = self._bars
        if bars is None or not len(bars.expert):
            return
        finite = np.where(np.isfinite(bars.score), bars.score, 0.0).clip(min=0.0)
        most = float(finite.max()) or 1.0
        ratio = self.devicePixelRatioF()
        hatches = QBrush(hatch_tile(ratio)), QBrush(merge_tile(ratio))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            base = self.height() - AXIS
            for place in range(len(bars.expert)):
                self._paint_bar(painter, place, float(finite[place]) / most, hatches)
            painter.fillRect(QRectF(0, base, self.width(), 1), theme.color("line_strong"))
            self._paint_numbers(painter, base)

    def _paint_bar(
        self, painter: QPainter, place: int, share: float, hatches: tuple[QBrush, QBrush]
    ) -> None:
        bars, box = self._bars, self.bar_rect(place)
        assert bars is not None
        gap = 2.0 if box.width() >= 8 else 1.0 if box.width() >= GAPPED else 0.0
        gap = max(gap, box.width() - WIDEST)
        height = max(share * box.height(), 1.0)
        bar = QRectF(box.x() + gap / 2, box.bottom() - height, box.width() - gap, height)
        painter.setPen(Qt.PenStyle.NoPen)
        if bars.kept[place]:
            painter.fillRect(bar, theme.color("bar"))
        else:
            merged = bool(bars.merged[place])
            painter.fillRect(bar, theme.color("merged" if merged else "dropped"))
            painter.fillRect(bar, hatches[merged])
        mark = _mark(bars, place)
        if mark is not None and box.width() >= marks.SMALLEST:
            side = min(box.width(), 14.0)
            above = QRectF(box.center().x() - side / 2, bar.top() - side - 1, side, side)
            marks.draw_mark(painter, above, mark, theme.color("text"), side)
        for at, name, width in ((self._hover, "text_dim", 1.0), (self._at, "accent", 2.0)):
            if place == at and not theme.paper():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color(name), width))
                painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, 0))

    def _paint_numbers(self, painter: QPainter, base: float) -> None:
        bars, pitch = self._bars, self._pitch()
        assert bars is not None
        metrics = QFontMetricsF(painter.font())
        widest = metrics.horizontalAdvance(str(int(bars.expert.max()))) + 4
        step = max(int(np.ceil(widest / pitch)), 1) if pitch < max(LABELLED, widest) else 1
        pointed = self._hover if self._hover >= 0 else self._at
        if theme.paper():
            pointed = -1
        last = -widest  # where the label before stands, moved off the edge or not
        for place, expert in enumerate(bars.expert.tolist()):
            near = place != pointed and pointed >= 0 and abs(place - pointed) * pitch < widest
            if place != pointed and (place % step or near):
                continue
            middle = min(max(place * pitch + pitch / 2, widest / 2), self.width() - widest / 2)
            if place != pointed and middle - last < widest:
                continue
            last = middle
            painter.setPen(theme.color("text" if place == pointed else "text_dim"))
            box = QRectF(middle - 20, base + 2, 40, AXIS - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(expert))

    # pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep or drop."""
        place = self._place_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place < 0 or self._bars is None:
            return
        self._go_to(place)
        self.toggled.emit(int(self._bars.expert[place]))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A fast second click is a click like any other."""
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ours, too: nothing behind is to get half a click."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover."""
        self._hover_at(self._place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover_at(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space keeps or drops, L locks, Page keys go to another layer."""
        bars, key = self._bars, event.key()
        if bars is None or not len(bars.expert):
            super().keyPressEvent(event)
            return
        last = len(bars.expert) - 1
        moves = {
            Qt.Key.Key_Left: self._at - 1, Qt.Key.Key_Right: self._at + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if key in moves:
            self._go_to(min(max(moves[key], 0), last))
        elif key == Qt.Key.Key_Space and self._at >= 0:
            self.toggled.emit(int(bars.expert[self._at]))
        elif key == Qt.Key.Key_L and self._at >= 0:
            self.lock_requested.emit(int(bars.expert[self._at]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.stepped.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        else:
            super().keyPressEvent(event)

    # inside

    def _pitch(self) -> float:
        count = 1 if self._bars is None else max(len(self._bars.expert), 1)
        return self.width() / count

    def _place_at(self, at: QPointF) -> int:
        count = 0 if self._bars is None else len(self._bars.expert)
        place = int(at.x() // self._pitch())
        return place if 0 <= place < count and at.y() >= 0 else -1

    def _go_to(self, place: int) -> None:
        bars = self._bars
        if bars is not None and place != self._at:
            self._at = place
            self.update()
            self.picked.emit(int(bars.expert[place]))

    def _hover_at(self, place: int) -> None:
        if place != self._hover:
            self._hover = place
            self.update()
            found = -1 if place < 0 or self._bars is None else int(self._bars.expert[place])
            self.hovered.emit(found)


def _mark(bars: Bars, place: int) -> marks.Mark | None:
    """What stands above a bar."""
    if bars.locked[place]:
        return "lock"
    if bars.merged[place]:
        return "merge"
    return "mean" if bars.mean[place] else None
