"""All experts as a table: a row per expert, sorted by NumPy so that 23,000 rows stay quick.

The model shows an `ExpertTable`, a value of flat arrays that the page takes from the session; it
computes nothing but the order of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

if TYPE_CHECKING:
    from core.planning import Merge

Index = QModelIndex | QPersistentModelIndex

translate = QCoreApplication.translate  # the name that lupdate looks for


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertTable:
    """One entry per expert, N in all; NaN where a number is not known.

    Attributes:
        row: Row of the heat map.
        layer: Decoder layer id.
        expert: Expert id within the layer.
        kept: Whether it stays.
        locked: Whether it is locked, either way.
        protected: Whether it is a protected super-expert.
        score: Score by the current metric; −inf if it was never chosen.
        rank: Place within the layer, 1 for the best; 0 while unknown.
        tokens: Tokens that chose it.
        share: Share of the layer's choices.
        mean_gate: Mean gate.
        output_norm: Mean norm of its output.
        metric: Name of the metric, for the column's title.
        merges: Entry → the group of experts that it is in, as the one that stays or one that goes.
    """

    row: NDArray[np.int64]
    layer: NDArray[np.int64]
    expert: NDArray[np.int64]
    kept: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    protected: NDArray[np.bool_]
    score: NDArray[np.float64]
    rank: NDArray[np.int64]
    tokens: NDArray[np.float64]
    share: NDArray[np.float64]
    mean_gate: NDArray[np.float64]
    output_norm: NDArray[np.float64]
    metric: str = ""
    merges: Mapping[int, Merge] = field(default_factory=dict)


def merge_text(merge: Merge, expert: int) -> str:
    """What becomes of an expert of a group: "merged into 5, with 3 and 7"; or what it holds."""
    if expert == merge.into:
        text = translate("ExpertsModel", "kept, averaged with {experts}")
        return text.format(experts=listed(merge.absorbed))
    others = [member for member in merge.absorbed if member != expert]
    if not others:
        return translate("ExpertsModel", "merged into {expert}").format(expert=merge.into)
    text = translate("ExpertsModel", "merged into {expert}, with {others}")
    return text.format(expert=merge.into, others=listed(others))


def listed(experts: Sequence[int]) -> str:
    """Numbers as they are read out: "3, 5 and 7"."""
    if len(experts) < 2:
        return "".join(map(str, experts))
    text = translate("ExpertsModel", "{most} and {last}")
    return text.format(most=", ".join(map(str, experts[:-1])), last=experts[-1])


def state_text(*, kept: bool, locked: bool, protected: bool, merged: str = "") -> str:
    """What is decided about an expert, in words."""
    if merged:
        return merged
    if locked:
        return (
            translate("ExpertsModel", "locked, kept")
            if kept
            else translate("ExpertsModel", "locked, dropped")
        )
    if protected:
        return translate("ExpertsModel", "protected")
    return translate("ExpertsModel", "kept") if kept else translate("ExpertsModel", "dropped")


def score_text(value: float) -> str:
    """A score with three digits; a word where it has none."""
    if np.isnan(value):
        return "–"
    if np.isneginf(value):
        return translate("ExpertsModel", "never chosen")
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _number(digits: int) -> Callable[[float], str]:
    return lambda value: "–" if np.isnan(value) else f"{value:,.{digits}f}"


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.2f} %"


class ExpertsModel(QAbstractTableModel):
    """The table of experts.

    Sorting is stable and by the raw numbers; what is not known comes last whichever way.
    """

    COLUMNS = (
        "layer", "expert", "state", "score", "rank", "tokens", "share", "mean_gate", "output_norm",
    )  # fmt: skip

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: ExpertTable | None = None
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._sort = (0, Qt.SortOrder.AscendingOrder)
        self._state = np.zeros(0, np.int64)

    @property
    def table(self) -> ExpertTable | None:
        """What is shown."""
        return self._table

    def set_table(self, table: ExpertTable | None) -> None:
        """Show other experts; with the same number of them, selections stay where they are."""
        same = table is not None and len(self._order) == len(table.row) and len(table.row) > 0
        if same:
            old = self._table
            self._table = table
            self._state = _state_key(table)
            still = self.COLUMNS[self._sort[0]] in {"layer", "expert"} and old is not None
            if still:
                last = self.index(len(self._order) - 1, len(self.COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            else:
                self.sort(*self._sort)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.COLUMNS) - 1)
            return
        self.beginResetModel()
        self._table = table
        self._state = np.zeros(0, np.int64) if table is None else _state_key(table)
        self._order = self._sorted()
        self.endResetModel()

    def cell_at(self, row: int) -> tuple[int, int] | None:
        """Heat map row and expert of a line of the table."""
        if self._table is None or not 0 <= row < len(self._order):
            return None
        at = self._order[row]
        return int(self._table.row[at]), int(self._table.expert[at])

    def line_of(self, row: int, expert: int) -> int | None:
        """The line of the table that shows an expert."""
        if self._table is None:
            return None
        found = np.flatnonzero(
            (self._table.row[self._order] == row) & (self._table.expert[self._order] == expert)
        )
        return int(found[0]) if len(found) else None

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """A line per expert."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always the same."""
        return 0 if parent.isValid() else len(self.COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles; the score's is the metric's name."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.COLUMNS):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        metric = self._table.metric if self._table else ""
        return {
            "layer": self.tr("Layer"),
            "expert": self.tr("Expert"),
            "state": self.tr("State"),
            "score": metric or self.tr("Score"),
            "rank": self.tr("Rank"),
            "tokens": self.tr("Tokens"),
            "share": self.tr("Share"),
            "mean_gate": self.tr("Mean gate"),
            "output_norm": self.tr("Output norm"),
        }[self.COLUMNS[section]]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a cell."""
        if self._table is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return self._text(self._table, int(self._order[index.row()]), self.COLUMNS[index.column()])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column's raw numbers, keeping selections with their experts."""
        self._sort = (column if 0 <= column < len(self.COLUMNS) else 0, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        entries = [int(self._order[index.row()]) for index in before]
        self._order = self._sorted()
        line_of = np.empty(len(self._order), np.intp)
        line_of[self._order] = np.arange(len(self._order))
        after = [
            self.index(int(line_of[entry]), index.column())
            for entry, index in zip(entries, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _sorted(self) -> NDArray[np.intp]:
        table = self._table
        if table is None:
            return np.zeros(0, np.intp)
        column, order = self._sort
        name = self.COLUMNS[column]
        key = (self._state if name == "state" else getattr(table, name)).astype(np.float64)
        if order == Qt.SortOrder.DescendingOrder:
            key = -key
        return np.argsort(key, kind="stable")  # NaN sorts last

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = (
            Qt.AlignmentFlag.AlignLeft
            if self.COLUMNS[column] in {"layer", "state"}
            else Qt.AlignmentFlag.AlignRight
        )
        return side | Qt.AlignmentFlag.AlignVCenter

    def _text(self, table: ExpertTable, at: int, name: str) -> str:
        if name == "layer":
            return f"L{table.layer[at]}"
        if name == "state":
            group = table.merges.get(at)
            return state_text(
                kept=bool(table.kept[at]),
                locked=bool(table.locked[at]),
                protected=bool(table.protected[at]),
                merged="" if group is None else merge_text(group, int(table.expert[at])),
            )
        value = getattr(table, name)[at]
        if name == "rank":
            return str(value) if value else "–"
        formats: dict[str, Callable[[float], str]] = {
            "score": score_text,
            "tokens": _number(0),
            "share": _percent,
            "mean_gate": _number(3),
            "output_norm": _number(2),
        }
        return formats[name](float(value)) if name in formats else str(value)


def _state_key(table: ExpertTable) -> NDArray[np.int64]:
    """States in a sensible order: dropped, kept, protected, locked."""
    return np.where(
        table.locked, 3 + table.kept, np.where(table.protected, 2, table.kept.astype(np.int64))
    )
