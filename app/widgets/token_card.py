"""One token in every layer: a line per layer with its experts, their gates, and how sure it was."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app import theme
from app.widgets.focus import FocusRing
from app.widgets.heatmap_view import hatch_tile

LABEL = 40.0
CHIP = 50.0
CHIP_HEIGHT = 22.0
GAP = 4.0
BAR = 34.0  # of the entropy, at the right
GATE = 3.0  # height of the gate's bar within a chip


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An expert that a token chose.

    Attributes:
        expert: Its number.
        gate: The gate that is applied.
        lost: Whether the plan drops it.
    """

    expert: int
    gate: float
    lost: bool


@dataclass(frozen=True, kw_only=True)
class LayerChoices:
    """What a token does in one layer.

    Attributes:
        layer: Decoder layer id.
        choices: Its experts, the highest gate first.
        entropy: Of the router's distribution, in nats.
        most: The entropy of an even choice.
    """

    layer: int
    choices: tuple[Choice, ...]
    entropy: float
    most: float


class TokenCard(QAbstractScrollArea):
    """The layers of one token; a click on an expert says which."""

    expert_chosen = Signal(int, int)  # row and expert
    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerChoices, ...] = ()
        self._at = (-1, 0)  # row and place of the chip with the keyboard
        self._hover = (-1, -1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Experts of the token, layer by layer"))
        theme.theme_changed.connect(self.viewport().update)

    @property
    def layers(self) -> tuple[LayerChoices, ...]:
        """What shows."""
        return self._layers

    def set_layers(self, layers: tuple[LayerChoices, ...]) -> None:
        """Show another token."""
        grown = len(layers) != len(self._layers)
        self._layers = layers
        if grown:
            self._at = (-1, 0)
        self._measure()
        self._describe()

    def set_row(self, row: int) -> None:
        """Mark a layer and scroll to it."""
        if row != self._at[0] and -1 <= row < len(self._layers):
            self._at = (row, 0)
            if row >= 0:
                self._reveal(row)
            self.viewport().update()
            self._describe()

    def chip_rect(self, row: int, place: int) -> QRectF:
        """Where a chip is in the viewport."""
        per_line = self._per_line()
        top = row * self._row_height() - self.verticalScrollBar().value()
        x = LABEL + (place % per_line) * (CHIP + GAP)
        return QRectF(x, top + 3 + (place // per_line) * (CHIP_HEIGHT + GAP), CHIP, CHIP_HEIGHT)

    def sizeHint(self) -> QSize:
        """Four chips wide."""
        return QSize(int(LABEL + 4 * (CHIP + GAP) + BAR + 18), 240)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The layers that are exposed."""
        height = self._row_height()
        offset = self.verticalScrollBar().value()
        first = max(int((event.rect().top() + offset) // height), 0)
        last = min(int((event.rect().bottom() + offset) // height) + 1, len(self._layers))
        hatch = QBrush(hatch_tile(self.devicePixelRatioF()))
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.small)
            painter.setFont(font)
            for row in range(first, last):
                self._paint_row(painter, row, hatch)

    def _paint_row(self, painter: QPainter, row: int, hatch: QBrush) -> None:
        layer = self._layers[row]
        top = row * self._row_height() - self.verticalScrollBar().value()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("text" if row == self._at[0] else "text_dim"))
        box = QRectF(0, top + 3, LABEL - 8, CHIP_HEIGHT)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"L{layer.layer}")
        for place, choice in enumerate(layer.choices):
            self._paint_chip(painter, self.chip_rect(row, place), choice, (row, place), hatch)
        x = self.viewport().width() - BAR - 4
        track = QRectF(x, top + 3 + CHIP_HEIGHT / 2 - 3, BAR, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(track, 2, 2)
        share = layer.entropy / layer.most if layer.most > 0 else 0.0
        painter.setBrush(theme.color("bar"))
        painter.drawRoundedRect(QRectF(x, track.y(), BAR * min(share, 1.0), 6), 2, 2)

    def _paint_chip(
        self, painter: QPainter, box: QRectF, choice: Choice, at: tuple[int, int], hatch: QBrush
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("dropped" if choice.lost else "raised"))
        painter.drawRoundedRect(box, 4, 4)
        if choice.lost:
            painter.setBrush(hatch)
            painter.drawRoundedRect(box, 4, 4)
        share = min(max(abs(choice.gate), 0.0), 1.0)
        painter.setBrush(theme.color("text_dim" if choice.lost else "accent"))
        bar = QRectF(box.x() + 4, box.bottom() - GATE - 2, (box.width() - 8) * share, GATE)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if at in (self._hover, self._at if self.hasFocus() else None):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(theme.color("text"))
        text = box.adjusted(5, 0, -5, -GATE)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(choice.expert))
        number = f"{choice.gate:.2f}".removeprefix("0")
        metrics = QFontMetricsF(painter.font())
        both = metrics.horizontalAdvance(str(choice.expert)) + metrics.horizontalAdvance(number)
        if both <= text.width() - 2:
            painter.setPen(theme.color("text" if choice.lost else "text_dim"))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(text, right, number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an expert or a layer."""
        row, place = self._chip_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or row < 0:
            return
        self._at = (row, max(place, 0))
        self.viewport().update()
        self._describe()
        self.row_chosen.emit(row)
        if place >= 0:
            self.expert_chosen.emit(row, self._layers[row].choices[place].expert)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ours, too: nothing behind is to get half a click."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover."""
        found = self._chip_at(event.position())
        found = found if found[1] >= 0 else (-1, -1)
        if found != self._hover:
            self._hover = found
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if found[0] >= 0 else Qt.CursorShape.ArrowCursor
            )
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._hover = (-1, -1)
        self.viewport().update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move between experts, Enter chooses one."""
        row, place = self._at
        steps = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        if event.key() in steps and self._layers:
            down, right = steps[event.key()]
            row = min(max(row + down, 0), len(self._layers) - 1)
            place = min(max(place + right, 0), len(self._layers[row].choices) - 1)
            self._at = (row, place)
            self._reveal(row)
            self.viewport().update()
            self._describe()
            self.row_chosen.emit(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.expert_chosen.emit(row, self._layers[row].choices[place].expert)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say a chip in words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row, place = self._chip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(row, place), self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chips break into other lines."""
        super().resizeEvent(event)
        self._measure()

    # inside

    def _words(self, row: int, place: int) -> str:
        if row < 0:
            return ""
        layer = self._layers[row]
        if place < 0:
            text = self.tr("L{layer}: entropy {entropy:.2f} of at most {most:.2f} nats")
            return text.format(layer=layer.layer, entropy=layer.entropy, most=layer.most)
        choice = layer.choices[place]
        text = (
            self.tr("L{layer} · expert {expert}, gate {gate:.3f}, dropped by the plan")
            if choice.lost
            else self.tr("L{layer} · expert {expert}, gate {gate:.3f}")
        )
        return text.format(layer=layer.layer, expert=choice.expert, gate=choice.gate)

    def _describe(self) -> None:
        row, place = self._at
        inside = 0 <= row < len(self._layers)
        self.setAccessibleDescription(self._words(row, place) if inside else "")

    def _chip_at(self, at: QPointF) -> tuple[int, int]:
        """Row and place under a point; place −1 between chips, row −1 below the last layer."""
        row = int((at.y() + self.verticalScrollBar().value()) // self._row_height())
        if not 0 <= row < len(self._layers):
            return -1, -1
        for place in range(len(self._layers[row].choices)):
            if self.chip_rect(row, place).contains(at):
                return row, place
        return row, -1

    def _per_line(self) -> int:
        room = self.viewport().width() - LABEL - BAR - 8
        return max(int((room + GAP) // (CHIP + GAP)), 1)

    def _row_height(self) -> float:
        most = max((len(layer.choices) for layer in self._layers), default=1)
        lines = -(-most // self._per_line())
        return lines * (CHIP_HEIGHT + GAP) + 2

    def _reveal(self, row: int) -> None:
        bar, height = self.verticalScrollBar(), self._row_height()
        top, bottom = row * height, (row + 1) * height
        if top < bar.value():
            bar.setValue(int(top))
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(int(bottom - self.viewport().height() + 1))

    def _measure(self) -> None:
        total = self._row_height() * len(self._layers)
        self.verticalScrollBar().setRange(0, max(int(total) - self.viewport().height(), 0))
        self.verticalScrollBar().setPageStep(self.viewport().height())
        self.verticalScrollBar().setSingleStep(int(self._row_height()))
        self.viewport().update()
