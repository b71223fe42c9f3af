"""Evaluate: every variant with what it costs, how good it is, and what made the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFileDialog, QSplitter, QStackedWidget, QWidget

from app.jobs import tasks
from app.jobs.measuring import Measure, original_variant, plan_variant
from app.jobs.speed import Timed, speed_options, speed_task
from app.models.variants import VariantsModel, VariantsSort, variant_key
from app.pages import subject
from app.pages.evaluate_columns import ColumnsButton
from app.pages.evaluate_inspector import Inspector
from app.pages.evaluate_plot import PlotCard
from app.pages.evaluate_texts import TextsDialog
from app.pages.job_watch import JobWatch
from app.pages.page import Page, PageState
from app.pages.quick_check import (
    PAGE,
    is_whole,
    measured,
    questions,
    quick_check_task,
    texts,
)
from app.pages.texts import options_of
from app.pages.variant_plan import kept_plan, plan_of
from app.session.provenance import asker_for
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.elided_button import ElidedButton
from app.widgets.empty_state import EmptyState
from app.widgets.forms import Button, column, label, row
from app.widgets.run_strip import RunStrip
from app.widgets.sources import DEMO
from app.widgets.variant_table import VariantTable
from core.evaluation.variant import Variant

if TYPE_CHECKING:
    from app.session import Session


class EvaluatePage(Page):
    """The table of variants, the plot below it, and the inspector at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.primary_action = QAction(self.tr("Quick check"), self)
        self.primary_action.triggered.connect(self.quick_check)
        self._behind = False
        self._build()
        self._listen()
        self._on_model()

    # -- what the rail shows -----------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name of the step."""
        return self.tr("Evaluate")

    def subtitle(self) -> str:
        """The current plan's perplexity, or how many variants there are."""
        current = measured(self.session)
        if current is not None and current.overall is not None:
            value = numbers.perplexity(current.overall)
            return self.tr("perplexity {value}").format(value=value)
        if any(v.kind == "plan" for v in self.session.variants):
            return self.tr("plan changed")
        count = sum(1 for v in self.session.variants if v.perplexity)
        return self.tr("{count} measured").format(count=count) if count else ""

    def state(self) -> PageState:
        """Blocked without a model; stale when the plan changed after it was measured."""
        if self.session.info is None:
            return PageState("blocked", self.tr("Open a model first."))
        if measured(self.session) is not None:
            return PageState("done")
        if any(v.kind == "plan" for v in self.session.variants):
            return PageState("stale", self.tr("The plan changed since it was measured."))
        return PageState("ready", self.tr("Nothing was measured yet."))

    def command(self) -> str:
        """The line that does what "Quick check" does."""
        task = quick_check_task(self.session, questions(self.session))
        return task.command if task else ""

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the edits that were made elsewhere."""
        super().showEvent(event)
        if self._behind:
            self._show()

    # -- actions -----------------------------------------------------------------------------

    @Slot()
    def quick_check(self) -> None:
        """Measure the current plan as a mask, and the original in the same pass."""
        self._start(quick_check_task(self.session, questions(self.session)))

    @Slot()
    def measure_original(self) -> None:
        """Measure the original alone."""
        model = subject.current(self.session, texts(self.session))
        if model is not None:
            self._start(tasks.evaluate_task(model, self._measure("")))

    @Slot(object)
    def measure(self, variant: Variant) -> None:
        """Measure one row."""
        model = subject.current(self.session, texts(self.session))
        if model is None:
            return
        current = self.session.plan
        if variant.kind == "original":
            self.measure_original()
        elif current is not None and variant.is_plan(current.keep, current.top_k, current.merges):
            self.quick_check()
        elif variant.path:
            self._start(tasks.checkpoint_task(model, variant, self._measure(variant.name)))
        else:
            self._start(tasks.evaluate_task(model, self._measure(variant.name, variant)))

    @Slot(object)
    def time(self, variant: Variant) -> None:
        """Time one row beside the original, in one run."""
        model = subject.current(self.session, texts(self.session))
        if model is None:
            return
        timed = Timed()
        if variant.kind != "original":
            plan = None if variant.path else plan_of(self.session, variant)
            timed = Timed(row=variant, plan=plan, plan_file=kept_plan(self.session, plan))
        self._start(speed_task(model, timed, speed_options(model)))

    @Slot(object)
    def use_plan(self, variant: Variant) -> None:
        """Make a variant's choice of experts the current plan, as a step that can be undone."""
        plan = plan_of(self.session, variant)
        if plan is not None:
            text = self.tr("Use the plan of “{name}”").format(name=variant.name)
            self.session.apply_plan(plan, text)

    @Slot(object)
    def copy_command(self, variant: Variant) -> None:
        """Put the line that measures a variant on the clipboard."""
        QGuiApplication.clipboard().setText(variant.provenance.command)
        self.status_changed.emit(self.tr("Copied the command"))

    @Slot(object)
    def remove(self, variant: Variant) -> None:
        """Forget a row; a checkpoint on the disk stays."""
        self.session.remove_variant(variant.name)

    @Slot()
    def add_checkpoint(self) -> None:
        """Make any checkpoint folder a row, to be compared with the original."""
        chosen = QFileDialog.getExistingDirectory(self, self.tr("A checkpoint to compare"))
        model = subject.current(self.session)
        if chosen and model is not None:
            self.session.start(tasks.folder_task(model, Path(chosen)))

    @Slot()
    def choose_texts(self) -> None:
        """Ask what to measure on."""
        dialog = TextsDialog(texts(self.session), questions(self.session), self)
        dialog.accepted.connect(self._on_texts)
        dialog.open()

    # -- construction ------------------------------------------------------------------------

    def _build(self) -> None:
        self.banner = Banner()
        self.strip = RunStrip()
        self.watch = JobWatch(self.session.jobs, frozenset({"evaluate", "speed"}), self.strip, self)
        self.model = VariantsModel(self)
        self.head = self._build_head()
        self.stack = QStackedWidget()
        self.stack.addWidget(self._build_empty())
        self.stack.addWidget(self._build_figures())
        self.inspector = Inspector()
        left = column(
            self.banner, self.head, self.strip, self.stack, spacing=12, margins=(20, 16, 20, 16)
        )
        left.setStretch(3, 1)
        page = row(left, self.inspector, spacing=0)
        page.setStretch(0, 1)
        self.setLayout(page)

    def _build_head(self) -> QWidget:
        """What is measured on, and what the table shows."""
        self.texts_button = ElidedButton("", icon_name="book")
        self.texts_button.clicked.connect(self.choose_texts)
        self.add_button = Button(self.tr("Add checkpoint…"))
        self.add_button.clicked.connect(self.add_checkpoint)
        self.domains_button = Button(self.tr("By domain"))
        self.domains_button.setCheckable(True)
        self.domains_button.toggled.connect(self._show_domains)
        self.columns_button = ColumnsButton(self.model)
        self.columns_button.toggled_column.connect(self._on_column)
        head = QWidget()
        head.setLayout(
            row(
                label(self.tr("Measure on"), "dim"),
                self.texts_button,
                None,
                self.add_button,
                self.domains_button,
                self.columns_button,
            )
        )
        return head

    def _build_figures(self) -> QSplitter:
        """The table of variants over the plot of quality against size."""
        self.sorted = VariantsSort(self)
        self.sorted.setSourceModel(self.model)
        self.table = VariantTable()
        self.table.setModel(self.sorted)
        self.table.setMinimumHeight(140)
        self.table.chosen.connect(self._on_chosen)
        self.asker = asker_for(self.session, self)
        self.asker.watch_table(self.table, variant_key)
        self.plot_card = PlotCard()
        self.plot = self.plot_card.plot
        self.asker.watch_chart(self.plot)
        self.plot_card.mark_chosen.connect(self.table.select_name)
        self.plot_card.take.said.connect(self.status_changed)
        self.plot_card.take.failed.connect(self.banner.say)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(2 * UNIT)
        split.setProperty("kind", "gap")
        split.addWidget(self.table)
        split.addWidget(self.plot_card)
        split.setChildrenCollapsible(False)
        split.setSizes([400, 400])
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        return split

    def _build_empty(self) -> EmptyState:
        self.empty = EmptyState(
            "evaluate",
            self.tr("Nothing to compare yet"),
            self.tr(
                "Open a model and choose experts; then a quick check masks the dropped ones, "
                "measures perplexity by domain and writes nothing."
            ),
            self.tr("Open a model"),
        )
        self.empty.activated.connect(self._on_empty)
        return self.empty

    def _listen(self) -> None:
        session, inspector = self.session, self.inspector
        session.model_changed.connect(self._on_model)
        session.variants_changed.connect(self._show)
        session.plan_changed.connect(self._on_plan)
        inspector.plan_asked.connect(self.use_plan)
        inspector.measure_asked.connect(self.measure)
        inspector.speed_asked.connect(self.time)
        inspector.copy_asked.connect(self.copy_command)
        inspector.remove_asked.connect(self.remove)
        self.watch.turned.connect(self._show_ready)

    # -- what changes ------------------------------------------------------------------------

    @Slot()
    def _on_model(self) -> None:
        self._show_texts()
        self._show()

    @Slot()
    def _on_empty(self) -> None:
        self.go_to.emit("welcome")

    @Slot()
    def _on_plan(self) -> None:
        """An edit must be quick: while another page is shown this one waits."""
        if self.isVisible():
            self._show()
        else:
            self._behind = True
            self.state_changed.emit()

    @Slot()
    def _on_texts(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, TextsDialog):
            kept = dialog.form.choice().to_json()
            kept["questions"] = dialog.asked.questions().to_json()
            kept["columns"] = self.session.page_options(PAGE).get("columns", {})
            self.session.set_page_options(PAGE, kept)
            self._show_texts()
            self.state_changed.emit()

    @Slot()
    def _show(self) -> None:
        self._behind = False
        chosen = self.table.currentIndex().siblingAtColumn(0).data()
        rows = self._rows()
        self.stack.setCurrentIndex(1 if rows else 0)
        for part in (self.inspector, self.head):
            part.setVisible(bool(rows))
        self.model.set_variants(rows)
        self._show_domains()
        self.inspector.set_variants(self.session.variants)
        self.plot_card.set_variants(rows)
        self.table.select_name(str(chosen) if chosen else (rows[-1].name if rows else ""))
        self.domains_button.setEnabled(any(v.domains for v in rows))
        self._show_ready()

    @Slot()
    def _show_ready(self) -> None:
        idle = not self.watch.busy
        self.primary_action.setEnabled(self.session.info is not None and idle)
        self.inspector.measure.setEnabled(idle)
        self.inspector.speed.setEnabled(idle)
        self.state_changed.emit()

    def _show_texts(self) -> None:
        choice = texts(self.session)
        names = ", ".join(
            self.tr("bundled held-out texts") if source.where == DEMO else source.where
            for source in choice.sources
        )
        text = self.tr("{names} · {tokens} tokens").format(
            names=names, tokens=numbers.short_count(choice.max_tokens)
        )
        asked = questions(self.session)
        if asked.tasks:
            text += " · " + self.tr("{n} tasks").format(n=len(asked.tasks))
        if asked.overlap > 1:
            text += " · " + self.tr("stride {n}").format(n=asked.stride(choice.seq_len))
        self.texts_button.setText(text)
        self.texts_button.setToolTip(text)

    @Slot()
    def _show_domains(self) -> None:
        self.columns_button.set_chosen(self.session.page_options(PAGE).get("columns"))
        for at, column_ in enumerate(self.model.columns):
            shown = self.columns_button.shows(column_)
            if at >= self.model.first_domain_column:
                shown = self.domains_button.isChecked()
            self.table.setColumnHidden(at, not shown)
        self.table.fit_columns()

    @Slot(str, bool)
    def _on_column(self, key: str, shown: bool) -> None:  # noqa: FBT001 - Qt's signal
        kept = self.session.page_options(PAGE) or texts(self.session).to_json()
        columns = kept.get("columns")
        known = dict(columns) if isinstance(columns, Mapping) else {}
        self.session.set_page_options(PAGE, {**kept, "columns": {**known, key: shown}})
        self._show_domains()

    @Slot(object)
    def _on_chosen(self, variant: Variant | None) -> None:
        self.inspector.set_variant(variant)
        self.plot_card.select(variant)

    # -- values ------------------------------------------------------------------------------

    def _start(self, task: tasks.Task | None) -> None:
        if task is not None and not self.watch.busy:
            self.session.start(task)

    def _measure(self, name: str, variant: Variant | None = None) -> Measure:
        """What to measure a row on, as the page says."""
        plan = None if variant is None else plan_of(self.session, variant)
        return Measure(
            name=name,
            options=options_of(texts(self.session)),
            plan=plan,
            plan_file=kept_plan(self.session, plan),
            questions=questions(self.session),
        )

    def _rows(self) -> tuple[Variant, ...]:
        """Stored rows, and the original and the current plan where they were not measured yet."""
        model, plan = subject.current(self.session), self.session.plan
        if model is None or plan is None:
            return ()
        rows = self.session.variants
        if not any(v.kind == "original" for v in rows):
            rows = (original_variant(model), *rows)
        if measured(self.session) is None and not is_whole(plan):
            rows = (*rows, plan_variant(model, plan, self.tr("current plan")))
        return rows
