"""What a project's folder holds: its kinds, how large they are, and what still uses them.

The walk goes through the folders that a project is made of and through nothing else. A symbolic
link is never followed, neither as a folder on the way nor as an entry: it counts as the few bytes
that it is. What refers to a file is read from project.json, the plans and the runs' records;
where those are damaged they are taken to refer to nothing that can be named.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from core.project.items import KINDS, Item, Kind, Storage, Use
from core.project.recover import recover_project
from core.project.references import CHECKPOINT, RECORD, References
from core.run import Run

LOG = "log.txt"
_LOG_FOLDER = re.compile(r"\d{8}-\d{6}-.+")
# Names of `core.tuning`, which stands above this room.
WORK, MODEL, TEACHER = "work", "model", "teacher.safetensors"
SEARCHES, PAPER = "search", "paper"
_COPY = re.compile(r"project\.(damaged(-\d+)?|schema\d+)\.json")


def storage(
    folder: Path,
    run: Run | None = None,
    *,
    unfinished: Iterable[Mapping[str, object]] | None = None,
) -> Storage:
    """Look through a project's folder.

    Args:
        folder: The project's folder.
        run: Checked at every file.
        unfinished: Jobs that are not over, as a project keeps them; those of project.json if None.

    Raises:
        ProjectError: There is no project.
    """
    run = run or Run()
    project, _ = recover_project(folder)
    items = list(_Walk(folder, run).items())
    jobs = tuple(project.unfinished if unfinished is None else unfinished)
    names = {file: name for name, file in project.plans.items()}
    asked = References.of(folder, items, project.variants, jobs, names)
    named: dict[str, list[Use]] = {}
    for file in (project.profile, project.plan):
        named.setdefault(file, []).append(Use(why="open"))
    for name, file in project.plans.items():
        named.setdefault(file, []).append(Use(why="open", name=name))
    for file in project.copied:
        named.setdefault(file, []).append(Use(why="command"))
    used = [
        replace(item, uses=tuple(sorted({*named.get(item.path, ()), *asked.uses(item)})))
        for item in items
    ]
    order = {kind: at for at, kind in enumerate(KINDS)}
    used.sort(key=lambda item: (order[item.kind], -item.bytes, item.name))
    return Storage(folder=folder, items=tuple(_with_uses_inside(used)))


def _with_uses_inside(items: list[Item]) -> Iterator[Item]:
    """A folder is in use where a part of it is."""
    for item in items:
        inside = f"{item.path}/"
        more = {use for other in items if other.path.startswith(inside) for use in other.uses}
        yield replace(item, uses=tuple(sorted({*item.uses, *more}))) if more else item


# -- what is there -----------------------------------------------------------------------------


class _Walk:
    """Goes through a project's own folders."""

    def __init__(self, folder: Path, run: Run) -> None:
        self._folder, self._run = folder, run
        self._parts: set[str] = set()  # paths of what was counted inside of something larger
        self._linked: set[tuple[int, int]] = set()  # files with several names count once

    def items(self) -> Iterator[Item]:
        """Everything, in no order."""
        for entry in self._children("profiles"):
            if not _temporary(entry):
                yield self._item("profile", entry.name.removesuffix(".safetensors"), entry)
        for entry in self._children("plans"):
            if not _temporary(entry):
                yield self._item("plan", entry.name.removesuffix(".json"), entry)
        for entry in self._children("runs"):
            yield from self._of_runs(entry)
        for entry in self._children("reports"):
            yield self._item("report", entry.name, entry)
        for entry in self._children(""):
            if _COPY.fullmatch(entry.name):
                yield self._item("copy", entry.name, entry)

    def _of_runs(self, entry: os.DirEntry[str]) -> Iterator[Item]:
        name = entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield self._item("cache", name, entry)
        elif name == SEARCHES:
            for one in self._children(f"runs/{name}"):
                yield self._item("search", one.name, one)
        elif name == PAPER:
            yield self._item("paper", name, entry)
        elif any(one.name == RECORD for one in self._children(f"runs/{name}")):
            yield from self._of_run(entry)
        else:
            names = {one.name for one in self._children(f"runs/{name}")}
            log = names <= {LOG} and bool(_LOG_FOLDER.fullmatch(name))
            yield self._item("log" if log else "cache", name, entry)

    def _of_run(self, entry: os.DirEntry[str]) -> Iterator[Item]:
        """A tuning run: its model, its checkpoints, its teacher, and the rest."""
        place = f"runs/{entry.name}"
        parts = [
            self._item("model", entry.name, one)
            for one in self._children(place)
            if one.name == MODEL
        ]
        for one in self._children(f"{place}/{WORK}"):
            if CHECKPOINT.fullmatch(one.name):
                parts.append(self._item("checkpoint", f"{entry.name}/{one.name}", one))
            elif one.name == TEACHER:
                parts.append(self._item("teacher", entry.name, one))
        self._parts = {str(self._folder / part.path) for part in parts}
        yield from parts
        yield self._item("run", entry.name, entry)

    def _children(self, place: str) -> list[os.DirEntry[str]]:
        """What lies in a folder; nothing where it is a link, or a link leads to it."""
        path = real_folder(self._folder, place)
        if path is None:
            return []
        try:
            with os.scandir(path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return []

    def _item(self, kind: Kind, name: str, entry: os.DirEntry[str]) -> Item:
        size = count = 0
        changed = 0.0
        for info in self._files(entry):
            size, count = size + info.st_size, count + 1
            changed = max(changed, info.st_mtime)
        path = Path(entry.path).relative_to(self._folder).as_posix()
        return Item(kind=kind, name=name, path=path, bytes=size, files=count, changed=changed)

    def _files(self, entry: os.DirEntry[str]) -> Iterator[os.stat_result]:
        """The files of an entry that are no parts of their own, links as themselves."""
        self._run.check()
        try:
            info = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(info.st_mode):
                with os.scandir(entry.path) as entries:
                    for one in entries:
                        if one.path not in self._parts:
                            yield from self._files(one)
                return
        except OSError:  # gone meanwhile, or not to be read
            return
        key = (info.st_dev, info.st_ino)
        if info.st_nlink > 1 and info.st_ino:
            if key in self._linked:
                return
            self._linked.add(key)
        yield info


def _temporary(entry: os.DirEntry[str]) -> bool:
    """Whether a save is writing it, or a killed one left it: the next opening clears it away."""
    return entry.name.startswith(".") and entry.name.endswith("~")


def real_folder(folder: Path, place: str) -> Path | None:
    """A folder below a project's; None where it is none, or a link or `..` is on the way to it."""
    path = folder
    if Path(place).is_absolute() or ".." in Path(place).parts:
        return None
    for part in Path(place).parts:
        path /= part
        try:
            if not stat.S_ISDIR(path.lstat().st_mode):
                return None
        except OSError:
            return None
    return path
