"""Where the parts of a window are: the tree of its panels, views and drawings with their places.

Letters are not measured: a part is what has a ground or draws by itself, and beside its place it
says how many labels, buttons and fields show in it, and which texts are cut short. Another font
moves a part by a few pixels and makes it a few per cent larger; a column that moved or shrank by a
quarter, a part that went, a text that lost a sixth of its room is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMainWindow,
    QSplitter,
    QTabBar,
    QWidget,
)

from app.widgets.elided_button import ElidedButton
from app.widgets.forms import ElidedLabel

# A part is at least this large, in square pixels; one that is new must be twice that to be told.
LEAST_AREA = 8_000
# Pixels, and share of the distance from the corner or of the size, that fonts may move a part.
MOVED, MOVED_SHARE, GREW, GREW_SHARE = 16, 0.04, 12, 0.12
# A font of another family has lines of another height, which add up on the way down.
LOOSE_DOWN, LOOSE_GREW = 0.12, 0.2
# A text may lack this share of its width before it counts as cut: another font is wider.
CUT = 0.85


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        place: x, y, width, height in the window.
        counts: Visible labels, buttons and fields in it but not in a part of it.
    """

    place: tuple[int, int, int, int]
    counts: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class Layout:
    """All parts by path, and the texts that are cut with the share of their width that shows."""

    parts: dict[str, Part]
    cut: dict[str, float] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        """As text, indented like the tree; then the texts that are cut on purpose."""
        out = []
        for path, part in self.parts.items():
            depth, name = path.count("/"), path.rpartition("/")[2]
            numbers = ",".join(map(str, part.place)) + " " + "-".join(map(str, part.counts))
            out.append(f"{' ' * depth}{name} {numbers}")
        return (*out, *(f"… {text}" for text in sorted(self.cut)))

    @classmethod
    def parse(cls, lines: list[str]) -> Layout:
        """From its lines."""
        parts: dict[str, Part] = {}
        cut: dict[str, float] = {}
        path: list[str] = []
        for line in lines:
            if line.startswith("… "):
                cut[line[2:]] = 0.0
                continue
            depth = len(line) - len(line.lstrip(" "))
            name, place, counts = line.split()
            path[depth:] = [name]
            parts["/".join(path)] = Part(
                tuple(int(n) for n in place.split(",")),  # type: ignore[arg-type]
                tuple(int(n) for n in counts.split("-")),  # type: ignore[arg-type]
            )
        return cls(parts, cut)


def lay(root: QWidget) -> Layout:
    """The layout of what shows in a window: of the main window without rail and bars."""
    parts: dict[str, Part] = {}
    tops = [root]
    if isinstance(root, QMainWindow) and hasattr(root, "splitter"):
        tops = [root.splitter]  # rail and bars have a picture of their own
    for top in tops:
        _walk(top, root, "", parts)
    return Layout(parts, _cut(root))


def _walk(widget: QWidget, root: QWidget, above: str, parts: dict[str, Part]) -> None:
    path = f"{above}/{_name(widget)}" if above else _name(widget)
    number = 2
    while path in parts:
        path = f"{above}/{_name(widget)}#{number}" if above else f"{_name(widget)}#{number}"
        number += 1
    corner = widget.mapTo(root, QPoint(0, 0)) if widget is not root else QPoint(0, 0)
    place = (corner.x(), corner.y(), widget.width(), widget.height())
    counts = [0, 0, 0]
    below: list[QWidget] = []
    for child in _shown(widget):
        if _is_part(child):
            below.append(child)
        elif isinstance(child, QLabel):
            counts[0] += bool(child.text())
        elif isinstance(child, QAbstractButton):
            counts[1] += 1
        elif isinstance(child, QComboBox | QAbstractSpinBox | QLineEdit):
            counts[2] += 1
    parts[path] = Part(place, (counts[0], counts[1], counts[2]))
    for child in below:
        _walk(child, root, path, parts)


def _shown(widget: QWidget) -> Iterator[QWidget]:
    """Visible descendants, those below a part left to that part."""
    for child in widget.children():
        if not isinstance(child, QWidget) or child.isWindow() or not child.isVisibleTo(widget):
            continue
        yield child
        inside_a_field = isinstance(child, QComboBox | QAbstractSpinBox | QLineEdit)
        if not _is_part(child) and not inside_a_field:
            yield from _shown(child)


def _is_part(widget: QWidget) -> bool:
    if widget.width() * widget.height() < LEAST_AREA or min(widget.width(), widget.height()) < 16:
        return False
    if isinstance(widget, QLabel | QAbstractButton | QComboBox | QAbstractSpinBox | QLineEdit):
        return False
    if isinstance(widget, QAbstractScrollArea | QSplitter | QTabBar):
        return True
    if isinstance(widget, QFrame) and widget.property("panel"):
        return True
    return type(widget).__module__.startswith("app.")


def _name(widget: QWidget) -> str:
    kind = widget.property("panel") if type(widget) is QFrame else ""
    return f"{type(widget).__name__}:{kind}" if kind else type(widget).__name__


def _cut(root: QWidget) -> dict[str, float]:
    """Texts that are shortened; one with a path in it always may be."""
    found: dict[str, float] = {}
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, ElidedLabel | ElidedButton) or not widget.isVisibleTo(root):
            continue
        whole = widget.full_text if isinstance(widget, ElidedLabel) else widget.text()
        shown = widget.text() if isinstance(widget, ElidedLabel) else widget.shown_text()
        if whole == shown or "/" in whole:
            continue
        metrics = widget.fontMetrics()
        share = metrics.horizontalAdvance(shown) / max(metrics.horizontalAdvance(whole), 1)
        found[re.sub(r"\d+", "0", whole)[:60]] = share
    return found


def difference(now: Layout, reference: Layout, *, loose: bool = False) -> list[str]:
    """What moved, went, came, or is cut; `loose` where the fonts are of two families."""
    found = []
    for path, was in reference.parts.items():
        part = now.parts.get(path)
        if part is None:
            if was.place[2] * was.place[3] > 2 * LEAST_AREA:
                found.append(f"{path} went")
            continue
        if moved := _moved(part.place, was.place, loose=loose):
            found.append(f"{path} {moved}")
        if part.counts != was.counts:
            found.append(f"{path} has {_words(part.counts)}, had {_words(was.counts)}")
    for path, part in now.parts.items():
        if path not in reference.parts and part.place[2] * part.place[3] > 2 * LEAST_AREA:
            found.append(f"{path} came")
    for text, share in now.cut.items():
        if text not in reference.cut and share < CUT:
            found.append(f"“{text}” is cut to {share:.0%} of its width")
    return found


def _moved(now: tuple[int, ...], was: tuple[int, ...], *, loose: bool) -> str:
    down, taller = (LOOSE_DOWN, LOOSE_GREW) if loose else (MOVED_SHARE, GREW_SHARE)
    places = (MOVED + MOVED_SHARE * abs(was[0]), MOVED + down * abs(was[1]))
    sizes = (GREW + GREW_SHARE * was[2], GREW + taller * was[3])
    apart = [abs(a - b) for a, b in zip(now, was, strict=True)]
    if all(a <= slack for a, slack in zip(apart, (*places, *sizes), strict=True)):
        return ""
    return f"is at {QRect(*now).getRect()}, was at {QRect(*was).getRect()}"


def _words(counts: tuple[int, int, int]) -> str:
    return "{} labels, {} buttons, {} fields".format(*counts)
