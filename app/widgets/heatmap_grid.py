"""Where the cells are: fit, zoom, scroll, and pixels back to cells.

All arithmetic is in whole device pixels, so that gaps are equally wide and edges are sharp on every
screen; the outside speaks logical pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_ZOOM = 40.0
LARGEST_CELL = 56.0  # logical pixels: a 4 × 8 model should not look like a chess board
SMALLEST_GAPPED = 5.0  # logical pixels; smaller cells touch, so uneven widths do not show
TALLEST_SHAPE = 1.25  # a cell is at most this much taller than wide


class Grid:
    """Rows and columns laid out in a viewport.

    Attributes:
        cell: Width and height of a cell in device pixels; whole numbers where there are gaps.
        largest: Greatest side of a cell in logical pixels while everything is shown.
        gap: Device pixels between two cells: none where they are tiny.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.width = 1
        self.height = 1
        self.ratio = 1.0
        self.zoom = 1.0
        self.left = 0.0  # device pixels of the map hidden to the left and above
        self.top = 0.0
        self.largest = LARGEST_CELL
        self.cell = (1.0, 1.0)
        self.gap = 0

    def resize(self, width: float, height: float, ratio: float) -> None:
        """Set the viewport, in logical pixels."""
        self.ratio = ratio
        self.width = max(round(width * ratio), 1)
        self.height = max(round(height * ratio), 1)
        self._measure()

    def set_shape(self, rows: int, columns: int) -> None:
        """Set how many cells there are; a new shape is shown whole."""
        if (rows, columns) != (self.rows, self.columns):
            self.rows, self.columns = rows, columns
            self.fit()

    def fit(self) -> None:
        """Show everything."""
        self.zoom, self.left, self.top = 1.0, 0.0, 0.0
        self._measure()

    def zoom_at(self, factor: float, x: float, y: float) -> bool:
        """Zoom around a point of the viewport (logical pixels); whether anything changed."""
        zoom = min(max(self.zoom * factor, 1.0), MAX_ZOOM)
        if zoom == self.zoom:
            return False
        old_w, old_h = self.cell
        column = (self.left + x * self.ratio) / old_w
        row = (self.top + y * self.ratio) / old_h
        self.zoom = zoom
        self._measure()
        new_w, new_h = self.cell
        self.left = column * new_w - x * self.ratio
        self.top = row * new_h - y * self.ratio
        self._clamp()
        return True

    def scroll_by(self, dx: float, dy: float) -> bool:
        """Scroll by logical pixels; whether anything changed."""
        before = (self.left, self.top)
        self.left += dx * self.ratio
        self.top += dy * self.ratio
        self._clamp()
        return (self.left, self.top) != before

    def reveal(self, row: int, column: int) -> bool:
        """Scroll just so far that a cell is in view; whether anything changed."""
        before = (self.left, self.top)
        w, h = self.cell
        self.left = min(max(self.left, (column + 1) * w - self.width), column * w)
        self.top = min(max(self.top, (row + 1) * h - self.height), row * h)
        self._clamp()
        return (self.left, self.top) != before

    def _measure(self) -> None:
        """Work out the size of cells and gaps, after anything that they depend on changed."""
        self.cell = self._cell()
        side = min(self.cell) / self.ratio
        self.gap = 0
        if side >= SMALLEST_GAPPED:
            self.gap = max(round((1 if side < 24 else 2) * self.ratio), 1)
        self._clamp()

    def _cell(self) -> tuple[float, float]:
        if not self.rows or not self.columns:
            return 1.0, 1.0
        largest = self.largest * self.ratio
        w = min(self.width / self.columns, largest)
        h = min(self.height / self.rows, largest, w * TALLEST_SHAPE if w > 8 else largest)
        w, h = w * self.zoom, h * self.zoom
        if min(w, h) / self.ratio < SMALLEST_GAPPED:
            return w, h
        return float(int(w)), float(int(h))

    @property
    def used(self) -> tuple[int, int]:
        """Device pixels of the viewport that the map covers."""
        w, h = self.cell
        return min(round(w * self.columns), self.width), min(round(h * self.rows), self.height)

    def x_edges(self) -> NDArray[np.int64]:
        """Left edge of every column and the end, in device pixels of the viewport."""
        return np.round(np.arange(self.columns + 1) * self.cell[0] - self.left).astype(np.int64)

    def y_edges(self) -> NDArray[np.int64]:
        """Top edge of every row and the end, in device pixels of the viewport."""
        return np.round(np.arange(self.rows + 1) * self.cell[1] - self.top).astype(np.int64)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column under a point of the viewport in logical pixels, or None."""
        row, column = self.row_at(y), self.column_at(x)
        return None if row is None or column is None else (row, column)

    def row_at(self, y: float) -> int | None:
        """Row at a height of the viewport in logical pixels, or None."""
        row = int((y * self.ratio + self.top) // self.cell[1])
        return row if y >= 0 and 0 <= row < self.rows else None

    def column_at(self, x: float) -> int | None:
        """Column at an x of the viewport in logical pixels, or None."""
        column = int((x * self.ratio + self.left) // self.cell[0])
        return column if x >= 0 and 0 <= column < self.columns else None

    def rect(self, row: int, column: int) -> tuple[float, float, float, float]:
        """x, y, width and height of a cell in logical pixels of the viewport, gap left out."""
        w, h = self.cell
        x0, x1 = round(column * w - self.left), round((column + 1) * w - self.left)
        y0, y1 = round(row * h - self.top), round((row + 1) * h - self.top)
        return (
            x0 / self.ratio,
            y0 / self.ratio,
            max(x1 - x0 - self.gap, 1) / self.ratio,
            max(y1 - y0 - self.gap, 1) / self.ratio,
        )

    def visible(self) -> tuple[slice, slice]:
        """The rows and columns that show."""
        w, h = self.cell
        rows = slice(int(self.top // h), min(int((self.top + self.height) // h) + 1, self.rows))
        columns = slice(
            int(self.left // w), min(int((self.left + self.width) // w) + 1, self.columns)
        )
        return rows, columns

    def _clamp(self) -> None:
        w, h = self.cell
        self.left = min(max(self.left, 0.0), max(w * self.columns - self.width, 0.0))
        self.top = min(max(self.top, 0.0), max(h * self.rows - self.height, 0.0))
