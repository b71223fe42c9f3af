"""Beside the heat map, a line per layer: experts kept, coverage, routing entropy.

The lines follow the map's rows through zoom and scroll; where rows are too low for text, only the
bars stay and the row under the pointer speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets.heatmap_canvas import HeatMapCanvas
from app.widgets.heatmap_labels import HEADER

LOWEST_TEXT_ROW = 11.0  # logical pixels of a row that text fits into
PREFERRED_WIDTH = 220
ALMOST_ALL = 0.9995  # what would round to 100.0 %
SMALLEST_WIDTH = 150


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerFigures:
    """One number per layer for each column; NaN where it is not known.

    Attributes:
        kept_L: Experts kept.
        experts_L: Experts of the original.
        coverage_L: Share of the routed mass that the kept experts carry, 0 to 1.
        entropy_L: Routing entropy in nats.
        entropy_most_L: The entropy of a router that chooses evenly, in nats.
    """

    kept_L: NDArray[np.int64]
    experts_L: NDArray[np.int64]
    coverage_L: NDArray[np.float64]
    entropy_L: NDArray[np.float64]
    entropy_most_L: NDArray[np.float64]


class Margins(QWidget):
    """Kept, coverage and entropy, aligned with the rows of a heat map."""

    def __init__(self, canvas: HeatMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._figures: LayerFigures | None = None
        self._usual = 0
        self.setAccessibleName(self.tr("Kept, coverage and routing entropy of every layer"))
        self.setMinimumWidth(SMALLEST_WIDTH)
        canvas.view_changed.connect(self.update)
        canvas.row_pointed.connect(self._row_pointed)
        theme.theme_changed.connect(self.update)

    def set_figures(self, figures: LayerFigures | None) -> None:
        """Show other numbers; lines that are the same are left alone."""
        old, self._figures = self._figures, figures
        usual = int(np.bincount(figures.kept_L).argmax()) if figures and len(figures.kept_L) else 0
        if usual != self._usual:
            old, self._usual = None, usual
        if old is None or figures is None or len(old.kept_L) != len(figures.kept_L):
            self.update()
            return
        changed = (old.kept_L != figures.kept_L) | ~np.isclose(
            old.coverage_L, figures.coverage_L, atol=1e-5, equal_nan=True
        )
        changed |= ~np.isclose(old.entropy_L, figures.entropy_L, atol=1e-4, equal_nan=True)
        rows = np.flatnonzero(changed).tolist()
        if len(rows) > 8:
            self.update()
            return
        for row in rows:
            self.update(self._canvas.row_strip(row))

    def _row_pointed(self, *rows: int) -> None:
        """Where numbers are thinned, the row under the pointer says its own."""
        grid = self._canvas.grid
        if grid.cell[1] / grid.ratio >= LOWEST_TEXT_ROW:
            return
        for row in rows:
            if row >= 0:
                self.update(self._canvas.row_strip(row))

    def columns(self) -> tuple[QRectF, QRectF, QRectF, QRectF]:
        """Kept bar, kept number, coverage and entropy: x and width in a rect without height."""
        free = max(self.width() - 14 - 30 - 52 - 16, 40)
        # "entropy" needs 40 pixels; where there are too few, the bar of kept experts has them all.
        bar = min(free * 0.6, free - 40) if free >= 90 else free
        return (
            QRectF(12, 0, bar, 0),
            QRectF(12 + bar + 4, 0, 26, 0),
            QRectF(12 + bar + 32, 0, 48, 0),
            QRectF(12 + bar + 32 + 48 + 12, 0, max(free - bar - 2, 12), 0),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Titles and the rows that are exposed."""
        with QPainter(self) as painter:
            self._paint(painter, event)

    def _paint(self, painter: QPainter, event: QPaintEvent) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(theme.TYPE.caption)
        painter.setFont(font)
        if self._figures is None:
            return
        exposed = event.rect()
        if exposed.top() < HEADER:
            self._paint_titles(painter)
        canvas = self._canvas
        if not canvas.grid.rows:
            return
        # Numbers of low rows are higher than their rows.
        over = 3 if canvas.grid.cell[1] / canvas.grid.ratio < 13 else 0
        painter.setClipRect(exposed.adjusted(0, max(HEADER - over - exposed.top(), 0), 0, 0))
        rows, _ = canvas.grid.visible()
        with_text, columns = self._rows_with_text(rows), self.columns()
        for row in canvas.exposed_rows(event.region()):
            if row < len(self._figures.kept_L):
                self._paint_row(painter, row, columns, with_text=with_text[row - rows.start])

    def _rows_with_text(self, rows: slice) -> list[bool]:
        """Which rows have room for their numbers."""
        canvas = self._canvas
        pitch = canvas.grid.cell[1] / canvas.grid.ratio
        if pitch >= LOWEST_TEXT_ROW:
            return [True] * (rows.stop - rows.start)
        hover = canvas.hover_cell[0] if canvas.hover_cell else -1
        cursor = canvas.cursor_cell[0] if canvas.cursor_cell else -1
        current = hover if hover >= 0 else cursor
        step = int(np.ceil(13.0 / pitch))
        return [
            row == current or (row % step == 0 and abs(row - current) * pitch >= 13)
            for row in range(rows.start, rows.stop)
        ]

    def _paint_titles(self, painter: QPainter) -> None:
        painter.setPen(theme.color("text_dim"))
        kept, number, coverage, entropy = self.columns()
        middle = Qt.AlignmentFlag.AlignVCenter
        height = HEADER - 4
        painter.drawText(
            QRectF(kept.x(), 0, number.right() - kept.x(), height),
            Qt.AlignmentFlag.AlignLeft | middle, self.tr("kept"),
        )  # fmt: skip
        painter.drawText(
            QRectF(number.x(), 0, coverage.right() - number.x(), height),
            Qt.AlignmentFlag.AlignRight | middle, self.tr("coverage"),
        )  # fmt: skip
        if not self._with_entropy(entropy):
            return
        painter.drawText(
            QRectF(entropy.x(), 0, entropy.width() + 30, height),
            Qt.AlignmentFlag.AlignLeft | middle, self.tr("entropy"),
        )  # fmt: skip

    def _with_entropy(self, entropy: QRectF) -> bool:
        """Whether there is room for the last column."""
        return entropy.x() + entropy.width() <= self.width() + 1

    def _paint_row(
        self, painter: QPainter, row: int, columns: tuple[QRectF, ...], *, with_text: bool
    ) -> None:
        figures = self._figures
        if figures is None:
            return
        top, height = self._canvas.row_span(row)
        kept_box, number, coverage, entropy = columns
        middle = top + height / 2
        thick = min(max(height * 0.46, 1.5), 8.0)
        experts, kept = int(figures.experts_L[row]), int(figures.kept_L[row])
        share = kept / experts if experts else 0.0
        bar = QRectF(kept_box.x(), middle - thick / 2, kept_box.width(), thick)
        self._bar(painter, bar, 1.0, "track")
        self._bar(painter, bar, share, "accent")
        most = float(figures.entropy_most_L[row])
        value = float(figures.entropy_L[row])
        if np.isfinite(value) and most > 0 and self._with_entropy(entropy):
            bar = QRectF(entropy.x(), middle - thick / 2, entropy.width(), thick)
            self._bar(painter, bar, min(value / most, 1.0), "bar")
        if not with_text:
            return
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        # A layer that keeps another number than most is what makes a plan ragged.
        painter.setPen(theme.color("text_dim" if kept == self._usual else "warn"))
        painter.drawText(QRectF(number.x(), middle - 9, number.width(), 18), right, str(kept))
        covered = float(figures.coverage_L[row])
        painter.setPen(theme.color("text_dim"))
        painter.drawText(
            QRectF(coverage.x(), middle - 9, coverage.width(), 18), right,
            _share(covered),
        )  # fmt: skip

    def _bar(self, painter: QPainter, box: QRectF, share: float, token: str) -> None:
        if share <= 0:
            return
        radius = min(box.height() / 2, 2.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(token))
        width = max(box.width() * share, 2.0)
        painter.drawRoundedRect(QRectF(box.x(), box.y(), width, box.height()), radius, radius)


def _share(covered: float) -> str:
    """A share in the column's width: all of it needs no decimals."""
    if not np.isfinite(covered):
        return "–"
    return "100 %" if covered >= ALMOST_ALL else f"{100 * covered:.1f} %"
