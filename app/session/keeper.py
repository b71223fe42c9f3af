"""Keeps the session in a project folder: writes it a moment after every change, off the GUI thread.

A session that nobody has given a folder yet lives in a temporary project under the user's data
folder, so that a crash loses nothing and every job has somewhere to write.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.job import Job
from app.jobs.task import Task
from app.session.contents import Contents, Opened
from core.errors import StudioError
from core.run import Run

if TYPE_CHECKING:
    from core.project import Project, ProjectLock

# A moment after the last change, so that a stroke of the brush is one save.
AUTOSAVE_MS = 1500
# Temporary projects older than the newest of these are removed.
MOST_TEMPORARY = 10
# What a moved project takes along of its runs where that means copying.
MOST_COPIED_BYTES = 256 * 2**20
# A moment after a save that failed, it is tried again: somebody may have made room.
RETRY_MS = 15_000
# How long a save may take to end before another begins.
SAVE_SECONDS = 30.0


def temporary_folder(home: Path, model: str) -> Path:
    """A new folder for an unsaved project; old ones beyond the newest few are removed."""
    home.mkdir(parents=True, exist_ok=True)
    old = sorted((p for p in home.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for path in old[: -MOST_TEMPORARY + 1]:
        if not (path / ".seer-lock").exists():
            shutil.rmtree(path, ignore_errors=True)
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(model).name) or "model"
    folder, n = home / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}", 2
    while folder.exists():
        folder, n = home / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}-{n}", n + 1
    return folder


def create(folder: Path, contents: Contents) -> tuple[Project, ProjectLock]:
    """Start a project in an empty folder and hold it."""
    from core.project import ProjectLock, create_project, discard_project

    fingerprint = contents.info.fingerprint if contents.info else ""
    project = create_project(folder, model=contents.model, model_fingerprint=fingerprint)
    lock = ProjectLock(folder)
    try:
        lock.acquire()
    except StudioError:
        discard_project(folder)
        raise
    return project, lock


def write(project: Project, contents: Contents) -> Project:
    """Write a session's contents into its project."""
    project = project.with_profile(contents.profile).with_plan(contents.plan)
    project = replace(project, plans={})
    for name, plan in (contents.plans or {}).items():
        project = project.with_plan(plan, name=name)
    project = replace(
        project,
        model=contents.model,
        model_fingerprint=contents.info.fingerprint if contents.info else "",
        variants=tuple(variant.to_json() for variant in contents.variants),
        pages=contents.pages or {},
        unfinished=contents.unfinished,
        copied=contents.copied,
    )
    project.save()
    return project


def bring_runs(old: Path, new: Path) -> bool:
    """Take logs, checkpoints, and what stopped jobs go on from, along into a project's new folder.

    On the same disk everything is renamed; across disks large files stay behind.

    Returns:
        Whether everything came along; otherwise the old folder still has a tuned model in it.
    """
    whole = True
    for source in sorted((old / "runs").rglob("*")):
        target = new / "runs" / source.relative_to(old / "runs")
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        try:
            source.rename(target)
        except OSError:
            if source.stat().st_size <= MOST_COPIED_BYTES:
                shutil.copy2(source, target)
            else:
                whole = False
    return whole


