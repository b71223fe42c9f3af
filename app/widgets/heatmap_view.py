"""The heat map with its margins and its legend, laid out so that the rows line up."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import theme
from app.theme import LEVELS
from app.widgets import heatmap_marks as marks
from app.widgets.heatmap import HeatMap
from app.widgets.heatmap_grid import LARGEST_CELL, Grid
from app.widgets.heatmap_labels import HEADER
from app.widgets.heatmap_levels import Levels
from app.widgets.heatmap_raster import stripe_cover
from app.widgets.margins import PREFERRED_WIDTH, SMALLEST_WIDTH, Margins

LEGEND_HEIGHT = 26
RAMP_WIDTH = 96
LARGEST_SHARE = 1 / 28  # of the width: a small model should not be lost on a large screen


class Legend(QWidget):
    """What colours and marks mean, in one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels: Levels | None = None
        self._low, self._high = "", ""
        self._groups = False
        self.setFixedHeight(LEGEND_HEIGHT)
        theme.theme_changed.connect(self.update)

    def set_range(self, low: str, high: str) -> None:
        """The numbers at the ends of the colour scale; both empty hide it."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.setAccessibleName(
                self.tr("Colour scale from {low} to {high}").format(low=low, high=high)
            )
            self.update()

    def set_groups(self, shown: bool) -> None:  # noqa: FBT001 - a setter
        """Whether anything is merged: what does not occur takes no room."""
        if shown != self._groups:
            self._groups = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The colour scale, then the marks as far as they fit."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(theme.TYPE.caption)
        painter.setFont(font)
        x = self._paint_ramp(painter, 0.0) if self._low or self._high else 0.0
        for name, text in (
            ("dropped", self.tr("dropped")),
            *(
                (("merged", self.tr("merged")), ("mean", self.tr("mean of several")))
                if self._groups
                else ()
            ),
            ("lock", self.tr("locked")),
            ("shield", self.tr("protected")),
            ("idle", self.tr("never chosen")),
            ("empty", self.tr("not profiled")),
        ):
            x = self._paint_entry(painter, x, name, text)

    def _text(self, painter: QPainter, x: float, text: str) -> float:
        width = QFontMetrics(painter.font()).horizontalAdvance(text)
        painter.setPen(theme.color("text_dim"))
        painter.drawText(
            QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text
        )
        return x + width

    def _paint_ramp(self, painter: QPainter, x: float) -> float:
        x = self._text(painter, x, self._low) + 6
        table = theme.scale()
        strip = QImage(LEVELS, 1, QImage.Format.Format_RGB32)
        for level in range(LEVELS):
            strip.setPixelColor(level, 0, QColor(*table[level].tolist()))
        painter.drawImage(QRectF(x, self.height() / 2 - 4, RAMP_WIDTH, 8), strip)
        return self._text(painter, x + RAMP_WIDTH + 6, self._high) + 22

    def _paint_entry(self, painter: QPainter, x: float, name: str, text: str) -> float:
        side = 13.0
        width = side + 6 + QFontMetrics(painter.font()).horizontalAdvance(text) + 16
        if x + width - 16 > self.width():
            return x
        box = QRectF(x, (self.height() - side) / 2, side, side)
        if name == "dropped":
            painter.fillRect(box, theme.color("dropped"))
            painter.fillRect(box, QBrush(hatch_tile(self.devicePixelRatioF())))
        elif name == "merged":
            painter.fillRect(box, theme.color("merged"))
            painter.fillRect(box, QBrush(merge_tile(self.devicePixelRatioF())))
            marks.draw_mark(painter, box, "merge", theme.color("text"), side)
        elif name == "empty":
            painter.fillRect(box, theme.color("track"))
        else:
            table, level = theme.scale(), LEVELS // 3
            ink = theme.INK_DARK if theme.dark_ink(table)[level] else theme.INK_LIGHT
            painter.fillRect(box, QColor(*table[level].tolist()))
            marks.draw_mark(painter, box.adjusted(1, 1, -1, -1), name, QColor(ink), side)
        self._text(painter, x + side + 6, text)
        return x + width


def hatch_tile(ratio: float) -> QImage:
    """One period of the hatch of dropped cells in the theme's stroke colour, for a brush."""
    return _tile(ratio, "hatch", 1)


def merge_tile(ratio: float) -> QImage:
    """The same of merged cells: another colour, and the other way round."""
    return _tile(ratio, "merge_hatch", -1)


def _tile(ratio: float, token: str, way: int) -> QImage:
    cover = stripe_cover(ratio)
    period = len(cover)
    tile = QImage(period, period, QImage.Format.Format_ARGB32)
    for y in range(period):
        for x in range(period):
            tile.setPixelColor(x, y, theme.color(token, float(cover[(x + way * y) % period])))
    tile.setDevicePixelRatio(ratio)
    return tile


class HeatMapView(QWidget):
    """Map, margins and legend. The margins take what whole-pixel cells leave over."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = HeatMap(self)
        self.margins = Margins(self.map, self)
        self.legend = Legend(self)
        self.setMinimumSize(420, 140)

    def sizeHint(self) -> QSize:
        """As large as the page has room for."""
        return QSize(880, 420)

    def usable_height(self, width: int, height: int) -> int:
        """How much of a height whole-pixel cells of a sensible size fill."""
        if not self.map.grid.rows:
            return height
        trial = self._fitted(width, height)
        return min(height, HEADER + round(trial.used[1] / trial.ratio) + 2 + LEGEND_HEIGHT)

    def _fitted(self, width: int, height: int) -> Grid:
        """The cells as they would be laid out, whatever is zoomed or scrolled now."""
        margin = PREFERRED_WIDTH if width >= 620 else SMALLEST_WIDTH
        body = max(height - LEGEND_HEIGHT, 60)
        trial = Grid()
        trial.largest = max(LARGEST_CELL, width * LARGEST_SHARE)
        trial.set_shape(self.map.grid.rows, self.map.grid.columns)
        wide = max(width - margin - self.map.gutter(), 60)
        trial.resize(wide, body - HEADER, self.devicePixelRatioF())
        return trial

    def relayout(self) -> None:
        """Fit the map's columns again, after the number of cells changed."""
        width, height = self.width(), self.height()
        margin = PREFERRED_WIDTH if width >= 620 else SMALLEST_WIDTH
        body = max(height - LEGEND_HEIGHT, 60)
        gutter = self.map.gutter()
        trial = self._fitted(width, height)
        self.map.grid.largest = trial.largest
        used_w, used_h = trial.used
        ratio = trial.ratio
        map_width = gutter + (used_w / ratio if trial.columns else width - margin - gutter)
        map_width = int(map_width + 0.999)
        legend_top = HEADER + (used_h / ratio if trial.rows else body - HEADER)
        legend_top = int(min(legend_top + 2, height - LEGEND_HEIGHT))
        self.map.setGeometry(0, 0, map_width, legend_top)
        self.margins.setGeometry(
            map_width, 0, min(width - map_width, PREFERRED_WIDTH + 110), legend_top
        )
        self.legend.setGeometry(gutter, legend_top, width - gutter, LEGEND_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again."""
        super().resizeEvent(event)
        self.relayout()
