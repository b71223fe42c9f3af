"""The decoder's layers as a row of columns: how many experts each has, and which are dense."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import TYPE, color, theme_changed

HEIGHT = 92
FOOT = 18  # room for the layers' numbers


class LayerRibbon(QWidget):
    """One column a layer; its dots are experts, the bright ones those that a token uses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experts: dict[int, int] = {}
        self._layers = 0
        self._top_k = 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme_changed.connect(self.update)

    def set_layers(self, layers: int, experts: dict[int, int], top_k: int) -> None:
        """Show another model.

        Args:
            layers: Decoder layers.
            experts: Layer id → its routed experts; other layers are dense.
            top_k: Experts that a token uses.
        """
        self._layers, self._experts, self._top_k = layers, experts, top_k
        counts = sorted(set(experts.values()))
        self.setAccessibleName(
            self.tr("{moe} of {layers} layers have experts: {counts}").format(
                moe=len(experts), layers=layers, counts=", ".join(str(n) for n in counts)
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is."""
        return QSize(320, HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the layer under the pointer."""
        layer = int(event.position().x() / max(self.width() / max(self._layers, 1), 0.001))
        if not 0 <= layer < self._layers:
            return
        count = self._experts.get(layer)
        if count is None:
            self.setToolTip(self.tr("Layer {layer}: dense").format(layer=layer))
        else:
            text = self.tr("Layer {layer}: {count} experts").format(layer=layer, count=count)
            self.setToolTip(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Columns, then the numbers of some layers below."""
        if not self._layers:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        pitch = self.width() / self._layers
        gap = min(2.0, pitch * 0.2)
        room = self.height() - FOOT
        most = max(self._experts.values(), default=1)
        for layer in range(self._layers):
            x = layer * pitch
            count = self._experts.get(layer)
            if count is None:
                area = QRectF(x, room - 8, pitch - gap, 8)
                painter.setBrush(color("track"))
                painter.drawRoundedRect(area, 2, 2)
                continue
            height = max(room * count / most, 12.0)
            active = max(height * min(self._top_k / count, 1.0), 3.0)
            painter.setBrush(color("bar"))
            painter.drawRoundedRect(QRectF(x, room - height, pitch - gap, height), 2, 2)
            painter.setBrush(color("accent"))
            painter.drawRoundedRect(QRectF(x, room - active, pitch - gap, active), 2, 2)
        self._paint_numbers(painter, pitch)

    def _paint_numbers(self, painter: QPainter, pitch: float) -> None:
        font = QFont(self.font())
        font.setPixelSize(TYPE.caption)
        painter.setFont(font)
        painter.setPen(color("text_dim"))
        every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if step * pitch >= 28)
        for layer in range(0, self._layers, every):
            area = QRectF(layer * pitch, self.height() - FOOT + 3, max(pitch, 40), FOOT - 3)
            at = area if pitch >= 40 else area.translated(QPointF(0, 0))
            align = Qt.AlignmentFlag.AlignHCenter if pitch >= 40 else Qt.AlignmentFlag.AlignLeft
            painter.drawText(at, align | Qt.AlignmentFlag.AlignVCenter, f"L{layer}")
