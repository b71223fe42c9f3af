"""The history of the plan behind a button: every step by name; a click goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Signal, Slot
from PySide6.QtWidgets import QListView, QMenu, QSizePolicy, QWidget, QWidgetAction

from app.models.history import HistoryModel
from app.theme import UNIT
from app.widgets.forms import Button, IconButton, column, label, row
from app.widgets.take_menu import TakeAway, Taken

if TYPE_CHECKING:
    from app.session import Session

WIDTH, HEIGHT = 320, 360


class HistoryButton(Button):
    """Opens the list.

    Signals:
        said: That the list was saved or copied.
        failed: What happened, and what to try.

    Args:
        session: Its undo stack is shown.
        parent: Qt's parent.
    """

    said = Signal(str)
    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", "", "clock", parent)
        self.setText(self.tr("History"))
        self.setToolTip(self.tr("Every change of the plan; click one to go back to it"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._session = session
        self.model = HistoryModel(session.undo_stack, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setProperty("panel", "plain")
        self.list.setUniformItemSizes(True)
        self.list.setMinimumSize(QSize(WIDTH, HEIGHT))
        self.list.setAccessibleName(self.tr("Steps"))
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        menu = QMenu(self)
        head = row(label(self.tr("CHANGES OF THE PLAN"), "section"), None, *self._tools(menu))
        content = QWidget()
        content.setLayout(
            column(head, self.list, spacing=6, margins=(UNIT, UNIT, UNIT, UNIT))
        )  # fmt: skip
        action = QWidgetAction(menu)
        action.setDefaultWidget(content)
        menu.addAction(action)
        menu.aboutToShow.connect(self._show_current)
        self.setMenu(menu)

    def _tools(self, menu: QMenu) -> tuple[IconButton, IconButton]:
        """Save and copy the list; the menu gives way first."""
        self.take = TakeAway(QMenu(self), self._taken, self)
        self.take.said.connect(self.said)
        self.take.failed.connect(self.failed)
        self.save = IconButton("table", self.tr("Save the list (CSV)…"))
        self.copy = IconButton("copy", self.tr("Copy the list"))
        for button, slot in ((self.save, self.take.ask_csv), (self.copy, self.take.copy_table)):
            button.clicked.connect(menu.close)
            button.clicked.connect(slot)
        return self.save, self.copy

    def _taken(self) -> Taken:
        return Taken(name="history", table=self.model.table)

    def minimumSizeHint(self) -> QSize:
        """The icon's: a window may become narrow before it is told to be."""
        whole = self.sizeHint()
        word = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(whole.width() - word, whole.height())

    def set_dense(self, dense: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Only the icon, for a narrow window."""
        self.setText("" if dense else self.tr("History"))
        self.setAccessibleName(self.tr("History"))

    @Slot()
    def _show_current(self) -> None:
        at = self.model.index(self.model.current)
        self.list.setCurrentIndex(at)
        self.list.scrollTo(at, QListView.ScrollHint.PositionAtCenter)
        self.list.setFocus()

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        self._session.go_to_step(index.row())
