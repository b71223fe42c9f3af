"""Two variants side by side, domain by domain: a bar for each and the change between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import TYPE, color, theme_changed
from app.widgets import numbers
from app.widgets.bars import paint_bar

ROW = 36
VALUE_WIDTH = 56
NOISE = 0.005  # relative; smaller differences are not news


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One line: a name, the value of the variant, the value it is compared with."""

    name: str
    value: float
    base: float | None = None

    @property
    def change(self) -> float | None:
        """Relative change, or None where there is nothing to compare with."""
        if not self.base:
            return None
        return self.value / self.base - 1 if math.isfinite(self.value) else math.inf


class ComparisonBars(QWidget):
    """Perplexity by domain: the variant's bar over the thinner one of what it is compared with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[Pair, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changed.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        """One line a pair."""
        return QSize(240, ROW * len(self._pairs))

    def pairs(self) -> tuple[Pair, ...]:
        """What is shown."""
        return self._pairs

    def set_pairs(self, pairs: tuple[Pair, ...]) -> None:
        """Show other lines."""
        self._pairs = pairs
        self.setFixedHeight(ROW * len(pairs))
        self.setAccessibleName(
            ", ".join(f"{pair.name} {numbers.perplexity(pair.value)}" for pair in pairs)
        )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Every line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        finite = [
            v for pair in self._pairs for v in (pair.value, pair.base) if v and math.isfinite(v)
        ]
        top = max(finite, default=1.0)
        for at, pair in enumerate(self._pairs):
            self._draw(painter, at * ROW, pair, top)

    def _draw(self, painter: QPainter, y: int, pair: Pair, top: float) -> None:
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        font = QFont(self.font())
        font.setPixelSize(TYPE.small)
        painter.setFont(font)
        painter.setPen(color("text"))
        width = self.width()
        shown = painter.fontMetrics().elidedText(
            pair.name, Qt.TextElideMode.ElideRight, width - 2 * VALUE_WIDTH - 8
        )
        painter.drawText(QRectF(0, y, width - 2 * VALUE_WIDTH - 8, 18), left, shown)
        value = QRectF(width - 2 * VALUE_WIDTH, y, VALUE_WIDTH, 18)
        painter.drawText(value, right, numbers.perplexity(pair.value))
        if pair.change is not None:
            ink = "text_dim"
            if abs(pair.change) >= NOISE:
                ink = "good" if pair.change < 0 else "bad"
            painter.setPen(color(ink))
            rect = QRectF(width - VALUE_WIDTH, y, VALUE_WIDTH, 18)
            painter.drawText(rect, right, numbers.change(pair.change))
        share = min(pair.value / top, 1.0) if math.isfinite(pair.value) else 1.0
        paint_bar(painter, QRectF(0, y + 20, width, 4), share, "accent")
        if pair.base:
            paint_bar(painter, QRectF(0, y + 26, width, 3), pair.base / top, "bar")

    def _on_theme(self) -> None:
        self.update()
