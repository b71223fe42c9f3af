"""The part of the session that keeps it: its project, its pages' fields, its unfinished jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from app.session import unfinished
from app.session.contents import Access, Contents, Opened
from app.session.keeper import Keeper
from app.session.opening import read
from app.session.watch import ModelWatch
from core.errors import ProjectError, StudioError
from core.run import Run

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.project import Project

# How often a project notes how far its jobs have come.
BEAT_MS = 20_000
# Copied command lines whose plans stay.
MOST_COPIED = 50
_PLAN_FILE = re.compile(r"plans/([0-9a-f]{16}\.json)")


class KeptSession(QObject):
    """What is open, kept in a project folder.

    Signals carry nothing: a view asks for what it shows.

    Args:
        data_dir: Where temporary projects live; None keeps nothing on disk until a folder is given.
    """

    project_changed = Signal()  # another project, its name, or whether it is saved
    refused = Signal(str, str)  # what could not be saved and why, and what to try
    recovered = Signal()  # the project was left by a crash, or amid its jobs, or is damaged

    def __init__(self, parent: QObject | None = None, *, data_dir: Path | None = None) -> None:
        super().__init__(parent)
        self.data_dir = data_dir
        self.jobs = JobQueue(self)
        self.model = ""
        self.info: ModelInfo | None = None
        self.crashed = False  # whether the project was left by a crash
        self.lost: tuple[str, ...] = ()  # what could not be read of it, in words
        self._pages: dict[str, Mapping[str, object]] = {}
        self._copied: tuple[str, ...] = ()
        self._last_jobs: tuple[tuple[Job, Mapping[str, object]], ...] | None = None
        self._keeper = Keeper(self._contents, self.start, data_dir, self)
        self._keeper.changed.connect(self.project_changed)
        self.watch = ModelWatch(self.jobs, lambda: self.info, self)
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self._note_progress)
        self.jobs.log_home = self._log_home
        self.jobs.added.connect(self._on_job)
        self.jobs.moved.connect(self._keeper.touch_quietly)
        self.jobs.removed.connect(self._on_job)

    def start(self, task: Task) -> Job:
        """Queue a task; its result comes back to the method that it names."""
        return self.jobs.submit(task)

    def _contents(self) -> Contents:
        raise NotImplementedError

    def _take_values(self, contents: Contents, *, again: bool = False) -> None:
        raise NotImplementedError

    # -- the project -------------------------------------------------------------------------

    @property
    def project(self) -> Project | None:
        """The project as it was last written, or None."""
        return self._keeper.project

    @property
    def folder(self) -> Path | None:
        """The project's folder, where jobs may write; None without one."""
        return self._keeper.folder

    @property
    def temporary(self) -> bool:
        """Whether the user has given the project no folder yet."""
        return self._keeper.temporary

    @property
    def name(self) -> str:
        """What the top bar calls what is open."""
        project = self._keeper.project
        if project is not None and (self._keeper.read_only or not self.temporary):
            return project.folder.name
        return short(self.model) if self.model else ""

    def saved_text(self) -> str:
        """Whether the project is saved, in a word."""
        if self._keeper.read_only:
            return self.tr("read-only")
        if self._keeper.failing:
            return self.tr("could not be saved")
        if self.temporary:
            return self.tr("not saved")
        return self.tr("saving…") if self._keeper.unsaved else self.tr("saved")

    @property
    def read_only(self) -> bool:
        """Whether the project is only looked at: another window holds it."""
        return self._keeper.read_only

    def open_project(self, folder: Path, access: Access = "own", model: Path | None = None) -> Job:
        """Open a project folder beside whatever runs; everything in it becomes current.

        Args:
            folder: The project's folder.
            access: "own", "take over" (from a window on another machine), or "read".
            model: Where its model lies now, if it was moved.
        """

        def load(run: Run) -> Opened:
            return read(folder, run, access, model)

        title = self.tr("Open {name}").format(name=folder.name)
        return self.start(
            Task(title=title, kind="open", function=load, on_result="take_project", heavy=False)
        )

    @Slot(object)
    def take_project(self, opened: Opened) -> None:
        """Take over a project that was read."""
        contents = opened.contents
        try:
            self._leave()
        except StudioError:
            if opened.lock is not None:
                opened.lock.release()
            raise
        self._pages, self._copied = dict(contents.pages or {}), contents.copied
        self._take_values(contents)
        self._keeper.adopt(opened)
        self.crashed, self.lost = opened.crashed, opened.lost
        if opened.lost or contents.model != opened.project.model:
            self._keeper.touch_quietly()
        if contents.info is not None and contents.unfinished:
            from app.jobs.measuring import Subject

            subject = Subject(
                name=contents.model, folder=Path(contents.info.path), info=contents.info
            )
            folder = opened.project.folder
            unfinished.hold_all(self.jobs, contents.unfinished, subject, folder)
        if self.crashed or self.lost or self.jobs.held:
            self.recovered.emit()

    def follow_model(self, folder: Path) -> Job:
        """Go on with the open model where it lies now; another model fails."""
        info = self.info
        assert info is not None

        def look(run: Run) -> tuple[str, ModelInfo]:
            from core.checkpoint import inspect_model

            run.check()
            found = inspect_model(folder)
            if found.fingerprint != info.fingerprint:
                raise ProjectError(
                    f"{folder} holds another model than the one that is open: its fingerprint is "
                    f"{found.fingerprint[:12]}, not {info.fingerprint[:12]}",
                    remedy="open it as a model of its own",
                )
            return str(folder), found

        title = self.tr("Open {name}").format(name=folder.name)
        return self.start(
            Task(title=title, kind="open", function=look, on_result="take_moved", heavy=False)
        )

    @Slot(object)
    def take_moved(self, found: tuple[str, ModelInfo]) -> None:
        """The open model lies elsewhere now; everything else stays."""
        name, info = found
        if self.info is not None and info.fingerprint == self.info.fingerprint:
            self._take_values(replace(self._contents(), model=name, info=info), again=True)
            self._keeper.touch()

    def _leave(self) -> None:
        """Save what is open and stop its jobs, which its project will offer again.

        Raises:
            StudioError: It cannot be saved; everything stays as it is.
        """
        if self.info is not None:
            self._keep_jobs()
            try:
                self._keeper.flush()
            except StudioError:
                self._last_jobs = None
                raise
            self.jobs.set_aside()
        self._keeper.release(lose=True)
        self._last_jobs, self.crashed, self.lost = None, False, ()
        self._copied = ()

    def save_project(self, folder: Path | None = None) -> None:
        """Save the project, into another folder if one is given.

        Raises:
            ProjectError: The folder is not empty or cannot be written.
        """
        if folder is not None:
            busy = any(job.active and job.task.heavy for job in self.jobs)
            self._keeper.move_to(folder, busy=busy)
        else:
            self._keeper.flush()

    @Slot(object)
    def take_saved(self, saved: tuple[int, Project]) -> None:
        """A save came through."""
        self._keeper.take_saved(*saved)

    def page_options(self, page: str) -> Mapping[str, object]:
        """What a page last kept of its fields, JSON values; empty if nothing."""
        return self._pages.get(page, {})

    def set_page_options(self, page: str, options: Mapping[str, object]) -> None:
        """Keep a page's fields in the project; JSON values only."""
        if dict(self._pages.get(page, {})) != dict(options):
            self._pages[page] = dict(options)
            self._keeper.touch()

    def keep_for_line(self, text: str) -> None:
        """Keep the plans that a copied command line names; the newest few lines count.

        A plan's file goes when another plan takes its place; who pastes the line an hour later
        would find none. The one in hand is written now: the line may be pasted at once.
        """
        folder, names = self.folder, _PLAN_FILE.findall(text)
        if folder is None or not names:
            return
        contents = self._contents()
        for plan in (contents.plan, *(contents.plans or {}).values()):
            path = folder / "plans" / ("" if plan is None else f"{plan.fingerprint[:16]}.json")
            if plan is not None and path.name in names and not path.exists():
                try:
                    plan.save(path)
                except StudioError as error:
                    self.refused.emit(error.what, error.remedy)
                    return
        there = [name for name in dict.fromkeys(names) if (folder / "plans" / name).exists()]
        files = tuple(f"plans/{name}" for name in there)
        if not files:
            return
        others = tuple(file for file in self._copied if file not in files)
        self._copied = (*others, *files)[-MOST_COPIED:]
        self._keeper.touch_quietly()

    def note_place(self, page: str) -> None:
        """Remember which page is shown, so that the project reopens there."""
        if self._pages.get("window", {}).get("page") != page:
            self._pages["window"] = {"page": page}
            self._keeper.touch_quietly()

    def close(self) -> None:
        """Stop every job, save, and give the project's folder back.

        What cannot be saved is lost: `save_project` says so before. What had not ended is kept in
        the project and offered again when it is opened.
        """
        self._beat.stop()
        self.watch.stop()
        self._keep_jobs()
        self.jobs.shut_down()
        self._keeper.release(lose=True)

    # -- jobs that are not over ---------------------------------------------------------------

    def _unfinished(self) -> tuple[Mapping[str, object], ...]:
        if self._last_jobs is None:
            return unfinished.notes(self.jobs, self.folder)
        return tuple(note for job, note in self._last_jobs if job.state != "done")

    def _keep_jobs(self) -> None:
        """From now on the project holds the jobs as they are, though they are being stopped."""
        folder = self.folder
        found = [(job, unfinished.notes([job], folder)) for job in self.jobs]
        self._last_jobs = tuple((job, kept[0]) for job, kept in found if kept)
        if self._last_jobs:
            self._keeper.touch_quietly()

    def _log_home(self) -> Path | None:
        return self.folder / "runs" if self.folder is not None else None

    @Slot(object)
    def _on_job(self, job: Job) -> None:
        """A job that takes long came or went: should the program be killed, the project knows."""
        if job.task.recipe is not None and self._last_jobs is None:
            self._keeper.touch_quietly()
            self._keeper.save_soon()
            self._beat.start()

    @Slot()
    def _note_progress(self) -> None:
        if self.jobs.unfinished:
            self._keeper.touch_quietly()
        else:
            self._beat.stop()


def short(name: str) -> str:
    """The last part of a path or hub id."""
    return Path(name).name or name
