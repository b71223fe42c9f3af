"""The project's runs: a table to choose and mark from, and what the marked ones differ in."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.models.runs import ROW, RunsModel, change_text
from app.pages.tune.tables import comparison_table, runs_table
from app.pages.tune.words import option_name, option_text
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.cards import Card
from app.widgets.flow import flowing
from app.widgets.forms import Button, column, label, scrolled
from app.widgets.said import said
from app.widgets.take_menu import TakeButton, Taken
from core.tuning.history import RunRow, differing

ROW_HEIGHT = 30
NAME_WIDTH = 112


class RunsView(QWidget):
    """Asks for changes by signals that carry the run's name.

    Signals:
        chosen: Another run is current.
        marked_changed: Other runs are compared.
    """

    chosen = Signal()
    marked_changed = Signal()
    use_asked = Signal(str)
    resume_asked = Signal(str)
    continue_asked = Signal(str)
    options_asked = Signal(str)
    copy_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = ""
        self.model = RunsModel(self)
        self.model.marked_changed.connect(self._on_marked)
        self.table = table_of(self.model, self.tr("Runs"))
        self.table.selectionModel().currentRowChanged.connect(self._on_chosen)
        self._make_buttons()
        self.note = label("", "caption", wrap=True)
        self.comparison = _comparison(self.tr("Comparison of the marked runs"))
        self.hint = label(
            self.tr("Mark two or more runs to compare their options, end figures and curves."),
            "dim",
            wrap=True,
        )
        self.take = TakeButton(self._taken)
        self.take_comparison = TakeButton(self._taken_comparison)
        runs = Card()
        runs.body.addWidget(self.table)
        runs.body.addWidget(self.note)
        runs.body.addWidget(
            flowing(
                self.use,
                self.resume,
                self.go_on,
                self.options,
                None,
                self.copy,
                self.remove,
                self.take,
            )
        )
        compare = Card(self.tr("Compared"))
        compare.add_tool(self.take_comparison)
        compare.body.addWidget(self.hint)
        compare.body.addWidget(self.comparison)
        compare.body.addStretch(0)
        for table, rows in ((self.table, 4), (self.comparison, 3)):
            table.setMinimumHeight((rows + 1) * ROW_HEIGHT)
        inner = QWidget()
        box = column(runs, compare, spacing=2 * UNIT)
        box.setStretch(0, 3)
        box.setStretch(1, 2)
        inner.setLayout(box)
        self.setLayout(column(scrolled(inner)))
        self._show()

    def _make_buttons(self) -> None:
        self.use = Button(self.tr("Use this checkpoint"), icon_name="check")
        self.resume = Button(self.tr("Resume"), icon_name="play")
        self.go_on = Button(self.tr("Continue"))
        self.go_on.setToolTip(self.tr("A new run that starts from this one's checkpoint"))
        self.options = Button(self.tr("Take over options"))
        self.copy = Button(self.tr("Copy command"), "ghost")
        self.remove = Button(self.tr("Remove"), "ghost")
        for button, slot in (
            (self.use, self._ask_use),
            (self.resume, self._ask_resume),
            (self.go_on, self._ask_continue),
            (self.options, self._ask_options),
            (self.copy, self._ask_copy),
            (self.remove, self._ask_remove),
        ):
            button.clicked.connect(slot)

    # -- what is shown -----------------------------------------------------------------------

    @property
    def current(self) -> RunRow | None:
        """The run that is looked at."""
        row_found = self.table.currentIndex().data(ROW)
        return row_found if isinstance(row_found, RunRow) else None

    def set_rows(self, rows: tuple[RunRow, ...], running: str = "") -> None:
        """Show these runs; the choice stays, a new run is chosen by itself."""
        before = self.current.record.name if self.current is not None else ""
        known = {found.record.name for found in self.model.rows}
        self._running = running
        self.model.set_rows(rows, running)
        fresh = [found.record.name for found in rows if found.record.name not in known]
        wanted = fresh[-1] if fresh else before
        self.select(wanted or (rows[-1].record.name if rows else ""))
        self._show()

    def select(self, name: str) -> None:
        """Make a run the current one."""
        at = self.model.row_of(name)
        if at >= 0:
            self.table.selectRow(at)

    def _show(self) -> None:
        current = self.current
        running = current is not None and current.record.name == self._running
        idle = not self._running
        there = current is not None and not running
        self.use.setEnabled(
            there and (current.record.written or (current.resumable and idle))  # type: ignore[union-attr]
        )
        self.resume.setVisible(there and current.resumable)  # type: ignore[union-attr]
        self.resume.setEnabled(idle)
        self.go_on.setEnabled(there and current.record.written)  # type: ignore[union-attr]
        self.options.setEnabled(current is not None)
        self.copy.setEnabled(current is not None and bool(current.record.command))
        self.remove.setEnabled(there)
        self.note.setText(self._note(current))
        self.note.setVisible(bool(self.note.text()))
        self._show_comparison()

    def _note(self, current: RunRow | None) -> str:
        if current is None:
            return ""
        record = current.record
        if record.state == "failed" and record.error:
            return self.tr("It failed: {what}.").format(what=said(record.error.rstrip(".")))
        if record.written:
            return self.tr("{size} written to {folder}").format(
                size=numbers.size(current.info.bytes if current.info else 0), folder=record.output
            )
        if current.resumable:
            return self.tr("It stopped at step {step}; its last checkpoint can go on.").format(
                step=f"{current.steps_done:,}"
            )
        return ""

    def _show_comparison(self) -> None:
        """Lines for the options that differ, then for how the runs ended."""
        marked = self.model.marked
        self.comparison.setVisible(len(marked) > 1)
        self.take_comparison.setVisible(len(marked) > 1)
        self.hint.setVisible(len(marked) < 2)
        if len(marked) < 2:
            self.comparison.setRowCount(0)
            return
        lines = [
            (option_name(name), [option_text(name, value) for value in values])
            for name, values in differing(found.record for found in marked).items()
        ]
        ends: tuple[tuple[str, str, str], ...] = (
            (self.tr("Perplexity"), "perplexity_before", "perplexity_after"),
            (self.tr("Router entropy, nats"), "entropy_before", "entropy_after"),
            (self.tr("Loss of the last step"), "", "final_loss"),
        )
        for title, before, after in ends:
            lines.append((title, [_figures(found, before, after) for found in marked]))
        table = self.comparison
        table.setColumnCount(1 + len(marked))
        table.setRowCount(len(lines))
        table.setHorizontalHeaderLabels(["", *(found.record.name for found in marked)])
        for at, (title, values) in enumerate(lines):
            for place, text in enumerate((title, *values)):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                side = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(at, place, item)

    def _taken(self) -> Taken | None:
        rows = self.model.rows
        return Taken(name="runs", table=lambda: runs_table(rows)) if rows else None

    def _taken_comparison(self) -> Taken | None:
        marked = self.model.marked
        if len(marked) < 2:
            return None
        return Taken(name="runs-compared", table=lambda: comparison_table(marked))

    # -- what is asked -----------------------------------------------------------------------

    @Slot(QModelIndex)
    def _on_chosen(self) -> None:
        self._show()
        self.chosen.emit()

    @Slot()
    def _on_marked(self) -> None:
        self._show_comparison()
        self.marked_changed.emit()

    def _name(self) -> str:
        return self.current.record.name if self.current is not None else ""

    @Slot()
    def _ask_use(self) -> None:
        self.use_asked.emit(self._name())

    @Slot()
    def _ask_resume(self) -> None:
        self.resume_asked.emit(self._name())

    @Slot()
    def _ask_continue(self) -> None:
        self.continue_asked.emit(self._name())

    @Slot()
    def _ask_options(self) -> None:
        self.options_asked.emit(self._name())

    @Slot()
    def _ask_copy(self) -> None:
        self.copy_asked.emit(self._name())

    @Slot()
    def _ask_remove(self) -> None:
        self.remove_asked.emit(self._name())


def _figures(found: RunRow, before: str, after: str) -> str:
    first = found.record.figure(before) if before else None
    return change_text(first, found.record.figure(after))


def table_of(model: QAbstractItemModel, name: str) -> QTableView:
    """A table of lines to choose one from; the first column is a name."""
    table = QTableView()
    table.setModel(model)
    table.setProperty("panel", "plain")
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    # What fits a name reckons without the mark beside it.
    head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    head.resizeSection(0, NAME_WIDTH)
    return table


def _comparison(name: str) -> QTableWidget:
    table = QTableWidget()
    table.setTabKeyNavigation(False)
    table.setProperty("panel", "plain")
    table.setShowGrid(False)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT - 2)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return table
