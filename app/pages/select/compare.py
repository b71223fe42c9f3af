"""A − B: two domains, two texts, before and after tuning, under the current score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QSpinBox,
    QStackedWidget,
    QTableView,
    QWidget,
)

from app.jobs import lines
from app.models.only_b import OnlyInBModel
from app.pages.select.layers_beside import LayersBeside, beside_table, summary
from app.pages.select.side_desk import SideDesk
from app.pages.select.sides import Side, Source, comparison_table
from app.pages.select.view import View
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.compare_map import CompareMapView
from app.widgets.drawing import Part, Sheet
from app.widgets.elided_combo import ElidedCombo
from app.widgets.forms import Button, ElidedLabel, IconButton, column, label, row
from app.widgets.help import help_for
from app.widgets.segments import Segments
from app.widgets.take_menu import Taken
from core.errors import StudioError

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session
    from core.scoring import Comparison, LayerUse

LIST_WIDTH, LIST_LEAST = 328, 216
EXPERTS, LAYERS = "experts", "layers"


class CompareView(View):
    """Two sides above, the difference below, what only B needs at the right."""

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, derived, editor, parent)
        self.desk = SideDesk(session, self)
        self._listed: tuple[tuple[str, Side], ...] = ()
        self._found: Comparison | None = None
        self._uses: tuple[LayerUse, LayerUse] | None = None
        self._said = ""  # of the difference, in one line
        self.a, self.b = self._combo(self.tr("A")), self._combo(self.tr("B"))
        self.swap = IconButton("sort", self.tr("Swap A and B"))
        self.swap.clicked.connect(self._swap)
        self.top_name = label(self.tr("Top"), "dim")
        self.top = QSpinBox()
        self.top.setAccessibleName(self.tr("Experts of a layer that count as needed"))
        self.top.setToolTip(self.top.accessibleName())
        self.top.setRange(1, 1)
        self.top.lineEdit().setTextMargins(6, 0, 0, 0)
        self.add = Button(self.tr("Add a side"), icon_name="plus")
        self.add.setToolTip(
            self.tr("Another text, or the same one after tuning: any profile of this model")
        )
        self.add.setMenu(self.desk.menu)
        self.what = Segments(
            (
                (EXPERTS, self.tr("Experts"), self.tr("The difference of every expert")),
                (LAYERS, self.tr("By layer"), self.tr("Entropy and use of both, layer by layer")),
            ),
            self.tr("What is compared"),
        )
        self.what.chosen.connect(self._turn)
        self.summary = ElidedLabel("", "dim")
        self.view = CompareMapView()
        self.ramp = self.view.ramp
        self.beside = LayersBeside()
        self.model = OnlyInBModel(self)
        self.table = self._table()
        self.only_title = label("", "section")
        self._lay_out()
        self._connect()

    def _combo(self, name: str) -> QComboBox:
        out = ElidedCombo()
        out.setAccessibleName(name)
        out.setMinimumWidth(120)
        return out

    def _table(self) -> QTableView:
        table = QTableView()
        table.setTabKeyNavigation(False)
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Experts that matter only in B"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # The widest texts are among the first lines; measuring all of them takes its time.
        table.horizontalHeader().setResizeContentsPrecision(12)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setHighlightSections(False)
        return table

    def _lay_out(self) -> None:
        head = row(
            label("A", "strong"), self.a, label("−", "dim"), label("B", "strong"), self.b,
            self.swap, None, self.add, help_for("select#compare"),
            spacing=UNIT,
        )  # fmt: skip
        line = row(self.what, self.summary, self.top_name, self.top, spacing=UNIT)
        line.setStretch(1, 1)
        self._side = side = QWidget()
        side.setFixedWidth(LIST_WIDTH)
        side.setLayout(column(self.only_title, self.table, spacing=6))
        body = row(self.view, side, spacing=2 * UNIT)
        body.setStretch(0, 1)
        shown = QWidget()
        shown.setLayout(body)
        hint = label(
            self.tr(
                "There is nothing to compare yet: calibrate on two or more domains, or open a "
                "second profile of this model."
            ),
            "dim",
            wrap=True,
        )
        empty = QWidget()
        empty.setLayout(column(hint, None))
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(shown)
        self._stack.addWidget(self.beside)
        whole = column(head, line, self._stack, spacing=UNIT)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the list gives the map its room."""
        super().resizeEvent(event)
        rest = self.width() - self.view.minimumWidth() - 2 * UNIT
        self._side.setFixedWidth(min(max(rest, LIST_LEAST), LIST_WIDTH))
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.table.setHorizontalScrollBarPolicy(needed if rest < LIST_WIDTH else off)

    def _connect(self) -> None:
        self.session.model_changed.connect(self._forget)
        self.beside.charts.layer_hovered.connect(self._hover_layer)
        self.desk.added.connect(self._side_added)
        self.desk.said.connect(self.status_changed)
        self.desk.failed.connect(self.failed)
        for combo in (self.a, self.b):
            combo.currentIndexChanged.connect(self._again)
        self.top.valueChanged.connect(self._again)
        cells = self.view.map
        cells.cursor_moved.connect(self.expert_chosen)
        cells.hovered.connect(self._hover)
        cells.menu_requested.connect(self.menu_requested)
        self.table.selectionModel().currentRowChanged.connect(self._line_picked)

    # showing

    def bring_up_to_date(self) -> None:
        """Compare again if anything changed; the same answer is the same object."""
        plan = self.session.plan
        sources = self.desk.sources()
        self._list(sources)
        a, b = self.a.currentData(), self.b.currentData()
        ready = plan is not None and a is not None and b is not None
        page = 0 if not ready or len(self._listed) < 2 else 1 if self.what.key == EXPERTS else 2
        self._stack.setCurrentIndex(page)
        for part in (self.top_name, self.top):
            part.setVisible(page != 2)
        self.add.setEnabled(plan is not None)
        if not ready or plan is None:
            self.summary.set_text("")
            return
        self._limit_top(max(plan.experts))
        try:
            found = self.derived.comparison(sources, a, b, self.top.value())
        except StudioError as error:
            self.failed.emit(str(error), error.remedy)
            return
        if found is not self._found:
            self._found = found
            self._show(found, plan.layer_ids, plan.exists_LE)
        if page == 2:
            self._uses = self.derived.beside(sources, a, b)
            names = self.a.currentText(), self.b.currentText()
            self.beside.show_sides(*self._uses, names)
            self.summary.set_text(summary(*self._uses))
        else:
            self.summary.set_text(self._said)

    def _show(self, found: Comparison, layer_ids: tuple[int, ...], exists_LE) -> None:
        cells = self.view.map
        if cells.layer_ids != layer_ids:
            cells.set_layers(layer_ids)
        only = np.zeros(exists_LE.shape, dtype=np.bool_)
        for one in found.only_b:
            only[one.row, one.expert] = True
        cells.set_difference(found.difference_LE, exists_LE, only)
        self.view.bars.set_correlations(found.spearman_L)
        self.view.relayout()
        largest = numbers.percent(found.largest, 1 if found.largest >= 0.01 else 2)
        self.ramp.set_scale(
            self.tr("B more: {share}").format(share=largest),
            self.tr("A more: {share}").format(share=largest),
            middle="0",
            differences=True,
        )
        self.ramp.setToolTip(self.tr("Difference of the shares that an expert has of its layer"))
        self.model.set_experts(found.only_b, layer_ids)
        self.only_title.setText(
            self.tr("MATTER ONLY IN B ({count})").format(count=len(found.only_b))
        )
        said = self.tr(
            "{metric}: rank correlation {rho} over all experts, {low} to {high} by layer"
        )
        self._said = said.format(
            metric=self.session.metric,
            rho=_rho(found.spearman),
            low=_rho(_least(found.spearman_L, np.min)),
            high=_rho(_least(found.spearman_L, np.max)),
        )
        self.command_changed.emit()

    def point_at(self, expert_row: int, expert: int) -> None:
        """Follow the heat map's cursor."""
        cells = self.view.map
        cells.blockSignals(True)
        cells.set_cursor_cell(expert_row, expert)
        cells.blockSignals(False)
        cells.update()

    def taken(self) -> Taken | None:
        """The map of differences; a line per expert with both shares."""
        found, plan = self._found, self.session.plan
        if found is None or plan is None or not self._stack.currentIndex():
            return None
        a, b = self.a.currentText(), self.b.currentText()
        if self._stack.currentIndex() == 2 and self._uses is not None:
            uses, parts = self._uses, tuple(map(_part, (self.beside.key, self.beside.charts)))
            title = f"{self.model_name()} · {a} → {b}"
            sheet = Sheet(title=title, subtitle=self.summary.full_text, parts=parts)
            return Taken(name="layers", drawing=sheet, table=lambda: beside_table(*uses))
        title = f"{self.model_name()} · {a} − {b}"
        parts = (Part(widget=self.view, height=self.ramp.geometry().bottom() + 1),)
        return Taken(
            name="comparison",
            drawing=Sheet(title=title, subtitle=self.summary.full_text, parts=parts),
            table=lambda: comparison_table(found, plan.layer_ids),
        )

    def command(self) -> str:
        """`seer compare` of both sides."""
        a, b = self.a.currentData(), self.b.currentData()
        if a is None or b is None:
            return ""
        known = {source.profile.fingerprint: source for source in self.desk.sources()}
        paths = {key: source.path for key, source in known.items()}
        words: list[str | Path | int] = ["seer", "compare", paths[a.profile]]
        if b.profile != a.profile or not (a.domain or b.domain):
            words.append(paths[b.profile])
        for flag, side in (("--domain-a", a), ("--domain-b", b)):
            if side.domain:
                words += [flag, side.domain]
        plan = known[b.profile].plan
        if plan is not None:
            words += ["--plan", plan]
        return lines.line(*words, "--metric", self.session.metric, "--top", self.top.value())

    # sources

    def _list(self, sources: tuple[Source, ...]) -> None:
        listed = tuple(pair for source in sources for pair in source.sides)
        if listed == self._listed:
            return
        self._listed = listed
        before = (self.a.currentData(), self.b.currentData())
        sides = [side for _, side in listed]
        # To begin with, the first two domains, or the first two profiles.
        domains = [i for i, side in enumerate(sides) if side.domain]
        usual = domains[:2] if len(domains) > 1 else [0, min(1, len(sides) - 1)]
        for combo, old, at in zip((self.a, self.b), before, usual, strict=True):
            combo.blockSignals(True)
            combo.clear()
            for text, side in listed:
                combo.addItem(text, side)
            if sides:
                combo.setCurrentIndex(sides.index(old) if old in sides else at)
            combo.blockSignals(False)

    def _limit_top(self, experts: int) -> None:
        if self.top.maximum() != experts:
            self.top.blockSignals(True)
            self.top.setRange(1, experts)
            self.top.setValue(max(experts // 2, 1))
            self.top.setSuffix(self.tr(" of {experts}").format(experts=experts))
            self.top.blockSignals(False)

    @Slot(object)
    def _side_added(self, side: Side) -> None:
        """The new one is B; beside other weights A is all that was seen before them."""
        self.bring_up_to_date()
        own = self.session.profile
        new = next(s.profile for s in self.desk.sources() if s.profile.fingerprint == side.profile)
        if own is not None and new.model_fingerprint != own.model_fingerprint:
            self.a.setCurrentIndex(self._index(Side(profile=own.fingerprint)))
        self.b.setCurrentIndex(self._index(side))

    @Slot(str)
    def _turn(self, _key: str) -> None:
        self.bring_up_to_date()
        self.command_changed.emit()

    def _index(self, side: Side) -> int:
        return next((i for i, (_, known) in enumerate(self._listed) if known == side), 0)

    # doing

    @Slot()
    def _forget(self) -> None:
        self._found = None

    @Slot()
    def _again(self) -> None:
        self.bring_up_to_date()

    @Slot()
    def _swap(self) -> None:
        a, b = self.a.currentIndex(), self.b.currentIndex()
        self.a.blockSignals(True)
        self.a.setCurrentIndex(b)
        self.a.blockSignals(False)
        self.b.setCurrentIndex(a)
        self.bring_up_to_date()

    @Slot(QModelIndex)
    def _line_picked(self, index: QModelIndex) -> None:
        cell = self.model.cell_at(index.row())
        if cell is not None:
            self.view.map.set_cursor_cell(*cell)

    @Slot(int)
    def _hover_layer(self, at: int) -> None:
        shown = [f"{p.title} {p.texts_L[at]}" for p in self.beside.charts.panels] if at >= 0 else []
        self.status_changed.emit(" · ".join(shown))

    @Slot(int, int)
    def _hover(self, expert_row: int, expert: int) -> None:
        found, plan = self._found, self.session.plan
        if found is None or plan is None or expert_row < 0:
            self.status_changed.emit("")
            return
        a, b = found.share_a_LE[expert_row, expert], found.share_b_LE[expert_row, expert]
        text = self.tr("L{layer} · E{expert}: A {a}, B {b} of the layer")
        self.status_changed.emit(
            text.format(
                layer=plan.layer_ids[expert_row], expert=expert,
                a=numbers.percent(float(a)), b=numbers.percent(float(b)),
            )
        )  # fmt: skip


def _part(widget: QWidget) -> Part:
    return Part(widget=widget)


def _rho(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else numbers.DASH


def _least(values, which) -> float:
    finite = values[np.isfinite(values)]
    return float(which(finite)) if finite.size else float("nan")