class Keeper(QObject):
    """Saves whenever it is told that something changed.

    Args:
        contents: Gives what there is to save.
        start: Queues a task.
        home: Where temporary projects live; None keeps nothing until a folder is given.
    """

    changed = Signal()

    def __init__(
        self,
        contents: Callable[[], Contents],
        start: Callable[[Task], Job],
        home: Path | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.temporary = True
        self.dirty = False
        self.failing = False  # whether the last save failed
        self.read_only = False
        self._contents = contents
        self._start = start
        self._home = home
        self._lock: ProjectLock | None = None
        self._saving: Job | None = None
        self._generation = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_soon)

    @property
    def unsaved(self) -> bool:
        """Whether something is not on disk yet."""
        return self.dirty or self._saving is not None

    @property
    def folder(self) -> Path | None:
        """The project's folder, where one may write; None without one."""
        if self.project is None or self.read_only:
            return None
        return self.project.folder

    def touch(self) -> None:
        """Something changed: save in a moment."""
        if self.project is None or self.read_only:
            return
        if not self.dirty:
            self.dirty = True
            self.changed.emit()
        self._timer.start(AUTOSAVE_MS)

    def touch_quietly(self) -> None:
        """Something changed that nobody needs to see being saved."""
        if self.project is not None and not self.read_only:
            self.dirty = True
            self._timer.start(AUTOSAVE_MS)

    def begin(self) -> None:
        """Start a temporary project for what the session holds now."""
        self.release()
        if self._home is not None:
            contents = self._contents()
            folder = temporary_folder(self._home / "unsaved", contents.model)
            self.project, self._lock = create(folder, contents)
            self.temporary = True
        self.changed.emit()

    def move_to(self, folder: Path, *, busy: bool = False) -> None:
        """Save into a new folder from now on.

        Args:
            folder: New or empty.
            busy: Whether a job is writing into the old folder: then that stays where it is.

        Raises:
            StudioError: The folder cannot be written; nothing is left in it.
        """
        from core.project import discard_project

        contents = self._contents()
        project, lock = create(folder, contents)
        try:
            project = write(project, contents)
        except StudioError:
            lock.release()
            discard_project(folder)
            raise
        old, was_temporary = self.folder, self.temporary
        self.release(lose=True)  # the new folder has it all; the old one may be full
        self.project, self._lock, self.temporary = project, lock, False
        if old is not None and was_temporary and not busy and bring_runs(old, folder):
            shutil.rmtree(old, ignore_errors=True)
        self.changed.emit()

    def adopt(self, opened: Opened) -> None:
        """Take over a project that was read."""
        self.release(lose=True)  # whoever leaves has flushed
        self.project, self._lock = opened.project, opened.lock
        self.read_only = opened.lock is None
        home = self._home
        unsaved = home is not None and (home / "unsaved") in opened.project.folder.parents
        self.temporary = unsaved or self.read_only
        self.changed.emit()

    def release(self, *, lose: bool = False) -> None:
        """Save what is unsaved and give the folder back.

        Args:
            lose: Give it back also where it cannot be written.

        Raises:
            StudioError: It cannot be written, and nothing may be lost.
        """
        self._timer.stop()
        try:
            self.flush()
        except StudioError:
            if not lose:
                raise
            self._timer.stop()
        if self._lock is not None:
            self._lock.release()
        self._generation += 1
        self.project, self._lock, self.dirty, self._saving = None, None, False, None
        self.read_only = self.failing = False

    def flush(self) -> None:
        """Save now, on this thread, if anything is unsaved.

        Raises:
            StudioError: It cannot be written; it stays unsaved.
        """
        self._timer.stop()
        if self._saving is not None:
            # Two writers of one file: the older one must not come last. Whether it came through is
            # not known here yet.
            self._saving.wait(SAVE_SECONDS)
            self._saving, self.dirty = None, True
        if self.dirty and self.project is not None:
            try:
                self.project = write(self.project, self._contents())
            except StudioError:
                self.take_failure()
                raise
            self.dirty = self.failing = False
            self.changed.emit()

    @Slot()
    def save_soon(self) -> None:
        """Save on a worker thread; a change meanwhile is saved afterwards."""
        if self.project is None or self.read_only:
            return
        if self._saving is not None:
            self._timer.start(AUTOSAVE_MS)
            return
        project, contents, generation = self.project, self._contents(), self._generation
        self.dirty = False

        def save(run: Run) -> tuple[int, Project]:  # noqa: ARG001 - a save is never cut short
            return generation, write(project, contents)

        self._saving = self._start(
            Task(
                title=self.tr("Save the project"),
                kind="save",
                function=save,
                on_result="take_saved",
                heavy=False,
                quiet=True,
            )
        )

    def take_saved(self, generation: int, project: Project) -> None:
        """A save came through."""
        if generation == self._generation:
            self.project, self._saving, self.failing = project, None, False
            self.changed.emit()

    def take_failure(self) -> bool:
        """A save failed: what changed is unsaved still, and is tried again in a while.

        Returns:
            Whether this is news: the save before came through.
        """
        if self.project is None:
            return False
        news, self.failing = not self.failing, True
        self._saving, self.dirty = None, True
        self._timer.start(RETRY_MS)
        self.changed.emit()
        return news
