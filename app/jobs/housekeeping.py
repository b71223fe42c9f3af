"""Looking through a project's folder, and removing from it, off the GUI thread."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.jobs.task import Task
from core.project import Item, Removed, Storage, remove_items, storage, take_out
from core.run import Run

translate = QCoreApplication.translate  # the name that lupdate looks for

LOOK, REMOVE = "storage", "remove"


def storage_task(folder: Path, unfinished: tuple[Mapping[str, object], ...]) -> Task:
    """See what a project holds.

    Args:
        folder: The project's folder.
        unfinished: The window's jobs that are not over, as a project keeps them.
    """

    def work(run: Run) -> Storage:
        return storage(folder, run, unfinished=unfinished)

    title = translate("Tasks", "Look through the project")
    command = shlex.join(("seer", "project", str(folder)))
    return Task(title=title, kind=LOOK, function=work, command=command, heavy=False, quiet=True)


def discard_task(folder: Path) -> Task:
    """Remove a run's folder, below a project's `runs`, that nothing uses any more."""

    def work(_run: Run) -> None:
        take_out(folder.parent.parent, f"runs/{folder.name}")

    title = translate("Tasks", "Remove {name}").format(name=folder.name)
    return Task(title=title, kind=REMOVE, function=work, heavy=False, quiet=True)


def remove_task(found: Storage, items: tuple[Item, ...], *, force: bool) -> Task:
    """Remove items of a project that this window holds; stopped, what went is gone."""

    def work(run: Run) -> Removed:
        return remove_items(found, items, run, force=force)

    words = ["seer", "project", str(found.folder)]
    words += [word for item in items for word in ("--remove", item.title)]
    title = translate("Tasks", "Remove from the project")
    return Task(
        title=title,
        kind=REMOVE,
        function=work,
        command=shlex.join([*words, *(["--force"] if force else [])]),
        heavy=False,
    )
