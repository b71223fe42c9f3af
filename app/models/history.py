"""The steps of the undo stack as a list: what was done, where one stands, what was undone."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QFont, QUndoStack
from shiboken6 import isValid

from app import theme
from app.widgets.take_menu import Table, table_of

Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Line 0 is the beginning; line n is what the n-th step made.

    Args:
        stack: The steps.
        parent: Qt's parent.
    """

    def __init__(self, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self._count = stack.count()
        self._at = stack.index()
        stack.indexChanged.connect(self._moved)
        theme.theme_changed.connect(self._restyle)

    @property
    def current(self) -> int:
        """The line where one stands."""
        return self._at

    def table(self) -> Table:
        """The steps as programs read them: where each stands, and whether it was undone."""
        lines = range(self._count + 1)
        states = ("now" if n == self._at else "done" if n < self._at else "undone" for n in lines)
        texts = (str(self.data(self.index(n))) for n in lines)
        return table_of(("step", "change", "state"), zip(lines, texts, states, strict=True))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Steps and the beginning."""
        return 0 if parent.isValid() else self._count + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The step's name; undone steps are faint, the current one is bold."""
        if not index.isValid():
            return None
        line = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._stack.text(line - 1) if line else self._beginning()
        if role == Qt.ItemDataRole.ForegroundRole and line > self._at:
            return theme.color("text_faint")
        if role == Qt.ItemDataRole.FontRole and line == self._at:
            font = QFont(theme.ui_font())
            font.setPixelSize(theme.TYPE.body)
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.tr("undone") if line > self._at else ""
        return None

    def _beginning(self) -> str:
        limit = self._stack.undoLimit()
        if limit and self._count >= limit:
            return self.tr("Earlier steps are forgotten")
        return self.tr("As it was opened")

    @Slot(int)
    def _moved(self, index: int) -> None:
        if not isValid(self._stack):
            return  # the stack says so as it goes, together with its session
        count = self._stack.count()
        if count != self._count:
            # A new step may also cut off those that were undone.
            self.beginResetModel()
            self._count, self._at = count, index
            self.endResetModel()
            return
        self._at = index
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.dataChanged.emit(self.index(0), self.index(self._count))
