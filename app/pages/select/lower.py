"""Below the what-if strip: coverage curve and histogram, or the table of experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHeaderView,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QWidget,
)

from app.models.experts import ExpertsModel
from app.pages.select.expert_csv import expert_table
from app.widgets.charts import CoverageChart, HistogramChart
from app.widgets.drawing import Part, Sheet
from app.widgets.forms import IconButton, column, row
from app.widgets.take_menu import Table, TakeButton, Taken, table_of

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from core.planning import Plan

ROW_HEIGHT = 24
CHART_HEIGHT = 280  # the most that a curve gains by
STATE_WIDTH = 104  # "locked, dropped"


class Lower(QWidget):
    """Charts or table; only what shows is brought up to date."""

    experts_chosen = Signal(int, int)  # row and expert of the line that was picked
    turned = Signal()  # the other side shows now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = CoverageChart()
        self.histogram = HistogramChart()
        charts = QWidget()
        box = row(self.curve, self.histogram, spacing=28)
        box.setStretch(0, 3)
        box.setStretch(1, 2)
        for chart in (self.curve, self.histogram):
            chart.setMaximumHeight(CHART_HEIGHT)
        charts.setLayout(column(box, None, spacing=0))
        charts.layout().setStretch(0, 1_000)
        self.model = ExpertsModel(self)
        self.table = _table(self.model)
        self._pointed = (-1, -1)
        self._stack = QStackedWidget()
        self._stack.addWidget(charts)
        self._stack.addWidget(self.table)
        self.show_charts = _tab("evaluate", self.tr("Charts"))
        self.show_table = _tab("table", self.tr("Table of experts"))
        self.show_charts.setChecked(True)
        self._tabs = QButtonGroup(self)
        self._tabs.addButton(self.show_charts, 0)
        self._tabs.addButton(self.show_table, 1)
        self._tabs.idClicked.connect(self._turn)
        self.take = TakeButton(self._taken)
        tabs = column(self.show_charts, self.show_table, self.take, None, spacing=4)
        side = row(tabs, self._stack, spacing=12)
        side.setStretch(1, 1)
        self.setLayout(side)
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(96)
        self.table.selectionModel().currentRowChanged.connect(self._picked)

    def sizeHint(self) -> QSize:
        """Low: the map is what the page is for."""
        return QSize(640, 132)

    def bring_up_to_date(self, derived: Derived, plan: Plan, *, live: bool, scale: str) -> None:
        """Bring the side that shows up to date."""
        if self._stack.currentIndex() == 1:
            self.model.set_table(derived.table(plan))
            self.point_at(*self._pointed)
            return
        curve = derived.curve()
        self.curve.set_curve(curve)
        covered = derived.coverage(plan)
        if curve is not None and covered is not None:
            self.curve.set_plan(sum(plan.experts) - plan.dropped, covered.overall)
        self.histogram.set_histogram(derived.histogram(plan, log=scale == "log"))
        self.histogram.setEnabled(not live)
        self.curve.setEnabled(not live)

    def _taken(self) -> Taken | None:
        """The side that shows."""
        shown = self.model.table
        if self._stack.currentIndex() == 1:
            return (
                None if shown is None else Taken(name="experts", table=lambda: expert_table(shown))
            )
        if not self.curve.has_curve:
            return None
        parts = (Part(widget=self.curve), Part(widget=self.histogram))
        sheet = Sheet(title=self.show_charts.accessibleName(), parts=parts)
        return Taken(name="charts", drawing=sheet, table=self._charts_table)

    def _charts_table(self) -> Table:
        """A line per point of the curve and per bin of the histogram."""
        points = (("coverage", n, None, None, float(y)) for n, y in enumerate(self.curve.curve))
        data = self.histogram.histogram
        bins = (
            ()
            if data is None
            else tuple(
                ("histogram", int(kept), int(dropped), float(edge), None)
                for kept, dropped, edge in zip(data.kept, data.dropped, data.edges, strict=False)
            )
        )
        return table_of(("chart", "kept", "dropped", "score_from", "coverage"), (*points, *bins))

    def point_at(self, expert_row: int, expert: int) -> None:
        """Pick an expert's line without saying so."""
        self._pointed = (expert_row, expert)
        if self._stack.currentIndex() != 1:
            return
        line = self.model.line_of(expert_row, expert)
        if line is None or line == self.table.currentIndex().row():
            return
        index = self.model.index(line, 0)
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        selection.setCurrentIndex(
            index,
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )
        selection.blockSignals(False)
        self.table.scrollTo(index)
        self.table.viewport().update()

    def _turn(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.turned.emit()

    def _picked(self, index: QModelIndex) -> None:
        cell = self.model.cell_at(index.row())
        if cell is not None and cell != self._pointed:
            self._pointed = cell
            self.experts_chosen.emit(*cell)


def _tab(icon_name: str, name: str) -> IconButton:
    out = IconButton(icon_name, name)
    out.setCheckable(True)
    return out


def _table(model: ExpertsModel) -> QTableView:
    table = QTableView()
    table.setTabKeyNavigation(False)
    table.setModel(model)
    table.setAccessibleName(QCoreApplication.translate("Lower", "Experts"))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSortingEnabled(True)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    vertical = table.verticalHeader()
    vertical.hide()
    vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    vertical.setDefaultSectionSize(ROW_HEIGHT)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    state = ExpertsModel.COLUMNS.index("state")
    header.setSectionResizeMode(state, QHeaderView.ResizeMode.Fixed)
    header.resizeSection(state, STATE_WIDTH)
    table.horizontalHeader().setHighlightSections(False)
    return table
