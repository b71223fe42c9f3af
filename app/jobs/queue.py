"""The queue of jobs: one heavy job at a time, light ones beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.garbage import GuiGarbage
from app.jobs.job import Job
from app.jobs.logbook import new_folder
from app.jobs.task import Task
from core.run import Progress

# How often the workers' events are brought to the window: 20 times a second.
DRAIN_MS = 50


class JobQueue(QObject):
    """All jobs of the session in the order in which they run, the oldest first.

    Signals:
        added(Job), removed(Job), moved(): the list changed.
        job_changed(Job): state, progress or log of one job changed.
        job_snapshot(Job, Snapshot): a partial result.
        job_finished(Job): it came to its end, whatever end.

    Attributes:
        log_home: Gives the folder of the heavy jobs' logs, or None to keep none.
    """

    added = Signal(object)
    removed = Signal(object)
    moved = Signal()
    job_changed = Signal(object)
    job_snapshot = Signal(object, object)
    job_finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: list[Job] = []
        self.log_home: Callable[[], Path | None] | None = None
        self._garbage = GuiGarbage(self)  # from here on, workers must not collect
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    @property
    def unfinished(self) -> list[Job]:
        """Jobs that are running, paused or waiting for their turn, housekeeping left out."""
        jobs = (job for job in self.jobs if not job.over and not job.task.quiet)
        return [job for job in jobs if job.state != "held"]

    @property
    def unfinished_heavy(self) -> list[Job]:
        """Of these, the work of minutes and hours: light work is done again in a moment."""
        return [job for job in self.unfinished if job.task.heavy]

    @property
    def held(self) -> list[Job]:
        """Jobs of an earlier run of the program that wait for the user's word."""
        return [job for job in self.jobs if job.state == "held"]

    @property
    def current(self) -> Job | None:
        """The heavy job that is running or paused, else a light one, else None."""
        active = [job for job in self.jobs if job.active and not job.task.quiet]
        return next((job for job in active if job.task.heavy), active[0] if active else None)

    def submit(self, task: Task) -> Job:
        """Queue a task; it starts at once if nothing stands before it."""
        return self._take(Job(task, self))

    def hold(self, task: Task, latest: Progress | None = None) -> Job:
        """List a task that was not finished when the program ended; `resume` queues it."""
        return self._take(Job(task, self, held=True, latest=latest))

    def _take(self, job: Job) -> Job:
        job.changed.connect(self._relay_changed)
        job.snapshot.connect(self._relay_snapshot)
        job.finished.connect(self._relay_finished)
        job.retry_requested.connect(self._retry)
        job.released.connect(self._release)
        self.jobs.append(job)
        self.added.emit(job)
        self._advance()
        return job

    def move(self, job: Job, step: int) -> None:
        """Move a waiting job up (-1) or down (+1) among the waiting ones."""
        waiting = [other for other in self.jobs if other.state == "queued"]
        if job in waiting:
            self.move_to(job, waiting.index(job) + step)

    def move_to(self, job: Job, place: int) -> None:
        """Give a waiting job another place among the waiting ones, 0 for the next to run."""
        places = [i for i, other in enumerate(self.jobs) if other.state == "queued"]
        waiting = [self.jobs[i] for i in places]
        if job not in waiting or not 0 <= place < len(waiting) or waiting[place] is job:
            return
        waiting.remove(job)
        waiting.insert(place, job)
        for i, other in zip(places, waiting, strict=True):
            self.jobs[i] = other
        self.moved.emit()

    def remove(self, job: Job) -> None:
        """Forget a job that is over, or that shall not be resumed."""
        if job.state == "held":
            job.cancel()
        if job.over and job in self.jobs:
            self.jobs.remove(job)
            self.removed.emit(job)
            # Python keeps it for as long as a page still looks at it.
            job.setParent(None)

    def clear_finished(self) -> None:
        """Forget every job that is over."""
        for job in [job for job in self.jobs if job.over]:
            self.remove(job)

    def set_aside(self) -> None:
        """Stop the heavy jobs, whose results nobody waits for any more, and forget the list."""
        for job in [job for job in self.jobs if job.task.heavy]:
            job.set_aside = True
            if job.over:
                self.remove(job)
            else:
                job.cancel()

    def shut_down(self, seconds: float = 5.0) -> bool:
        """Cancel everything and wait for the workers; True if all ended in time."""
        for job in [job for job in self.jobs if not job.over]:
            job.cancel()
        deadline = time.monotonic() + seconds
        ended = [job.wait(max(deadline - time.monotonic(), 0)) for job in self.jobs]
        self._drain()
        self._timer.stop()
        return all(ended)

    def _advance(self) -> None:
        """Start what may start."""
        for job in self.jobs:
            if job.state != "queued":
                continue
            busy = any(other.active and other.task.heavy for other in self.jobs)
            if not job.task.heavy or not busy:
                job.start(self._log_folder(job))
        if any(job.active for job in self.jobs):
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _log_folder(self, job: Job) -> Path | None:
        if not job.task.heavy or self.log_home is None:
            return None
        return new_folder(self.log_home(), job.task.kind)

    @Slot()
    def _drain(self) -> None:
        for job in [job for job in self.jobs if job.active]:
            job.drain()

    @Slot()
    def _relay_changed(self) -> None:
        self.job_changed.emit(self.sender())

    @Slot(object)
    def _relay_snapshot(self, snapshot: object) -> None:
        self.job_snapshot.emit(self.sender(), snapshot)

    @Slot()
    def _relay_finished(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self.job_finished.emit(job)
        passing = job.state == "done" and (job.task.quiet or not job.task.heavy)
        if passing or job.set_aside:
            # What took a moment and came through is nothing to keep a list of.
            self.remove(job)
        self._advance()

    @Slot()
    def _release(self) -> None:
        """A held job may run: behind those that wait already."""
        job = self.sender()
        assert isinstance(job, Job)
        self.jobs.remove(job)
        self.jobs.append(job)
        self.moved.emit()
        self._advance()

    @Slot()
    def _retry(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self.submit(job.task)
