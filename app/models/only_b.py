"""The experts that one side of a comparison needs and the other does not, as a table."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.widgets import numbers
from core.scoring import OnlyInB

Index = QModelIndex | QPersistentModelIndex

EXPERT, RANK, SHARE_A, SHARE_B = range(4)


class OnlyInBModel(QAbstractTableModel):
    """A line per expert, the largest share in B first."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._experts: tuple[OnlyInB, ...] = ()
        self._layers: tuple[int, ...] = ()

    def set_experts(self, experts: tuple[OnlyInB, ...], layer_ids: tuple[int, ...]) -> None:
        """Show other experts."""
        if (experts, layer_ids) == (self._experts, self._layers):
            return
        self.beginResetModel()
        self._experts, self._layers = experts, layer_ids
        self.endResetModel()

    def cell_at(self, line: int) -> tuple[int, int] | None:
        """Row and expert of a line."""
        if not 0 <= line < len(self._experts):
            return None
        return self._experts[line].row, self._experts[line].expert

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Experts."""
        return 0 if parent.isValid() else len(self._experts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Expert, both ranks, both shares."""
        return 0 if parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts, right-aligned numbers."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        one = self._experts[index.row()]
        return {
            EXPERT: f"L{self._layers[one.row]} · {one.expert}",
            RANK: f"{one.rank_a} → {one.rank_b}",
            SHARE_A: numbers.percent(one.share_a),
            SHARE_B: numbers.percent(one.share_b),
        }[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self.tr("The expert"),
                self.tr("Its rank in its layer by A, and by B"),
                self.tr("Its share of its layer's score in A"),
                self.tr("Its share of its layer's score in B"),
            )[section]
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Expert"), self.tr("Rank"), self.tr("A"), self.tr("B"),
        )[section]  # fmt: skip
