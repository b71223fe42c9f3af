"""One run of a task: a worker thread, its state, progress and log."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.jobs.logbook import LogBook
from app.jobs.mailbox import Ended, Mailbox
from app.jobs.parking import parkable
from app.jobs.recipe import recipe_json
from app.jobs.task import Task
from core.errors import Cancelled, StudioError
from core.run import Event, Note, Progress, Run, Snapshot

State = Literal["held", "queued", "running", "paused", "done", "failed", "cancelled"]
FINAL: tuple[State, ...] = ("done", "failed", "cancelled")

MOST_LINES = 5000


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of a job's log.

    Attributes:
        seconds: Time since the epoch.
        level: "info", "warning" or "error".
        text: The line.
    """

    seconds: float
    level: str
    text: str


@dataclass(frozen=True, kw_only=True)
class JobError:
    """Why a job failed.

    Attributes:
        what: One sentence.
        remedy: What to try; empty if nothing can be done.
        traceback: For whoever repairs the program.
        expected: Whether the engine raised it on purpose.
    """

    what: str
    remedy: str
    traceback: str
    expected: bool


class Job(QObject):
    """A task that is held, queued, running or over.

    Lives on the GUI thread. Its worker touches nothing but the Run, the log file and the mailbox;
    `drain`, called by the queue's timer, brings the worker's events over.

    Args:
        task: What to run.
        held: Wait for the user's word before queueing: a job of an earlier run of the program.
        latest: How far a held one had come.
    """

    changed = Signal()
    snapshot = Signal(object)
    finished = Signal()
    retry_requested = Signal()
    released = Signal()

    def __init__(
        self,
        task: Task,
        parent: QObject | None = None,
        *,
        held: bool = False,
        latest: Progress | None = None,
    ) -> None:
        super().__init__(parent)
        self.task = task
        self.state: State = "held" if held else "queued"
        self.stopping = False
        self.set_aside = False  # whoever wanted its result has gone: another model is open
        self.latest = latest
        self.result: object = None
        self.error: JobError | None = None
        self.exception: BaseException | None = None
        self.log: list[LogLine] = []
        self.book = LogBook(None)
        self._began: float | None = None  # by a clock that nobody sets back
        self.seconds = 0.0
        self._mailbox = Mailbox()
        self._run = Run(self._put)
        self._thread: threading.Thread | None = None

    # -- what it shows -----------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the dock calls it."""
        return self.task.title

    @property
    def active(self) -> bool:
        """Whether a worker is alive on its behalf."""
        return self.state in {"running", "paused"}

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.state in FINAL

    @property
    def progress(self) -> float | None:
        """Share done, 0 to 1, or None while the total is unknown."""
        if self.state == "done":
            return 1.0
        if self.latest is None or not self.latest.total:
            return None
        return min(self.latest.done / self.latest.total, 1.0)

    @property
    def rate(self) -> float | None:
        """Units per second."""
        return self.latest.rate if self.latest else None

    @property
    def eta(self) -> float | None:
        """Seconds to go."""
        return self.latest.eta if self.latest and self.state == "running" else None

    # -- what it is asked --------------------------------------------------------------------

    def start(self, log_folder: Path | None = None) -> None:
        """Begin on a worker thread of its own.

        Args:
            log_folder: Where its log is kept, or None.
        """
        assert self.state == "queued"
        self.state, self._began = "running", time.monotonic()
        self.book = LogBook(log_folder)
        name = f"seer-job-{self.task.kind}"
        # A daemon: a worker deep inside a library must not keep the process alive after quitting.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()
        self.changed.emit()

    def cancel(self) -> None:
        """Stop at the next check; a queued job ends at once."""
        if self.over:
            return
        self.stopping = True
        self._run.cancel()
        if self.state in {"held", "queued"}:
            self._finish(Ended(state="cancelled"))
        else:
            self.changed.emit()

    def pause(self) -> None:
        """Wait at the next check; a task that can begin again gives its memory back."""
        if self.state == "running" and not self.stopping:
            self._run.pause(park=self.task.parks)
            self.state = "paused"
            self.changed.emit()

    def resume(self) -> None:
        """Go on; a held job takes its place in the queue."""
        if self.state == "held":
            self.state = "queued"
            self.changed.emit()
            self.released.emit()
        elif self.state == "paused":
            self._run.resume()
            self.state = "running"
            self.changed.emit()

    def retry(self) -> None:
        """Ask the queue for another run of the same task."""
        if self.over:
            self.retry_requested.emit()

    def wait(self, seconds: float) -> bool:
        """Wait for the worker to end; True if it did."""
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # -- the worker --------------------------------------------------------------------------

    def _work(self) -> None:
        """Run the task and leave its outcome in the mailbox; the only code on the worker thread."""
        task = self.task
        try:
            options = recipe_json(task.recipe, None) if task.recipe is not None else None
            self.book.begin(task.title, task.command, options)
            result = parkable(task.function, self._run) if task.parks else task.function(self._run)
            ended = Ended(state="done", result=result)
        except Cancelled:
            ended = Ended(state="cancelled")
        except BaseException as error:  # noqa: BLE001 - the edge of the job: shown, never lost
            ended = Ended(state="failed", error=error, traceback=traceback.format_exc())
            self.book.write("error", ended.traceback)
        self.book.write(
            "info", f"{ended.state} after {time.monotonic() - (self._began or 0):.1f} s"
        )
        self.book.close()
        self._mailbox.end(ended)

    def _put(self, event: Event) -> None:
        """Deliver an event of the worker, on the worker."""
        if isinstance(event, Note):
            self.book.write(event.level, event.text)
        self._mailbox.put(event)

    def drain(self) -> None:
        """Take over what the worker left; called on the GUI thread."""
        events, ended = self._mailbox.take()
        for event in events:
            self._take(event)
        if self._began is not None and not self.over:
            self.seconds = time.monotonic() - self._began
        if ended is not None:
            self._finish(ended)
        elif events:
            self.changed.emit()

    def _take(self, event: Event) -> None:
        """One event of the worker."""
        if isinstance(event, Progress):
            self.latest = event
        elif isinstance(event, Snapshot):
            self.snapshot.emit(event)
        elif isinstance(event, Note):
            self._write(event.level, event.text)

    def _finish(self, ended: Ended) -> None:
        """Take the end over."""
        if ended.error is not None:
            self.exception = ended.error.with_traceback(None)  # its frames hold what it worked on
            self.error = _describe(ended.error, ended.traceback)
            self._write("error", self.error.what)
        self.state = ended.state  # type: ignore[assignment]
        self.result = ended.result
        self.stopping = False
        if self._thread is not None:
            # The mailbox's last word is the worker's last statement: this never waits.
            self._thread.join()
        self.changed.emit()
        self.finished.emit()

    def _write(self, level: str, text: str) -> None:
        """Append to the log."""
        self.log.append(LogLine(seconds=time.time(), level=level, text=text))
        if len(self.log) > MOST_LINES:
            del self.log[: len(self.log) - MOST_LINES]


def _describe(error: BaseException, text: str) -> JobError:
    """An exception as a person reads it."""
    if isinstance(error, StudioError):
        return JobError(what=error.what, remedy=error.remedy, traceback=text, expected=True)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return JobError(what=what, remedy="", traceback=text, expected=False)
