"""Curves over training steps: small plots below each other that share their steps and the pointer.

One plot a quantity, any number of runs in each. A noisy curve is drawn twice: as it is, faint, and
smoothed over it. Ten thousand points cost a plot no more than its width in pixels does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.theme import TYPE, color, theme, theme_changed
from app.widgets.curve_cursor import CurveCursor, nearest
from app.widgets.curve_readout import Reading, Readout
from app.widgets.drawing import Key, Part
from app.widgets.focus import FocusRing
from app.widgets.forms import column, label, row
from app.widgets.number_watch import Number
from app.widgets.series import NOTHING, Array, Series

# Of more points only the extremes are drawn.
POINTS_PER_PIXEL = 1.0
# Beyond this many points a line is fuzzy by itself, and smooth edges cost more than they show.
SMOOTH_EDGES = 3000
# A curve of fewer points than this is drawn with a dot at each.
DOTS = 24
FAINT = 0.32


def tone_color(tone: int, alpha: float = 1.0) -> QColor:
    """The colour of a run's curves."""
    parts = theme().parts
    out = QColor(parts[tone % len(parts)])
    out.setAlphaF(alpha)
    return out


class _StepAxis(pg.AxisItem):  # type: ignore[misc]
    """Whole steps, written without an SI prefix."""

    def __init__(self, side: str, words: Callable[[float], str]) -> None:
        super().__init__(side)
        self._words = words
        self.enableAutoSIPrefix(False)

    def tickStrings(self, values: list[float], *_scale: float) -> list[str]:
        """Ticks as the rest of the window writes such numbers."""
        return [self._words(value) for value in values]


def step_words(value: float) -> str:
    """A tick of the axis of steps: nothing between whole ones."""
    return f"{value:,.0f}" if value == round(value) else ""


