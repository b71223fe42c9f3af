"""The search for better options: its time, its trials as they end, and the use of the best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from app.jobs import searching
from app.jobs.job import Job
from app.models.runs import ROW
from app.models.trials import TrialsModel, trial_key
from app.pages import subject
from app.pages.job_watch import JobWatch
from app.pages.tune.asking import trial_made
from app.pages.tune.choice import TuneChoice
from app.pages.tune.request import request_again
from app.pages.tune.runs import table_of
from app.pages.tune.tables import trials_table
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.cards import Card
from app.widgets.empty_state import EmptyState
from app.widgets.flow import flowing
from app.widgets.forms import Button, column, label, row, sentence
from app.widgets.help import help_for
from app.widgets.number_field import NumberField
from app.widgets.provenance import Asker, Number, Provenance
from app.widgets.run_strip import RunStrip
from app.widgets.said import said
from app.widgets.take_menu import TakeButton, Taken
from core.errors import StudioError
from core.tuning import Found, Trial
from core.tuning.history import RunRecord, RunRow, new_run_folder
from core.tuning.search import REMEDY, SEARCHED, installed

if TYPE_CHECKING:
    from app.jobs.tune_request import TuneRequest
    from app.session import Session
    from core.run import Snapshot

FIELD_WIDTH = 76
NUMBER_WIDTH = 64
MINUTES = 30.0
NOTHING = Found(trials=())


class SearchView(QWidget):
    """The newest search of the project.

    Args:
        session: The session.
        asked: The form as a run in a folder; None while it cannot be run.
        rows: The project's runs.

    Signals:
        choice_asked: Changes of the form's value, as a function of it.
        said: A line for the status bar.
    """

    choice_asked = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        session: Session,
        asked: Callable[[Path], TuneRequest | None],
        rows: Callable[[], tuple[RunRow, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.record: RunRecord | None = None
        self.found = NOTHING
        self._asked, self._rows = asked, rows
        self._allowed = False
        self._read_from = Path()
        self._reading: Job | None = None
        self._make()
        self.setLayout(self._built())
        self.watch.turned.connect(self._on_turned)
        session.jobs.job_snapshot.connect(self._on_snapshot)
        session.model_changed.connect(self.reload)
        session.project_changed.connect(self._on_project)
        self.reload()
        self.refresh()

    def _make(self) -> None:
        self.minutes = NumberField(0.0, 100_000)
        self.minutes.set_value(MINUTES)
        self.minutes.setFixedWidth(FIELD_WIDTH)
        self.minutes.setAccessibleName(self.tr("Minutes for all trials"))
        self.minutes.edited.connect(self.refresh)
        self.new_button = Button(self.tr("New search"))
        self.resume_button = Button(self.tr("Resume search"))
        self.use_button = Button(self.tr("Use these options"), icon_name="check")
        self.copy_button = Button(self.tr("Copy command"), "ghost")
        for button, slot in (
            (self.new_button, self.start),
            (self.resume_button, self.resume),
            (self.use_button, self.use),
            (self.copy_button, self.copy_command),
        ):
            button.clicked.connect(slot)
        self.banner = Banner()
        self.strip = RunStrip()
        self.watch = JobWatch(self.session.jobs, frozenset({searching.KIND}), self.strip, self)
        self.model = TrialsModel(self)
        self.table = table_of(self.model, self.tr("Trials"))
        self.table.horizontalHeader().resizeSection(0, NUMBER_WIDTH)
        self.table.selectionModel().currentRowChanged.connect(self.refresh)
        self.asker = Asker(self.answer, self)
        self.asker.watch_table(self.table, trial_key)
        self.take = TakeButton(self._taken)
        self.take.said.connect(self.said)
        self.take.failed.connect(self.banner.say)
        self.note = label("", "caption", wrap=True)
        self.empty = EmptyState(
            "tune",
            self.tr("No search yet"),
            self.tr(
                "Tries learning rates, entropy weights and ways for Top-K to fall, each in a run "
                "of as many steps as the form says, until the time is over. The form's own options "
                "are the first trial. Nothing but the trials' figures is kept."
            ),
        )

    def _built(self) -> QLayout:
        card = Card()
        card.body.addWidget(self.table)
        card.body.addWidget(self.note)
        card.body.addLayout(row(self.use_button, None, self.take))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(card)
        head = flowing(
            label(self.tr("Minutes for all trials"), "dim"),
            self.minutes,
            help_for("tune#search", self.minutes),
            None,
            self.copy_button,
            self.resume_button,
            self.new_button,
        )
        box = column(self.banner, head, self.strip, self.stack, spacing=12)
        box.setStretch(3, 1)
        return box

    # -- what it shows -----------------------------------------------------------------------

    @property
    def current(self) -> Trial | None:
        """The selected trial, else the best."""
        trial = self.table.currentIndex().data(ROW)
        return trial if isinstance(trial, Trial) else self.found.best

    @property
    def folder(self) -> Path:
        """Where the project keeps its runs, and below them its searches."""
        return subject.project_file(self.session, "runs")

    def set_allowed(self, *, allowed: bool) -> None:
        """Whether the form can be run as it is."""
        self._allowed = allowed
        self.refresh()

    def _show(self, record: RunRecord | None, found: Found) -> None:
        if record is not self.record:
            self.model.set_found(NOTHING)
        self.record, self.found = record, found
        self.model.set_found(found)
        self.stack.setCurrentIndex(1 if found.trials else 0)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Which buttons may be pressed, and the line below the trials."""
        there, busy = installed(), self.watch.busy
        ready = there and not busy and self.minutes.valid and self.session.info is not None
        self.new_button.setEnabled(ready and self._allowed)
        self.resume_button.setVisible(self.record is not None)
        self.resume_button.setEnabled(ready and self.record is not None and self._time_left())
        self.resume_button.setToolTip(
            "" if self._time_left() else self.tr("The trials took this time. Give it more minutes.")
        )
        self.copy_button.setEnabled(self._allowed or self.record is not None)
        trial = self.current
        self.use_button.setEnabled(trial is not None and trial.perplexity is not None)
        self.note.setText(self._note())
        if not there:
            text = self.tr("Searching needs Optuna, which is not installed: {command}")
            self.banner.say(text.format(command=REMEDY), "notice")

    def _time_left(self) -> bool:
        """Whether one more trial fits, by the rule of the engine."""
        done = len(self.found.trials)
        seconds = self.found.seconds
        return not done or seconds + seconds / done <= self.minutes.number(MINUTES) * 60

    def _note(self) -> str:
        trials = self.found.trials
        best = self.found.best
        if best is None or best.perplexity is None:
            return ""
        text = self.tr(
            "{count} trials in {time}. Best perplexity {best}; with the options it began with "
            "{first}."
        )
        first = trials[0].perplexity
        return text.format(
            count=len(trials),
            time=numbers.duration(self.found.seconds),
            best=numbers.perplexity(best.perplexity),
            first=numbers.DASH if first is None else numbers.perplexity(first),
        )

    def _taken(self) -> Taken | None:
        found = self.found
        return Taken(name="trials", table=lambda: trials_table(found)) if found.trials else None

    # -- what it does ------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Search anew, from what the form says now."""
        request = self._asked(new_run_folder(self.folder / searching.FOLDER))
        if request is not None:
            self._run(request)

    @Slot()
    def resume(self) -> None:
        """Go on with the search that is shown, from the options that it began with."""
        request = self._again()
        if request is not None:
            self._run(request)

    def _run(self, request: TuneRequest) -> None:
        if self.watch.busy:
            return
        self.banner.clear()
        task = searching.search_task(request, self.minutes.number(MINUTES))
        again = self.record is not None and self.record.folder == task.record.folder
        self._show(task.record, self.found if again else NOTHING)
        self.session.start(task)

    def _again(self) -> TuneRequest | None:
        if self.record is None:
            return None
        try:
            return request_again(self.session, self.record, self._rows())
        except StudioError as error:
            self._fail(error.what, error.remedy)
            return None

    def answer(self, number: Number) -> Provenance | None:
        """What made a figure of a trial."""
        if self.record is None:
            return None
        return trial_made(number, self.found, self.record, self.record.command)

    @Slot()
    def copy_command(self) -> None:
        """Put the line on the clipboard: of the search that is shown, else of a new one."""
        folder = new_run_folder(self.folder / searching.FOLDER)
        request = self._asked(folder) if self.record is None else self._again()
        if request is not None:
            command = searching.search_line(request, self.minutes.number(MINUTES))
            QGuiApplication.clipboard().setText(command)
            self.said.emit(self.tr("Copied the command"))

    @Slot()
    def use(self) -> None:
        """Let the form say what the trial was run with."""
        trial = self.current
        if trial is None:
            return
        tried = {name: getattr(trial.options, name) for name in SEARCHED}

        def change(choice: TuneChoice) -> TuneChoice:
            return replace(choice, options=replace(choice.options, **tried))

        self.choice_asked.emit(change)
        self.said.emit(self.tr("The form has the options of trial {n}").format(n=trial.number))

    # -- what comes back ---------------------------------------------------------------------

    @Slot()
    def reload(self) -> None:
        """Another project: its own newest search, if it has one."""
        self._show(None, NOTHING)
        self.banner.clear()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self.session.info is not None:
            self._read_from = self.folder
            self._reading = self.session.start(searching.read_task(self.folder))
            self._reading.finished.connect(self._on_read)

    @Slot()
    def _on_project(self) -> None:
        """The project was saved somewhere else, and its searches went along."""
        if self.session.info is not None and self.folder != self._read_from:
            self.reload()

    @Slot()
    def _on_read(self) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job is not self._reading:
            return
        self._reading = None
        if isinstance(job.result, searching.Searched):
            self._show(job.result.record, job.result.found)
        elif job.error is not None:
            self._fail(job.error.what, job.error.remedy)

    @Slot(object, object)
    def _on_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        task = job.task
        if (
            job is self.watch.job
            and isinstance(task, searching.SearchTask)
            and isinstance(snapshot.value, Found)
        ):
            self._show(task.record, snapshot.value)

    @Slot()
    def _on_turned(self) -> None:
        job = self.watch.job
        if job is not None and isinstance(job.result, searching.Searched):
            self._show(job.result.record, job.result.found)
        elif job is not None and job.over and job.error is not None:
            self._fail(job.error.what, job.error.remedy)
        self.refresh()

    def _fail(self, what: str, remedy: str | None) -> None:
        end = f" {sentence(said(remedy))}." if remedy else ""
        self.banner.say(f"{sentence(said(what))}.{end}", "bad")
