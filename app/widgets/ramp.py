"""A colour scale in one line: the number at the dark end, the colours, the number at the bright."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.widgets.colormap import pack
from app.widgets.heatmap_view import hatch_tile

WIDTH = 96.0
HEIGHT = 22
SIDE = 13.0


class Ramp(QWidget):
    """The scale of a map, and what its hatch means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = ("", "", "")  # low, middle, high
        self._hatch = ""
        self._differences = False
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.update)

    def set_scale(
        self,
        low: str,
        high: str,
        *,
        middle: str = "",
        hatch: str = "",
        differences: bool = False,
    ) -> None:
        """Show other ends, another hatch, the other scale; without ends no scale shows."""
        self._texts, self._hatch = (low, middle, high), hatch
        self._differences = differences
        self.setAccessibleName(
            self.tr("Colour scale from {low} to {high}").format(low=low, high=high)
        )
        self.update()

    def sizeHint(self) -> QSize:
        """What there is."""
        return QSize(320, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Scale, then hatch."""
        with QPainter(self) as painter:
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            low, middle, high = self._texts
            x = 0.0
            if low or high:
                x = self._text(painter, x, low) + 6
                self._scale(painter, x)
                if middle:
                    # A mark under the middle, its number would not fit into the line.
                    painter.fillRect(
                        QRectF(x + WIDTH / 2 - 0.5, HEIGHT / 2 - 7, 1, 14), theme.color("text_dim")
                    )
                x = self._text(painter, x + WIDTH + 6, high) + 22
            if self._hatch:
                box = QRectF(x, (HEIGHT - SIDE) / 2, SIDE, SIDE)
                painter.fillRect(box, theme.color("dropped"))
                painter.fillRect(box, QBrush(hatch_tile(self.devicePixelRatioF())))
                self._text(painter, x + SIDE + 6, self._hatch)

    def _scale(self, painter: QPainter, x: float) -> None:
        table = theme.difference_scale() if self._differences else theme.scale()
        words = np.ascontiguousarray(pack(table))
        strip = QImage(words.data, len(words), 1, 4 * len(words), QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(x, HEIGHT / 2 - 4, WIDTH, 8), strip)

    def _text(self, painter: QPainter, x: float, text: str) -> float:
        width = QFontMetricsF(painter.font()).horizontalAdvance(text)
        painter.setPen(theme.color("text_dim"))
        painter.drawText(QRectF(x, 0, width + 2, HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
        return x + width
