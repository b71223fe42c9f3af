"""The search for better tuning options as a job, and the trials of one read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.jobs.measuring import Subject
from app.jobs.recipe import MAKERS
from app.jobs.task import Task
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning import kept_end, new_record, recipe_of, request_from, texts_of
from app.jobs.tuning_lines import search_line
from app.jobs.warm import wait_for_libraries
from core.run import Run
from core.tuning import Found
from core.tuning.history import RunRecord, list_runs
from core.tuning.search import installed, kept_search

translate = QCoreApplication.translate  # the name that lupdate looks for

KIND = "tune-search"
READ = "search-read"
FOLDER = "search"  # below the project's runs; what lies in it is no run of theirs


@dataclass(frozen=True, kw_only=True)
class Searched:
    """A search and its trials so far."""

    record: RunRecord
    found: Found


@dataclass(frozen=True, kw_only=True)
class SearchTask(Task):
    """A task that knows which search it is."""

    record: RunRecord


def search_task(request: TuneRequest, minutes: float) -> SearchTask:
    """Try options until the time is over; a search that the folder holds is gone on with.

    Args:
        request: The base; its folder is the search's.
        minutes: For all trials, those of before included.
    """
    command = search_line(request, minutes)
    record = replace(new_record(request), command=command)

    def work(run: Run) -> Searched:
        record.save()
        if request.plan is not None and not record.plan_file.exists():
            request.plan.save(record.plan_file)
        with kept_end(record, run):
            wait_for_libraries(run)
            found = _search(request, record, minutes, run)
        ended = record.ended("done", result=found.to_json())
        ended.save()
        return Searched(record=ended, found=found)

    return SearchTask(
        title=translate("Tasks", "Search for tuning options"),
        kind=KIND,
        function=work,
        command=command,
        record=record,
        parks=True,
        recipe=recipe_of(request, KIND, minutes=minutes),
    )


def _search(request: TuneRequest, record: RunRecord, minutes: float, run: Run) -> Found:
    from core.tuning import search_options

    packed, validation = texts_of(request, run)
    return search_options(
        request.model.folder,
        packed,
        request.options,
        minutes=minutes,
        work=record.work.folder,
        validation=validation,
        plan=request.plan,
        teacher=request.teacher,
        run=run,
    )


def _search_again(subject: Subject, *, minutes: float, **arguments: object) -> SearchTask:
    """The task of a recipe; its journal says where it was."""
    runs = Path(str(arguments["folder"])).parent.parent
    return search_task(request_from(subject, runs, arguments), minutes)


MAKERS[KIND] = _search_again


def read_task(runs: Path) -> Task:
    """Read the newest search of a project beside whatever runs; None where there is none."""

    def work(run: Run) -> Searched | None:
        run.check()
        records = list_runs(runs / FOLDER)
        if not records:
            return None
        newest = records[-1]
        trials = (
            kept_search(newest.work.folder, newest.options) if installed() else Found(trials=())
        )
        return Searched(record=newest, found=trials)

    title = translate("Tasks", "Read the search")
    return Task(title=title, kind=READ, function=work, heavy=False, quiet=True)
