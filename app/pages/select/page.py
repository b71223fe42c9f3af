"""The Select page: the heat map and everything around it.

The page listens to the session and passes values on. What follows an edit at once (map, margins,
what-if strip) is shown in the same turn of the event loop; what may come a moment later (banner,
charts, table, card) waits for a short timer, so that painting never waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.models.experts import score_text
from app.pages.page import Page, PageState
from app.pages.quick_check import quick_check_task
from app.pages.select.asking import Asking
from app.pages.select.card import cell_tip, expert_card, status_line
from app.pages.select.chart_desk import ChartDesk
from app.pages.select.clusters import Clusters
from app.pages.select.cost_desk import CostDesk
from app.pages.select.derived import Derived
from app.pages.select.editor import Editor
from app.pages.select.history import HistoryButton
from app.pages.select.inspector import Inspector
from app.pages.select.lower import Lower
from app.pages.select.menu import CellMenu
from app.pages.select.notices import Notices
from app.pages.select.room import Room
from app.pages.select.rule_desk import RuleDesk
from app.pages.select.takeaway import SelectTakeAway
from app.pages.select.tokens import TokenReader
from app.pages.select.toolbar import Toolbar, metric_names
from app.pages.select.views import Views
from app.theme import UNIT
from app.widgets.banner import Banner
from app.widgets.empty_state import EmptyState
from app.widgets.forms import column, row
from app.widgets.heatmap_view import HeatMapView
from app.widgets.scale_box import ScaleMenu
from app.widgets.whatif import WhatIfStrip

if TYPE_CHECKING:
    from app.jobs.choosing import Chosen
    from app.session import Session

CARD_SOON = 10
SOON = 40  # milliseconds until what may lag behind an edit is shown
WIDE = 1180  # width of the page from which the inspector has its full width


class SelectPage(Page):
    """Look at the experts and choose which stay."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.derived = Derived(session)
        self.editor = Editor(session, self.derived, self)
        self.reader = TokenReader(self)
        self.toolbar = Toolbar()
        self.banner = Banner()
        self.view = HeatMapView()
        self.map = self.view.map
        self.strip = WhatIfStrip()
        self.costs = CostDesk(session, self.derived, self.strip)
        self.lower = Lower()
        self.inspector = Inspector()
        self.desk = RuleDesk(
            session, self.derived, self.editor, toolbar=self.toolbar, cells=self.map, parent=self
        )
        self.charts = ChartDesk(self.lower, self.desk, self)
        self.history = HistoryButton(session)
        self.clusters = Clusters(session, self.map, self)
        self.notices = Notices(session, self.editor, self.banner, self)
        self.views = Views(session, self.derived, self.editor, heat_map=self.view, parent=self)
        self.takeaway = SelectTakeAway(
            session, self.derived, self.editor,
            toolbar=self.toolbar, cells=self.map, views=self.views, parent=self,
        )  # fmt: skip
        self.cell_menu = CellMenu(
            session, self.editor, cells=self.map, inspector=self.inspector, desk=self.desk,
            views=self.views, takeaway=self.takeaway, toolbar=self.toolbar, parent=self,
        )  # fmt: skip
        self.colours = ScaleMenu(self.toolbar.more_menu)
        self.empty = EmptyState(
            "select",
            self.tr("Open a model first"),
            self.tr("Select shows every expert of a Mixture-of-Experts model as one cell."),
            self.tr("Go to Model"),
        )
        self.quick_check = QAction(self.tr("Quick check"), self)
        self.quick_check.setToolTip(self.tr("Measure the masked model; nothing is written"))
        self.quick_check.triggered.connect(self._start_quick_check)
        self.primary_action = self.quick_check
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._card_soon = QTimer(self, singleShot=True, interval=CARD_SOON)
        self._lay_out()
        self._connect()
        self._show_model()

    # what the rail shows

    @property
    def title(self) -> str:
        """The name of the step."""
        return self.tr("Select")

    def subtitle(self) -> str:
        """How many experts stay."""
        plan = self.session.plan
        if plan is None:
            return ""
        total = sum(plan.experts)
        kept = f"{total - plan.dropped:,}"
        return self.tr("{kept} of {total} kept").format(kept=kept, total=f"{total:,}")

    def state(self) -> PageState:
        """Blocked without a model, done once something is dropped."""
        plan, profile = self.session.plan, self.session.profile
        if plan is None:
            return PageState("blocked", self.tr("Open a model first"))
        if plan.dropped == 0:
            return PageState("ready", self.tr("Nothing is dropped yet"))
        made_on = plan.made_by.profile
        if profile is not None and made_on and made_on != profile.fingerprint:
            return PageState("stale", self.tr("The plan was made on another profile"))
        if plan.merged:
            text, dropped = self.tr("{count} experts are dropped, {merged} merged"), plan.dropped
            return PageState("done", text.format(count=dropped - plan.merged, merged=plan.merged))
        return PageState("done", self.tr("{count} experts go").format(count=plan.dropped))

    def command(self) -> str:
        """The command line of what shows; of the heat map, what makes the plan, if a rule did."""
        view = self.views.current
        if view is not None:
            return view.command()
        return self.desk.command() or self.takeaway.command()

    def shown(self) -> None:
        """Take the keyboard."""
        self.costs.forget_memory()
        self.costs.show_plan()
        self.map.setFocus(Qt.FocusReason.OtherFocusReason)

    # building

    def _lay_out(self) -> None:
        self.splitter = Room(self.views.stack, self.strip, self.lower, self.view.usable_height)
        main = QWidget()
        main.setLayout(
            column(
                row(self.views.bar, None, self.history), self.toolbar, self.banner, self.splitter,
                spacing=10, margins=(2 * UNIT + 2, 2 * UNIT - 4, 2 * UNIT + 2, 2 * UNIT - 4),
            )
        )  # fmt: skip
        main.layout().setStretch(3, 1)
        work = QWidget()
        box = row(main, self.inspector, spacing=0)
        box.setStretch(0, 1)
        work.setLayout(box)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(work)

    def _connect(self) -> None:
        session, tools, cells = self.session, self.toolbar, self.map
        session.model_changed.connect(self._show_model)
        session.profile_changed.connect(self._show_profile)
        session.scores_changed.connect(self._show_scores)
        session.variants_changed.connect(self._on_variants)
        session.plan_changed.connect(self._show_plan)
        session.plan_chosen.connect(self._on_chosen)
        self.empty.activated.connect(self._ask_for_model)
        self._soon.timeout.connect(self._show_rest)
        self._card_soon.timeout.connect(self._show_card)
        tools.metric_chosen.connect(session.set_metric)
        tools.domains.weights_chosen.connect(session.set_domain_weights)
        tools.order_chosen.connect(self.clusters.set_order)
        tools.scale_chosen.connect(self._set_scale)
        self.desk.applied.connect(self._rule_applied)
        self.asking = Asking(
            session, strip=self.strip, inspector=self.inspector, cells=cells, parent=self
        )
        self.takeaway.said.connect(self.status_changed)
        cells.edited.connect(self.editor.paint)
        cells.previewed.connect(self._preview_stroke)
        cells.refused.connect(self.editor.refuse)
        cells.lock_requested.connect(self.editor.toggle_lock)
        cells.hovered.connect(self._show_hover)
        cells.cursor_moved.connect(self._cursor_moved)
        cells.layers_toggled.connect(self.editor.toggle_layers)
        cells.pattern_copied.connect(self.editor.copy_pattern)
        cells.pattern_pasted.connect(self.editor.paste_pattern)
        cells.menu_requested.connect(self.cell_menu.open)
        self.editor.said.connect(self.status_changed)
        self.editor.failed.connect(self.notices.say_failure)
        self.notices.profile_wanted.connect(self._ask_for_profile)
        self.views.expert_chosen.connect(self._go_to)
        self.views.status_changed.connect(self.status_changed)
        self.views.failed.connect(self.notices.say_failure)
        self.history.said.connect(self.status_changed)
        self.history.failed.connect(self.notices.say_failure)
        self.views.command_changed.connect(self.state_changed)
        self.views.menu_requested.connect(self.cell_menu.open)
        self.views.turned.connect(self._view_turned)
        self.inspector.drop_clicked.connect(cells.toggle_cursor)
        self.inspector.lock_clicked.connect(cells.lock_cursor)
        self.inspector.partner_chosen.connect(self._go_to_partner)
        self.reader.ready.connect(self._show_card)
        self.charts.applied.connect(self._soon.start)
        self.charts.status_changed.connect(self.status_changed)
        self.lower.experts_chosen.connect(self._go_to)
        self.lower.turned.connect(self._make_room)
        self.lower.take.said.connect(self.status_changed)
        self.lower.take.take.failed.connect(self.notices.say_failure)

    def _make_room(self) -> None:
        self.splitter.turn_charts()
        self._show_rest()

    # showing values

    def _show_model(self) -> None:
        info, plan = self.session.info, self.session.plan
        self._stack.setCurrentIndex(0 if info is None else 1)
        if info is not None and plan is not None:
            self.map.set_layers(plan.layer_ids)
            self.reader.open(info.path)
            self.desk.take_model(info)
        self._show_profile()
        self._show_plan()
        self.splitter.share()
        self.view.relayout()
        if plan is not None:
            self._show_scores()

    def _show_profile(self) -> None:
        profile = self.session.shown_profile
        tools = self.toolbar
        tools.set_metrics(metric_names(), self.session.metric)
        tools.domains_button.setEnabled(profile is not None)
        tools.score.setEnabled(profile is not None)
        if self.session.live_profile is None and self.session.profile is not None:
            self.editor.protect_new_profile()
        self.state_changed.emit()

    def _show_scores(self) -> None:
        session, profile = self.session, self.session.shown_profile
        plan = session.plan
        scores = session.scores_LE
        fits = scores is not None and plan is not None and scores.shape == plan.exists_LE.shape
        if fits:
            self.map.set_scores(scores, self.derived.seen_LE(), self.derived.idle_LE())
        else:
            self.map.set_scores(None)
        self.toolbar.set_metrics(metric_names(), session.metric)
        weights = session.shown_weights
        if profile is not None:
            self.toolbar.domains.set_domains(profile.domains, profile.tokens_D, weights)
        names = profile.domains if profile is not None else ()
        self.toolbar.domains_button.setText(self.toolbar.domains.summary(names, weights))
        self.toolbar.fit_names()
        self._show_range()
        self.desk.preview()
        if plan is not None:
            self.view.margins.set_figures(self.derived.layer_figures(plan))
        self.costs.show_plan()
        self._soon.start()

    @Slot(object)
    def _on_chosen(self, chosen: Chosen) -> None:
        self.desk.remember(chosen)
        self.notices.take_chosen(chosen)
        self.state_changed.emit()

    @Slot()
    def _start_quick_check(self) -> None:
        task = quick_check_task(self.session)
        if task is not None:
            self.session.start(task)

    def _show_plan(self) -> None:
        plan = self.session.plan
        self.quick_check.setEnabled(plan is not None)
        if plan is None:
            return
        self.map.set_state(self.derived.state(plan))
        self.view.legend.set_groups(bool(plan.merges))
        self.view.margins.set_figures(self.derived.layer_figures(plan))
        self.costs.show_plan()
        self._soon.start()
        self.state_changed.emit()

    @Slot()
    def _on_variants(self) -> None:
        """A quick check is done, or its row was removed."""
        self.costs.show_plan()

    def _show_range(self) -> None:
        levels = self.map.levels
        if self.map.scores_LE is None:
            self.view.legend.set_range("", "")
        elif self.map.scale == "rank":
            self.view.legend.set_range(self.tr("last"), self.tr("first"))
        else:
            self.view.legend.set_range(score_text(levels.low), score_text(levels.high))

    def _show_rest(self) -> None:
        """What may lag behind an edit: banner, charts, table, card."""
        plan = self.session.plan
        if plan is None:
            return
        self.notices.show_problems()
        self.lower.bring_up_to_date(
            self.derived, plan, live=self.session.live_profile is not None, scale=self.map.scale
        )
        self.views.bring_up_to_date()
        self._show_card()

    def _view_turned(self) -> None:
        """A wide view takes the room of the charts."""
        view = self.views.current
        self.splitter.take_charts(view is not None and view.wide)
        for combo in (self.toolbar.order, self.toolbar.scale):
            combo.setEnabled(view is None)
        if view is None and not self.views.bar.has_keyboard:
            self.map.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_rest()
        if self.map.cursor_cell is not None:
            self.views.point_at(*self.map.cursor_cell)
        self.state_changed.emit()

    def _show_card(self) -> None:
        cell = self.map.cursor_cell
        card = expert_card(self.session, self.derived, self.reader, *cell) if cell else None
        self.inspector.set_card(card)
        if cell:
            self.map.set_cell_text(f"{card.title}, {card.state}" if card else "")

    def _show_hover(self, expert_row: int, expert: int) -> None:
        self.map.setToolTip(cell_tip(self.session, self.derived, expert_row, expert))
        if expert_row < 0 and self.map.cursor_cell is not None:
            expert_row, expert = self.map.cursor_cell
        self.status_changed.emit(status_line(self.session, self.derived, expert_row, expert))

    # rules

    def apply_rule(self) -> None:
        """Apply the rule of the toolbar."""
        self.desk.apply()

    def _rule_applied(self) -> None:
        self.map.setFocus(Qt.FocusReason.OtherFocusReason)

    # gestures

    def _preview_stroke(self, mask_LE: NDArray[np.bool_] | None, keep: bool) -> None:  # noqa: FBT001
        plan = None if mask_LE is None else self.editor.previewed(mask_LE, keep=keep)
        if plan is None:
            plan = self.session.plan
        if plan is not None:
            self.costs.show_plan(plan)
            self.view.margins.set_figures(self.derived.layer_figures(plan))

    def _cursor_moved(self, expert_row: int, expert: int) -> None:
        self._card_soon.start()
        self.lower.point_at(expert_row, expert)
        self.views.point_at(expert_row, expert)
        self._show_hover(expert_row, expert)

    def _go_to(self, expert_row: int, expert: int) -> None:
        self.map.set_cursor_cell(expert_row, expert)

    def _go_to_partner(self, expert: int) -> None:
        if self.map.cursor_cell is not None:
            self.map.set_cursor_cell(self.map.cursor_cell[0], expert)
            self.map.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_scale(self, scale: str) -> None:
        self.map.set_scale(scale)
        self._show_range()
        self._soon.start()

    def _ask_for_profile(self) -> None:
        self.go_to.emit("calibrate")

    def _ask_for_model(self) -> None:
        self.go_to.emit("model")

    def resizeEvent(self, event) -> None:
        """A narrow window gives the map what it can."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        self.inspector.setFixedWidth(292 if wide else 264)
        self.views.bar.set_dense(not wide)
        self.history.set_dense(not wide)
