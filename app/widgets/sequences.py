"""Packed sequences as the model will see them: token by token, special tokens marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.theme import TYPE, UNIT, color, mono_font, theme_changed, ui_font
from app.widgets.focus import FocusRing

LINES = 3  # of text per sequence: enough to recognise it
HEAD_WIDTH = 112
LINE_HEIGHT = 20


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One token as text."""

    text: str
    special: bool = False


@dataclass(frozen=True, kw_only=True)
class PreviewSequence:
    """The beginning of one packed sequence.

    Attributes:
        domain: Its domain label.
        tokens: Valid tokens in it.
        padding: Padded positions behind them.
        pieces: Its first tokens.
    """

    domain: str
    tokens: int
    padding: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class _Placed:
    rect: QRectF
    text: str
    special: bool
    odd: bool


def visible(text: str) -> str:
    """A token's text with its line breaks and tabs made visible."""
    return text.replace("\r\n", "\n").replace("\n", "⏎").replace("\t", "⇥") or "∅"


class SequencePreview(QAbstractScrollArea):
    """A scrolling list of sequences, painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sequences: tuple[PreviewSequence, ...] = ()
        self._note = ""
        self._rows: list[tuple[PreviewSequence, list[_Placed]]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(self.tr("Packed sequences"))
        FocusRing(self)
        theme_changed.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        """Room for four sequences."""
        return QSize(520, 4 * self._row_height())

    def sequences(self) -> tuple[PreviewSequence, ...]:
        """What is shown."""
        return self._sequences

    def set_sequences(self, sequences: tuple[PreviewSequence, ...], note: str = "") -> None:
        """Show these; with none, say the note in their place."""
        self._sequences, self._note = sequences, note
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self._lay_out()

    def _row_height(self) -> int:
        return LINES * LINE_HEIGHT + 2 * UNIT

    def _lay_out(self) -> None:
        metrics = QFontMetricsF(mono_font())
        width = self.viewport().width() - HEAD_WIDTH - UNIT
        self._rows = [(s, _place(s.pieces, metrics, width)) for s in self._sequences]
        total = len(self._rows) * self._row_height()
        self.verticalScrollBar().setRange(0, max(total - self.viewport().height(), 0))
        self.verticalScrollBar().setPageStep(self.viewport().height())
        self.verticalScrollBar().setSingleStep(self._row_height() // 2)
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows in view."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._rows:
            painter.setPen(color("text_dim"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            margin = 4 * UNIT
            rect = self.viewport().rect().adjusted(margin, 0, -margin, 0)
            painter.drawText(rect, flags, self._note)
            return
        height, offset = self._row_height(), self.verticalScrollBar().value()
        for number, (sequence, placed) in enumerate(self._rows):
            top = number * height - offset
            if top + height >= 0 and top <= self.viewport().height():
                self._draw_row(painter, top, number, sequence, placed)

    def _draw_row(
        self,
        painter: QPainter,
        top: int,
        number: int,
        sequence: PreviewSequence,
        placed: list[_Placed],
    ) -> None:
        if number:
            painter.setPen(color("line"))
            painter.drawLine(0, top, self.viewport().width(), top)
        self._draw_head(painter, top + UNIT, sequence)
        painter.setFont(mono_font())
        for piece in placed:
            rect = piece.rect.translated(HEAD_WIDTH, top + UNIT)
            painter.setPen(Qt.PenStyle.NoPen)
            if piece.special:
                painter.setBrush(color("accent_soft"))
                painter.drawRoundedRect(rect, 3, 3)
            elif piece.odd:
                painter.setBrush(color("raised"))
                painter.drawRect(rect)
            painter.setPen(color("accent" if piece.special else "text"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, piece.text)

    def _draw_head(self, painter: QPainter, top: int, sequence: PreviewSequence) -> None:
        font = ui_font()
        painter.setFont(font)
        painter.setPen(color("text"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        box = QRect(0, top, HEAD_WIDTH - 2 * UNIT, LINE_HEIGHT)
        name = painter.fontMetrics().elidedText(
            sequence.domain, Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(box, left, name)
        font.setPixelSize(TYPE.caption)
        painter.setFont(font)
        painter.setPen(color("text_dim"))
        box.translate(0, LINE_HEIGHT)
        painter.drawText(box, left, self.tr("{n} tokens").format(n=f"{sequence.tokens:,}"))
        if sequence.padding:
            box.translate(0, LINE_HEIGHT - 4)
            painter.drawText(box, left, self.tr("{n} padded").format(n=f"{sequence.padding:,}"))

    def _on_theme(self) -> None:
        self.viewport().update()


def _place(pieces: tuple[Piece, ...], metrics: QFontMetricsF, width: float) -> list[_Placed]:
    """Break tokens into at most `LINES` lines of the given width."""
    out: list[_Placed] = []
    x, line = 0.0, 0
    for number, piece in enumerate(pieces):
        text = visible(piece.text)
        wide = metrics.horizontalAdvance(text) + (8 if piece.special else 2)
        if x + wide > width and x > 0:
            x, line = 0.0, line + 1
            if line >= LINES:
                break
        rect = QRectF(x, line * LINE_HEIGHT + 1, min(wide, width), LINE_HEIGHT - 2)
        out.append(_Placed(rect, text, piece.special, number % 2 == 1))
        x += wide
    return out
