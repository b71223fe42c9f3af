"""The what-if strip: what the plan would cost, as figures side by side.

One widget paints all of them, so that a new plan is one repaint and no layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.provenance import Number

Tone = Literal["text_dim", "good", "warn", "bad"]

PAD, LEAST_PAD = 12.0, 6.0
NARROWEST = 108.0  # logical pixels of a figure; below it the strip breaks into two lines
ONE_LINE = 74
TWO_LINES = 124
SMALLEST_VALUE = 11  # "bundled loader" in a window of 1440 pixels


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number.

    Attributes:
        name: What it is.
        value: The number with its unit.
        note: A word about it: the change, the worst layer.
        tone: The note's colour token.
        tip: What it means, as a tooltip.
        key: What it is to whoever knows where it comes from.
    """

    name: str
    value: str
    note: str = ""
    key: str = ""
    tone: Tone = "text_dim"
    tip: str = ""

    def sentence(self) -> str:
        """The figure as text, for a screen reader."""
        return f"{self.name}: {self.value}{f', {self.note}' if self.note else ''}"


class WhatIfStrip(QWidget):
    """Figures in one outline, each as wide as it needs; in two lines where it is narrow.

    A figure that needed more once keeps it until the strip is resized: cells that moved with every
    edit could not be read.
    """

    # Of the class, too: Qt may ask for the height while Python takes a closed page apart.
    _figures: tuple[Figure, ...] = ()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: tuple[Figure, ...] = ()
        self._needs: tuple[float, ...] = ()  # width of each figure's texts
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("What the plan would cost"))
        theme.theme_changed.connect(self.update)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What is shown."""
        return self._figures

    def set_figures(self, figures: tuple[Figure, ...]) -> None:
        """Show other figures; only those that differ are painted again."""
        old, self._figures = self._figures, figures
        needs = tuple(self._need(figure) for figure in figures)
        if len(old) == len(figures):
            needs = tuple(map(max, self._needs, needs))
        moved, self._needs = needs != self._needs, needs
        if moved or len(old) != len(figures):
            self._break()
            self.update()
        else:
            for index, (before, after) in enumerate(zip(old, figures, strict=True)):
                if before != after:
                    self.update(self.cell(index).toAlignedRect())
        if old != figures:
            self.setAccessibleDescription(". ".join(f.sentence() for f in figures))

    def numbers(self) -> tuple[Number, ...]:
        """The figures, for those who ask where they come from."""
        return tuple(
            Number(key=f.key, name=f.name, value=f.value, box=self.cell(at).toAlignedRect())
            for at, f in enumerate(self._figures)
            if f.key
        )

    def cell(self, index: int) -> QRectF:
        """Where a figure is; in two lines the last one takes what is left."""
        count = max(len(self._figures), 1)
        if not self._two_lines():
            widths = self._widths()
            return QRectF(sum(widths[:index]), 0, widths[index], self.height())
        per_line = (count + 1) // 2
        line, place = divmod(index, per_line)
        width, height = self.width() / per_line, self.height() / 2
        last = index == count - 1
        return QRectF(
            place * width, line * height, self.width() - place * width if last else width, height
        )

    @property
    def _pad(self) -> float:
        """Room at the left of a figure, half of it at its right; less before a text is cut."""
        if self._two_lines() or not self._needs:
            return PAD
        return min(PAD, max((self.width() - sum(self._needs)) / len(self._needs) / 1.5, LEAST_PAD))

    def _widths(self) -> list[float]:
        """What each needs and an equal part of the rest; where that is not there, less for all."""
        needs = [need + 1.5 * self._pad for need in self._needs] or [1.0]
        spare = self.width() - sum(needs)
        if spare < 0:
            return [need * self.width() / sum(needs) for need in needs]
        return [need + spare / len(needs) for need in needs]

    def _need(self, figure: Figure) -> float:
        small = QFontMetricsF(self._font(theme.TYPE.caption, bold=False))
        value = QFontMetricsF(self._font(theme.TYPE.heading, bold=True))
        notes = max(small.horizontalAdvance(text) for text in (figure.name, figure.note))
        return max(notes, value.horizontalAdvance(figure.value)) + 1

    def sizeHint(self) -> QSize:
        """Wide enough for one line."""
        return QSize(round(128 * max(len(self._figures), 7)), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Wide enough for two."""
        return QSize(380, ONE_LINE)

    def hasHeightForWidth(self) -> bool:
        """Two lines are higher than one."""
        return True

    def heightForWidth(self, width: int) -> int:
        """One line or two."""
        return TWO_LINES if width / max(len(self._figures), 7) < NARROWEST else ONE_LINE

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break again."""
        super().resizeEvent(event)
        self._needs = tuple(self._need(figure) for figure in self._figures)
        self._break()

    def _break(self) -> None:
        height = self.heightForWidth(self.width())
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def _two_lines(self) -> bool:
        return self.height() > (ONE_LINE + TWO_LINES) / 2

    def event(self, event: QEvent) -> bool:
        """Explain the figure under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for index, figure in enumerate(self._figures):
                if self.cell(index).contains(event.pos()):
                    ask = self.tr("Right click, or I: what made this number") if figure.key else ""
                    tip = "\n".join(part for part in (figure.tip, ask) if part)
                    QToolTip.showText(event.globalPos(), tip, self)
                    return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The outline, the hairlines and the figures that are exposed."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.color("line"))
            painter.setBrush(theme.color("surface"))
            outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(outline, 8, 8)
            if self._two_lines():
                painter.fillRect(QRectF(1, self.height() / 2, self.width() - 2, 1),
                                 theme.color("line"))  # fmt: skip
            for index, figure in enumerate(self._figures):
                cell = self.cell(index)
                if cell.x() > 0:
                    edge = QRectF(round(cell.x()), cell.y() + 1, 1, cell.height() - 2)
                    painter.fillRect(edge, theme.color("line"))
                if cell.intersects(QRectF(event.rect())):
                    self._paint_figure(painter, cell, figure)

    def _paint_figure(self, painter: QPainter, cell: QRectF, figure: Figure) -> None:
        tight = cell.height() < ONE_LINE - 4
        pad = self._pad
        x, width = cell.x() + pad, cell.width() - 1.5 * pad
        y = cell.y() + (6 if tight else 11)
        step = 17 if tight else 19
        small = self._font(theme.TYPE.caption, bold=False)
        self._line(painter, QRectF(x, y, width, 15), figure.name, small, "text_dim")
        size = theme.TYPE.heading
        while size > SMALLEST_VALUE:
            font = self._font(size, bold=True)
            if QFontMetricsF(font).horizontalAdvance(figure.value) <= width:
                break
            size -= 1
        self._line(painter, QRectF(x, y + step - 3, width, 22), figure.value,
                   self._font(size, bold=True), "text")  # fmt: skip
        self._line(painter, QRectF(x, y + 2 * step - 1, width, 15), figure.note, small, figure.tone)

    def _line(self, painter: QPainter, box: QRectF, text: str, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(token))
        elided = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)

    def _font(self, size: int, *, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font
