"""Find parts that lie over one another, or reach beyond what holds them: for lack of room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLayout, QSplitter, QStackedLayout, QWidget

# Frames may share a hairline.
SLACK = 2


def crowded(window: QWidget) -> list[str]:
    """Widgets of one layout or splitter that intersect, or that its owner does not contain."""
    found = []
    for owner in (window, *window.findChildren(QWidget)):
        if not owner.isVisible():
            continue
        parts = [part for part in _laid_out(owner) if part.isVisibleTo(owner)]
        for part in parts:
            box = part.geometry().adjusted(SLACK, SLACK, -SLACK, -SLACK)
            if box.isValid() and not owner.rect().contains(box):
                found.append(f"{_name(part)} reaches beyond {_name(owner)}: {_in(box, owner)}")
        for one, other in combinations(parts, 2):
            shared = one.geometry() & other.geometry()
            if shared.width() > SLACK and shared.height() > SLACK:
                found.append(f"{_name(one)} and {_name(other)} share {shared.getRect()}")
    return found


def _laid_out(owner: QWidget) -> list[QWidget]:
    """What a widget places beside each other, or the page of a stack that is turned up."""
    if isinstance(owner, QSplitter):
        return [owner.widget(at) for at in range(owner.count())]
    layout = owner.layout()
    return [] if layout is None else list(_of(layout))


def _of(layout: QLayout) -> Iterator[QWidget]:
    if isinstance(layout, QStackedLayout):
        if (page := layout.currentWidget()) is not None:
            yield page
        return
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _of(inner)


def _in(box: QRect, owner: QWidget) -> str:
    return f"{box.getRect()} in {owner.width()}×{owner.height()}"


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    said = f" “{text()[:40]}”" if callable(text) and isinstance(text(), str) and text() else ""
    return f"{type(widget).__name__}{said}"
