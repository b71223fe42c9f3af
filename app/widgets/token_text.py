"""A text as its tokens: flowing, each shaded by a number, the current one framed.

Only the lines in view are painted, so that a long text scrolls as smoothly as a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app import theme
from app.widgets.focus import FocusRing

LINE = 22.0
PAD = 8.0
FAINTEST = 0.02  # a shade below this is no shade
STRONGEST = 0.62  # opacity of the accent behind the strongest token: text on it stays legible
NEWLINE, TAB, PART = "⏎", "→", "·"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Flow:
    """Where every token stands, for one width."""

    left_T: NDArray[np.float64]
    width_T: NDArray[np.float64]
    line_T: NDArray[np.int64]
    lines: int


def shown_piece(piece: str) -> str:
    """A token as it can be seen: line ends and tabs have signs, a part of a character a dot."""
    if not piece:
        return PART
    return piece.replace("\r\n", "\n").replace("\n", NEWLINE).replace("\t", TAB)


class TokenText(QAbstractScrollArea):
    """Tokens as running text."""

    picked = Signal(int)  # a token was clicked or moved to
    hovered = Signal(int)  # the token under the pointer, or −1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: tuple[str, ...] = ()
        self._shown: list[str] = []
        self._special: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._shade: NDArray[np.float64] = np.zeros(0)
        self._flow: _Flow | None = None
        self._token = -1
        self._hover = -1
        self.setFont(theme.mono_font(theme.TYPE.body))
        self.setProperty("panel", "card")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Tokens of the text"))
        theme.theme_changed.connect(self._restyle)

    def set_tokens(self, pieces: tuple[str, ...], special: NDArray[np.bool_]) -> None:
        """Show another text."""
        self._pieces, self._special = pieces, special
        self._shown = [shown_piece(piece) for piece in pieces]
        self._shade = np.zeros(len(pieces))
        self._flow, self._token, self._hover = None, -1, -1
        self.verticalScrollBar().setValue(0)
        self._reflow()

    def set_shades(self, shade_T: NDArray[np.floating]) -> None:
        """How strongly each token is shaded, 0 to 1."""
        if len(shade_T) == len(self._pieces):
            self._shade = np.asarray(shade_T, dtype=np.float64)
            self.viewport().update()

    @property
    def token(self) -> int:
        """The current token, or −1."""
        return self._token

    def set_token(self, token: int) -> None:
        """Make a token the current one and scroll to it; says nothing."""
        if token == self._token or not -1 <= token < len(self._pieces):
            return
        self._token = token
        if token >= 0:
            self._reveal(token)
            self.setAccessibleDescription(self._pieces[token])
        self.viewport().update()

    def token_at(self, at: QPoint) -> int:
        """The token at a point of the viewport, or −1."""
        flow = self._flow
        if flow is None or not len(flow.line_T):
            return -1
        line = int((at.y() + self.verticalScrollBar().value() - PAD) // LINE)
        first, last = np.searchsorted(flow.line_T, [line, line + 1])
        if first == last:
            return -1
        x = at.x() - PAD
        token = int(first + np.searchsorted(flow.left_T[first:last], x, side="right") - 1)
        inside = token >= first and x <= flow.left_T[token] + flow.width_T[token]
        return token if inside else -1

    def rect_of(self, token: int) -> QRectF:
        """Where a token stands in the viewport."""
        flow = self._flow
        if flow is None or not 0 <= token < len(flow.line_T):
            return QRectF()
        y = PAD + float(flow.line_T[token]) * LINE - self.verticalScrollBar().value()
        return QRectF(PAD + float(flow.left_T[token]), y + 1, float(flow.width_T[token]), LINE - 2)

    def sizeHint(self) -> QSize:
        """A few lines."""
        return QSize(420, 130)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._reflow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines that are exposed."""
        flow = self._flow
        if flow is None:
            return
        offset = self.verticalScrollBar().value()
        top, bottom = event.rect().top() + offset - PAD, event.rect().bottom() + offset - PAD
        first, last = np.searchsorted(flow.line_T, [int(top // LINE), int(bottom // LINE) + 1])
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self.font())
            for token in range(int(first), int(last)):
                self._paint_token(painter, token)

    def _paint_token(self, painter: QPainter, token: int) -> None:
        box, shade = self.rect_of(token), float(self._shade[token])
        painter.setPen(Qt.PenStyle.NoPen)
        if shade > FAINTEST:
            painter.setBrush(theme.color("accent", STRONGEST * min(shade, 1.0)))
            painter.drawRoundedRect(box, 2, 2)
        if token in (self._hover, self._token) and not theme.paper():
            current = token == self._token
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(
                QPen(theme.color("accent" if current else "text_dim"), 1.5 if current else 1)
            )
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        quiet = self._special[token] or self._pieces[token] == ""
        painter.setPen(theme.color("text_dim" if quiet else "text"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(box.adjusted(1, 0, 8, 0), int(flags), self._shown[token])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a token."""
        token = self.token_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and token >= 0:
            self._pick(token)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ours, too: nothing behind is to get half a click."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover."""
        self._hover_at(self.token_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover_at(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right a token, up and down a line, Home and End."""
        token, flow = self._token, self._flow
        if flow is None or not self._pieces:
            super().keyPressEvent(event)
            return
        last = len(self._pieces) - 1
        moves = {
            Qt.Key.Key_Left: token - 1, Qt.Key.Key_Right: token + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        key = event.key()
        if key in moves:
            self._pick(min(max(moves[key], 0), last))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._pick(self._above_or_below(max(token, 0), -1 if key == Qt.Key.Key_Up else 1))
        else:
            super().keyPressEvent(event)

    # inside

    def _above_or_below(self, token: int, step: int) -> int:
        flow = self._flow
        assert flow is not None
        line = int(flow.line_T[token]) + step
        first, last = np.searchsorted(flow.line_T, [line, line + 1])
        if first == last:
            return token
        middle = flow.left_T[token] + flow.width_T[token] / 2
        found = int(first + np.searchsorted(flow.left_T[first:last], middle, side="right") - 1)
        return max(found, int(first))

    def _pick(self, token: int) -> None:
        self.set_token(token)
        self.picked.emit(token)

    def _hover_at(self, token: int) -> None:
        if token != self._hover:
            self._hover = token
            self.viewport().update()
            self.hovered.emit(token)

    def _reveal(self, token: int) -> None:
        box, bar = self.rect_of(token), self.verticalScrollBar()
        if box.top() < 0:
            bar.setValue(int(bar.value() + box.top() - 1 - PAD))
        elif box.bottom() > self.viewport().height():
            bar.setValue(int(bar.value() + box.bottom() - self.viewport().height() + PAD))

    def _restyle(self) -> None:
        self.setFont(theme.mono_font(theme.TYPE.body))
        self._reflow()

    def _reflow(self) -> None:
        room = max(self.viewport().width() - 2 * PAD, 40.0)
        metrics = QFontMetricsF(self.font())
        widths = {text: metrics.horizontalAdvance(text) + 2 for text in set(self._shown)}
        left = np.zeros(len(self._shown))
        width = np.array([min(widths[text], room) for text in self._shown])
        line_T = np.zeros(len(self._shown), dtype=np.int64)
        x, line = 0.0, 0
        for token, text in enumerate(self._shown):
            if x and x + width[token] > room:
                x, line = 0.0, line + 1
            left[token], line_T[token] = x, line
            x += width[token]
            if text.endswith(NEWLINE):
                x, line = 0.0, line + 1
        lines = int(line_T[-1]) + 1 if len(line_T) else 0
        self._flow = _Flow(left_T=left, width_T=width, line_T=line_T, lines=lines)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(int(lines * LINE + 2 * PAD) - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(int(LINE))
        self.viewport().update()
