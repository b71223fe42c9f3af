"""Tune: fine-tune the model while Top-K falls, watch it, and use what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from app.jobs import tuning
from app.jobs.job import Job
from app.jobs.tuning_lines import tune_line
from app.models.runs import top_k_text
from app.pages.job_watch import JobWatch
from app.pages.page import Page, PageState
from app.pages.quick_check import is_whole
from app.pages.select.costs import read_memory
from app.pages.tune.asking import Asking
from app.pages.tune.choice import PLANNED, WHOLE, TuneChoice, first_choice
from app.pages.tune.claims import ClaimsView
from app.pages.tune.curves import CurvesCard
from app.pages.tune.desk import RunsDesk
from app.pages.tune.figures import EstimateStrip
from app.pages.tune.form import TuneForm
from app.pages.tune.request import request_of, start_of
from app.pages.tune.runs import RunsView
from app.pages.tune.search import SearchView
from app.pages.tune.words import obstacle_text, trap_text
from app.widgets.banner import Banner
from app.widgets.beside import Beside
from app.widgets.empty_state import EmptyState
from app.widgets.forms import column, row, scrolled, sentence
from app.widgets.run_strip import RunStrip
from app.widgets.said import said
from core.errors import StudioError
from core.tuning import TuneEstimate
from core.tuning.history import Curve, CurveBuilder, new_run_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.jobs.tune_request import TuneRequest
    from app.session import Session
    from core.run import Snapshot
    from core.tuning import StepReport

PAGE = "tune"
ESTIMATE_DELAY_MS = 300
# Curves are drawn this often while a run goes on.
DRAW_MS = 250
CURVES, RUNS, SEARCH, CLAIMS = range(4)


class TunePage(Page):
    """The form at the left; estimate, curves and runs at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.primary_action = QAction(self.tr("Start tuning"), self)
        self.primary_action.triggered.connect(self.start)
        self.estimate: TuneEstimate | None = None
        self._estimate_job: Job | None = None
        self._builder = CurveBuilder()
        self._reports: list[StepReport] = []
        self._taken = 0  # of the reports, into the builder
        self._estimate_timer = QTimer(self, interval=ESTIMATE_DELAY_MS, singleShot=True)
        self._estimate_timer.timeout.connect(self.refresh_estimate)
        self._draw_timer = QTimer(self, interval=DRAW_MS, singleShot=True)
        self._draw_timer.timeout.connect(self._draw)
        self._build()
        self.asking = Asking(session, lambda: self.estimate, self._request, self)
        self.asking.watch(self.figures, self.curves.board)
        self._listen()
        self._on_model()

    # -- what the rail shows -----------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name of the step."""
        return self.tr("Tune")

    def subtitle(self) -> str:
        """From which Top-K to which."""
        info = self.session.info
        if info is None:
            return ""
        if self.watch.busy:
            return self.tr("running")
        done = [found for found in self.desk.rows if found.record.state == "done"]
        if done:
            return top_k_text(done[-1])
        target = self.form.choice().options.top_k or info.top_k
        if target == info.top_k:
            return f"Top-{target}"
        return f"Top-{info.top_k} → Top-{target}"

    def state(self) -> PageState:
        """Blocked without a model; done once a run came through."""
        if self.session.info is None:
            return PageState("blocked", self.tr("Open a model first."))
        if any(found.record.state == "done" for found in self.desk.rows):
            return PageState("done")
        return PageState("ready", self.tr("Nothing was tuned yet."))

    def command(self) -> str:
        """The line that does what "Start tuning" does."""
        request = self._request()
        return tune_line(request) if request is not None else ""

    def shown(self) -> None:
        """The disk may have changed, and so may what is free."""
        self.desk.refresh()
        self._estimate_timer.start(0)

    # -- actions -----------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Start a run of what the form says."""
        request = self._request()
        if request is not None and self._allowed():
            self._run(tuning.tune_task(request))

    @Slot(object)
    def _run(self, task: tuning.TuneTask) -> None:
        if self.watch.busy:
            return
        self._builder, self._reports, self._taken = CurveBuilder(), [], 0
        self.tabs.setCurrentIndex(CURVES)
        self.session.start(task)
        self._draw()

    # -- construction ------------------------------------------------------------------------

    def _build(self) -> None:
        self.form = TuneForm()
        self.banner = Banner()
        self.figures = EstimateStrip()
        self.strip = RunStrip()
        self.watch = JobWatch(self.session.jobs, frozenset({tuning.KIND}), self.strip, self)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for title in (self.tr("Curves"), self.tr("Runs"), self.tr("Search")):
            self.tabs.addTab(title)
        self.tabs.addTab(self.tr("The paper's claims"))
        self.curves = CurvesCard()
        self.runs = RunsView()
        self.desk = RunsDesk(self.session, self.runs, self.watch, self)
        self.search = SearchView(self.session, self._request, lambda: self.desk.rows)
        self.claims = ClaimsView(self.session)
        self.sheets = QStackedWidget()
        for sheet in (self.curves, self.runs, self.search, self.claims):
            self.sheets.addWidget(sheet)
        self.tabs.currentChanged.connect(self.sheets.setCurrentIndex)
        right = QWidget()
        right.setLayout(
            column(
                self.banner, self.figures, self.strip, row(self.tabs, None), self.sheets, spacing=12
            )
        )
        right.layout().setStretch(4, 1)
        page = QWidget()
        page.setLayout(column(Beside(scrolled(self.form), right), margins=(20, 16, 20, 16)))
        text = self.tr("Open a model: then it can be fine-tuned while each token uses fewer "
                       "experts, so that it loses little and computes less.")  # fmt: skip
        title = self.tr("Nothing to tune yet")
        self.empty = EmptyState("tune", title, text, self.tr("Open a model"))
        self.empty.activated.connect(self._on_empty)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(page)
        self.setLayout(column(self.stack))

    def _listen(self) -> None:
        session, desk = self.session, self.desk
        session.model_changed.connect(self._on_model)
        session.project_changed.connect(self._on_project)
        session.plan_changed.connect(self._on_plan)
        session.jobs.job_snapshot.connect(self._on_snapshot)
        self.form.changed.connect(self._on_form)
        self.watch.turned.connect(self._on_turned)
        self.runs.chosen.connect(self._draw)
        self.runs.marked_changed.connect(self._draw)
        desk.changed.connect(self._on_runs)
        desk.run_asked.connect(self._run)
        desk.choice_asked.connect(self._change_form)
        desk.failed.connect(self._on_failed)
        desk.forbidden.connect(self.banner.say)
        desk.used.connect(self._on_used)
        self.search.choice_asked.connect(self._change_form)
        for saying in (desk, self.search, self.claims, self.curves.take):
            saying.said.connect(self.status_changed)
        self.curves.take.failed.connect(self.banner.say)

    # -- what changes ------------------------------------------------------------------------

    @Slot()
    def _on_model(self) -> None:
        """Another model: what its project kept, and the runs that it has."""
        info = self.session.info
        self.stack.setCurrentIndex(0 if info is None else 1)
        self.estimate = None
        self.desk.forget()
        self.figures.clear()
        self.banner.clear()
        kept = self.session.page_options(PAGE)
        self.form.set_choice(TuneChoice.from_json(kept) if kept else first_choice(info))
        self.form.set_model(info)
        self._show_starts()
        self.desk.refresh()
        self._draw()

    @Slot()
    def _on_project(self) -> None:
        """The project was saved somewhere else, and its runs went along."""
        if self.desk.rows and self.desk.rows[0].record.folder.parent != self.desk.folder:
            self.desk.refresh()

    @Slot()
    def _on_plan(self) -> None:
        """Another plan to start from; while the page is hidden its form waits."""
        self._show_starts()
        if self.isVisible():
            self._estimate_timer.start()
        self.state_changed.emit()

    @Slot()
    def _on_form(self) -> None:
        if self.session.info is not None:
            self.session.set_page_options(PAGE, self.form.choice().to_json())
        self._show_start_model()
        self._estimate_timer.start()
        self._refresh()

    @Slot()
    def _on_empty(self) -> None:
        self.go_to.emit("welcome")

    @Slot()
    def _on_turned(self) -> None:
        """A run began, or it came to its end."""
        if not self.watch.busy:
            self._estimate_timer.start()
        self._refresh()

    @Slot()
    def _on_runs(self) -> None:
        self._show_starts()
        self._draw()
        self._refresh()

    @Slot(object)
    def _change_form(self, change: Callable[[TuneChoice], TuneChoice]) -> None:
        self._show_starts()
        self.form.set_choice(change(self.form.choice()))
        if self.tabs.currentIndex() != SEARCH:
            self.tabs.setCurrentIndex(CURVES)

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        remedy = sentence(said(error.remedy)) + "." if error.remedy else ""
        self.banner.say(f"{sentence(said(error.what))}. {remedy}".strip(), "bad")

    @Slot(str)
    def _on_used(self, name: str) -> None:
        """The variant is there: Export will write it, Evaluate shows it."""
        options = self.session.page_options("export")
        self.session.set_page_options("export", {**options, "source": name})
        self.go_to.emit("evaluate")

    # -- the curves --------------------------------------------------------------------------

    @Slot(object, object)
    def _on_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        if job is not self.watch.job or snapshot.name != tuning.REPORTS:
            return
        if snapshot.value is not self._reports:
            self._reports, self._taken = snapshot.value, 0  # type: ignore[assignment]
            self._builder = CurveBuilder()
            self.desk.refresh()  # the run has its record now
        if not self._draw_timer.isActive():
            self._draw_timer.start()

    @Slot()
    def _draw(self) -> None:
        """The running run, else the chosen one, on top of the marked ones."""
        new = self._reports[self._taken :]
        self._taken += len(new)
        self._builder.add(new)
        shown: dict[str, Curve] = {}
        end = 0.0
        if self.watch.busy:
            shown[self.desk.running or self.tr("this run")] = self._builder.curve()
            end = float(self._reports[-1].steps) if self._reports else 0.0
        current = (self.runs.current,) if self.runs.current is not None else ()
        for found in (*current, *self.runs.model.marked):
            shown.setdefault(found.record.name, found.curve)
        self.curves.show_curves(tuple(shown.items()), end)

    # -- the estimate ------------------------------------------------------------------------

    @Slot()
    def refresh_estimate(self) -> None:
        """Ask the engine what the run would take."""
        if self._estimate_job is not None:
            self._estimate_job.cancel()
            self._estimate_job = None
        if self.watch.busy or not self.isVisible():
            return
        request = self._request()
        if request is not None:
            memory = read_memory()
            on_card = memory.name == "VRAM" and request.options.device != "cpu"
            task = tuning.estimate_task(request, device_free=memory.free if on_card else None)
            self._estimate_job = self.session.start(task)
            self._estimate_job.finished.connect(self._on_estimate)

    @Slot()
    def _on_estimate(self) -> None:
        job = self.sender()
        if not isinstance(job, Job):
            return
        if job in self.session.jobs:
            self.session.jobs.remove(job)  # the dock is for work that a person asked for
        if job is not self._estimate_job:
            return
        self._estimate_job, self.estimate = None, None
        if job.state == "done" and isinstance(job.result, TuneEstimate):
            self.estimate = job.result
            self.figures.show_estimate(job.result)
            self._show_obstacle(job.result)
        elif job.error is not None:
            self.figures.clear()
            self._on_failed(StudioError(job.error.what, remedy=job.error.remedy))
        self._refresh()

    def _show_obstacle(self, found: TuneEstimate) -> None:
        """The first thing that forbids the run, else the trap of stage 2."""
        wrong = next(iter(found.errors), None)
        if wrong is not None:
            self.banner.say(obstacle_text(found, wrong), "bad")
            return
        text, fix = trap_text(found), self.tr("Fade the last gate")
        if text:
            self.banner.say(text, "notice", fix, self.form.use_fractional)
        else:
            self.banner.clear()

    # -- what it shows -----------------------------------------------------------------------

    def _show_starts(self) -> None:
        """What a run may start from."""
        plan = self.session.plan
        # Without a plan the planned model is the whole one, and a plan made later is taken up.
        starts = {PLANNED: self.tr("Whole model")}
        if plan is not None and not is_whole(plan):
            kept = f"{sum(len(experts) for experts in plan.keep):,}"
            planned = self.tr("Current plan ({kept})").format(kept=kept)
            starts = {PLANNED: planned, WHOLE: self.tr("Whole model")}
        for found in self.desk.rows:
            if found.info is not None:
                starts[found.record.name] = found.record.name
        a_run = self.form.choice().start not in {PLANNED, WHOLE}
        self.form.set_starts(starts, keep=a_run and not self.desk.known)
        self._show_start_model()

    def _show_start_model(self) -> None:
        """The schedule begins at the Top-K of whatever is started from."""
        start = start_of(self.session, self.form.choice(), self.desk.rows)
        if start is not None:
            self.form.set_model(start[0].info)

    @Slot()
    def _refresh(self) -> None:
        busy = self.watch.busy
        self.primary_action.setEnabled(not busy and self._allowed())
        self.search.set_allowed(allowed=self._allowed())
        again = bool(self.desk.rows) and not busy
        self.primary_action.setText(self.tr("Tune again") if again else self.tr("Start tuning"))
        self.state_changed.emit()

    def _allowed(self) -> bool:
        """Whether the form can be started; what is not known yet does not forbid it."""
        forbidden = self.estimate is not None and bool(self.estimate.errors)
        return self.session.info is not None and self.form.valid and not forbidden

    def _request(self, folder: Path | None = None) -> TuneRequest | None:
        """The form as a run of its own, or in this folder; None while it cannot be one."""
        if self.session.info is None or not self.form.valid:
            return None
        folder = folder or new_run_folder(self.desk.folder)
        try:
            return request_of(self.session, self.form.choice(), self.desk.rows, folder)
        except StudioError as error:
            self._on_failed(error)
            return None
