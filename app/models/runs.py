"""The tuning runs of a project as a table, each with a mark for the comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.widgets import numbers
from app.widgets.said import said
from core.tuning.history import RunRow

Index = QModelIndex | QPersistentModelIndex

translate = QCoreApplication.translate  # the name that lupdate looks for

ROW = Qt.ItemDataRole.UserRole


def state_text(row: RunRow, *, running: bool) -> str:
    """How a run ended, or that it goes on, in the user's language."""
    if running:
        return translate("RunsModel", "running")
    state = row.record.state
    if state == "started":
        return translate("RunsModel", "interrupted")
    return {
        "done": translate("RunsModel", "done"),
        "failed": translate("RunsModel", "failed"),
        "cancelled": translate("RunsModel", "cancelled"),
    }[state]


def top_k_text(row: RunRow) -> str:
    """From which Top-K to which: Top-2 → Top-1."""
    before, after = row.record.figure("top_k_before"), row.record.figure("top_k")
    if after is None:
        wanted = row.record.options.top_k
        return numbers.DASH if wanted is None else f"Top-{wanted}"
    if before is None or before == after:
        return f"Top-{after:.0f}"
    return f"Top-{before:.0f} → Top-{after:.0f}"


def change_text(before: float | None, after: float | None, digits: int = 2) -> str:
    """A number before and after: 36.90 → 33.70."""
    if after is None:
        return numbers.DASH
    text = f"{after:,.{digits}f}"
    return text if before is None else f"{before:,.{digits}f} → {text}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its header, its text, and what the header's tool tip says."""

    title: str
    text: Callable[[RunRow], str]
    tip: str = ""
    number: bool = True


def columns(running: Callable[[RunRow], bool]) -> tuple[Column, ...]:
    """The table's columns."""

    def steps(row: RunRow) -> str:
        whole = f"{row.steps:,}" if row.steps else numbers.DASH
        return whole if row.record.state == "done" else f"{row.steps_done:,} / {whole}"

    def seconds(row: RunRow) -> str:
        value = row.record.figure("seconds")
        return numbers.DASH if value is None else numbers.duration(value)

    return (
        Column(
            title=translate("RunsModel", "Run"),
            text=lambda row: row.record.name,
            number=False,
        ),
        Column(
            title=translate("RunsModel", "State"),
            text=lambda row: state_text(row, running=running(row)),
            number=False,
        ),
        Column(title=translate("RunsModel", "Top-K"), text=top_k_text, number=False),
        Column(
            title=translate("RunsModel", "Perplexity"),
            text=lambda row: change_text(row.record.figure("perplexity_before"), row.perplexity),
            tip=translate(
                "RunsModel", "On held-out texts at the target Top-K, before and after tuning"
            ),
        ),
        Column(
            title=translate("RunsModel", "Entropy"),
            text=lambda row: change_text(
                row.record.figure("entropy_before"), row.record.figure("entropy_after")
            ),
            tip=translate("RunsModel", "Of the router's distribution, in nats, before and after"),
        ),
        Column(title=translate("RunsModel", "Steps"), text=steps),
        Column(title=translate("RunsModel", "Time"), text=seconds),
    )


# What the columns are to whoever knows where their numbers come from; empty for what is no number.
NUMBERS = ("", "", "top_k", "perplexity", "entropy", "steps", "seconds")


def run_key(index: QModelIndex) -> str:
    """What a cell is to whoever knows where its number comes from."""
    row, column = index.data(ROW), NUMBERS[index.column()]
    return f"run.{column}.{row.record.folder}" if column and row is not None else ""


class RunsModel(QAbstractTableModel):
    """One row a run; the first column carries the mark.

    Signals:
        marked_changed: Other runs are marked.
    """

    marked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RunRow, ...] = ()
        self._marked: set[str] = set()
        self._running = ""
        self._columns = columns(lambda row: row.record.name == self._running)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The runs, oldest first."""
        return self._rows

    @property
    def marked(self) -> tuple[RunRow, ...]:
        """The runs that are compared."""
        return tuple(row for row in self._rows if row.record.name in self._marked)

    def set_rows(self, rows: tuple[RunRow, ...], running: str = "") -> None:
        """Show these runs; marks stay with their names.

        Args:
            rows: The runs.
            running: The name of the one that goes on now.
        """
        names = {row.record.name for row in rows}
        self.beginResetModel()
        self._rows, self._running = rows, running
        self._marked &= names
        self.endResetModel()

    def row_of(self, name: str) -> int:
        """Where a run is; −1 where it is not."""
        names = [row.record.name for row in self._rows]
        return names.index(name) if name in names else -1

    def mark(self, name: str, *, on: bool = True) -> None:
        """Take a run into the comparison, or out of it."""
        at = self.row_of(name)
        if at < 0 or (name in self._marked) == on:
            return
        (self._marked.add if on else self._marked.discard)(name)
        index = self.index(at, 0)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.marked_changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """One row a run."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always the same."""
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first column can be marked."""
        out = super().flags(index)
        if index.isValid() and index.column() == 0:
            out |= Qt.ItemFlag.ItemIsUserCheckable
        return out

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles and what they mean."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        answers = {
            Qt.ItemDataRole.DisplayRole: column.title,
            Qt.ItemDataRole.ToolTipRole: column.tip or None,
            Qt.ItemDataRole.TextAlignmentRole: _alignment(column),
        }
        return answers.get(Qt.ItemDataRole(role))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, mark, the run itself."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole:
            if index.column() != 0:
                return None
            on = row.record.name in self._marked
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        answers: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: column.text(row),
            Qt.ItemDataRole.TextAlignmentRole: lambda: _alignment(column),
            Qt.ItemDataRole.ToolTipRole: lambda: said(row.record.error) or row.record.command,
            ROW: lambda: row,
        }
        return answers[role]() if role in answers else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Mark or unmark."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid() or index.column():
            return False
        on = Qt.CheckState(value) == Qt.CheckState.Checked
        self.mark(self._rows[index.row()].record.name, on=on)
        return True


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
