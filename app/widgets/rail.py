"""The rail at the left: the steps of the work, where each stands, and why."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QWidget

from app.theme import RAIL_NARROW, RAIL_WIDTH, TYPE, UNIT, color, pixmap, theme, theme_changed
from app.widgets.focus import came_by_key, paint_ring
from app.widgets.forms import column

_DOT = {"done": "good", "stale": "accent", "ready": "text_faint", "blocked": "line_strong"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the rail says about one step.

    Attributes:
        title: Its name.
        subtitle: A few words on what is there now.
        kind: "done", "stale", "ready" or "blocked".
        reason: Why it stands there; the tooltip.
        icon_name: What a narrow rail draws over the name.
        place: It is no step of the work: its icon is drawn instead of the dot.
    """

    title: str
    subtitle: str = ""
    kind: str = "ready"
    reason: str = ""
    icon_name: str = ""
    place: bool = False


class RailItem(QAbstractButton):
    """One step: a dot for its state, its name, and a line below; or an icon over the name."""

    def __init__(self, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = step
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._by_key = False
        self._narrow = False
        theme_changed.connect(self.update)
        self.set_step(step)

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Whether there is room for an icon over the name only; the rest is in the tooltip."""
        self._narrow = narrow
        self.set_step(self.step)

    def set_step(self, step: Step) -> None:
        """Say something else about the step."""
        self.step = step
        self.setText(step.title)
        self.setToolTip("\n".join(self._told()))
        self.setAccessibleName(step.title)
        self.setAccessibleDescription(". ".join(t for t in (step.subtitle, step.reason) if t))
        self.updateGeometry()
        self.update()

    def _told(self) -> tuple[str, ...]:
        """What the tooltip says: why, and what the item has no room for."""
        lines = (self.step.subtitle, self.step.reason) if self._narrow else (self.step.reason,)
        return tuple(line for line in lines if line)

    def sizeHint(self) -> QSize:
        """Lower where there is no second line."""
        if self._narrow:
            return QSize(RAIL_NARROW - UNIT, 50)
        return QSize(RAIL_WIDTH - 2 * UNIT, 50 if self.step.subtitle else 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, dot, two lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if self._narrow:
            self._paint_narrow(painter)
            return
        self._paint_dot(painter)
        two = bool(self.step.subtitle)
        left, width = 28, self.width() - 28 - 10
        name = QFont(self.font())
        name.setWeight(QFont.Weight.DemiBold)
        name.setPixelSize(TYPE.body)
        painter.setFont(name)
        faint = self.step.kind == "blocked" and not self.isChecked()
        painter.setPen(color("text_faint" if faint else "text"))
        top = 8
        self._line(painter, QRectF(left, top, width, 18), self.step.title)
        if two:
            small = QFont(self.font())
            small.setPixelSize(TYPE.caption)
            painter.setFont(small)
            painter.setPen(color("text_faint" if faint else "text_dim"))
            self._line(painter, QRectF(left, top + 18, width, 16), self.step.subtitle)

    def _paint_narrow(self, painter: QPainter) -> None:
        faint = self.step.kind == "blocked" and not self.isChecked()
        middle = self.width() / 2
        token = "text_faint" if faint else "text" if self.isChecked() else "text_dim"
        ink = getattr(theme(), token)
        painter.drawPixmap(QPointF(middle - 9, 7), pixmap(self.step.icon_name, ink, 18))
        if self.step.kind in {"done", "stale"} and not self.step.place:
            self._paint_mark(painter, QRectF(middle + 13, 7, 6, 6))
        font = QFont(self.font())
        font.setPixelSize(TYPE.caption)
        painter.setFont(font)
        painter.setPen(color(token))
        area = QRectF(2, 28, self.width() - 4, 16)
        self._line(painter, area, self.step.title, Qt.AlignmentFlag.AlignCenter)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw a ring for who walks by keys, none for who clicks."""
        self._by_key = came_by_key(event)
        super().focusInEvent(event)

    def _line(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
    ) -> None:
        width = int(area.width())
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(area, align, shown)

    def _paint_ground(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(color("raised", 1.0 if self.isChecked() else 0.5))
            painter.drawRoundedRect(area, 6, 6)
        if self.hasFocus() and self._by_key:
            paint_ring(painter, self.rect(), 6)

    def _paint_dot(self, painter: QPainter) -> None:
        if self.step.place:
            mark = pixmap(self.step.icon_name, theme().text_dim, 16)
            painter.drawPixmap(QPoint(6, 9), mark)
            return
        self._paint_mark(painter, QRectF(10, 8 + 5, 8, 8))

    def _paint_mark(self, painter: QPainter, dot: QRectF) -> None:
        ink = color(_DOT[self.step.kind])
        if self.step.kind in {"done", "stale"}:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(dot)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ink, 1.25))
            painter.drawEllipse(dot.adjusted(0.5, 0.5, -0.5, -0.5))


class Rail(QFrame):
    """The steps from the top down; exactly one is current."""

    chosen = Signal(int)

    def __init__(self, steps: tuple[Step, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "rail")
        self.setFixedWidth(RAIL_WIDTH)
        self.items = tuple(RailItem(step) for step in steps)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        for index, item in enumerate(self.items):
            self._group.addButton(item, index)
        self._group.idClicked.connect(self.chosen)
        self._narrow = False
        box = column(*self.items, None, spacing=4, margins=(UNIT, 12, UNIT, 12))
        self.setLayout(box)

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Give the page room in a narrow window: icons with their names below."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        side = UNIT // 2 if narrow else UNIT
        self.layout().setContentsMargins(side, 12, side, 12)
        self.setFixedWidth(RAIL_NARROW if narrow else RAIL_WIDTH)
        for item in self.items:
            item.set_narrow(narrow)

    def set_current(self, index: int) -> None:
        """Mark the step that is shown."""
        self.items[index].setChecked(True)

    def set_step(self, index: int, step: Step) -> None:
        """Say something else about one step."""
        if self.items[index].step != step:
            self.items[index].set_step(step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down walk the steps."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        focused = self.focusWidget()
        if step is None or focused not in self.items:
            super().keyPressEvent(event)
            return
        index = (self.items.index(focused) + step) % len(self.items)
        self.items[index].setFocus(Qt.FocusReason.TabFocusReason)
        self.items[index].click()
