"""Named plans: keep the one in hand under a name, compare them, take one up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from app.models.plans import MADE, NAME, PlanRow, PlansModel, plan_key
from app.pages.quick_check import plan_name
from app.pages.select.plan_rows import plan_rows
from app.pages.select.view import View
from app.session.provenance import asker_for
from app.theme import UNIT
from app.widgets.columns import fit_name
from app.widgets.flow import flowing
from app.widgets.forms import Button, column, label, row
from app.widgets.take_menu import Table, Taken, table_of

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session

NARROW = 780  # logical pixels


class PlansView(View):
    """A field for a name, the table, what can be done with a line."""

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, derived, editor, parent)
        self.name = QLineEdit()
        self.name.setMaximumWidth(260)
        self.name.setAccessibleName(self.tr("Name"))
        self.keep = Button(self.tr("Keep the plan in hand"), icon_name="plus")
        self.model = PlansModel(self)
        self.table = self._table()
        self.take = Button(self.tr("Take up"))
        self.take.setToolTip(self.tr("Make it the plan in hand; one step that can be undone"))
        self.copy = Button(self.tr("Duplicate"), icon_name="copy")
        self.rename = Button(self.tr("Rename"))
        self.delete = Button(self.tr("Delete"), icon_name="trash")
        self.hint = label(
            self.tr(
                "Keep a plan under a name before you try another: both stay here side by side, "
                "with what a quick check measured."
            ),
            "dim",
            wrap=True,
        )
        head = row(self.name, self.keep, None, spacing=UNIT)
        tools = flowing(self.take, self.copy, self.rename, self.delete)
        whole = column(head, self.table, tools, self.hint, spacing=UNIT)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._connect()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setTabKeyNavigation(False)
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Plans"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        header = table.horizontalHeader()
        # Its numbers first; what they leave is the name's.
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        return table

    def _connect(self) -> None:
        self.asker = asker_for(self.session, self)
        self.asker.watch_table(self.table, plan_key)
        self.name.returnPressed.connect(self.keep_current)
        self.keep.clicked.connect(self.keep_current)
        self.take.clicked.connect(self._take)
        self.copy.clicked.connect(self._duplicate)
        self.rename.clicked.connect(self._rename)
        self.delete.clicked.connect(self._delete)
        self.table.doubleClicked.connect(self._take)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.model.renamed.connect(self._take_name)
        self.model.modelReset.connect(self._selected)
        self.session.plans_changed.connect(self._plans_changed)
        remove = QAction(self.table)
        remove.setShortcut(Qt.Key.Key_Delete)
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._delete)
        self.table.addAction(remove)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the name needs the room more than what the plan was made by."""
        super().resizeEvent(event)
        self.table.setColumnHidden(MADE, self.width() < NARROW)
        fit_name(self.table, NAME)

    def bring_up_to_date(self) -> None:
        """Show the plans against the one in hand."""
        plan = self.session.plan
        self.keep.setEnabled(plan is not None)
        self.name.setPlaceholderText(plan_name(plan) if plan is not None else "")
        self.model.set_rows(plan_rows(self.session))
        fit_name(self.table, NAME)
        self._selected()

    def taken(self) -> Taken | None:
        """The plans as a table."""
        if self.session.plan is None:
            return None
        return Taken(name="plans", table=lambda: plans_table(plan_rows(self.session)))

    # doing

    @Slot()
    def keep_current(self) -> None:
        """Keep the plan in hand; without a name it gets one that says what it is."""
        plan = self.session.plan
        if plan is None:
            return
        name = free_name(self.name.text().strip() or plan_name(plan), self.session.plans)
        self.session.keep_plan(name, plan)
        self.name.clear()
        self._select(name)

    @property
    def chosen(self) -> str:
        """Name of the selected plan; empty for none, or for the one in hand."""
        lines = self.table.selectionModel().selectedRows()
        return self.model.name_at(lines[0].row()) if lines else ""

    def _select(self, name: str) -> None:
        line = self.model.line_of(name)
        if line >= 0:
            self.table.selectRow(line)

    @Slot()
    def _selected(self) -> None:
        some = bool(self.chosen)
        for button in (self.take, self.copy, self.rename, self.delete):
            button.setEnabled(some)

    @Slot()
    @Slot(QModelIndex)
    def _take(self, _index: QModelIndex | None = None) -> None:
        name = self.chosen
        if name:
            self.session.apply_plan(
                self.session.plans[name], self.tr("Take up “{name}”").format(name=name)
            )

    @Slot()
    def _duplicate(self) -> None:
        name = self.chosen
        if name:
            copy = free_name(self.tr("{name} copy").format(name=name), self.session.plans)
            self.session.keep_plan(copy, self.session.plans[name])
            self._select(copy)

    @Slot()
    def _rename(self) -> None:
        line = self.model.line_of(self.chosen)
        if line > 0:
            self.table.edit(self.model.index(line, NAME))

    @Slot(str, str)
    def _take_name(self, old: str, new: str) -> None:
        self.session.rename_plan(old, new)
        self._select(new)

    @Slot()
    def _delete(self) -> None:
        name = self.chosen
        if name:
            self.session.forget_plan(name)
            self.status_changed.emit(self.tr("“{name}” is gone").format(name=name))

    @Slot()
    def _plans_changed(self) -> None:
        if self.isVisible():
            self.bring_up_to_date()


def plans_table(rows: tuple[PlanRow, ...]) -> Table:
    """A line per plan; the plan in hand has no name."""
    header = (
        "name", "made_by", "kept", "experts", "coverage", "worst_layer", "worst_coverage", "bytes",
        "perplexity", "added", "removed",
    )  # fmt: skip
    return table_of(
        header,
        (
            (
                row.name, row.made, row.kept, row.total, row.coverage,
                row.worst[1] if row.worst else None, row.worst[0] if row.worst else None,
                row.bytes, row.perplexity, row.added, row.removed,
            )
            for row in rows
        ),
    )  # fmt: skip


def free_name(wanted: str, taken) -> str:
    """A name that no plan has yet: with a number if need be."""
    name, n = wanted, 2
    while name in taken:
        name, n = f"{wanted} {n}", n + 1
    return name
