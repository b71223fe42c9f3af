"""The line over a plot that says what its curves are worth at one place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import TYPE, color, theme_changed

DOT = 7.0
GAP = 14.0
LONGEST_NAME = 120.0  # logical pixels


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One value: whose, how much, in which colour."""

    name: str
    value: str
    tint: QColor


class Readout(QWidget):
    """Readings from the right to the left, as many as there is room for, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readings: tuple[Reading, ...] = ()
        self._head = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line of small text."""
        return QSize(120, 18)

    def minimumSizeHint(self) -> QSize:
        """It shows what fits."""
        return QSize(0, 18)

    def text(self) -> str:
        """Everything it says, as a reader announces it."""
        words = [f"{r.name} {r.value}".strip() for r in self._readings]
        return " · ".join([self._head, *words] if self._head else words)

    def set_readings(self, readings: tuple[Reading, ...], head: str = "") -> None:
        """Show these values.

        Args:
            readings: The values.
            head: Where they were read; empty for the newest.
        """
        self._readings, self._head = readings, head
        self.setAccessibleName(self.text())
        self.setToolTip("\n".join(f"{r.name}: {r.value}" for r in readings if r.name))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint from the right edge."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(TYPE.caption)
            painter.setFont(font)
            metrics = QFontMetricsF(font)
            right = float(self.width())
            left = metrics.horizontalAdvance(self._head) + GAP if self._head else 0.0
            named = len(self._readings) > 1
            for reading in reversed(self._readings):
                right = self._paint(painter, metrics, reading, right, left, named=named)
                if right < left:
                    break
            if self._head:
                painter.setPen(color("text_dim"))
                box = QRectF(0, 0, max(right, left), self.height())
                painter.drawText(box, _RIGHT if right > left else _LEFT, self._head)

    def _paint(
        self, painter: QPainter, metrics: QFontMetricsF, reading: Reading, right: float,
        left: float, *, named: bool,
    ) -> float:  # fmt: skip
        """One reading that ends at `right`; where the next one may end, negative without room."""
        name = reading.name if named else ""
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, LONGEST_NAME)
        value_width = metrics.horizontalAdvance(reading.value) + 2
        name_width = metrics.horizontalAdvance(name) + 6 if name else 0.0
        start = right - value_width - name_width - DOT - 5
        if start < left:
            return -1.0
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(reading.tint)
        painter.drawEllipse(QPointF(start + DOT / 2, middle), DOT / 2, DOT / 2)
        at = start + DOT + 5
        if name:
            painter.setPen(color("text_dim"))
            painter.drawText(QRectF(at, 0, name_width, self.height()), _LEFT, name)
            at += name_width
        painter.setPen(color("text"))
        painter.drawText(QRectF(at, 0, value_width, self.height()), _LEFT, reading.value)
        return start - GAP


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
