"""What the Tune page does with the project's runs: read, resume, go on, use, remove."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.jobs import tuning
from app.jobs.housekeeping import discard_task
from app.jobs.job import Job
from app.models.runs import run_key
from app.pages import subject
from app.pages.job_watch import JobWatch
from app.pages.tune.choice import TuneChoice
from app.pages.tune.request import request_again
from app.pages.tune.runs import RunsView
from app.session.provenance import asker_for
from app.widgets.text_form import TextChoice
from core.errors import StudioError
from core.evaluation.variant import Variant

if TYPE_CHECKING:
    from app.jobs.tuning import TuneTask
    from app.session import Session
    from core.tuning.history import RunRecord, RunRow


class RunsDesk(QObject):
    """Ties the table of runs to the folder that they lie in.

    Signals:
        changed: Other runs, or one of them changed.
        run_asked: A task to start.
        choice_asked: Changes of the form's value, as a function of it.
        failed: A StudioError to show.
        said: A line for the status bar, or for a banner where it forbids something.
        used: A checkpoint became the variant of this name.
    """

    changed = Signal()
    run_asked = Signal(object)
    choice_asked = Signal(object)
    failed = Signal(object)
    forbidden = Signal(str)
    said = Signal(str)
    used = Signal(str)

    def __init__(self, session: Session, view: RunsView, watch: JobWatch, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[RunRow, ...] = ()
        self.known = False  # whether the rows were read
        self._session = session
        self._view = view
        self._watch = watch
        self._reading: Job | None = None
        self.asker = asker_for(session, self)
        self.asker.watch_table(view.table, run_key)
        for take in (view.take, view.take_comparison):
            take.said.connect(self.said)
            take.failed.connect(self.forbidden)
        view.use_asked.connect(self.use)
        view.resume_asked.connect(self.resume)
        view.continue_asked.connect(self.go_on)
        view.options_asked.connect(self.take_options)
        view.copy_asked.connect(self.copy_command)
        view.remove_asked.connect(self.remove)
        watch.turned.connect(self._on_turned)

    @property
    def folder(self) -> Path:
        """Where the project keeps its runs."""
        return subject.project_file(self._session, "runs")

    @property
    def running(self) -> str:
        """The name of the run that goes on now; empty for none."""
        job = self._watch.job
        if job is None or job.over or not isinstance(job.task, tuning.TuneTask):
            return ""
        return job.task.record.name

    def row(self, name: str) -> RunRow | None:
        """A run by its name."""
        return next((found for found in self.rows if found.record.name == name), None)

    def forget(self) -> None:
        """Another project: nothing is known yet."""
        self.rows, self.known = (), False
        self._view.set_rows(())

    @Slot()
    def refresh(self) -> None:
        """Read the runs anew, on a worker thread."""
        if self._session.info is None:
            return
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.start(tuning.runs_task(self.folder))
        self._reading.finished.connect(self._on_read)

    @Slot()
    def _on_read(self) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job is not self._reading:
            return
        self._reading = None
        if job.state == "done":
            self.rows, self.known = job.result, True  # type: ignore[assignment]
            self._view.set_rows(self.rows, self.running)
            self.changed.emit()

    @Slot()
    def _on_turned(self) -> None:
        """A run began, or came to its end; one that was only to be written is used now."""
        self.refresh()
        job = self._watch.job
        if job is None or not job.over or not isinstance(job.result, tuning.Tuned):
            return
        if isinstance(job.task, tuning.TuneTask) and job.task.to_use:
            self._make_variant(job.result.record)

    # -- what is asked -----------------------------------------------------------------------

    @Slot(str)
    def use(self, name: str) -> None:
        """Make a run's checkpoint a variant; of a stopped run, write it first."""
        found = self.row(name)
        if found is None:
            return
        if found.record.written:
            self._make_variant(found.record)
        elif task := self._again(found, use_step=0):
            self.run_asked.emit(task)

    @Slot(str)
    def resume(self, name: str) -> None:
        """Go on from the last checkpoint of a run that stopped."""
        found = self.row(name)
        if found is not None and (task := self._again(found, resume=True)):
            self.run_asked.emit(task)

    @Slot(str)
    def go_on(self, name: str) -> None:
        """Let the form say: from this run's checkpoint, for more steps, at the Top-K it has."""
        found = self.row(name)
        if found is None or found.info is None:
            return
        options = replace(found.record.options, top_k=found.info.top_k, schedule="none")

        def change(choice: TuneChoice) -> TuneChoice:
            return replace(choice, start=name, options=options)

        self.choice_asked.emit(change)

    @Slot(str)
    def take_options(self, name: str) -> None:
        """Let the form say what a run was asked."""
        found = self.row(name)
        if found is None:
            return
        record = found.record

        def change(choice: TuneChoice) -> TuneChoice:
            texts = TextChoice.from_json(record.texts) if record.texts else choice.texts
            return replace(choice, start=record.start, options=record.options, texts=texts)

        self.choice_asked.emit(change)

    @Slot(str)
    def copy_command(self, name: str) -> None:
        """Put a run's line on the clipboard."""
        found = self.row(name)
        if found is not None:
            QGuiApplication.clipboard().setText(found.record.command)
            self.said.emit(self.tr("Copied the command"))

    @Slot(str)
    def remove(self, name: str) -> None:
        """Delete a run with its checkpoints, unless something still needs its model."""
        found = self.row(name)
        if found is None:
            return
        if any(v.path == str(found.record.output) for v in self._session.variants):
            self.forbidden.emit(
                self.tr("{name} is a variant on Evaluate: remove it there first.").format(name=name)
            )
        elif any(row.record.start == name for row in self.rows):
            self.forbidden.emit(
                self.tr("Another run started from {name}: remove that one first.").format(name=name)
            )
        else:
            job = self._session.start(discard_task(found.record.folder))
            job.finished.connect(self._on_removed)

    @Slot()
    def _on_removed(self) -> None:
        job = self.sender()
        if isinstance(job, Job) and isinstance(job.exception, StudioError):
            self.failed.emit(job.exception)
        self.refresh()

    # -- parts -------------------------------------------------------------------------------

    def _again(
        self, found: RunRow, *, resume: bool = False, use_step: int | None = None
    ) -> TuneTask | None:
        try:
            request = request_again(self._session, found.record, self.rows)
        except StudioError as error:
            self.failed.emit(error)
            return None
        if request is None:
            return None
        return tuning.tune_task(request, resume=resume, use_step=use_step)

    def _make_variant(self, record: RunRecord) -> None:
        job = self._session.start(tuning.tuned_variant_task(record))
        job.finished.connect(self._on_used)

    @Slot()
    def _on_used(self) -> None:
        job = self.sender()
        if isinstance(job, Job) and isinstance(job.result, Variant):
            path = job.result.path  # its name may have been made unique
            self.used.emit(next(v.name for v in self._session.variants if v.path == path))
