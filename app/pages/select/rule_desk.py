"""The rule in hand: what the rule button says, what it would do, and doing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.pages.select.derived import Derived
from app.pages.select.editor import Editor
from app.pages.select.measured import choice_of, measuring_task, words_of
from app.pages.select.rules import (
    MEASURED,
    RANKING,
    Rule,
    apply_rule,
    layer_names,
    needs_profile,
)
from app.pages.select.toolbar import Toolbar
from app.widgets import numbers
from app.widgets.heatmap import HeatMap
from app.widgets.said import said
from core.errors import StudioError

if TYPE_CHECKING:
    from app.jobs.choosing import Chosen
    from app.session import Session
    from core.checkpoint.info import ModelInfo


RECOMMENDED_METRIC = "weighted-ean-sum"  # the best single score on the demo model
SEER_METRIC = "soft-count"


class RuleDesk(QObject):
    """Links the toolbar's rule, the layers selected in the map, and the editor."""

    applied = Signal()

    def __init__(
        self,
        session: Session,
        derived: Derived,
        editor: Editor,
        *,
        toolbar: Toolbar,
        cells: HeatMap,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._derived = derived
        self._editor = editor
        self._tools = toolbar
        self._cells = cells
        self._only_selected = True
        self._chosen: Chosen | None = None
        self._metric = session.metric  # which a threshold's score is of
        self.rule = Rule()
        toolbar.apply_clicked.connect(self.apply)
        toolbar.rule.changed.connect(self.set_rule)
        toolbar.rule.preset_chosen.connect(self.take_preset)
        toolbar.rule.selected_only.connect(self._set_only_selected)
        toolbar.rule_button.menu().aboutToShow.connect(self._show_preview)
        cells.layers_selected.connect(self._layers_selected)

    def take_model(self, info: ModelInfo) -> None:
        """Start with three quarters of another model's experts per layer."""
        most = max(info.experts, default=1)
        self._tools.rule.set_limits(most, info.top_k)
        self.set_rule(Rule(number=max(info.top_k, most * 3 // 4), floor=info.top_k))
        self._tools.rule.show_rule(self.rule)

    def set_rule(self, rule: Rule) -> None:
        """Take another rule in hand."""
        self.rule = rule
        self._tools.rule_button.setText(rule.text)
        self._tools.fit_names()
        self.preview()

    def take_preset(self, name: str) -> None:
        """Take a whole recipe in hand: the recommended one, or SEER's own."""
        info = self._session.info
        if info is None:
            return
        most = max(info.experts, default=1)
        share = 100 * self.rule.number / most if self.rule.kind == "number" else self.rule.percent
        if name == "seer":
            number = min(max(info.top_k, round(most * share / 100)), most)
            rule = Rule(kind="number", number=number, percent=share, floor=info.top_k)
            self._session.set_metric(SEER_METRIC)
        else:
            number = self.rule.number
            rule = Rule(kind=MEASURED[0], number=number, percent=share, floor=info.top_k)
            self._session.set_metric(RECOMMENDED_METRIC)
        self._tools.rule.choose(rule)

    def apply(self) -> None:
        """Apply the rule to the selected layers, or to all; one that measures starts a job."""
        if self.rule.kind in MEASURED:
            self._measure()
            self.applied.emit()
            return
        self._editor.apply(self.rule, self._rows())
        self.applied.emit()

    def _measure(self) -> None:
        try:
            task = measuring_task(self._session, self.rule)
        except StudioError as error:
            self._editor.failed.emit(str(error), error.remedy)
            return
        if task is not None:
            self._session.start(task)

    def remember(self, chosen: Chosen) -> None:
        """Keep the line that makes a measured plan again."""
        self._chosen = chosen

    def command(self) -> str:
        """The line that makes the current plan again, if a job of this session chose it."""
        chosen = self._chosen
        return chosen.command if chosen is not None and chosen.plan == self._session.plan else ""

    def keep_best(self, number: int) -> None:
        """Keep so many experts by one ranking over all layers."""
        plan, info = self._session.plan, self._session.info
        if plan is not None and info is not None:
            share = 100 * max(number, 1) / max(sum(plan.experts), 1)
            self._editor.apply(Rule(kind="global", percent=share, floor=info.top_k))

    def keep_from(self, score: float) -> None:
        """Keep the experts whose score is at least this."""
        self._editor.apply(Rule(kind="threshold", at_least=score))

    def preview(self) -> None:
        """Say in the rule's panel what it would do; whether it can be applied at all."""
        panel, session = self._tools.rule, self._session
        if self._begins_anew():
            return
        possible = not needs_profile(self.rule) or self._has_profile()
        self._tools.apply.setEnabled(possible)
        ranked = self.tr("Ranked by {metric}: change Score to rank by another.")
        panel.set_metric(ranked.format(metric=session.metric) if self.rule.kind in RANKING else "")
        if panel.isVisible():
            self._show_preview()

    def _begins_anew(self) -> bool:
        """Offer a threshold of the current score; True if the one in hand was of another."""
        start, session = self._derived.threshold(), self._session
        self._tools.rule.set_start(start)
        if session.metric == self._metric:
            return False
        self._metric = session.metric
        if self.rule.kind != "threshold":
            return False
        self._tools.rule.choose(replace(self.rule, at_least=start))
        return True

    def _has_profile(self) -> bool:
        """Whether there is a profile; a growing one is none for what measures for minutes."""
        session = self._session
        if self.rule.kind in MEASURED:
            return session.profile is not None and session.live_profile is None
        return session.shown_profile is not None

    def _show_preview(self) -> None:
        panel = self._tools.rule
        ground = self._derived.ground(self._rows())
        if ground is None:
            return
        if self.rule.kind in MEASURED:
            choice = choice_of(self._session, self.rule)
            panel.set_preview(words_of(self._session, choice), possible=self._has_profile())
            return
        try:
            plan = apply_rule(self.rule, ground)
        except StudioError as error:
            panel.set_preview(said(error.what), possible=False)
            return
        covered, total = self._derived.coverage(plan), sum(plan.experts)
        text = self.tr("Keeps {kept} of {total}").format(kept=total - plan.dropped, total=total)
        if covered is not None:
            text = self.tr("{kept}, {share} of the routed mass").format(
                kept=text, share=numbers.percent(covered.overall)
            )
        panel.set_preview(text, possible=True)

    def _rows(self) -> tuple[int, ...]:
        return self._cells.selected_rows if self._only_selected else ()

    def _set_only_selected(self, only: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._only_selected = only
        self._layers_selected(self._cells.selected_rows)

    def _layers_selected(self, rows: tuple[int, ...]) -> None:
        plan = self._session.plan
        names = layer_names(plan.layer_ids, rows) if plan and rows else ""
        self._tools.rule.set_layers(rows, names)
        self._tools.apply.setText(
            self.tr("Apply to {layers}").format(layers=names)
            if rows and self._only_selected
            else self.tr("Apply")
        )
        self._tools.fit_names()
        self.preview()
