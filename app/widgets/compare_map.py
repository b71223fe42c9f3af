"""A − B as a heat map: blue where B uses an expert more, orange where A does, grey where neither.

Shape letters: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets.heatmap_labels import HEADER
from app.widgets.heatmap_levels import Levels, signed_levels
from app.widgets.heatmap_pointer import HeatMapPointer
from app.widgets.heatmap_state import CellState
from app.widgets.ramp import HEIGHT as RAMP
from app.widgets.ramp import Ramp

BAR = 56.0
NUMBER = 44.0
SIDE_WIDTH = int(BAR + NUMBER + 18)
LOWEST_TEXT_ROW = 11.0


class CompareMap(HeatMapPointer):
    """Differences of shares; a click only looks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Difference of two uses of the experts"))
        self._how_to = self.tr(
            "Arrow keys move between experts, Ctrl with the wheel zooms, F fits."
        )
        self.setAccessibleDescription(self._how_to)

    def set_difference(
        self,
        difference_LE: NDArray[np.float64] | None,
        exists_LE: NDArray[np.bool_],
        marked_LE: NDArray[np.bool_] | None = None,
    ) -> None:
        """Show another difference.

        Args:
            difference_LE: A − B, NaN where there is no expert; None for nothing.
            exists_LE: Where there is one.
            marked_LE: Cells with a dot.
        """
        none = np.zeros(exists_LE.shape, dtype=np.bool_)
        self.set_state(
            CellState(
                exists_LE=exists_LE, kept_LE=exists_LE, locked_LE=none, protected_LE=none,
                fixed_LE=none,
            )
        )  # fmt: skip
        self.set_scores(difference_LE, None, marked_LE)

    def _levels_of(self, scores_LE: NDArray[np.float64]) -> Levels:
        return signed_levels(scores_LE)

    def _scale(self) -> NDArray[np.uint8]:
        return theme.difference_scale()

    def _paint_image(self, painter: QPainter, part: QRect) -> None:
        """On paper a rectangle for each cell, which a drawing can be enlarged with."""
        if not theme.paper():
            super()._paint_image(painter, part)
            return
        painter.fillRect(part, theme.color("background"))
        for row, expert in self.visible_cells(self.state.exists_LE):
            colour = self.table[self.levels.level_LE[row, expert]].tolist()
            painter.fillRect(self.cell_rect(row, expert), QColor(*colour))


class CorrelationBars(QWidget):
    """Beside the map, a line per layer: how alike both rank its experts, −1 to 1."""

    def __init__(self, cells: CompareMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = cells
        self._rho: NDArray[np.float64] = np.zeros(0)
        self.setFixedWidth(SIDE_WIDTH)
        self.setAccessibleName(self.tr("Rank correlation of every layer"))
        cells.view_changed.connect(self.update)
        cells.row_pointed.connect(self.update)
        theme.theme_changed.connect(self.update)

    def set_correlations(self, rho_L: NDArray[np.float64]) -> None:
        """Show other numbers; NaN where there is none."""
        self._rho = rho_L
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar from the middle, and the number where it fits."""
        cells = self._cells
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            painter.setPen(theme.color("text_dim"))
            title = QRectF(8, 0, self.width() - 8, HEADER - 4)
            painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, self.tr("rank correlation"))
            if len(self._rho) != cells.grid.rows:
                return
            pointed = None if theme.paper() else cells.hover_cell or cells.cursor_cell
            for row in cells.exposed_rows(event.region()):
                self._paint_row(painter, row, near=pointed is not None and pointed[0] == row)

    def _paint_row(self, painter: QPainter, row: int, *, near: bool) -> None:
        rho = float(self._rho[row])
        top, height = self._cells.row_span(row)
        middle, thick = top + height / 2, min(height * 0.5, 8.0)
        painter.fillRect(QRectF(8, middle - thick / 2, BAR, thick), theme.color("track"))
        if not np.isfinite(rho):
            return
        half = BAR / 2
        left, width = (8 + half, half * rho) if rho >= 0 else (8 + half + half * rho, -half * rho)
        colour = theme.color("bar" if rho >= 0 else "bad")
        painter.fillRect(QRectF(left, middle - thick / 2, width, thick), colour)
        if height >= LOWEST_TEXT_ROW or near:
            painter.setPen(theme.color("text" if near else "text_dim"))
            box = QRectF(8 + BAR, middle - 8, NUMBER, 16)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, f"{rho:.2f}".replace("-", "−"))


class CompareMapView(QWidget):
    """Map and bars, rows in line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = CompareMap(self)
        self.bars = CorrelationBars(self.map, self)
        self.ramp = Ramp(self)
        self.setMinimumSize(332, 160)

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(640, 400)

    def relayout(self) -> None:
        """Put the bars beside the last column, the scale below the last row."""
        height = max(self.height() - RAMP - 4, 1)
        self.map.setGeometry(0, 0, max(self.width() - SIDE_WIDTH, 1), height)
        used = self.map.grid.used[0] / self.map.grid.ratio if self.map.grid.columns else 0
        left = self.map.gutter() + used if used else self.width() - SIDE_WIDTH
        self.map.setGeometry(0, 0, int(left + 0.999), height)
        self.bars.setGeometry(int(left + 0.999), 0, SIDE_WIDTH, height)
        below = self.map.grid.used[1] / self.map.grid.ratio + HEADER if used else height
        at = int(min(below + 4, self.height() - RAMP))
        self.ramp.setGeometry(self.map.gutter(), at, self.width() - self.map.gutter(), RAMP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again."""
        super().resizeEvent(event)
        self.relayout()