class CurvePlot(QWidget):
    """One quantity over steps.

    Signals:
        hovered: The step under the pointer; NaN where there is none.

    Args:
        title: What is shown.
        words: How a value reads.
        key: What its points are to whoever knows where they come from; empty for nobody.
        parent: Qt's parent.
    """

    hovered = Signal(float)

    def __init__(
        self,
        title: str,
        words: Callable[[float], str],
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._keyboard = CurveCursor()
        self._title = title
        self._words = words
        self._series: tuple[Series, ...] = ()
        self._items: list[pg.PlotDataItem] = []
        self._end = 0.0
        self._at: float | None = None
        self.heading = label(title, "caption")
        self.readout = Readout()
        self._note = label("", "caption", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._plot = self._make_plot()
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._plot.addItem(self._cursor, ignoreBounds=True)
        self._dot = pg.ScatterPlotItem(size=9, pxMode=True)
        self._dot.setZValue(5)
        self._plot.addItem(self._dot, ignoreBounds=True)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self._note)
        self._stack.addWidget(self._plot)
        head = row(self.heading, self.readout)
        head.setStretch(1, 1)
        box = column(head, holder, spacing=4)
        box.setStretch(1, 1)
        self.setLayout(box)
        self.setAccessibleName(title)
        self._ring = FocusRing(self)
        theme_changed.connect(self._dress)
        self._dress()

    def sizeHint(self) -> QSize:
        """A low strip: several of them fit a page."""
        return QSize(420, 150)

    def minimumSizeHint(self) -> QSize:
        """As low as a curve can be read."""
        return QSize(180, 84)

    # -- what is shown -----------------------------------------------------------------------

    @property
    def series(self) -> tuple[Series, ...]:
        """The curves shown."""
        return self._series

    def set_title(self, title: str) -> None:
        """Call it something else."""
        self._title = title
        self.heading.setText(title)
        self.setAccessibleName(title)

    def set_note(self, text: str) -> None:
        """What is said while there is no curve."""
        self._note.setText(text)

    def set_end(self, steps: float) -> None:
        """Where the axis ends: the steps that a run will have; 0 follows the curves."""
        if steps != self._end:
            self._end = steps
            self._fit()

    def set_series(self, series: tuple[Series, ...]) -> None:
        """Show these curves; the last is on top."""
        self._series = series
        self._stack.setCurrentIndex(1 if any(len(s.x) for s in series) else 0)
        self._draw()
        self._fit()
        self._read()
        self._point_out()

    def show_at(self, x: float) -> None:
        """Put the line of the pointer at a step and read the values there; NaN takes it away."""
        self._at = x if math.isfinite(x) else None
        self._cursor.setVisible(self._at is not None)
        if self._at is not None:
            self._cursor.setValue(self._at)
        self._read()
        self._point_out()

    def part(self) -> Part | None:
        """The plot as a part of a sheet, with the runs and their newest values; None if empty."""
        if self._stack.currentIndex() == 0:
            return None
        keys = []
        for series in self._series:
            if series.newest is not None:
                text = f"{series.name} {self._words(series.newest)}".strip()
                keys.append(Key(text=text, tint=partial(tone_color, series.tone)))
        return Part(widget=self._plot, caption=self._title, keys=tuple(reversed(keys)))

    def point(self, x: float, y: float) -> QPointF:
        """Where a point of the plot is, in this widget's coordinates."""
        scene = self._plot.getViewBox().mapViewToScene(QPointF(x, y))
        return QPointF(self._plot.mapTo(self, self._plot.mapFromScene(scene)))

    # -- points as numbers -------------------------------------------------------------------

    def surface(self) -> QWidget:
        """What the mouse falls on."""
        return self._surface

    def number(self) -> Number | None:
        """The point that the keyboard is on: at the pointer's step, else the newest."""
        curve = self._keyboard.curve(self._series)
        if curve is None:
            return None
        return self._number(curve, float(curve.x[-1]) if self._at is None else self._at)

    def number_at(self, place: QPoint) -> Number | None:
        """The point of the curve next to a place."""
        box = self._plot.getViewBox()
        scene = self._plot.mapToScene(self._plot.mapFrom(self, place))
        if not box.sceneBoundingRect().contains(scene):
            return None
        there = box.mapSceneToView(scene)
        step = max(round(there.x()), 0)
        curve = nearest(self._series, step, there.y())
        return None if curve is None else self._number(curve, step)

    def _number(self, curve: Series, at: float) -> Number | None:
        value = curve.at(at)
        if not self._key or value is None:
            return None
        step = float(curve.x[int(np.searchsorted(curve.x, at, side="right")) - 1])
        title = self.tr("{title}, step {step}").format(title=self._title, step=f"{step:,.0f}")
        middle = self.point(step, value).toPoint()
        return Number(
            key=f"{self._key}.{step:.0f}.{curve.name}",
            name=title,
            value=self._words(value),
            box=QRect(middle.x() - 6, middle.y() - 6, 12, 12),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from point to point, up and down from curve to curve."""
        step = self._keyboard.step(event.key(), self._series, self._at)
        if step is not None:
            self.hovered.emit(step)
        elif self._keyboard.turn(event.key(), self._series):
            self._point_out()
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self.hovered.emit(math.nan)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which point the keyboard is on."""
        super().focusInEvent(event)
        self._point_out()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show none; a popover about the point keeps it."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._dot.setData([])

    def _point_out(self) -> None:
        """Mark the point that the keyboard is on, and say it."""
        curve = self._keyboard.curve(self._series) if self.hasFocus() else None
        at = None if curve is None else (self._at if self._at is not None else curve.x[-1])
        value = None if curve is None or at is None else curve.at(at)
        if curve is None or at is None or value is None:
            self._dot.setData([])
            return
        step = float(curve.x[int(np.searchsorted(curve.x, at, side="right")) - 1])
        brush = pg.mkBrush(tone_color(curve.tone))
        self._dot.setData([step], [value], brush=brush, pen=pg.mkPen(color("text"), width=1.5))
        said = f"{self._title}, {step:,.0f}: {self._words(value)} {curve.name}"
        self.setAccessibleDescription(said.strip())

    # -- construction ------------------------------------------------------------------------

    def _make_plot(self) -> pg.PlotWidget:
        self._y_axis = _StepAxis("left", self._words)
        self._x_axis = _StepAxis("bottom", step_words)
        plot = pg.PlotWidget(axisItems={"left": self._y_axis, "bottom": self._x_axis})
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.scene().sigMouseMoved.connect(self._on_moved)
        self._surface = plot.viewport()
        self._surface.installEventFilter(self)
        return plot

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """The pointer left the plot."""
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(math.nan)
        return False

    @Slot(object)
    def _on_moved(self, place: QPointF) -> None:
        box = self._plot.getViewBox()
        if box.sceneBoundingRect().contains(place) and self._series:
            x = box.mapSceneToView(place).x()
            self.hovered.emit(float(max(round(x), 0)))
        else:
            self.hovered.emit(math.nan)

    # -- drawing -----------------------------------------------------------------------------

    def _strokes(self) -> list[tuple[Array, Array, object, bool, int | None]]:
        """Lines to draw: x, y, pen, stairs, tone of the dots."""
        out: list[tuple[Array, Array, object, bool, int | None]] = []
        for series in self._series:
            style = Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine
            strong = pg.mkPen(tone_color(series.tone), width=1.6, style=style)
            dots = series.tone if len(series.x) < DOTS and not series.stairs else None
            if series.smooth and len(series.x) > 2:
                faint = pg.mkPen(tone_color(series.tone, FAINT), width=1)
                out.append((series.x, series.y, faint, False, None))
                out.append((series.x, series.soft, strong, False, None))
            else:
                out.append((series.x, series.y, strong, series.stairs, dots))
        return out

    def _draw(self) -> None:
        strokes = self._strokes()
        while len(self._items) > len(strokes):
            self._plot.removeItem(self._items.pop())
        while len(self._items) < len(strokes):
            item = pg.PlotDataItem(connect="finite")
            self._plot.addItem(item)
            item.setDownsampling(auto=True, method="peak")
            item.opts["autoDownsampleFactor"] = POINTS_PER_PIXEL
            item.opts["useCache"] = False  # dots as shapes, not pixels: an SVG keeps them
            item.setClipToView(True)
            self._items.append(item)
        for item, (x, y, pen, stairs, dots) in zip(self._items, strokes, strict=True):
            item.setData(
                x,
                y,
                pen=pen,
                antialias=len(x) < SMOOTH_EDGES,
                stepMode="right" if stairs else None,
                symbol=None if dots is None else "o",
                symbolSize=5,
                symbolPen=None,
                symbolBrush=None if dots is None else tone_color(dots),
            )

    def _fit(self) -> None:
        """The whole of the steps; of the values all that is finite, first spikes left out."""
        xs = [s.x for s in self._series if len(s.x)]
        end = max([self._end, *(float(x[-1]) for x in xs)])
        self._plot.setXRange(0, max(end, 1.0), padding=0.01)
        ys = [y[np.isfinite(y)] for _, y, *_ in self._strokes() if len(y)]
        values = np.concatenate(ys) if ys else NOTHING
        if not len(values):
            return
        low, high = float(values.min()), float(values.max())
        if len(values) > 100 and any(series.smooth for series in self._series):
            # One spike of a noisy curve must not flatten the rest.
            high = min(high, float(np.quantile(values, 0.995)) + 0.25 * (high - low))
        room = (high - low) * 0.12 or max(abs(high), 1.0) * 0.1
        self._plot.setYRange(low - room, high + room, padding=0)

    def _read(self) -> None:
        """The values at the pointer, or the newest ones."""
        out = []
        for series in self._series:
            if not len(series.x):
                continue
            value = series.newest if self._at is None else series.at(self._at)
            if value is not None:
                tint = tone_color(series.tone)
                out.append(Reading(name=series.name, value=self._words(value), tint=tint))
        head = "" if self._at is None else self.tr("step {step}").format(step=f"{self._at:,.0f}")
        self.readout.set_readings(tuple(out), head)

    @Slot()
    def _dress(self) -> None:
        self._plot.setBackground(color("surface"))
        small = QFont()
        small.setPixelSize(TYPE.caption)
        for axis in (self._x_axis, self._y_axis):
            axis.setPen(pg.mkPen(color("line")))
            axis.setTextPen(pg.mkPen(color("text_dim")))
            axis.setTickFont(small)
            axis.setStyle(tickLength=0, tickTextOffset=6, autoExpandTextSpace=False)
            axis.picture = None
        # Plots below each other line up only where their axes are equally wide.
        self._y_axis.setWidth(48)
        self._plot.showGrid(y=True, alpha=0.12)
        self._cursor.setPen(pg.mkPen(color("text_faint"), width=1))
        self._draw()
        self._read()
