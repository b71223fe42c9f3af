"""Two small charts with a threshold that can be dragged: coverage curve and score histogram.

They show arrays and say where the threshold was put; what that means is the page's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets.heatmap_view import hatch_tile
from app.widgets.threshold_chart import AXIS, ThresholdChart


class CoverageChart(ThresholdChart):
    """Coverage against the number of experts kept, best first; the threshold is that number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_title(self.tr("Coverage by number of experts kept, best first (drag the line)"))
        self._curve: NDArray[np.float64] = np.zeros(0)
        self._plan: tuple[int, float] | None = None

    @property
    def curve(self) -> NDArray[np.float64]:
        """Coverage for 0 … N experts kept; empty without a profile."""
        return self._curve

    def set_curve(self, curve: NDArray[np.float64] | None) -> None:
        """Coverage for 0 … N experts kept."""
        self._curve = np.zeros(0) if curve is None else curve
        if len(self._curve) < 2:
            self.set_threshold(None)
        self.update()

    def set_plan(self, kept: int, coverage: float) -> None:
        """Where the plan is: on the curve, or below it by what its rule costs."""
        self._plan = (kept, coverage)
        if len(self._curve) > 1:
            self.set_threshold(kept / (len(self._curve) - 1))
        self.update()

    @property
    def has_curve(self) -> bool:
        """Whether there is anything to see."""
        return len(self._curve) > 1

    def number(self, at: float) -> int:
        """Experts kept at a place of the threshold."""
        return round(at * max(len(self._curve) - 1, 0))

    def coverage(self, at: float) -> float:
        """Coverage of the curve at a place of the threshold."""
        return float(self._curve[self.number(at)]) if len(self._curve) else 0.0

    def step(self) -> float:
        """One expert."""
        return 1 / max(len(self._curve) - 1, 1)

    def knob(self, at: float) -> float | None:
        """On the curve while dragged, else at the plan."""
        if self._drag is None and self._plan is not None:
            return self._plan[1]
        return float(self._curve[self.number(at)]) if len(self._curve) else None

    def caption(self, at: float) -> str:
        """How much that many experts carry."""
        number = self.number(at)
        if self._drag is None and self._plan is not None:
            number, share = self._plan
        else:
            share = float(self._curve[number])
        return self.tr("{number:,} kept carry {share:.1f} %").format(
            number=number, share=100 * share
        )

    def paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        """The curve, at most one point per pixel."""
        total = len(self._curve) - 1
        if total < 1:
            return
        painter.setPen(theme.color("text_faint"))
        below = QRectF(plot.x(), plot.bottom() + 2, plot.width(), AXIS - 2)
        self._text(painter, below, "0")
        self._text(painter, below, f"{total:,}", Qt.AlignmentFlag.AlignRight)
        at = np.unique(np.round(np.linspace(0, total, int(min(total + 1, plot.width())))))
        x = plot.x() + at / total * plot.width()
        y = plot.bottom() - self._curve[at.astype(int)] * plot.height()
        curve = QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent", 0.10))
        painter.drawPolygon(QPolygonF([*curve, plot.bottomRight(), plot.bottomLeft()]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawPolyline(curve)


def short(value: float) -> str:
    """A score in a few characters, without an exponent where it can be avoided."""
    return f"{value:,.0f}" if 100 <= abs(value) < 1e7 else f"{value:.3g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Histogram:
    """Scores counted in bins.

    Attributes:
        edges: Bin edges, ascending, one more than bins.
        kept: Kept experts per bin.
        dropped: Dropped experts per bin.
        log: Whether the bins are even in the logarithm.
    """

    edges: NDArray[np.float64]
    kept: NDArray[np.int64]
    dropped: NDArray[np.int64]
    log: bool


class HistogramChart(ThresholdChart):
    """How scores are spread, kept above dropped; the threshold is a score."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_title(self.tr("Scores (drag to drop everything below)"))
        self._data: Histogram | None = None

    @property
    def histogram(self) -> Histogram | None:
        """What is shown."""
        return self._data

    def set_histogram(self, data: Histogram | None) -> None:
        """Show other counts."""
        self._data = data
        self.set_threshold(None if data is None else self._between())
        self.update()

    def value(self, at: float) -> float:
        """The score at a place of the threshold."""
        if self._data is None:
            return 0.0
        low, high = float(self._data.edges[0]), float(self._data.edges[-1])
        if self._data.log:
            return float(np.exp(np.log(low) + at * (np.log(high) - np.log(low))))
        return low + at * (high - low)

    def step(self) -> float:
        """Half a bin."""
        return 0.5 / max(len(self._data.kept) if self._data else 1, 1)

    def knob(self, _at: float) -> float | None:
        """Near the top, where few bars reach."""
        return 0.82

    def caption_top(self, plot: QRectF) -> float:
        """Beside the handle."""
        return plot.y() + 0.18 * plot.height() - 9

    def caption(self, at: float) -> str:
        """The score, and how many experts are below it."""
        data = self._data
        if data is None:
            return ""
        bins = len(data.kept)
        below = int((data.kept + data.dropped)[: round(at * bins)].sum())
        return self.tr("{count:,} below {value}").format(count=below, value=short(self.value(at)))

    def _between(self) -> float:
        """Where the threshold rests: below so many experts as are dropped."""
        data = self._data
        if data is None:
            return 0.0
        wanted = int(data.dropped.sum())
        below = np.concatenate([[0], np.cumsum(data.kept + data.dropped)])
        return float(np.interp(wanted, below, np.linspace(0, 1, len(below))))

    def paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        """Bars: kept experts plain, dropped ones hatched below them."""
        data = self._data
        if data is None or not len(data.kept):
            return
        painter.setPen(theme.color("text_faint"))
        below = QRectF(plot.x(), plot.bottom() + 2, plot.width(), AXIS - 2)
        self._text(painter, below, short(float(data.edges[0])))
        self._text(painter, below, short(float(data.edges[-1])), Qt.AlignmentFlag.AlignRight)
        most = max(int((data.kept + data.dropped).max()), 1)
        width = plot.width() / len(data.kept)
        hatch = QBrush(hatch_tile(self.devicePixelRatioF()))
        for index, (kept, dropped) in enumerate(
            zip(data.kept.tolist(), data.dropped.tolist(), strict=True)
        ):
            x = plot.x() + index * width
            low = dropped / most * plot.height()
            high = (kept + dropped) / most * plot.height()
            left, right = round(x), round(x + width)
            box = QRectF(left, plot.bottom() - low, max(right - left - 1, 1), low)
            painter.fillRect(box, theme.color("dropped"))
            painter.fillRect(box, hatch)
            top = QRectF(box.x(), plot.bottom() - high, box.width(), high - low)
            painter.fillRect(top, theme.color("bar"))
