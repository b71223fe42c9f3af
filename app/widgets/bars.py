"""Painted bars: one value against a track, and the parts of a whole."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import color, theme, theme_changed


class Bar(QWidget):
    """A share of one as a thin rounded bar.

    Args:
        token: The colour token of the filled part.
        width: Its fixed width in pixels; 0 lets it grow.
        height: Its thickness.
    """

    def __init__(
        self,
        token: str = "accent",  # noqa: S107 - a colour, not a secret
        *,
        width: int = 0,
        height: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._token = token
        self._share: float | None = 0.0
        self._hint = QSize(width or 120, height)
        self.setFixedHeight(height)
        if width:
            self.setFixedWidth(width)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changed.connect(self.update)

    def set_share(self, share: float | None, token: str = "") -> None:
        """Show a share from 0 to 1; None while it is unknown."""
        token = token or self._token
        if (share, token) != (self._share, self._token):
            self._share, self._token = share, token
            self.update()

    def sizeHint(self) -> QSize:
        """As it was asked for."""
        return self._hint

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Track, then the filled part."""
        painter = QPainter(self)
        paint_bar(painter, QRectF(self.rect()), self._share, self._token)


def paint_bar(painter: QPainter, area: QRectF, share: float | None, token: str) -> None:
    """Paint a bar as `Bar` does; for delegates."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = area.height() / 2
    painter.setBrush(color("track"))
    painter.drawRoundedRect(area, radius, radius)
    if share is not None and share > 0:
        clip = QPainterPath()
        clip.addRoundedRect(area, radius, radius)
        painter.setClipPath(clip)
        filled = QRectF(area)
        filled.setWidth(max(area.width() * min(share, 1.0), area.height()))
        painter.setBrush(color(token))
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()


@dataclass(frozen=True)
class Part:
    """One part of a whole.

    Attributes:
        name: What it is.
        amount: How much of it there is, in any unit.
        text: The amount as it is read.
        key: What it is to whoever knows where it comes from; empty for nobody.
    """

    name: str
    amount: float
    text: str
    key: str = ""


def part_color(index: int) -> QColor:
    """The fill of the index-th part."""
    parts = theme().parts
    return QColor(parts[index % len(parts)])


class StackedBar(QWidget):
    """The parts of a whole, side by side; hovering names one."""

    def __init__(self, *, height: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self.setFixedHeight(height)
        self.setMouseTracking(True)
        theme_changed.connect(self.update)

    def set_parts(self, parts: tuple[Part, ...]) -> None:
        """Show other parts, in this order."""
        self._parts = parts
        self.setAccessibleName(", ".join(f"{part.name} {part.text}" for part in parts))
        self.update()

    def areas(self) -> list[QRectF]:
        """Where each part lies; a part that is there is at least two pixels wide."""
        whole = sum(part.amount for part in self._parts) or 1.0
        gap = 1.0
        room = self.width() - gap * max(len(self._parts) - 1, 0)
        widths = [max(room * part.amount / whole, 2.0) for part in self._parts]
        excess = sum(widths) - room
        if widths and excess > 0:
            widths[widths.index(max(widths))] -= excess
        out, x = [], 0.0
        for width in widths:
            out.append(QRectF(x, 0, width, self.height()))
            x += width + gap
        return out

    def mouseMoveEvent(self, event) -> None:
        """Name the part under the pointer."""
        for part, area in zip(self._parts, self.areas(), strict=True):
            if area.contains(event.position()):
                self.setToolTip(f"{part.name} · {part.text}")
                return
        self.setToolTip("")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The parts within one rounded outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setClipPath(clip)
        if not self._parts:
            painter.fillRect(self.rect(), color("track"))
        for index, area in enumerate(self.areas()):
            painter.fillRect(area, part_color(index))


class Swatch(QWidget):
    """The small square that links a line of a legend to its part."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self.setFixedSize(10, 10)
        theme_changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A rounded square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(part_color(self._index))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
