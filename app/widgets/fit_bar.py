"""How much something needs, as a range, against what is free."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import color, theme_changed

# Room to the right of the greater of the two, so that a bar that fits is not full.
HEADROOM = 1.1


class FitBar(QWidget):
    """A bar from 0: solid up to the low estimate, hatched up to the high one, a line at free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low = self._high = 0.0
        self._free: float | None = None
        self.setFixedHeight(18)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changed.connect(self.update)

    def set_range(self, low: float, high: float, free: float | None) -> None:
        """Show other figures, in any unit; free is None where nobody knows."""
        self._low, self._high, self._free = low, high, free
        self.update()

    @property
    def token(self) -> str:
        """The colour of the verdict: fits, may fit, does not fit."""
        if self._free is None:
            return "bar"
        if self._high <= self._free:
            return "good"
        return "warn" if self._low <= self._free else "bad"

    def sizeHint(self) -> QSize:
        """As wide as there is."""
        return QSize(200, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Track, range, line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 5, self.width(), 8)
        whole = max(self._high, self._free or 0.0, 1.0) * HEADROOM
        clip = QPainterPath()
        clip.addRoundedRect(track, 4, 4)
        painter.setClipPath(clip)
        painter.fillRect(track, color("track"))
        low = self.width() * self._low / whole
        high = self.width() * self._high / whole
        painter.fillRect(QRectF(0, 5, low, 8), color(self.token))
        area = QRectF(low, 5, max(high - low, 0), 8)
        painter.fillRect(area, color(self.token, 0.25))
        painter.fillRect(area, QBrush(color(self.token), Qt.BrushStyle.BDiagPattern))
        painter.setClipping(False)
        if self._free is not None:
            x = min(self.width() * self._free / whole, self.width() - 1.0)
            painter.setPen(QPen(color("text"), 2))
            painter.drawLine(QPointF(x, 1), QPointF(x, 17))
