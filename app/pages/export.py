"""Export: write the smaller checkpoint, prove that it is right, and say how to load it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.jobs import tasks
from app.jobs.lines import load_snippet, unfolded
from app.pages.export_choice import Target, look_at, proposed, shard_bytes
from app.pages.export_form import CostStrip, ExportForm, need_of
from app.pages.export_result import ResultCard
from app.pages.export_source import ExportSource, source_of, tuned_variants
from app.pages.job_watch import JobWatch
from app.pages.page import Page, PageState
from app.pages.select.problems import fix_text, problem_text
from app.session.provenance import asker_for
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.beside import Beside
from app.widgets.cards import Card
from app.widgets.empty_state import EmptyState
from app.widgets.forms import Button, column, row, scrolled
from app.widgets.run_strip import RunStrip
from app.widgets.snippet import Snippet

if TYPE_CHECKING:
    from app.session import Session
    from core.planning import Plan, Problem

PAGE = "export"
RESULT_WIDTH = 880  # logical pixels: beyond it a line of code is far from what it is about


class ExportPage(Page):
    """Where to, at the left; what will be written and what came of it, at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.primary_action = QAction(self.tr("Export"), self)
        self.primary_action.triggered.connect(self.export)
        self._behind = False
        self._written: Plan | None = None  # of the export that is shown
        self._exported: ExportSource | None = None  # and what it was made of
        self._target = Target(folder=Path(), problem="missing", free=0)
        self._build()
        self._listen()
        self._on_model()
        self._on_exported()

    # -- what the rail shows -----------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name of the step."""
        return self.tr("Export")

    def subtitle(self) -> str:
        """What was written."""
        result = self.session.exported
        if result is None:
            return ""
        return self.tr("{size} written").format(size=numbers.size(result.bytes_out))

    def state(self) -> PageState:
        """Blocked without a plan that drops something, or by a problem of the plan."""
        plan = self.session.plan
        if plan is None:
            return PageState("blocked", self.tr("Open a model first."))
        if self.session.exported is not None:
            source = self._source()
            now = source.plan if source is not None else plan
            if self._written is not None and now.keep != self._written.keep:
                return PageState("stale", self.tr("The plan changed since it was exported."))
            return PageState("done")
        wrong = self._blocking()
        if wrong:
            return PageState("blocked", wrong)
        return PageState("ready", self.tr("Nothing was exported yet."))

    def command(self) -> str:
        """The line that does what "Export" does."""
        task = self._task()
        return task.command if task else ""

    def shown(self) -> None:
        """The disk may have changed, and another page may have chosen what is written."""
        kept = self.session.page_options(PAGE).get("source", "")
        self.form.set_sources(tuned_variants(self.session), str(kept))
        self._propose()
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the edits that were made elsewhere."""
        super().showEvent(event)
        if self._behind:
            self._on_plan()

    # -- actions -----------------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        """Write the checkpoint."""
        task = self._task()
        if task is None or self.watch.busy or not self._ready():
            return
        self._exported = self._source()
        self._written = self._exported.plan if self._exported is not None else None
        self.result.clear()
        self.session.start(task)

    @Slot()
    def reload(self) -> None:
        """Load what was written with stock transformers and compare logits."""
        source = self._exported or self._source()
        model, result = source.model if source else None, self.session.exported
        plan = self._written or self.session.plan
        if model is None or result is None or plan is None or self.watch.busy:
            return
        task = tasks.reload_task(model, output=Path(result.output), plan=plan)
        self.session.start(task)

    @Slot()
    def open_folder(self) -> None:
        """Show what was written in the system's file manager."""
        if self.session.exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.session.exported.output)))

    # -- construction ------------------------------------------------------------------------

    def _build(self) -> None:
        self.banner = Banner()
        self.figures = CostStrip()
        self.figures.setAccessibleName(self.tr("What will be written, in figures"))
        self.asker = asker_for(self.session, self)
        self.asker.watch(self.figures)
        self.strip = RunStrip()
        kinds = frozenset({"export", "reload"})
        self.watch = JobWatch(self.session.jobs, kinds, self.strip, self)
        self.result = ResultCard()
        self.line = Snippet(self.tr("The same on the command line"))
        self.python = Snippet(self.tr("Load it in Python"))
        self.report = Button(self.tr("Write a report…"), icon_name="file")
        self.report.clicked.connect(self.report_wanted)
        codes = Card()
        codes.body.addWidget(self.line)
        codes.body.addSpacing(UNIT)
        codes.body.addWidget(self.python)
        inner = QWidget()
        inner.setLayout(
            column(
                self.figures,
                self.strip,
                self.result,
                codes,
                row(self.report, None),
                None,
                spacing=2 * UNIT,
            )
        )
        self.form = ExportForm()
        body = Beside(scrolled(self.form), scrolled(inner), most=RESULT_WIDTH)
        page = QWidget()
        outer = column(self.banner, body, spacing=2 * UNIT, margins=(20, 16, 20, 16))
        outer.setStretch(1, 1)
        page.setLayout(outer)
        self.empty = EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr(
                "Open a model and choose the experts to drop; the smaller checkpoint is "
                "written here, verified, in a form that stock transformers loads."
            ),
            self.tr("Open a model"),
        )
        self.empty.activated.connect(self._on_empty)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(page)
        self.setLayout(column(self.stack))

    def _listen(self) -> None:
        session = self.session
        session.model_changed.connect(self._on_model)
        session.plan_changed.connect(self._on_plan)
        session.exported_changed.connect(self._on_exported)
        session.variants_changed.connect(self._on_variants)
        self.form.folder_changed.connect(self._refresh)
        self.form.options_changed.connect(self._on_option)
        self.watch.changed.connect(self._on_job)
        self.result.open_asked.connect(self.open_folder)
        self.result.reload_asked.connect(self.reload)
        self.result.evaluate_asked.connect(self._go_evaluate)

    # -- what changes ------------------------------------------------------------------------

    @Slot()
    def _on_model(self) -> None:
        kept = self.session.page_options(PAGE)
        self.form.set_options(kept)
        self.form.set_sources(tuned_variants(self.session), str(kept.get("source", "")))
        self._written, self._exported = None, None
        self.result.clear()
        self.stack.setCurrentIndex(0 if self.session.plan is None else 1)
        self._on_plan()

    @Slot()
    def _on_plan(self) -> None:
        """An edit must be quick: while another page is shown this one waits."""
        if not self.isVisible():
            self._behind = True
            self.state_changed.emit()
            return
        self._behind = False
        self._propose()
        self._refresh()

    @Slot()
    def _on_option(self) -> None:
        self.session.set_page_options(PAGE, self.form.options())
        self._propose()
        self._refresh()

    @Slot()
    def _on_variants(self) -> None:
        """A tuned checkpoint came, or one is gone."""
        self.form.set_sources(tuned_variants(self.session))
        self._refresh()

    def _propose(self, replacing: str = "") -> None:
        """Fill in a folder that is not in use, unless the user named one."""
        source, info = self._source(), self.session.info
        if source is None or info is None:
            return
        tuned = source.tuned.name if source.tuned is not None else ""
        folder = proposed(self.session.model, Path(info.path), source.plan, tuned)
        self.form.propose(folder, replacing=replacing)

    @Slot()
    def _on_exported(self) -> None:
        result = self.session.exported
        if result is not None:
            self.result.show_result(result)
            # The next export needs a folder of its own.
            self._propose(replacing=str(result.output))
        self._refresh()

    @Slot()
    def _on_job(self) -> None:
        job = self.watch.job
        if job is not None and job.task.kind == "reload" and job.state != "held":
            self.result.show_reload(job)
        if not self.watch.busy:
            self._refresh()
            return
        self.primary_action.setEnabled(False)
        self.result.set_busy(True)

    @Slot()
    def _on_empty(self) -> None:
        self.go_to.emit("welcome")

    @Slot()
    def _go_evaluate(self) -> None:
        self.go_to.emit("evaluate")

    # -- what it shows -----------------------------------------------------------------------

    @Slot()
    def _refresh(self) -> None:
        source = self._source()
        if source is None:
            self.primary_action.setEnabled(False)
            self.state_changed.emit()
            return
        self._target = look_at(self.form.folder.text(), source.model.folder)
        self.form.show_target(self._target, need_of(source.cost))
        tuned = source.tuned.name if source.tuned is not None else ""
        self.figures.show_plan(source.plan, source.cost, source.base, tuned)
        self._show_banner()
        self.primary_action.setEnabled(self._ready() and not self.watch.busy)
        self.result.set_busy(self.watch.busy)
        task = self._task()
        self.line.set_text(unfolded(task.command) if task else "")
        shown = self.session.exported.output if self.session.exported else self._target.folder
        result = self.session.exported
        from core.planning import loads_anywhere

        uniform = result.uniform if result is not None else loads_anywhere(source.plan)
        auto_class = source.model.info.auto_class
        self.python.set_text(load_snippet(shown, uniform=uniform, auto_class=auto_class))
        self.state_changed.emit()

    def _show_banner(self) -> None:
        """What forbids the export, or that the plan is ragged: that is allowed, but not stock."""
        problem, plan = self._blocker() or self._ragged(), self.session.plan
        if problem is None or plan is None or self.form.chosen:
            self.banner.clear()
            return
        text = problem_text(problem, plan)
        if problem.fix is not None:
            self.banner.say(text, "notice", fix_text(problem), self._fix)
        else:
            self.banner.say(text, "notice", self.tr("Choose experts"), self._go_select)

    def _fix(self) -> None:
        problem = self._blocker() or self._ragged()
        if problem is not None and problem.fix is not None:
            self.session.apply_plan(problem.fix(), fix_text(problem))

    def _go_select(self) -> None:
        self.go_to.emit("select")

    # -- values ------------------------------------------------------------------------------

    def _blocker(self) -> Problem | None:
        """The problem that forbids an export."""
        errors = (p for p in self.session.problems if p.severity == "error")
        return next(errors, None)

    def _ragged(self) -> Problem | None:
        """The remark that stock classes load the result only with the bundled loader."""
        return next((p for p in self.session.problems if p.kind == "ragged"), None)

    def _blocking(self) -> str:
        """Why the plan cannot be exported, or empty."""
        plan, problem = self.session.plan, self._blocker()
        if plan is None:
            return self.tr("Open a model first.")
        if self.form.chosen:  # a checkpoint that was written already: all of it stays
            return ""
        return problem_text(problem, plan) if problem is not None else ""

    def _ready(self) -> bool:
        source, target = self._source(), self._target
        fits = source is not None and target.free >= need_of(source.cost)
        return not target.problem and not self._blocking() and fits

    def _task(self) -> tasks.Task | None:
        source = self._source()
        if source is None:
            return None
        from core.export import ExportOptions

        shard = str(self.form.shard.currentData())
        options = ExportOptions(
            plan=source.plan,
            output=self._target.folder,
            shard_size=shard_bytes(shard),
            verify=self.form.verify.isChecked(),
        )
        return tasks.export_task(
            source.model,
            options,
            plan_file=source.plan_file,
            shard_size=shard,
            variants=self.session.variants,
        )

    def _source(self) -> ExportSource | None:
        return source_of(self.session, self.form.chosen)
