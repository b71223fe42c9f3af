"""Jobs that were not over when the program ended: kept in the project, offered again afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.job import Job
from app.jobs.logbook import LogBook
from app.jobs.queue import JobQueue
from app.jobs.recipe import recipe_json, remake
from app.jobs.task import Task
from core.errors import StudioError
from core.run import Progress, Run

if TYPE_CHECKING:
    from app.jobs.measuring import Subject

Json = Mapping[str, object]


def notes(jobs: Iterable[Job], folder: Path | None) -> tuple[Json, ...]:
    """What a project keeps of the jobs that are not over and can be made again, in their order."""
    return tuple(
        _note(job, folder)
        for job in jobs
        if job.task.recipe is not None and not job.over and not job.stopping
    )


def _note(job: Job, folder: Path | None) -> Json:
    assert job.task.recipe is not None
    log = job.book.path
    inside = log is not None and folder is not None and log.is_relative_to(folder)
    out: dict[str, object] = {
        "title": job.title,
        "kind": job.task.kind,
        "command": job.task.command,
        "state": job.state,
        "recipe": recipe_json(job.task.recipe, folder),
        "log": log.relative_to(folder).as_posix() if inside else "",  # type: ignore[union-attr]
        "noted_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    if job.latest is not None:
        latest = job.latest
        out["progress"] = {
            "stage": latest.stage,
            "done": latest.done,
            "total": latest.total,
            "unit": latest.unit,
        }
    return out


def hold_all(queue: JobQueue, kept: Iterable[Json], subject: Subject, folder: Path) -> list[Job]:
    """List jobs of an earlier run again; each waits for the user's word.

    A job whose options cannot be read any more is listed too, and says why when it is resumed.

    Args:
        queue: Where they are listed.
        kept: What `notes` gave.
        subject: The open model.
        folder: The project's folder.
    """
    out = []
    for note in kept:
        job = queue.hold(_task(note, subject, folder), _progress(note))
        log = str(note.get("log", ""))
        if log.startswith("runs/") and ".." not in log:
            job.book = LogBook((folder / log).parent)
        out.append(job)
    return out


def _task(note: Json, subject: Subject, folder: Path) -> Task:
    try:
        return remake(note.get("recipe"), subject, folder)
    except StudioError as error:
        reason = error

    def explain(_run: Run) -> None:
        raise reason

    return Task(
        title=str(note.get("title", "")),
        kind="unreadable",  # a page would look for more in a task of its own kind
        function=explain,
        command=str(note.get("command", "")),
    )


def _progress(note: Json) -> Progress | None:
    """How far it had come, or None."""
    found = note.get("progress")
    if not isinstance(found, Mapping):
        return None
    done, total = found.get("done"), found.get("total")
    if not isinstance(done, int) or not (total is None or isinstance(total, int)):
        return None
    return Progress(
        stage=str(found.get("stage", "")),
        done=done,
        total=total,
        unit=str(found.get("unit", "")),
        rate=None,
        eta=None,
        elapsed=0.0,
    )
