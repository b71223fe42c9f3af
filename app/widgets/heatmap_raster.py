"""The cells as one image in device pixels, made with NumPy and repainted where it changed.

A cell has one colour per phase of the hatch: kept cells the same in every phase, dropped ones the
stripe's where the stripe runs. A line of the picture depends on its row and on y modulo the hatch's
period only, so at most `L × period` lines are gathered and then copied down the height.

Shape letters: P phases of the hatch, L rows, E columns, Y and X pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from app.widgets.colormap import LEVELS, blend, cividis, pack

# How far a dropped cell sinks into the ground of dropped cells; the rest keeps its score legible.
SINK = 0.80
# How far a stripe's colour is the theme's; the rest is the score's.
STRIPE = 0.72
SMALLEST_HATCHED = 5.0  # logical pixels: below it a hatch would be noise, the colour alone speaks


class CellColours:
    """Colour words per phase for every kind of cell, for one theme and one pixel ratio."""

    def __init__(
        self,
        *,
        background: str,
        track: str,
        hatch: str,
        dropped: str,
        ratio: float,
        table: NDArray[np.uint8] | None = None,
    ) -> None:
        table = cividis() if table is None else table
        ground, stripe = _rgb(dropped), _rgb(hatch)
        cover_P = stripe_cover(ratio)
        self.period = len(cover_P)
        self.background = int(pack(np.asarray(_rgb(background)))[()])
        sunk = blend(table, ground, SINK)
        striped = blend(table, stripe, STRIPE)
        # [kind, P, level]: kept, dropped and hatched, dropped and too small to hatch
        self.table = np.empty((3, self.period, LEVELS), dtype=np.uint32)
        self.table[0] = pack(table)
        for phase, cover in enumerate(cover_P):
            self.table[1, phase] = pack(np.round(sunk * (1 - cover) + striped * cover))
        self.table[2] = pack(np.round(blend(table, ground, 0.82)))
        empty = np.asarray(_rgb(track), dtype=np.float64)
        self.empty = int(pack(np.round(empty))[()])
        empty_dropped = blend(empty, stripe, 0.40)
        self.empty_dropped = np.array(
            [pack(np.round(empty * (1 - c) + empty_dropped * c))[()] for c in cover_P],
            dtype=np.uint32,
        )

    def words(
        self,
        level_LE: NDArray[np.uint8],
        kept_LE: NDArray[np.bool_],
        exists_LE: NDArray[np.bool_],
        seen_LE: NDArray[np.bool_],
        *,
        hatched: bool,
    ) -> NDArray[np.uint32]:
        """The colour of every cell in every phase of the hatch, [P, L, E]."""
        kind_LE = np.where(kept_LE, 0, 1 if hatched else 2)
        out = self.table[
            kind_LE[None], np.arange(self.period)[:, None, None], level_LE.astype(np.intp)[None]
        ]
        unseen = ~seen_LE & exists_LE
        if unseen.any():
            out[:, unseen & kept_LE] = self.empty
            out[:, unseen & ~kept_LE] = self.empty_dropped[:, None]
        out[:, ~exists_LE] = self.background
        return out


def stripe_cover(ratio: float) -> NDArray[np.float64]:
    """How much of a pixel the 45° stripe covers, by (x + y) modulo the period."""
    period = max(round(6 * ratio), 4)
    half = 0.16 * period  # the stripe is a third of the period
    distance = np.abs(np.arange(period) - period / 2 + 0.5)
    return np.clip(half - distance + 0.75, 0.0, 1.0)


def paint_cells(
    buffer_YX: NDArray[np.uint32],
    words_PLE: NDArray[np.uint32],
    *,
    x_edges: NDArray[np.int64],
    y_edges: NDArray[np.int64],
    gap: int,
    background: int,
    rows: slice,
    columns: slice,
) -> None:
    """Draw a block of cells into the buffer, gaps included.

    Args:
        buffer_YX: The picture, 0xffRRGGBB; what lies outside it is clipped.
        words_PLE: Colour of every cell in every phase.
        x_edges: Left edge of every column, and the end.
        y_edges: Top edge of every row, and the end.
        gap: Pixels of background at the right and bottom of a cell.
        background: What shows in the gaps.
        rows: Rows to draw, start and stop set.
        columns: Columns to draw, start and stop set.
    """
    height, width = buffer_YX.shape
    x0, x1 = max(int(x_edges[columns.start]), 0), min(int(x_edges[columns.stop]), width)
    y0, y1 = max(int(y_edges[rows.start]), 0), min(int(y_edges[rows.stop]), height)
    if x1 <= x0 or y1 <= y0:
        return
    period, _, n_columns = words_PLE.shape
    x, y = np.arange(x0, x1), np.arange(y0, y1)
    column_X = np.searchsorted(x_edges, x, side="right") - 1
    row_Y = np.searchsorted(y_edges, y, side="right") - 1
    if gap:
        # One more column and row of background stand for the gaps.
        column_X[(x_edges[column_X + 1] - x) <= gap] = n_columns
    lines = _lines(words_PLE[:, rows], x, column_X, background, period)
    block = lines[row_Y - rows.start, y % period]
    if gap:
        block[(y_edges[row_Y + 1] - y) <= gap] = background
    buffer_YX[y0:y1, x0:x1] = block


def _lines(
    words_PRE: NDArray[np.uint32],
    x: NDArray[np.int64],
    column_X: NDArray[np.int64],
    background: int,
    period: int,
) -> NDArray[np.uint32]:
    """Every line that can occur: [rows, y modulo period, X]."""
    phases, n_rows, n_columns = words_PRE.shape
    padded = np.full((phases, n_rows, n_columns + 1), background, dtype=np.uint32)
    padded[..., :n_columns] = words_PRE
    lines = np.empty((n_rows, period, len(x)), dtype=np.uint32)
    for phase in range(period):
        lines[:, phase] = padded[(x + phase) % period, :, column_X].T
    return lines


def _rgb(colour: str) -> tuple[int, int, int]:
    value = QColor(colour)
    return value.red(), value.green(), value.blue()
