"""Tokens across, layers down: a raster that scrolls, painted with NumPy where it shows.

Shape letters: T tokens, L MoE layers (rows), V tokens in view.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app import theme
from app.widgets.focus import FocusRing
from app.widgets.heatmap_labels import HEADER
from app.widgets.heatmap_raster import SMALLEST_HATCHED, CellColours, paint_cells
from app.widgets.token_labels import GUTTER, paint_frames, paint_layers, paint_tokens

PITCH = 9.0  # logical pixels of a token to begin with
WIDEST, NARROWEST = 40.0, 0.02
ZOOM_STEP = 1.25
WHEEL_NOTCH = 120.0
LINE = 48.0  # logical pixels that one notch of the wheel scrolls


class TokenRaster(QAbstractScrollArea):
    """One cell per token and layer."""

    picked = Signal(int, int)  # token and row
    hovered = Signal(int, int)  # token and row, or −1, −1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: tuple[str, ...] = ()
        self._layers: tuple[int, ...] = ()
        self._starts: tuple[int, ...] = ()
        self._level: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)  # [L, T]
        self._kept: NDArray[np.bool_] = np.zeros((0, 0), np.bool_)
        self._seen: NDArray[np.bool_] = np.zeros((0, 0), np.bool_)
        self._pitch = PITCH
        self._cell = (-1, -1)  # token and row
        self._hover = (-1, -1)
        self._buffer: NDArray[np.uint32] | None = None
        self._image: QImage | None = None
        self._colours: tuple[float, CellColours] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Tokens across, layers down"))
        self.setMinimumSize(240, 96)
        theme.theme_changed.connect(self._restyle)

    # what is shown

    def set_tokens(
        self,
        pieces: tuple[str, ...],
        layer_ids: tuple[int, ...],
        starts: tuple[int, ...] = (),
    ) -> None:
        """Show another text; values follow.

        Args:
            pieces: What each token stands for.
            layer_ids: Decoder layer ids of the rows.
            starts: Tokens before which a line is drawn: they see nothing of what is before it.
        """
        self._starts = starts
        self._pieces, self._layers = pieces, layer_ids
        shape = (len(layer_ids), len(pieces))
        self._level = np.zeros(shape, np.uint8)
        self._kept = self._seen = np.ones(shape, np.bool_)
        self._cell = self._hover = (-1, -1)
        self._pitch = PITCH
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setMaximumHeight(int(HEADER + max(len(layer_ids), 1) * WIDEST) + bar)
        self._measure()
        self.horizontalScrollBar().setValue(0)

    def set_values(
        self,
        level_LT: NDArray[np.uint8],
        kept_LT: NDArray[np.bool_],
        seen_LT: NDArray[np.bool_],
    ) -> None:
        """Show other values.

        Args:
            level_LT: Steps on the colour scale.
            kept_LT: False where a cell is hatched.
            seen_LT: False where there is nothing to show.
        """
        if level_LT.shape == self._level.shape:
            self._level, self._kept, self._seen = level_LT, kept_LT, seen_LT
            self._redraw()

    @property
    def pieces(self) -> tuple[str, ...]:
        """What each token stands for."""
        return self._pieces

    @property
    def layer_ids(self) -> tuple[int, ...]:
        """Decoder layer ids of the rows."""
        return self._layers

    @property
    def starts(self) -> tuple[int, ...]:
        """Tokens that see nothing of what is before them."""
        return self._starts

    @property
    def cell(self) -> tuple[int, int]:
        """The current token and row, −1 for none."""
        return self._cell

    @property
    def hover_cell(self) -> tuple[int, int]:
        """The token and row under the pointer, −1 for none."""
        return self._hover

    @property
    def pitch(self) -> float:
        """Logical pixels of a token."""
        return self._pitch

    def set_cell(self, token: int, row: int | None = None) -> None:
        """Make a token (and a row) the current one and scroll to it; says nothing."""
        row = self._cell[1] if row is None else row
        if (token, row) == self._cell:
            return
        self._cell = (token, row)
        if token >= 0:
            x, bar = token * self._pitch, self.horizontalScrollBar()
            room = self.body().width()
            if not bar.value() <= x <= bar.value() + room - self._pitch:
                bar.setValue(int(x - room / 3))
        self.viewport().update()

    def fit(self) -> None:
        """Show the whole text."""
        tokens = max(len(self._pieces), 1)
        self._zoom_to(self.body().width() / tokens, 0.0)

    def body(self) -> QRectF:
        """Where the cells are."""
        size = self.viewport().size()
        return QRectF(GUTTER, HEADER, max(size.width() - GUTTER, 1), max(size.height() - HEADER, 1))

    def row_height(self) -> float:
        """Logical pixels of a row; whole where rows have gaps."""
        rows = max(len(self._layers), 1)
        height = min(self.body().height() / rows, WIDEST)
        return float(int(height)) if height >= SMALLEST_HATCHED else height

    def cell_rect(self, token: int, row: int) -> QRectF:
        """A cell in pixels of the viewport."""
        body, height = self.body(), self.row_height()
        x = body.left() + token * self._pitch - self.horizontalScrollBar().value()
        return QRectF(x, body.top() + row * height, self._pitch, height)

    def cell_at(self, at: QPointF) -> tuple[int, int]:
        """Token and row at a point of the viewport, or (−1, −1)."""
        body = self.body()
        if not body.contains(at) or not self._level.size:
            return -1, -1
        token = int((at.x() - body.left() + self.horizontalScrollBar().value()) // self._pitch)
        row = int((at.y() - body.top()) // self.row_height())
        inside = 0 <= token < len(self._pieces) and 0 <= row < len(self._layers)
        return (token, row) if inside else (-1, -1)

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(640, 260)

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Labels, cells, frames."""
        ratio = self.devicePixelRatioF()
        if self._buffer is None or (self._colours is not None and self._colours[0] != ratio):
            self._render()
        with QPainter(self.viewport()) as painter:
            painter.fillRect(self.viewport().rect(), theme.color("background"))
            if self._image is not None:
                painter.drawImage(QPointF(self.body().topLeft()), self._image)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            paint_layers(painter, self)
            paint_tokens(painter, self)
            paint_frames(painter, self)

    def _render(self) -> None:
        """The cells in view as one image in device pixels."""
        body, ratio = self.body(), self.devicePixelRatioF()
        width, height = max(round(body.width() * ratio), 1), max(round(body.height() * ratio), 1)
        colours = self._cell_colours(ratio)
        self._buffer = np.full((height, width), colours.background, dtype=np.uint32)
        rows = len(self._layers)
        if self._level.size:
            edges, level, kept, seen = self._in_view(width, ratio)
            shape = (rows, len(edges) - 1)
            fine = min(self._pitch, self.row_height()) >= SMALLEST_HATCHED
            words = colours.words(level, kept, np.ones(shape, np.bool_), seen, hatched=fine)
            y_edges = np.round(np.arange(rows + 1) * self.row_height() * ratio).astype(np.int64)
            paint_cells(
                self._buffer, words, x_edges=edges, y_edges=y_edges,
                gap=max(round(ratio), 1) if fine else 0, background=colours.background,
                rows=slice(0, rows), columns=slice(0, shape[1]),
            )  # fmt: skip
        self._image = QImage(
            self._buffer.data, width, height, 4 * width, QImage.Format.Format_RGB32
        )
        self._image.setDevicePixelRatio(ratio)

    def _in_view(
        self, width: int, ratio: float
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]:
        """Edges in device pixels, and levels, kept and seen of what shows, [L, V].

        Where several tokens fall onto one pixel, the highest level of them shows.
        """
        pitch, scroll = self._pitch * ratio, self.horizontalScrollBar().value() * ratio
        tokens = len(self._pieces)
        first = min(int(scroll // pitch), tokens - 1)
        last = min(int((scroll + width) // pitch) + 1, tokens)
        span = slice(first, max(last, first + 1))
        edges = np.round(np.arange(span.start, span.stop + 1) * pitch - scroll).astype(np.int64)
        level, kept, seen = self._level[:, span], self._kept[:, span], self._seen[:, span]
        if pitch < 1:
            starts = np.unique(edges[:-1], return_index=True)[1]
            level = np.maximum.reduceat(level, starts, axis=1)
            kept = np.logical_and.reduceat(kept, starts, axis=1)
            seen = np.logical_or.reduceat(seen, starts, axis=1)
            edges = np.concatenate([edges[starts], edges[-1:]])
        return edges, level, kept, seen

    def _cell_colours(self, ratio: float) -> CellColours:
        if self._colours is None or self._colours[0] != ratio:
            self._colours = (ratio, CellColours(theme.theme(), ratio=ratio))
        return self._colours[1]

    # pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a cell."""
        token, row = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and token >= 0:
            self._pick(token, row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover; with the button down, drag the cursor along."""
        cell = self.cell_at(event.position())
        if event.buttons() & Qt.MouseButton.LeftButton and cell[0] >= 0 and cell != self._cell:
            self._pick(*cell)
        self._hover_at(cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ours, too: nothing behind is to get half a click."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover_at((-1, -1))
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll along the text; with Ctrl zoom."""
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / WHEEL_NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_to(self._pitch * ZOOM_STEP**notches, event.position().x() - GUTTER)
        else:
            bar = self.horizontalScrollBar()
            bar.setValue(int(bar.value() - notches * LINE))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End, F, Ctrl with plus and minus."""
        token, row = self._cell
        last, lowest = len(self._pieces) - 1, len(self._layers) - 1
        moves = {
            Qt.Key.Key_Left: (token - 1, row), Qt.Key.Key_Right: (token + 1, row),
            Qt.Key.Key_Up: (token, row - 1), Qt.Key.Key_Down: (token, row + 1),
            Qt.Key.Key_Home: (0, row), Qt.Key.Key_End: (last, row),
        }  # fmt: skip
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if key in moves and last >= 0:
            to = moves[key]
            self._pick(min(max(to[0], 0), last), min(max(to[1], 0), lowest))
        elif key == Qt.Key.Key_F and not control:
            self.fit()
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom_to(self._pitch * ZOOM_STEP)
        elif control and key == Qt.Key.Key_Minus:
            self._zoom_to(self._pitch / ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the layers into the new height."""
        super().resizeEvent(event)
        self._measure()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Paint what shows now."""
        self._redraw()

    def event(self, event: QEvent) -> bool:
        """A screen of another density wants other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        return super().event(event)

    # inside

    def _pick(self, token: int, row: int) -> None:
        self.set_cell(token, row)
        self.picked.emit(token, row)

    def _hover_at(self, cell: tuple[int, int]) -> None:
        if cell != self._hover:
            self._hover = cell
            self.viewport().update()
            self.hovered.emit(*cell)

    def _zoom_to(self, pitch: float, x: float | None = None) -> None:
        """Zoom around a distance from the left edge of the cells."""
        x = self.body().width() / 2 if x is None else x
        pitch = min(max(pitch, NARROWEST), WIDEST)
        bar = self.horizontalScrollBar()
        token = (bar.value() + x) / self._pitch
        self._pitch = pitch
        self._measure()
        bar.setValue(round(token * pitch - x))
        self._redraw()

    def _measure(self) -> None:
        bar, room = self.horizontalScrollBar(), self.body().width()
        bar.setRange(0, max(int(len(self._pieces) * self._pitch - room + 1), 0))
        bar.setPageStep(int(room))
        bar.setSingleStep(max(int(self._pitch), 1))
        self._redraw()

    def _redraw(self) -> None:
        self._buffer = None
        self.viewport().update()

    def _restyle(self) -> None:
        self._colours = None
        self._redraw()
