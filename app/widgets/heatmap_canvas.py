"""The picture of the heat map: what it shows, and how it repaints only what changed.

Three layers, bottom up: the cells (score and state) as one image in device pixels, the marks, and
what follows the pointer (hover, cursor, box). Arrays come in expert order; the order of a row's
columns is this widget's own business, so everything that goes out is in expert order again.

Shape letters: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets import heatmap_labels as labels
from app.widgets import heatmap_marks as marks
from app.widgets.heatmap_grid import Grid
from app.widgets.heatmap_labels import GUTTER_PAD, HEADER
from app.widgets.heatmap_levels import Levels, Order, Scale, column_order, levels
from app.widgets.heatmap_raster import SMALLEST_HATCHED, CellColours, paint_cells
from app.widgets.heatmap_state import CellState

LABEL_REACH = 10.0  # logical pixels that a row's text takes above and below the row's middle
FAINT = 0.85  # opacity of the mark of an expert that was never chosen


class HeatMapCanvas(QWidget):
    """Paints scores and states; knows nothing of the mouse."""

    view_changed = Signal()  # rows moved or changed height
    row_pointed = Signal(int, int)  # pointer or cursor went from a row to another; −1 for none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = Grid()
        self.layer_ids: tuple[int, ...] = ()
        self.state = CellState.nothing()
        self.scores_LE: NDArray[np.float64] | None = None
        self.seen_LE: NDArray[np.bool_] | None = None
        self.idle_LE: NDArray[np.bool_] | None = None
        self.scale: Scale = "log"
        self.order: Order = "native"
        self.cursor_cell: tuple[int, int] | None = None
        self.hover_cell: tuple[int, int] | None = None
        self.selected_rows: tuple[int, ...] = ()
        self.box: QRect | None = None  # columns and rows of a box that is being drawn
        self.table = self._scale()  # colours of the levels
        self.levels = Levels(level_LE=np.zeros((0, 0), np.uint8), low=0.0, high=0.0)
        self._clusters_LE: NDArray[np.intp] | None = None
        self._order_LE: NDArray[np.intp] = np.zeros((0, 0), np.intp)
        self._place_LE: NDArray[np.intp] = np.zeros((0, 0), np.intp)
        self._buffer: NDArray[np.uint32] | None = None
        self._words: NDArray[np.uint32] | None = None
        self._image: QImage | None = None
        self._colours: CellColours | None = None
        self._dark_ink: NDArray[np.bool_] | None = None
        self._gutter = 40
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 120)
        theme.theme_changed.connect(self._restyle)

    # what is shown

    def set_layers(self, layer_ids: tuple[int, ...]) -> None:
        """Name the rows by their decoder layer ids."""
        self.layer_ids = layer_ids
        metrics = QFontMetrics(self.label_font())
        widest = max((metrics.horizontalAdvance(f"L{i}") for i in layer_ids), default=24)
        self._gutter = max(
            widest + GUTTER_PAD + 6, metrics.horizontalAdvance(self.axis_title()) + 10
        )
        self._refit()

    def set_state(self, state: CellState) -> None:
        """Show another plan; only the rows that differ are drawn again."""
        old, self.state = self.state, state
        if old.exists_LE.shape != state.exists_LE.shape or self._words is None:
            self.grid.set_shape(*state.exists_LE.shape)
            self.cursor_cell = self.hover_cell = None
            if self.scores_LE is not None and self.scores_LE.shape != state.exists_LE.shape:
                self.scores_LE = self.seen_LE = self.idle_LE = None
            self._rescore()
            self._refit()
            return
        self._redraw_cells(state.differs_from(old))

    def set_scores(
        self,
        scores_LE: NDArray[np.float64] | None,
        seen_LE: NDArray[np.bool_] | None = None,
        idle_LE: NDArray[np.bool_] | None = None,
    ) -> None:
        """Show other scores.

        Args:
            scores_LE: Scores in expert order (NaN: no such expert, −inf: never chosen), or None
                before anything was profiled.
            seen_LE: Where anything was profiled at all; None for everywhere.
            idle_LE: Experts that no token chose, marked with a dot; None for no marks.
        """
        self.scores_LE, self.seen_LE, self.idle_LE = scores_LE, seen_LE, idle_LE
        self._rescore()
        self._redraw_all()

    def set_scale(self, scale: Scale) -> None:
        """Map scores to colours linearly, by their logarithm or by rank."""
        self.scale = scale
        self._rescore()
        self._redraw_all()

    def set_clusters(self, clusters_LE: NDArray[np.intp] | None) -> None:
        """Which expert each column shows in cluster order; None shows the native order instead."""
        if clusters_LE is not self._clusters_LE:
            self._clusters_LE = clusters_LE
            if self.order == "clustered":
                self._rescore()
                self._redraw_all()

    def set_order(self, order: Order) -> None:
        """Show experts in native order, sorted by score, or by who fires together."""
        self.order = order
        self.set_layers(self.layer_ids)
        self._rescore()
        self._redraw_all()

    def axis_title(self) -> str:
        """What the columns count."""
        if self.order == "clustered":
            return self.tr("Place")
        return self.tr("Rank") if self.order == "sorted" else self.tr("Expert")

    # geometry

    def viewport(self) -> QRect:
        """Where the cells are, in widget pixels."""
        return QRect(
            self._gutter,
            HEADER,
            max(self.width() - self._gutter, 1),
            max(self.height() - HEADER, 1),
        )

    def gutter(self) -> int:
        """Width of the row labels."""
        return self._gutter

    def cell_rect(self, row: int, expert: int) -> QRectF:
        """A cell in widget pixels, its gap left out."""
        x, y, w, h = self.grid.rect(row, self.column_of(row, expert))
        return QRectF(x + self._gutter, y + HEADER, w, h)

    def row_span(self, row: int) -> tuple[float, float]:
        """Top and height of a row in widget pixels."""
        _, y, _, h = self.grid.rect(row, 0)
        return y + HEADER, h

    def column_of(self, row: int, expert: int) -> int:
        """The column that shows an expert."""
        return int(self._place_LE[row, expert])

    def expert_at(self, row: int, column: int) -> int:
        """The expert that a column shows."""
        return int(self._order_LE[row, column])

    def shown_order(self) -> NDArray[np.intp]:
        """Which expert each column of each row shows, [L, E]."""
        return self._order_LE.copy()

    def visible_cells(self, mask_LE: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Rows and experts of a mask in expert order, as far as they show."""
        rows, columns = self.grid.visible()
        experts = self._order_LE[rows, columns]
        at, place = np.nonzero(np.take_along_axis(mask_LE[rows], experts, axis=1))
        return list(zip((at + rows.start).tolist(), experts[at, place].tolist(), strict=True))

    def label_font(self) -> QFont:
        """The font of row and column labels."""
        font = QFont(self.font())
        font.setPixelSize(theme.TYPE.caption)
        return font

    def header(self) -> QRect:
        """The strip of the column labels."""
        return QRect(0, 0, self.width(), HEADER)

    def row_strip(self, row: int) -> QRect:
        """The full-width strip that a row's label and numbers are painted in."""
        top, height = self.row_span(row)
        middle = top + height / 2
        half = max(height / 2 + 1, LABEL_REACH)
        return QRectF(0, middle - half, 4096, 2 * half).toAlignedRect()

    def exposed_rows(self, region: QRegion) -> list[int]:
        """Visible rows whose strip meets a region, in order."""
        if not self.grid.rows:
            return []
        visible, _ = self.grid.visible()
        pitch, top = self.grid.cell[1] / self.grid.ratio, self.grid.top / self.grid.ratio
        reach = max(LABEL_REACH - pitch / 2, 1.0)
        rows: set[int] = set()
        for box in region:
            first = int((box.top() - HEADER + top - reach) // pitch)
            last = int((box.bottom() - HEADER + top + reach) // pitch)
            rows.update(range(max(first, visible.start), min(last + 1, visible.stop)))
        return sorted(rows)

    # drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the cells into the new size."""
        super().resizeEvent(event)
        self._refit()

    def _refit(self) -> None:
        view = self.viewport()
        self.grid.resize(view.width(), view.height(), self.devicePixelRatioF())
        self._redraw_all()
        self.view_changed.emit()

    def _scale(self) -> NDArray[np.uint8]:
        """Colours of the levels, as the theme has them now."""
        return theme.scale()

    def _restyle(self) -> None:
        self.table, self._colours, self._dark_ink = self._scale(), None, None
        self._redraw_all()

    def _rescore(self) -> None:
        exists = self.state.exists_LE
        scores = self.scores_LE
        self._order_LE = column_order(scores, exists, self.order, self._clusters_LE)
        self._place_LE = np.empty_like(self._order_LE)
        columns = np.arange(exists.shape[1])[None, :]
        np.put_along_axis(
            self._place_LE, self._order_LE, np.broadcast_to(columns, exists.shape), axis=1
        )
        blank = np.full(exists.shape, np.nan)
        self.levels = self._levels_of(blank if scores is None else scores)

    def _levels_of(self, scores_LE: NDArray[np.float64]) -> Levels:
        """Steps on the colour scale; a map of differences has a scale of its own."""
        return levels(scores_LE, self.scale)

    def _redraw_all(self) -> None:
        self._buffer = None
        self.update()

    def _redraw_cells(self, changed_LE: NDArray[np.bool_]) -> None:
        """Draw again the cells that a mask in expert order names."""
        rows = np.flatnonzero(changed_LE.any(axis=1))
        if self._buffer is None or self._words is None or len(rows) > 8:
            self._redraw_all()
            return
        visible, _ = self.grid.visible()
        x_edges, y_edges = self.grid.x_edges(), self.grid.y_edges()
        for row in rows.tolist():
            self._words[:, row] = self._cell_words(slice(row, row + 1))[:, 0]
            if not visible.start <= row < visible.stop:
                continue
            columns = self._place_LE[row][changed_LE[row]]
            span = slice(int(columns.min()), int(columns.max()) + 1)
            paint_cells(
                self._buffer, self._words, x_edges=x_edges, y_edges=y_edges, gap=self.grid.gap,
                background=self._cell_colours().background, rows=slice(row, row + 1), columns=span,
                mirrored_LE=self._mirrored(),
            )  # fmt: skip
            self.update(self._span_rect(row, span))

    def _span_rect(self, row: int, columns: slice) -> QRect:
        """The widget pixels of a run of cells, with room for a cursor's outline."""
        x0, y, _, h = self.grid.rect(row, columns.start)
        x1, _, w, _ = self.grid.rect(row, columns.stop - 1)
        box = QRectF(x0 + self._gutter, y + HEADER, x1 + w - x0, h)
        return box.adjusted(-3, -3, 3, 3).toAlignedRect()

    def _cell_words(self, rows: slice) -> NDArray[np.uint32]:
        order = self._order_LE[rows]
        state = self.state

        def shown(array_LE):
            return np.take_along_axis(array_LE[rows], order, axis=1)

        if self.scores_LE is None:
            seen = np.zeros(order.shape, dtype=np.bool_)
        elif self.seen_LE is None:
            seen = np.ones(order.shape, dtype=np.bool_)
        else:
            seen = shown(self.seen_LE)
        hatched = min(self.grid.cell) / self.grid.ratio >= SMALLEST_HATCHED
        return self._cell_colours().words(
            shown(self.levels.level_LE), shown(self._shown_kept()), shown(state.exists_LE), seen,
            None if state.merged_LE is None else shown(self._shown_merged()), hatched=hatched,
        )  # fmt: skip

    def _shown_kept(self) -> NDArray[np.bool_]:
        """The kept cells to draw; the editing subclass lays its unfinished stroke over them."""
        return self.state.kept_LE

    def _shown_merged(self) -> NDArray[np.bool_]:
        """Cells that go into another one; what a stroke brings back is none of them."""
        return self.state.mask(self.state.merged_LE) & ~self._shown_kept()

    def _mirrored(self) -> NDArray[np.bool_] | None:
        """Where in the picture stripes run the other way: by row and column, not by expert."""
        if self.state.merged_LE is None:
            return None
        return np.take_along_axis(self.state.merged_LE, self._order_LE, axis=1)

    def _cell_colours(self) -> CellColours:
        ratio = self.devicePixelRatioF()
        if self._colours is None or self.grid.ratio != ratio:
            self._colours = CellColours(theme.theme(), ratio=ratio, table=self.table)
        return self._colours

    def _render(self) -> None:
        view, grid = self.viewport(), self.grid
        if grid.ratio != self.devicePixelRatioF():
            self._colours = None
            grid.resize(view.width(), view.height(), self.devicePixelRatioF())
        colours = self._cell_colours()
        self._buffer = np.full((grid.height, grid.width), colours.background, dtype=np.uint32)
        if grid.rows and grid.columns:
            self._words = self._cell_words(slice(0, grid.rows))
            rows, columns = grid.visible()
            paint_cells(
                self._buffer, self._words, x_edges=grid.x_edges(), y_edges=grid.y_edges(),
                gap=grid.gap, background=colours.background, rows=rows, columns=columns,
                mirrored_LE=self._mirrored(),
            )  # fmt: skip
        self._image = QImage(
            self._buffer.data, grid.width, grid.height, 4 * grid.width, QImage.Format.Format_RGB32
        )
        self._image.setDevicePixelRatio(grid.ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Labels, cells, marks, pointer; only what is exposed."""
        if self._buffer is None or self.grid.ratio != self.devicePixelRatioF():
            self._render()
        with QPainter(self) as painter:
            self._paint(painter, event)

    def _paint(self, painter: QPainter, event: QPaintEvent) -> None:
        exposed, view = event.rect(), self.viewport()
        if not view.contains(exposed):
            background = theme.color("background")
            painter.fillRect(QRect(0, 0, self.width(), HEADER), background)
            painter.fillRect(QRect(0, 0, self._gutter, self.height()), background)
            painter.setFont(self.label_font())
            labels.paint_rows(painter, self, event.region())
            labels.paint_columns(painter, self, event.region())
        part = exposed.intersected(view)
        if part.isEmpty() or self._image is None:
            return
        self._paint_image(painter, part)
        painter.setClipRect(part)
        marks.paint_marks(painter, self, part)
        marks.paint_pointer(painter, self)

    def _paint_image(self, painter: QPainter, part: QRect) -> None:
        """The cells; the picture was made by now."""
        source = QRectF(part.translated(-self.viewport().topLeft()))
        ratio = self.grid.ratio
        assert self._image is not None
        painter.drawImage(
            QRectF(part), self._image,
            QRectF(source.x() * ratio, source.y() * ratio, source.width() * ratio,
                   source.height() * ratio),
        )  # fmt: skip

    def mark_colour(self, row: int, expert: int, mark: str) -> str:
        """Light on dark cells, dark on bright ones."""
        if not self._shown_kept()[row, expert] or self.scores_LE is None:
            return theme.theme().text
        if self._dark_ink is None:
            self._dark_ink = theme.dark_ink(self.table)
        dark = bool(self._dark_ink[self.levels.level_LE[row, expert]])
        colour = QColor(theme.INK_DARK if dark else theme.INK_LIGHT)
        if mark == "idle":
            colour.setAlphaF(FAINT)
        return colour.name(QColor.NameFormat.HexArgb)
