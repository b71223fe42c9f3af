"""One layer: its experts by score, how the plan cuts them, how much of the mass stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.pages.select.expert_csv import expert_table
from app.pages.select.rules import Rule
from app.pages.select.view import View
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.charts import CoverageChart
from app.widgets.drawing import Part, Sheet
from app.widgets.elided_combo import ElidedCombo
from app.widgets.forms import ElidedLabel, IconButton, column, label, row
from app.widgets.layer_bars import Bars, LayerBars
from app.widgets.take_menu import Table, Taken

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session


class LayerView(View):
    """Bars above, coverage below; Page Up and Page Down go to another layer."""

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, derived, editor, parent)
        self._row = 0
        self.layer = ElidedCombo()
        self.layer.setMinimumContentsLength(4)
        self.layer.setAccessibleName(self.tr("Layer"))
        self.layer.currentIndexChanged.connect(self._layer_chosen)
        self.back = IconButton("chevron-up", self.tr("Layer above (Page Up)"))
        self.next = IconButton("chevron-down", self.tr("Layer below (Page Down)"))
        self.facts = ElidedLabel("", "dim")
        self.bars = LayerBars()
        self.curve = CoverageChart()
        self.curve.set_title(
            self.tr("Coverage of this layer by number of experts kept, best first"),
            self.tr("drag the line"),
        )
        self.curve.setMinimumHeight(96)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = row(
            label(self.tr("Layer"), "dim"), self.layer, self.back, self.next, UNIT, self.facts,
            spacing=4,
        )  # fmt: skip
        head.setStretch(head.count() - 1, 1)
        whole = column(head, self.bars, self.curve, spacing=12)
        whole.setStretch(1, 3)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self._above)
        self.next.clicked.connect(self._below)
        self.bars.toggled.connect(self._toggle)
        self.bars.lock_requested.connect(self._lock)
        self.bars.stepped.connect(self._step)
        self.bars.picked.connect(self._picked)
        self.bars.hovered.connect(self._hover)
        self.curve.chosen.connect(self._keep_best)

    # showing

    def bring_up_to_date(self) -> None:
        """Show the layer under the plan as it is now."""
        plan = self.session.plan
        if plan is None or not plan.experts:
            return
        names = [f"L{layer}" for layer in plan.layer_ids]
        if [self.layer.itemText(i) for i in range(self.layer.count())] != names:
            self.layer.blockSignals(True)
            self.layer.clear()
            self.layer.addItems(names)
            self.layer.blockSignals(False)
        self._row = min(self._row, len(names) - 1)
        self.layer.blockSignals(True)
        self.layer.setCurrentIndex(self._row)
        self.layer.blockSignals(False)
        self.back.setEnabled(self._row > 0)
        self.next.setEnabled(self._row < len(names) - 1)
        self._show_bars()
        self._show_curve()

    def _show_bars(self) -> None:
        plan, scores = self.session.plan, self.session.scores_LE
        assert plan is not None
        at, state = self._row, self.derived.state(plan)
        count = plan.experts[at]
        score = np.zeros(count) if scores is None else scores[at, :count]
        order = np.argsort(-score, kind="stable")
        fixed = state.locked_LE[at, :count] | state.protected_LE[at, :count]
        none = np.zeros(count, dtype=np.bool_)
        groups = (
            none if mask_LE is None else mask_LE[at, :count]
            for mask_LE in (state.merged_LE, state.mean_LE)
        )  # fmt: skip
        merged, mean = groups
        self.bars.set_bars(
            Bars(
                expert=order, score=score[order], kept=state.kept_LE[at, :count][order],
                locked=fixed[order], merged=merged[order], mean=mean[order],
            )
        )  # fmt: skip
        figures = self.derived.layer_figures(plan)
        text = self.tr("{metric} · keeps {kept} of {all}").format(
            metric=self.session.metric, kept=int(figures.kept_L[at]), all=count
        )
        if merged.any():
            text = self.tr("{text} · {count} merged").format(text=text, count=int(merged.sum()))
        covered, entropy = float(figures.coverage_L[at]), float(figures.entropy_L[at])
        if np.isfinite(covered):
            text = self.tr("{text} · coverage {share}").format(
                text=text, share=numbers.percent(covered)
            )
        if np.isfinite(entropy):
            text = self.tr("{text} · entropy {entropy:.2f} of {most:.2f} nats").format(
                text=text, entropy=entropy, most=float(figures.entropy_most_L[at])
            )
        self.facts.set_text(text)

    def _show_curve(self) -> None:
        plan = self.session.plan
        assert plan is not None
        curve = self.derived.layer_curve(self._row)
        covered = self.derived.coverage(plan)
        self.curve.set_curve(curve)
        if curve is not None and covered is not None:
            kept, share = int(plan.kept_L[self._row]), float(covered.per_layer_L[self._row])
            self.curve.set_plan(kept, share if np.isfinite(share) else 0.0)
        self.curve.setEnabled(self.session.live_profile is None)

    def taken(self) -> Taken | None:
        """Bars and curve; the layer's experts, the highest score first."""
        plan, bars = self.session.plan, self.bars.bars
        if plan is None or bars is None:
            return None
        layer = plan.layer_ids[self._row]
        parts = [Part(widget=self.bars, caption=self.session.metric)]
        if self.curve.has_curve:
            parts.append(Part(widget=self.curve))
        title = self.tr("{model} · layer {layer}").format(model=self.model_name(), layer=layer)
        return Taken(
            name=f"layer-{layer}",
            drawing=Sheet(title=title, subtitle=self.facts.full_text, parts=tuple(parts)),
            table=lambda: self._experts(bars.expert),
        )

    def _experts(self, order: NDArray[np.int64]) -> Table:
        plan = self.session.plan
        assert plan is not None
        table = self.derived.table(plan)
        first = int(np.flatnonzero(table.row == self._row)[0])
        return expert_table(table, first + order)

    def point_at(self, expert_row: int, expert: int) -> None:
        """Follow the heat map's cursor, into another layer too."""
        if expert_row >= 0 and expert_row != self._row:
            self._row = expert_row
            self.bring_up_to_date()
        self.bars.set_expert(expert)

    # doing

    def show_row(self, at: int) -> None:
        """Show another layer."""
        plan = self.session.plan
        if plan is not None and 0 <= at < len(plan.experts):
            self._row = at
            self.bring_up_to_date()

    @Slot(int)
    def _layer_chosen(self, at: int) -> None:
        self.show_row(at)

    @Slot()
    def _above(self) -> None:
        self.show_row(self._row - 1)

    @Slot()
    def _below(self) -> None:
        self.show_row(self._row + 1)

    @Slot(int)
    def _step(self, down: int) -> None:
        self.show_row(self._row + down)

    @Slot(int)
    def _toggle(self, expert: int) -> None:
        plan = self.session.plan
        if plan is None:
            return
        if self.derived.state(plan).fixed_LE[self._row, expert]:
            self.editor.refuse(self._row, expert)
            return
        mask_LE = np.zeros(plan.exists_LE.shape, dtype=np.bool_)
        mask_LE[self._row, expert] = True
        self.editor.paint(mask_LE, keep=not bool(plan.kept_LE[self._row, expert]))

    @Slot(int)
    def _lock(self, expert: int) -> None:
        self.editor.toggle_lock(self._row, expert)

    @Slot(int)
    def _picked(self, expert: int) -> None:
        self.expert_chosen.emit(self._row, expert)

    @Slot(int)
    def _hover(self, expert: int) -> None:
        plan, scores, places = self.session.plan, self.session.scores_LE, self.derived.ranks()
        if plan is None or scores is None or places is None or expert < 0:
            self.status_changed.emit("")
            return
        text = self.tr("L{layer} · E{expert} · {metric} {score:.4g} · rank {rank}")
        self.status_changed.emit(
            text.format(
                layer=plan.layer_ids[self._row], expert=expert, metric=self.session.metric,
                score=float(scores[self._row, expert]), rank=int(places[self._row, expert]),
            )
        )  # fmt: skip

    @Slot(float)
    def _keep_best(self, at: float) -> None:
        """Keep so many in this layer, by the current score."""
        info = self.session.info
        if info is not None:
            number = max(self.curve.number(at), info.top_k, 1)
            self.editor.apply(Rule(kind="number", number=number), (self._row,))
