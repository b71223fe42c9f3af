"""A row of controls that breaks where it is too narrow: nothing in it is ever cut."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from app.theme import UNIT

Line = list[QLayoutItem]


class Flow(QLayout):
    """Things from left to right, in as many lines as they need.

    Where all fit, what comes after a None stands at the right edge; where not, that group has lines
    of its own, at the right as well, so that the last button keeps its corner.

    Args:
        items: Widgets; an int is a further gap in pixels, None parts both groups.
        spacing: Between things, and between lines.
    """

    def __init__(self, *items: QWidget | int | None, spacing: int = UNIT) -> None:
        super().__init__()
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []
        self._gaps: dict[int, int] = {}  # before an item, by its place
        self._tail = -1  # the first item of the second group
        for item in items:
            if item is None:
                self._tail = len(self._items)
            elif isinstance(item, int):
                self._gaps[len(self._items)] = item
            else:
                self.addWidget(item)

    # what Qt asks of a layout

    def addItem(self, item: QLayoutItem) -> None:
        """Add one more at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One item, or None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Takes the width that there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the lines at a width."""
        heights = [max(i.sizeHint().height() for i in line) for line, _ in self._lines(width)]
        return sum(heights) + self.spacing() * max(len(heights) - 1, 0)

    def sizeHint(self) -> QSize:
        """One line."""
        items = self._shown()
        width = self._width(items)
        return QSize(width, max((i.sizeHint().height() for i in items), default=0))

    def minimumSize(self) -> QSize:
        """Room for the widest thing alone."""
        sizes = [item.minimumSize() for item in self._shown()]
        wide = max((size.width() for size in sizes), default=0)
        return QSize(wide, max((size.height() for size in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        """Put everything where it belongs."""
        super().setGeometry(rect)
        y = rect.y()
        for line, group in self._lines(rect.width()):
            high = max(item.sizeHint().height() for item in line)
            self._place(line, QRect(rect.x(), y, rect.width(), high), group)
            y += high + self.spacing()

    # how they break

    def _shown(self) -> Line:
        return [item for item in self._items if not item.isEmpty()]

    def _gap(self, item: QLayoutItem) -> int:
        return self.spacing() + self._gaps.get(self._items.index(item), 0)

    def _width(self, items: Line) -> int:
        gaps = sum(self._gap(item) for item in items[1:])
        return sum(item.sizeHint().width() for item in items) + gaps

    def _lines(self, width: int) -> list[tuple[Line, str]]:
        """Lines with where they stand: "both" has the first group left and the second right."""
        shown = self._shown()
        if self._width(shown) <= width:
            return [(shown, "both")] if shown else []
        at = len(self._items) if self._tail < 0 else self._tail
        tail = {id(item) for item in self._items[at:]}
        first = [item for item in shown if id(item) not in tail]
        second = [item for item in shown if id(item) in tail]
        return [
            *((line, "left") for line in self._broken(first, width)),
            *((line, "right") for line in self._broken(second, width)),
        ]

    def _broken(self, items: Line, width: int) -> list[Line]:
        lines: list[Line] = []
        for item in items:
            if lines and self._width([*lines[-1], item]) <= width:
                lines[-1].append(item)
            else:
                lines.append([item])
        return lines

    def _place(self, line: Line, area: QRect, group: str) -> None:
        at = self._tail if group == "both" and self._tail >= 0 else len(self._items)
        tail = {id(item) for item in self._items[at:]}
        spare = area.width() - self._width(line)
        x, pushed = area.x(), group == "left"
        if group == "right":
            x, pushed = x + max(spare, 0), True
        for number, item in enumerate(line):
            if number:
                x += self._gap(item)
            if id(item) in tail and not pushed:
                x, pushed = x + max(spare, 0), True
            wide = min(item.sizeHint().width(), area.width())
            high = item.sizeHint().height()
            item.setGeometry(QRect(x, area.y() + (area.height() - high) // 2, wide, high))
            x += wide


def flowing(*items: QWidget | int | None, spacing: int = UNIT) -> QWidget:
    """A widget with a flow in it."""
    out = QWidget()
    out.setLayout(Flow(*items, spacing=spacing))
    return out
