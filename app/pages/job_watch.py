"""The newest job of some kinds, shown in a strip, whoever started it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.pages.run_text import run_text

if TYPE_CHECKING:
    from app.jobs.job import Job
    from app.jobs.queue import JobQueue
    from app.widgets.run_strip import RunStrip


class JobWatch(QObject):
    """Follows a queue: a retry from the dock or a window built anew finds its job here too.

    Args:
        queue: The session's jobs.
        kinds: Kinds of tasks to follow.
        strip: Shows the job while it is not over, and asks for its pause and end.
        parent: The page.
    """

    changed = Signal()  # progress, up to 20 times a second
    turned = Signal()  # it began, or it came to its end

    def __init__(
        self, queue: JobQueue, kinds: frozenset[str], strip: RunStrip, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._kinds = kinds
        self._strip = strip
        for job in queue:
            if job.task.kind in kinds:
                self.job = job
        queue.added.connect(self._on_added)
        queue.job_changed.connect(self._on_changed)
        queue.job_finished.connect(self._on_changed)
        strip.pause_asked.connect(self.pause)
        strip.resume_asked.connect(self.resume)
        strip.cancel_asked.connect(self.cancel)
        self._was_busy = self.busy
        self._show()

    @property
    def busy(self) -> bool:
        """Whether such a job runs or waits for its turn."""
        return self.job is not None and not self.job.over and self.job.state != "held"

    @Slot()
    def pause(self) -> None:
        """Let the job wait."""
        if self.job is not None:
            self.job.pause()

    @Slot()
    def resume(self) -> None:
        """Let the job go on."""
        if self.job is not None:
            self.job.resume()

    @Slot()
    def cancel(self) -> None:
        """Stop the job."""
        if self.job is not None:
            self.job.cancel()

    @Slot(object)
    def _on_added(self, job: Job) -> None:
        if job.task.kind in self._kinds:
            self.job = job
            self._on_changed(job)

    @Slot(object)
    def _on_changed(self, job: Job) -> None:
        if job is self.job:
            self._show()
            self.changed.emit()
            if self.busy != self._was_busy:
                self._was_busy = self.busy
                self.turned.emit()

    def _show(self) -> None:
        job = self.job
        if job is None or not self.busy:
            self._strip.put_away()
            return
        self._strip.show_run(
            job.title,
            job.progress,
            run_text(job),
            paused=job.state == "paused",
            stopping=job.stopping,
        )
