"""How much each domain gives: one stacked bar and its legend."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import UNIT
from app.widgets import numbers
from app.widgets.bars import Part, StackedBar, Swatch
from app.widgets.forms import ElidedLabel, column, label, row

COLUMNS = 3
LEGEND_WIDTH = 640  # a number stays near its name


class DomainBar(QWidget):
    """Tokens by domain."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = StackedBar(height=UNIT)
        self._legend = QGridLayout()
        self._legend.setContentsMargins(0, 0, 0, 0)
        self._legend.setHorizontalSpacing(3 * UNIT)
        self._legend.setVerticalSpacing(UNIT // 2)
        self._cells: list[QWidget] = []
        legend = QWidget()
        legend.setLayout(self._legend)
        legend.setMaximumWidth(LEGEND_WIDTH)
        self.setLayout(column(self._bar, legend, spacing=UNIT))

    def set_domains(self, tokens: tuple[tuple[str, int], ...]) -> None:
        """Show other domains."""
        parts = tuple(Part(name, amount, numbers.count(amount)) for name, amount in tokens)
        self._bar.set_parts(parts)
        for cell in self._cells:
            self._legend.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = [self._cell(index, part) for index, part in enumerate(parts)]
        for index, cell in enumerate(self._cells):
            self._legend.addWidget(cell, index // COLUMNS, index % COLUMNS)
        for at in range(COLUMNS):
            self._legend.setColumnStretch(at, 1)
        self.setVisible(bool(tokens))

    def _cell(self, index: int, part: Part) -> QWidget:
        cell = QWidget()
        name = ElidedLabel(part.name, "caption")
        box = row(Swatch(index), name, label(part.text, "caption"))
        box.setStretch(1, 1)
        cell.setLayout(box)
        return cell
