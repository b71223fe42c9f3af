"""The jobs of a queue as a list model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.widgets import numbers
from app.widgets.job_dock import JobRole
from app.widgets.said import said
from app.widgets.take_menu import Table, table_of

Index = QModelIndex | QPersistentModelIndex
# A waiting job that is dragged to another place among the waiting ones; holds its row.
JOB_TYPE = "application/x-seer-job-row"
# Of a log file that an earlier run of the program wrote, this much is shown.
MOST_LOG_BYTES = 200_000


class JobLike(Protocol):
    """What the model reads of a job; `app.jobs.job.Job` is one."""

    title: str
    state: str
    stopping: bool
    over: bool
    log: list
    progress: float | None


class JobsModel(QAbstractListModel):
    """One row a job, in the queue's order.

    Args:
        queue: An `app.jobs.queue.JobQueue`: iterable, with the signals `added`, `removed`, `moved`
            and `job_changed`.
    """

    def __init__(self, queue: QObject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._jobs: list[JobLike] = self._listed()
        queue.added.connect(self._add)
        queue.removed.connect(self._remove)
        queue.moved.connect(self._move)
        queue.job_changed.connect(self._change)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """One row a job."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What the dock shows of a job."""
        if not index.isValid() or not 0 <= index.row() < len(self._jobs):
            return None
        job = self._jobs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return job.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{job.title}, {self.state_text(job)}, {self.detail(job)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return job.task.command or None
        readers = {
            JobRole.STATE: lambda: job.state,
            JobRole.SHARE: lambda: job.progress,
            JobRole.DETAIL: lambda: self.detail(job),
            JobRole.LOG: lambda: log_text(job),
            JobRole.COMMAND: lambda: job.task.command,
            JobRole.CAN: lambda: self.abilities(job),
            JobRole.LOG_FILE: lambda: log_file(job),
        }
        return readers[JobRole(role)]() if role in readers else None

    # -- dragging ----------------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A waiting job can be dragged to another place among the waiting ones."""
        flags = super().flags(index)
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        if self._jobs[index.row()].state == "queued":
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Jobs move; nothing is copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """A row of this list."""
        return [JOB_TYPE]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:
        """The row that is dragged."""
        data = QMimeData()
        data.setData(JOB_TYPE, QByteArray(str(indexes[0].row()).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        """Move the job that was dropped; the view removes nothing, so this says False."""
        text = bytes(data.data(JOB_TYPE).data()).decode()
        if not text.isdecimal() or int(text) >= len(self._jobs):
            return False
        target = parent.row() if parent.isValid() else row
        job = self._jobs[int(text)]
        before = self._jobs[: len(self._jobs) if target < 0 else target]
        self._queue.move_to(job, sum(o.state == "queued" and o is not job for o in before))
        return False

    def table(self) -> Table:
        """The jobs as programs read them: a line each, in the queue's order."""
        return table_of(
            ("job", "kind", "state", "progress", "detail", "command", "log"),
            (
                (
                    job.title, job.task.kind, job.state, job.progress, self.detail(job),
                    job.task.command, log_file(job),
                )
                for job in self._jobs
            ),
        )  # fmt: skip

    def job(self, row: int) -> JobLike:
        """The job of a row."""
        return self._jobs[row]

    # -- texts -------------------------------------------------------------------------------

    def state_text(self, job: JobLike) -> str:
        """A job's state in one word."""
        if job.stopping:
            return self.tr("Stopping…")
        return {
            "held": self.tr("Not finished last time. Resume?"),
            "queued": self.tr("Waiting"),
            "running": self.tr("Running"),
            "paused": self.tr("Paused"),
            "done": self.tr("Done"),
            "failed": self.tr("Failed"),
            "cancelled": self.tr("Cancelled"),
        }[job.state]

    def detail(self, job: JobLike) -> str:
        """What is said beside the bar: share, rate and time to go, or how it ended."""
        parts: list[str] = []
        event = job.latest
        if job.state == "failed":
            return said(job.error.what)
        if job.state in {"held", "queued", "paused", "cancelled"} or job.stopping:
            parts.append(self.state_text(job))
        if job.state == "done":
            if event is not None:
                parts.append(amount(event.done, event.unit))
            parts.append(numbers.duration(job.seconds))
            return " · ".join(parts)
        if job.progress is not None:
            parts.append(numbers.percent(job.progress, 0))
        elif job.state == "running" and event is None:
            parts.append(self.tr("Starting…"))
        if event is not None and job.state == "running":
            if job.progress is None:
                parts.append(amount(event.done, event.unit))
            if job.rate:
                parts.append(numbers.rate(job.rate, event.unit))
            if job.eta is not None:
                parts.append(self.tr("{time} left").format(time=numbers.duration(job.eta)))
        return " · ".join(parts)

    def abilities(self, job: JobLike) -> frozenset[str]:
        """What may be asked of a job now."""
        can: set[str] = set()
        if job.state == "running" and not job.stopping:
            can.add("pause")
        if job.state in {"held", "paused"}:
            can.add("resume")
        if job.state == "held":
            can.add("remove")
        elif not job.over and not job.stopping:
            can.add("cancel")
        if job.over:
            can |= {"retry", "remove"}
        waiting = [other for other in self._jobs if other.state == "queued"]
        if job in waiting:
            place = waiting.index(job)
            can |= {"up"} if place > 0 else set()
            can |= {"down"} if place < len(waiting) - 1 else set()
        if job.state == "failed":
            can.add("details")
        if log_file(job):
            can.add("file")
        if job.task.command:
            can.add("copy")
        return frozenset(can)

    # -- the queue's changes -----------------------------------------------------------------

    def _listed(self) -> list[JobLike]:
        """The queue's jobs without its housekeeping."""
        return [job for job in self._queue if not job.task.quiet]

    def _add(self, job: JobLike) -> None:
        if job.task.quiet:
            return
        at = len(self._jobs)
        self.beginInsertRows(QModelIndex(), at, at)
        self._jobs.append(job)
        self.endInsertRows()
        self._tell_all()

    def _remove(self, job: JobLike) -> None:
        if job not in self._jobs:
            return
        row = self._jobs.index(job)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._jobs[row]
        self.endRemoveRows()

    def _move(self) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self._jobs
        self._jobs = self._listed()
        for index in self.persistentIndexList():
            row = self._jobs.index(old[index.row()])
            self.changePersistentIndex(index, self.index(row, 0))
        self.layoutChanged.emit()
        self._tell_all()

    def _change(self, job: JobLike) -> None:
        if job in self._jobs:
            index = self.index(self._jobs.index(job), 0)
            self.dataChanged.emit(index, index)

    def _tell_all(self) -> None:
        """Whether a job may move up or down depends on the others."""
        if self._jobs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._jobs) - 1, 0))


def amount(done: int, unit: str) -> str:
    """Units done, as they are read."""
    return numbers.size(done) if unit == "bytes" else numbers.counted(f"{done:,}", unit)


def log_file(job: JobLike) -> str:
    """Where a job's log is kept, or empty."""
    path = job.book.path
    return str(path) if path is not None and path.is_file() else ""


def log_text(job: JobLike) -> str:
    """A job's log, one line each, with the time; of an earlier run what its file holds."""
    if job.state == "held":
        return _tail(job)
    lines = []
    for entry in job.log:
        clock = time.strftime("%H:%M:%S", time.localtime(entry.seconds))
        mark = "" if entry.level == "info" else f"{entry.level}: "
        lines.append(f"{clock}  {mark}{entry.text}")
    return "\n".join(lines)


def _tail(job: JobLike) -> str:
    """The end of a log file."""
    path = log_file(job)
    if not path:
        return ""
    try:
        with Path(path).open("rb") as file:
            file.seek(max(Path(path).stat().st_size - MOST_LOG_BYTES, 0))
            return file.read().decode("utf-8", errors="replace").rstrip()
    except OSError:
        return ""
