"""Parts of the Model page: the table of bytes under its bar, and one kind of memory."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.widgets import numbers
from app.widgets.bars import Part, Swatch
from app.widgets.fit_bar import FitBar
from app.widgets.forms import ElidedLabel, column, label, row
from app.widgets.provenance import Number
from app.widgets.take_menu import Table, table_of

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PartsTable(QWidget):
    """The legend of the bar of parts: swatch, name, bytes, share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(2, 88)
        self._grid.setColumnMinimumWidth(3, 64)

    def set_parts(self, parts: tuple[Part, ...]) -> None:
        """Show other parts."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._parts = parts
        whole = sum(part.amount for part in parts) or 1
        for index, part in enumerate(parts):
            amount, share = label(part.text, "strong"), label("", "dim")
            share.setText(numbers.percent(part.amount / whole))
            for cell in (amount, share):
                cell.setAlignment(RIGHT)
            self._grid.addWidget(Swatch(index), index, 0)
            self._grid.addWidget(label(part.name), index, 1)
            self._grid.addWidget(amount, index, 2)
            self._grid.addWidget(share, index, 3)

    def numbers(self) -> tuple[Number, ...]:
        """The parts that somebody knows about, the whole line each."""
        out = []
        for at, part in enumerate(self._parts):
            if part.key:
                lines = [self._grid.cellRect(at, place) for place in range(4)]
                box = lines[0].united(lines[-1]).adjusted(-4, -2, 4, 2)
                out.append(Number(key=part.key, name=part.name, value=part.text, box=box))
        return tuple(out)

    def table(self) -> Table:
        """The parts with their bytes, for programs."""
        return table_of(
            ("part", "bytes"), ((part.key.split(".")[-1], int(part.amount)) for part in self._parts)
        )


class FitRow(QWidget):
    """One kind of memory: what is needed as a range, what is free, and the verdict."""

    def __init__(self, name: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._key = name, key
        self.need = label("", "strong")
        self.verdict = ElidedLabel("", "dim")
        self.bar = FitBar()
        self.setLayout(
            column(
                row(label(name, "dim"), None, self.need),
                self.bar,
                self.verdict,
                spacing=4,
            )
        )

    def numbers(self) -> tuple[Number, ...]:
        """What is needed, the whole row."""
        box = self.rect()
        return (Number(key=self._key, name=self._name, value=self.need.text(), box=box),)

    def show_fit(self, low: int, high: int, free: int | None, verdict: str) -> None:
        """Show other figures."""
        self.bar.set_range(low, high, free)
        self.need.setText(span(low, high))
        self.verdict.set_text(verdict)
        self.setAccessibleName(f"{self.need.text()} {verdict}")


def span(low: int, high: int) -> str:
    """A range of bytes in one unit: 21.4–23.0 GB."""
    first, last = numbers.size(low), numbers.size(high)
    if first == last:
        return first
    if first.split()[-1] == last.split()[-1]:
        return f"{first.split()[0]} – {last}"
    return f"{first} – {last}"
