"""Cards: a titled surface, and strips of figures with their captions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.theme import UNIT
from app.widgets.forms import ElidedLabel, column, label, line, row, set_property
from app.widgets.provenance import Number

PAD = 12  # at both sides of a figure
MOST_NEEDED = 176  # logical pixels: a figure that needs more is cut short, not given a line
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Card(QFrame):
    """A surface with a heading; fill `body`.

    Args:
        title: Its heading; empty for none.
        note: A few words at the right of the heading.
    """

    def __init__(self, title: str = "", note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * UNIT, 12, 2 * UNIT, 2 * UNIT)
        outer.setSpacing(12)
        self.heading = label(title, "strong")
        self.note = label(note, "caption")
        self._head = row(self.heading, None, self.note)
        if title:
            outer.addLayout(self._head)
        self.body = QVBoxLayout()
        self.body.setSpacing(UNIT)
        self.body.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self.body, 1)

    def add_tool(self, tool: QWidget) -> None:
        """Put a button at the right end of the heading, which must be there."""
        self._head.addWidget(tool)


class Figure(QWidget):
    """A caption, a value, and a note below it that may be good or bad news."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ""  # what it is to whoever knows where it comes from
        self.caption = ElidedLabel(caption, "caption")
        self.value = ElidedLabel("–", "value")
        self.note = ElidedLabel("", "caption")
        self.setLayout(column(self.caption, self.value, self.note, spacing=2))
        self.setMinimumWidth(72)

    def needed(self) -> int:
        """Width that cuts nothing."""
        texts = (self.caption, self.value, self.note)
        return max(text.sizeHint().width() for text in texts) + 2 * PAD

    def number(self) -> Number | None:
        """What it shows, where in its strip, for those who ask where it comes from."""
        if not self.key:
            return None
        name, value = self.caption.full_text, self.value.full_text
        return Number(key=self.key, name=name, value=value, box=self.geometry())

    def set_value(self, value: str, note: str = "", role: str = "caption") -> None:
        """Show a value; the note's role is "caption", "good", "warn" or "bad"."""
        self.value.set_text(value)
        set_property(self.note, "role", role)
        self.note.set_text(note)
        self.setAccessibleName(f"{self.caption.full_text}: {value} {note}".strip())


class FigureStrip(QFrame):
    """Figures side by side in one card, parted by hairlines; in two lines where that is narrow."""

    def __init__(self, captions: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.figures = tuple(Figure(caption, self) for caption in captions)
        self._lines = tuple(line(parent=self) for _ in captions)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for figure in self.figures:
            figure.setContentsMargins(PAD, 10, PAD, 10)

    def per_line(self, width: int) -> int:
        """How many figures have room side by side without one being cut short."""
        count = len(self.figures)
        needed = min(max(figure.needed() for figure in self.figures), MOST_NEEDED)
        return count if width >= count * needed else (count + 1) // 2

    def heightForWidth(self, width: int) -> int:
        """Of one line or two."""
        return self._high * -(-len(self.figures) // self.per_line(width))

    @property
    def _high(self) -> int:
        return max(figure.sizeHint().height() for figure in self.figures)

    def sizeHint(self) -> QSize:
        """As the width that there is asks."""
        return QSize(480, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Narrow: figures are cut short before they push anything aside."""
        return QSize(240, self._high)

    def event(self, event: QEvent) -> bool:
        """A longer value may need the second line."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break again."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        per_line, high = self.per_line(self.width()), self._high
        for at, (figure, edge) in enumerate(zip(self.figures, self._lines, strict=True)):
            row_at, place = divmod(at, per_line)
            left = self.width() * place // per_line
            right = self.width() * (place + 1) // per_line
            figure.setGeometry(left, row_at * high, right - left, high)
            if place:
                edge.setGeometry(left, row_at * high + 1, 1, high - 2)
            else:
                edge.setGeometry(1, row_at * high, self.width() - 2, 1)
            edge.setVisible(at > 0)
        # Of a fixed height rather than one for its width: Qt gives that no more than its hint.
        if (height := self.heightForWidth(self.width())) != self.maximumHeight():
            self.setFixedHeight(height)

    def set_keys(self, keys: tuple[str, ...]) -> None:
        """Say what the figures are to whoever knows where they come from."""
        for figure, key in zip(self.figures, keys, strict=True):
            figure.key = key

    def numbers(self) -> tuple[Number, ...]:
        """The figures that somebody knows about."""
        found = (figure.number() for figure in self.figures)
        return tuple(number for number in found if number is not None)


class Facts(QWidget):
    """Names at the left, values at the right, one pair a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = column(spacing=6)
        self.setLayout(self._box)
        self.values: dict[str, ElidedLabel] = {}
        self._keys: tuple[str, ...] = ()

    def numbers(self) -> tuple[Number, ...]:
        """The values that somebody knows about, the whole line each."""
        return tuple(
            Number(key=key, name=name, value=label_.full_text, box=label_.parentWidget().geometry())
            for key, (name, label_) in zip(self._keys, self.values.items(), strict=False)
            if key
        )

    def set_facts(self, facts: tuple[tuple[str, str], ...], keys: tuple[str, ...] = ()) -> None:
        """Show other pairs; keys say what they are to whoever knows where they come from."""
        self._keys = keys
        if tuple(self.values) != tuple(name for name, _ in facts):
            self._rebuild(tuple(name for name, _ in facts))
        for name, value in facts:
            self.values[name].set_text(value)

    def _rebuild(self, names: tuple[str, ...]) -> None:
        while (item := self._box.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()  # it is deleted later than the new ones are shown
                old.deleteLater()
        self.values = {}
        for name in names:
            value = ElidedLabel("", "strong")
            value.setAlignment(_RIGHT)
            holder = QWidget()
            box = row(label(name, "dim"), value, spacing=2 * UNIT)
            box.setStretch(1, 1)
            holder.setLayout(box)
            self._box.addWidget(holder)
            self.values[name] = value
