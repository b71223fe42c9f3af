"""Looks now and then whether the open model still lies where it was, as it was.

Beside whatever runs, on a worker: a folder on a network may take its time. Files are compared by
size and time of change; headers are read again only where those have changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from core.run import Run

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.checkpoint.look_again import Look, Standing

EVERY_MS = 15_000
KIND = "look again"


class ModelWatch(QObject):
    """Knows how the open model stands.

    Args:
        jobs: Runs the looks.
        info: The open model, when it is asked.
        parent: Qt's parent.

    Signals:
        changed: It stands otherwise.

    Attributes:
        standing: "same", "changed" or "gone".
    """

    changed = Signal()

    def __init__(
        self, jobs: JobQueue, info: Callable[[], ModelInfo | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.standing: Standing = "same"
        self._jobs, self._info = jobs, info
        self._stopped = False
        self._of: ModelInfo | None = None
        self._last: Look | None = None
        self._job: Job | None = None
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        jobs.job_finished.connect(self._on_finished)

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look once, unless that is under way."""
        if self._stopped:
            return
        info = self._info()
        if info is not self._of:
            self._of, self._last = info, None
            self._set("same")
        if info is None or self._job is not None:
            return
        last = self._last

        def work(run: Run) -> tuple[ModelInfo, Look]:
            from core.checkpoint.look_again import look_again

            run.check()
            return info, look_again(info, last)

        self._timer.start()
        self._job = self._jobs.submit(
            Task(
                title=self.tr("Look at the model"),
                kind=KIND,
                function=work,
                heavy=False,
                quiet=True,
            )
        )

    @Slot(object)
    def _on_finished(self, job: Job) -> None:
        """A look is over; any heavy job that failed may have failed for the model's sake."""
        if job is self._job:
            self._job = None
            if job.state == "done":
                info, found = job.result  # type: ignore[misc]
                if info is self._info():
                    self._last = found
                    self._set(found.standing)
        elif job.task.heavy and job.state == "failed":
            self.look()

    def _set(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            self.changed.emit()
