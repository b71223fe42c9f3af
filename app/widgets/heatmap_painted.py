"""What the painters of labels and marks ask of the heat map that they paint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QRegion

from app.widgets.heatmap_grid import Grid
from app.widgets.heatmap_levels import Order
from app.widgets.heatmap_state import CellState


class Painted(Protocol):
    """A heat map, for those who paint on it; rows and experts in native order."""

    grid: Grid
    layer_ids: tuple[int, ...]
    state: CellState
    idle_LE: NDArray[np.bool_] | None
    order: Order
    cursor_cell: tuple[int, int] | None
    hover_cell: tuple[int, int] | None
    selected_rows: tuple[int, ...]
    box: QRect | None

    def width(self) -> int:
        """Of the widget."""

    def gutter(self) -> int:
        """Width of the row labels."""

    def header(self) -> QRect:
        """The strip of the column labels."""

    def axis_title(self) -> str:
        """What the columns count."""

    def cell_rect(self, row: int, expert: int) -> QRectF:
        """A cell in widget pixels, its gap left out."""

    def row_span(self, row: int) -> tuple[float, float]:
        """Top and height of a row in widget pixels."""

    def column_of(self, row: int, expert: int) -> int:
        """The column that shows an expert."""

    def visible_cells(self, mask_LE: NDArray[np.bool_]) -> Sequence[tuple[int, int]]:
        """Rows and experts of a mask, as far as they show."""

    def exposed_rows(self, region: QRegion) -> Sequence[int]:
        """Visible rows whose strip meets a region, in order."""

    def mark_colour(self, row: int, expert: int, mark: str) -> str:
        """Light on dark cells, dark on bright ones."""
