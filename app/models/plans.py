"""Named plans side by side as a table; the first line is the plan in hand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont

from app import theme
from app.widgets import numbers

Index = QModelIndex | QPersistentModelIndex

NAME, MADE, KEPT, COVERAGE, WORST, SIZE, PERPLEXITY, DIFFERENCE = range(8)


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One plan.

    Attributes:
        name: Its name; empty for the plan in hand.
        made: The score that it was made by.
        kept: Experts kept.
        total: Experts of the model.
        coverage: Share of the routed mass kept; None without a profile.
        worst: The worst layer's coverage, and its id; None without a profile.
        bytes: Of the checkpoint.
        perplexity: As it was measured; None if it was not.
        added: Experts that it keeps and the plan in hand does not.
        removed: Experts that it drops and the plan in hand does not.
    """

    name: str
    made: str
    kept: int
    total: int
    coverage: float | None
    worst: tuple[float, int] | None
    bytes: int
    perplexity: float | None
    added: int
    removed: int


# What the columns are to whoever knows where their numbers come from; empty for what is no number.
NUMBERS = ("", "", "kept", "coverage", "coverage", "bytes", "perplexity", "")


def plan_key(index: QModelIndex) -> str:
    """What a cell is to whoever knows where its number comes from."""
    what, model = NUMBERS[index.column()], index.model()
    if not what or not isinstance(model, PlansModel):
        return ""
    name = model.name_at(index.row())
    if not name:
        return "plan.checked" if what == "perplexity" else f"plan.{what}"
    return f"named.{what}.{name}"


class PlansModel(QAbstractTableModel):
    """A line per plan; a name can be edited."""

    renamed = Signal(str, str)  # from, to

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[PlanRow, ...] = ()

    def set_rows(self, rows: tuple[PlanRow, ...]) -> None:
        """Show other plans."""
        if rows == self._rows:
            return
        if [row.name for row in rows] == [row.name for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, DIFFERENCE))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def name_at(self, line: int) -> str:
        """The name of a line's plan; empty for the plan in hand."""
        return self._rows[line].name if 0 <= line < len(self._rows) else ""

    def line_of(self, name: str) -> int:
        """The line of a plan, or −1."""
        return next((i for i, row in enumerate(self._rows) if row.name == name), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Plans."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """What is compared."""
        return 0 if parent.isValid() else DIFFERENCE + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names of kept plans can be edited."""
        flags = super().flags(index)
        if index.isValid() and index.column() == NAME and self.name_at(index.row()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name."""
        old, new = self.name_at(index.row()), str(value).strip()
        if role != Qt.ItemDataRole.EditRole or index.column() != NAME or not old or not new:
            return False
        if new == old or self.line_of(new) >= 0:
            return False
        self.renamed.emit(old, new)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts; the plan in hand is bold."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = column in (NAME, MADE)
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and not row.name:
            font = QFont(theme.ui_font())
            font.setPixelSize(theme.TYPE.body)
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.EditRole and column == NAME:
            return row.name
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        return None

    def _text(self, row: PlanRow, column: int) -> str:
        worst = row.worst
        return {
            NAME: lambda: row.name or self.tr("in hand"),
            MADE: lambda: row.made,
            KEPT: lambda: f"{row.kept:,} / {row.total:,}",
            COVERAGE: lambda: (
                numbers.DASH if row.coverage is None else numbers.percent(row.coverage)
            ),
            WORST: lambda: (
                numbers.DASH if worst is None else f"L{worst[1]} · {numbers.percent(worst[0])}"
            ),
            SIZE: lambda: numbers.size(row.bytes),
            PERPLEXITY: lambda: (
                numbers.DASH if row.perplexity is None else numbers.perplexity(row.perplexity)
            ),
            DIFFERENCE: lambda: self._difference(row),
        }[column]()

    def _difference(self, row: PlanRow) -> str:
        if not row.name:
            return ""
        if not (row.added or row.removed):
            return self.tr("the same")
        return f"+{row.added:,}  −{row.removed:,}"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = section in (NAME, MADE)
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and section == DIFFERENCE:
            return self.tr("Experts that it keeps and the plan in hand drops, and the reverse")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Plan"), self.tr("Made by"), self.tr("Kept"), self.tr("Coverage"),
            self.tr("Worst layer"), self.tr("Size"), self.tr("Perplexity"),
            self.tr("Difference"),
        )[section]  # fmt: skip
