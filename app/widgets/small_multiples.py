"""Many small charts over the same layers, one below and beside the other, read together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
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
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets.focus import FocusRing

NARROWEST = 176.0
LOWEST = 74.0
GAP = 20.0
TITLE = 18.0
FOOT = 6.0
PAIRED = 6.0  # logical pixels of a bar from which each has a line of its own for the second side


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One quantity over the layers.

    Attributes:
        key: What a table calls it.
        title: What it is.
        values_L: One number per layer; NaN where it is not known.
        texts_L: The same as people read them.
        low: Bottom of the plot.
        high: Top of the plot.
        tip: What it means, for the tooltip.
        head: Said at the right of the title while no layer is pointed at; the range if empty.
        other_L: A second number per layer on the same scale, drawn as a line over the bar; None for
            none.
        raw_L: The numbers as a table has them, where the plot shows shares of something.
    """

    key: str
    title: str
    values_L: NDArray[np.float64]
    texts_L: tuple[str, ...]
    low: float
    high: float
    tip: str = ""
    head: str = ""
    raw_L: NDArray[np.float64] | None = None
    other_L: NDArray[np.float64] | None = None


class SmallMultiples(QWidget):
    """Panels in a grid; the layer under the pointer is marked in all of them."""

    layer_chosen = Signal(int)  # a layer was clicked
    layer_hovered = Signal(int)  # or −1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: tuple[Panel, ...] = ()
        self._layers: tuple[int, ...] = ()
        self._hover = -1
        self._at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)
        self.setMinimumSize(320, 200)
        self.setAccessibleName(self.tr("Layers, one small chart per quantity"))
        theme.theme_changed.connect(self.update)

    def set_panels(self, panels: tuple[Panel, ...], layer_ids: tuple[int, ...]) -> None:
        """Show other numbers."""
        if layer_ids != self._layers:
            self._hover = self._at = -1
        self._panels, self._layers = panels, layer_ids
        self.update()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """What shows."""
        return self._panels

    def set_layer(self, row: int) -> None:
        """Mark a layer; says nothing."""
        if row != self._at:
            self._at = row
            self.update()

    def plot(self, index: int) -> QRectF:
        """Where a panel's curve is."""
        columns, rows = self._shape()
        width = (self.width() - GAP * (columns - 1)) / columns
        height = (self.height() - GAP * (rows - 1)) / rows
        x, y = (index % columns) * (width + GAP), (index // columns) * (height + GAP)
        return QRectF(x, y + TITLE, width, max(height - TITLE - FOOT, 10))

    def point(self, index: int, row: int) -> QPointF:
        """Where a layer's value is in a panel."""
        panel, plot = self._panels[index], self.plot(index)
        share = (float(panel.values_L[row]) - panel.low) / max(panel.high - panel.low, 1e-12)
        x = plot.x() + (row + 0.5) * plot.width() / max(len(self._layers), 1)
        return QPointF(x, plot.bottom() - min(max(share, 0.0), 1.0) * plot.height())

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(880, 440)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Every panel that is exposed."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            for index in range(len(self._panels)):
                whole = self.plot(index).adjusted(0, -TITLE, 0, FOOT)
                if whole.intersects(QRectF(event.rect())):
                    self._paint_panel(painter, index)

    def _paint_panel(self, painter: QPainter, index: int) -> None:
        panel, plot = self._panels[index], self.plot(index)
        row = -1 if theme.paper() else self._hover if self._hover >= 0 else self._at
        known = 0 <= row < len(panel.texts_L)
        said = (
            f"L{self._layers[row]}  {panel.texts_L[row]}" if known else panel.head or _range(panel)
        )
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(said) + 6 if said else 0.0
        head = QRectF(plot.x(), plot.y() - TITLE, plot.width(), TITLE - 3)
        painter.setPen(theme.color("text_dim"))
        title = metrics.elidedText(
            panel.title, Qt.TextElideMode.ElideRight, max(head.width() - width, 20)
        )
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, title)
        if said:
            painter.setPen(theme.color("text" if known else "text_faint"))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(head, right, said)
        painter.fillRect(plot, theme.color("surface"))
        painter.fillRect(
            QRectF(plot.x(), plot.bottom(), plot.width(), 1), theme.color("line_strong")
        )
        self._paint_bars(painter, index, row)

    def _paint_bars(self, painter: QPainter, index: int, marked: int) -> None:
        panel, plot = self._panels[index], self.plot(index)
        layers = max(len(self._layers), 1)
        pitch = plot.width() / layers
        gap = 1.0 if pitch >= 4 else 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        if 0 <= marked < layers:
            column = QRectF(plot.x() + marked * pitch, plot.y(), pitch, plot.height())
            painter.fillRect(column, theme.color("raised"))
        points = []
        for row in np.flatnonzero(np.isfinite(panel.values_L)).tolist():
            at = self.point(index, row)
            points.append(at)
            bar = QRectF(
                plot.x() + row * pitch + gap / 2, at.y(), pitch - gap, plot.bottom() - at.y()
            )
            painter.fillRect(bar, theme.color("accent" if row == marked else "bar"))
        if len(points) > 1 and pitch < 4:
            painter.setPen(QPen(theme.color("text_dim"), 1.0))
            painter.drawPolyline(QPolygonF(points))
        if panel.other_L is not None:
            self._paint_other(painter, panel, plot, pitch)

    def _paint_other(self, painter: QPainter, panel: Panel, plot: QRectF, pitch: float) -> None:
        """The second side: a line over each bar, one line over all where they are narrow."""
        assert panel.other_L is not None
        colour, points = theme.color("text" if theme.theme().dark else "accent"), []
        for row in np.flatnonzero(np.isfinite(panel.other_L)).tolist():
            share = (float(panel.other_L[row]) - panel.low) / max(panel.high - panel.low, 1e-12)
            y = plot.bottom() - min(max(share, 0.0), 1.0) * plot.height()
            points.append(QPointF(plot.x() + (row + 0.5) * pitch, y))
        painter.setPen(Qt.PenStyle.NoPen)
        if pitch >= PAIRED:
            for at in points:
                painter.fillRect(QRectF(at.x() - pitch / 2, at.y() - 1.5, pitch, 3.0), colour)
        elif len(points) > 1:
            painter.setPen(QPen(colour, 1.5))
            painter.drawPolyline(QPolygonF(points))

    # pointer and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the layer in all panels; say what the panel means."""
        index, row = self._found(event.position())
        self.setToolTip(self._panels[index].tip if index >= 0 else "")
        if row != self._hover:
            self._hover = row
            self.update()
            self.layer_hovered.emit(row)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover = -1
        self.update()
        self.layer_hovered.emit(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a layer."""
        _, row = self._found(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._at = row
            self.update()
            self.layer_chosen.emit(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ours, too: nothing behind is to get half a click."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move through the layers, Enter chooses one."""
        last = len(self._layers) - 1
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and last >= 0:
            self._at = min(max(self._at + steps[event.key()], 0), last)
            self.update()
            self.setAccessibleDescription(self._words(self._at))
            self.layer_hovered.emit(self._at)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.layer_chosen.emit(self._at)
        else:
            super().keyPressEvent(event)

    # inside

    def _words(self, row: int) -> str:
        parts = [f"{panel.title}: {panel.texts_L[row]}" for panel in self._panels]
        return f"L{self._layers[row]}: {', '.join(parts)}"

    def _shape(self) -> tuple[int, int]:
        count = max(len(self._panels), 1)
        most = max(int((self.width() + GAP) // (NARROWEST + GAP)), 1)
        columns = min(most, count)
        rows = -(-count // columns)
        # Fewer columns where the height allows: wide panels read better.
        while columns > 1:
            fewer = -(-count // (columns - 1))
            if fewer * (LOWEST + TITLE + FOOT + GAP) - GAP > self.height():
                break
            columns, rows = columns - 1, fewer
        return columns, rows

    def _found(self, at: QPointF) -> tuple[int, int]:
        for index in range(len(self._panels)):
            plot = self.plot(index)
            if plot.adjusted(0, -TITLE, 0, FOOT).contains(at):
                row = int((at.x() - plot.x()) * len(self._layers) / plot.width())
                return index, min(max(row, 0), len(self._layers) - 1)
        return -1, -1


def _range(panel: Panel) -> str:
    """From the least to the most, while no layer is pointed at."""
    known = np.flatnonzero(np.isfinite(panel.values_L))
    if not known.size:
        return ""
    low = panel.texts_L[known[panel.values_L[known].argmin()]]
    high = panel.texts_L[known[panel.values_L[known].argmax()]]
    return low if low == high else f"{low} – {high}"


class PairKey(QWidget):
    """What the bars are, and what the lines over them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = ("", "")
        self.setFixedHeight(18)
        theme.theme_changed.connect(self.update)

    def set_names(self, bars: str, lines: str) -> None:
        """Say it."""
        self._names = (bars, lines)
        self.setAccessibleName(f"{bars}; {lines}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Two swatches and two names."""
        with QPainter(self) as painter:
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.small)
            painter.setFont(font)
            middle, x = self.height() / 2, 0.0
            for name, line in zip(self._names, (False, True), strict=True):
                if line:
                    colour = theme.color("text" if theme.theme().dark else "accent")
                    painter.fillRect(QRectF(x, middle - 1.5, 14, 3), colour)
                else:
                    painter.fillRect(QRectF(x, middle - 6, 14, 12), theme.color("bar"))
                painter.setPen(theme.color("text_dim"))
                width = QFontMetricsF(font).horizontalAdvance(name) + 2
                box = QRectF(x + 20, 0, width, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
                x += 20 + width + 24
