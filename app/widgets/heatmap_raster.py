"""The cells as one image in device pixels, made with NumPy and repainted where it changed.

A cell has one colour per phase of the hatch: kept cells the same in every phase, dropped ones the
stripe's where the stripe runs. A line of the picture depends on its row and on y modulo the hatch's
period only, so at most `L × period` lines are gathered and then copied down the height. Cells that
are merged into another one have a ground of their own, and their stripes run the other way.

Shape letters: P phases of the hatch, L rows, E columns, Y and X pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from app import theme
from app.theme import LEVELS, Theme
from app.widgets.colormap import blend, pack

# How far a dropped cell sinks into the ground of dropped cells; the rest keeps its score legible.
SINK = 0.80
# How far a stripe's colour is the theme's; the rest is the score's.
STRIPE = 0.72
SMALLEST_HATCHED = 5.0  # logical pixels: below it a hatch would be noise, the colour alone speaks
SINK_SMALL = 0.82  # of a cell without a hatch
KEPT, DROPPED, DROPPED_SMALL, MERGED, MERGED_SMALL = range(5)


class CellColours:
    """Colour words per phase for every kind of cell, for one theme and one pixel ratio."""

    def __init__(self, now: Theme, *, ratio: float, table: NDArray[np.uint8] | None = None) -> None:
        table = theme.scale() if table is None else table
        cover_P = stripe_cover(ratio)
        self.period = len(cover_P)
        self.background = int(pack(np.asarray(_rgb(now.background)))[()])
        # by kind, phase and level
        self.table = np.empty((5, self.period, LEVELS), dtype=np.uint32)
        self.table[KEPT] = pack(table)
        empty = np.asarray(_rgb(now.track), dtype=np.float64)
        self.empty = int(pack(np.round(empty))[()])
        self.empty_gone: dict[int, NDArray[np.uint32]] = {}  # kind → its colour in every phase
        for kind, small, ground, stripe in (
            (DROPPED, DROPPED_SMALL, _rgb(now.dropped), _rgb(now.hatch)),
            (MERGED, MERGED_SMALL, _rgb(now.merged), _rgb(now.merge_hatch)),
        ):
            sunk, striped = blend(table, ground, SINK), blend(table, stripe, STRIPE)
            for phase, cover in enumerate(cover_P):
                self.table[kind, phase] = pack(np.round(sunk * (1 - cover) + striped * cover))
            self.table[small] = pack(np.round(blend(table, ground, SINK_SMALL)))
            over = blend(empty, stripe, 0.40)
            phases = [pack(np.round(empty * (1 - c) + over * c))[()] for c in cover_P]
            self.empty_gone[kind] = self.empty_gone[small] = np.array(phases, dtype=np.uint32)

    def words(
        self,
        level_LE: NDArray[np.uint8],
        kept_LE: NDArray[np.bool_],
        exists_LE: NDArray[np.bool_],
        seen_LE: NDArray[np.bool_],
        merged_LE: NDArray[np.bool_] | None = None,
        *,
        hatched: bool,
    ) -> NDArray[np.uint32]:
        """The colour of every cell in every phase of the hatch, [P, L, E]."""
        kind_LE = np.where(kept_LE, KEPT, DROPPED if hatched else DROPPED_SMALL)
        if merged_LE is not None:
            kind_LE[merged_LE] = MERGED if hatched else MERGED_SMALL
        out = self.table[
            kind_LE[None], np.arange(self.period)[:, None, None], level_LE.astype(np.intp)[None]
        ]
        unseen = ~seen_LE & exists_LE
        if unseen.any():
            out[:, unseen & kept_LE] = self.empty
            for kind, colour_P in self.empty_gone.items():
                out[:, unseen & (kind_LE == kind)] = colour_P[:, None]
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
    mirrored_LE: NDArray[np.bool_] | None = None,
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
        mirrored_LE: Cells whose stripes run the other way; None for none.
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
    mirrored = None if mirrored_LE is None else mirrored_LE[rows]
    lines = _lines(words_PLE[:, rows], x, column_X, background, mirrored)
    block = lines[row_Y - rows.start, y % period]
    if gap:
        block[(y_edges[row_Y + 1] - y) <= gap] = background
    buffer_YX[y0:y1, x0:x1] = block


def _lines(
    words_PRE: NDArray[np.uint32],
    x: NDArray[np.int64],
    column_X: NDArray[np.int64],
    background: int,
    mirrored_RE: NDArray[np.bool_] | None,
) -> NDArray[np.uint32]:
    """Every line that can occur: [rows, y modulo period, X]."""
    period, n_rows, n_columns = words_PRE.shape
    padded = np.full((period, n_rows, n_columns + 1), background, dtype=np.uint32)
    padded[..., :n_columns] = words_PRE
    lines = np.empty((n_rows, period, len(x)), dtype=np.uint32)
    for phase in range(period):
        lines[:, phase] = padded[(x + phase) % period, :, column_X].T
    if mirrored_RE is not None and mirrored_RE.any():
        # The last, a gap, is never mirrored.
        other_RX = np.pad(mirrored_RE, ((0, 0), (0, 1)))[:, column_X]
        at_R, at_X = np.nonzero(other_RX)
        for phase in range(period):
            lines[at_R, phase, at_X] = padded[(x[at_X] - phase) % period, at_R, column_X[at_X]]
    return lines


def _rgb(colour: str) -> tuple[int, int, int]:
    value = QColor(colour)
    return value.red(), value.green(), value.blue()
