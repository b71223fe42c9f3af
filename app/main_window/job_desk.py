"""What the window does about jobs: the dock, the line in the status bar, the bad news."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.main_window.dialogs import ErrorDialog
from app.main_window.runs import RunsDialog
from app.main_window.settings import Settings
from app.models.jobs import JobsModel
from app.widgets.announce import announce
from app.widgets.forms import Button
from app.widgets.job_dock import JobDock
from app.widgets.said import said
from app.widgets.take_menu import Taken
from core.errors import LockedError, ModelGoneError

TITLE_WIDTH = 240  # logical pixels of a title in the status bar: how far the job is matters more


class JobDesk(QObject):
    """Ties the queue to the dock and to the button in the status bar.

    Args:
        jobs: The session's queue.
        settings: Remembers whether the dock is wanted.
        window: The parent of dialogs.
    """

    copy_asked = Signal(str)
    said = Signal(str)

    def __init__(self, jobs: JobQueue, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._settings = settings
        self._window = window
        self.model = JobsModel(jobs, self)
        self.dock = JobDock(self.model, self._taken)
        self.dock.take.said.connect(self.said)
        self.dock.take.failed.connect(self.said)
        self.dock.hide()
        self.button = Button("", "status")
        self.button.clicked.connect(self.toggle)
        self.button.hide()
        jobs.added.connect(self._added)
        jobs.removed.connect(self._changed)
        jobs.job_changed.connect(self._changed)
        jobs.job_finished.connect(self._finished)
        self.dock.asked.connect(self._ask)
        self.dock.copy_asked.connect(self.copy_asked)
        self.dock.details_asked.connect(self._show_error_of)
        self.dock.hidden_by_user.connect(self.toggle)
        self.dock.file_asked.connect(self._open_file)
        if jobs.current is not None:  # a window built anew, in another language
            self._added(jobs.current)
        self._show()

    def _taken(self) -> Taken | None:
        there = self.model.rowCount() > 0
        return Taken(name="jobs", table=self.model.table) if there else None

    @Slot()
    def toggle(self) -> None:
        """Show or hide the dock, and remember it."""
        self.dock.setVisible(self.dock.isHidden())
        self._settings.set("jobs", "hidden" if self.dock.isHidden() else "shown")

    @Slot()
    def show_runs(self) -> None:
        """Show the logs that the project keeps."""
        home = self._jobs.log_home() if self._jobs.log_home is not None else None
        RunsDialog(home or Path(), self._window).open()

    def show_error(self, job: Job) -> ErrorDialog | None:
        """Tell why a job failed; None if it did not."""
        error = job.error
        if error is None:
            return None
        what = said(error.what)
        if not error.expected:
            what = self.tr("Something unexpected happened: {what}").format(what=what)
        remedy = said(error.remedy)
        dialog = ErrorDialog(job.title, what, remedy, error.traceback, self._window)
        dialog.open()
        return dialog

    @Slot(str)
    def _open_file(self, path: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    @Slot(object)
    def _added(self, job: Job) -> None:
        if job.task.heavy and self._settings.get("jobs", "shown") == "shown":
            self.dock.show()
        self._show()

    @Slot(object)
    def _changed(self, _job: Job) -> None:
        self._show()

    @Slot(object)
    def _finished(self, job: Job) -> None:
        self._show()
        if job.task.heavy:
            announce(self.button, f"{job.title}: {self.model.detail(job)}")
        told = job.task.kind in {"preview", "save"} or isinstance(
            job.exception, LockedError | ModelGoneError
        )
        if job.state == "failed" and not told:  # else the page, or the opener, tells it
            self.show_error(job)

    def _show(self) -> None:
        current = self._jobs.current
        if current is None:
            self.button.setText(self.tr("Jobs"))
            self.button.setToolTip("")
            self.button.setVisible(self.model.rowCount() > 0)
            return
        metrics, right = self.button.fontMetrics(), Qt.TextElideMode.ElideRight
        title = metrics.elidedText(current.title, right, TITLE_WIDTH)
        self.button.setText(f"{title}   {self.model.detail(current)}")
        self.button.setToolTip(current.title)
        self.button.show()

    @Slot(int)
    def _show_error_of(self, index: int) -> None:
        self.show_error(self.model.job(index))

    @Slot(str, int)
    def _ask(self, wish: str, index: int) -> None:
        job = self.model.job(index)
        jobs = self._jobs
        {
            "pause": job.pause,
            "resume": job.resume,
            "cancel": job.cancel,
            "retry": job.retry,
            "up": lambda: jobs.move(job, -1),
            "down": lambda: jobs.move(job, 1),
            "remove": lambda: jobs.remove(job),
        }[wish]()
