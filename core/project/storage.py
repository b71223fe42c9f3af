"""What a project's folder holds: its kinds, how large they are, and what still uses them.

The walk goes through the folders that a project is made of and through nothing else. A symbolic
link is never followed, neither as a folder on the way nor as an entry: it counts as the few bytes
that it is. What refers to a file is read from project.json, the plans and the runs' records;
where those are damaged they are taken to refer to nothing that can be named.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from core.project.reading import MAX_PROJECT_BYTES
from core.project.recover import recover_project
from core.run import Run

Kind = Literal[
    "profile", "plan", "run", "checkpoint", "teacher", "model", "search", "paper", "cache", "log",
    "report", "copy",
]  # fmt: skip
# In the order in which they are listed: what takes room first.
KINDS: tuple[Kind, ...] = (
    "model", "checkpoint", "teacher", "profile", "cache", "run", "search", "paper", "log", "report",
    "plan", "copy",
)  # fmt: skip
# Why something is in use: the project has it open; a plan or a measurement was made with it; a run
# starts from it or goes on from it; a stopped job goes on from it; a copied command has it.
Why = Literal["open", "plan", "variant", "run", "resume", "job", "command"]

LOG = "log.txt"
_LOG_FOLDER = re.compile(r"\d{8}-\d{6}-.+")
# Names of `core.tuning`, which stands above this room.
RECORD, WORK, MODEL, TEACHER = "run.json", "work", "model", "teacher.safetensors"
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
SEARCHES, PAPER = "search", "paper"
_COPY = re.compile(r"project\.(damaged(-\d+)?|schema\d+)\.json")


@dataclass(frozen=True, kw_only=True, order=True)
class Use:
    """Something that refers to an item.

    Attributes:
        why: What sort of reference.
        name: Of the plan, the row, the run or the job; empty for the open project itself.
    """

    why: Why
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that can be removed by itself.

    Attributes:
        kind: What it is.
        name: Unique among its kind.
        path: Below the project's folder, with forward slashes.
        bytes: Of its files; without the parts of it that are items of their own.
        files: How many.
        changed: When a file of it was last written, seconds since the epoch.
        uses: What refers to it.
    """

    kind: Kind
    name: str
    path: str
    bytes: int
    files: int
    changed: float
    uses: tuple[Use, ...] = ()

    @property
    def title(self) -> str:
        """As the command line names it: kind/name."""
        return f"{self.kind}/{self.name}"

    @property
    def named(self) -> bool:
        """Whether project.json itself names it: then whoever has the project open needs it."""
        return any(use.why in {"open", "command"} for use in self.uses)


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Everything that a project holds.

    Attributes:
        folder: The project's folder.
        items: By kind, the largest first.
    """

    folder: Path
    items: tuple[Item, ...] = ()

    @property
    def bytes(self) -> int:
        """Of all items."""
        return sum(item.bytes for item in self.items)

    def by_kind(self) -> dict[Kind, tuple[Item, ...]]:
        """The items of every kind that there is."""
        found = {kind: tuple(i for i in self.items if i.kind == kind) for kind in KINDS}
        return {kind: items for kind, items in found.items() if items}

    def with_parts(self, item: Item) -> tuple[Item, ...]:
        """An item and what goes with it: a run's checkpoints and model lie inside of it."""
        inside = f"{item.path}/"
        return (item, *(other for other in self.items if other.path.startswith(inside)))

    def to_json(self) -> dict[str, object]:
        """The contract's object."""
        return {
            "folder": str(self.folder),
            "bytes": self.bytes,
            "kinds": {kind: sum(i.bytes for i in items) for kind, items in self.by_kind().items()},
            "items": [
                {
                    "kind": item.kind, "name": item.name, "path": item.path, "bytes": item.bytes,
                    "files": item.files, "changed": item.changed,
                    "uses": [{"why": use.why, "name": use.name} for use in item.uses],
                }
                for item in self.items
            ],
        }  # fmt: skip


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
    asked = _References.of(folder, items, project.variants, jobs, names)
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
            if _CHECKPOINT.fullmatch(one.name):
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


# -- what refers to it -------------------------------------------------------------------------


@dataclass(kw_only=True)
class _References:
    """What plans, measurements, runs and stopped jobs name."""

    folder: Path
    names: Mapping[str, str] = field(default_factory=dict)  # a plan's file → what it is called
    profiles: dict[str, list[Use]] = field(default_factory=dict)  # the first digits → who
    models: dict[str, list[Use]] = field(default_factory=dict)  # path → who
    runs: dict[str, list[Use]] = field(default_factory=dict)  # run's name → who
    newest: dict[str, str] = field(default_factory=dict)  # run that stopped → its last checkpoint
    jobs: list[tuple[str, str]] = field(default_factory=list)  # all that a job says, its title

    @classmethod
    def of(
        cls,
        folder: Path,
        items: Iterable[Item],
        variants: Iterable[Mapping[str, object]],
        jobs: Iterable[Mapping[str, object]],
        names: Mapping[str, str],
    ) -> _References:
        """Read whatever may name something.

        Args:
            folder: The project's folder.
            items: What there is.
            variants: Rows of project.json.
            jobs: Jobs that are not over, likewise.
            names: Plans' files and what they are called.
        """
        out = cls(folder=folder, names=names)
        for variant in variants:
            made, name = variant.get("provenance"), str(variant.get("name", ""))
            if isinstance(made, Mapping):
                out._profile(made.get("profile"), Use(why="variant", name=name))
            if isinstance(variant.get("path"), str):
                out.models.setdefault(str(variant["path"]), []).append(
                    Use(why="variant", name=name)
                )
        for job in jobs:
            out.jobs.append((json.dumps(job, ensure_ascii=False), str(job.get("title", ""))))
        known = list(items)
        readers: dict[str, Callable[[Item], None]] = {"plan": out._plan, "run": out._run}
        for item in known:
            if item.kind in readers:
                readers[item.kind](item)
        for item in known:
            out._stopped(item)
        return out

    def uses(self, item: Item) -> set[Use]:
        """What refers to an item."""
        stem = Path(item.path).name.partition(".")[0]
        out: set[Use] = set()
        if item.kind == "profile":
            out.update(self.profiles.get(stem, ()))
        elif item.kind == "model":
            out.update(self.models.get(str(self.folder / item.path), ()))
            out.update(self.models.get(str((self.folder / item.path).resolve()), ()))
            out.update(self.runs.get(item.name, ()))
        elif item.kind == "checkpoint":
            run, _, checkpoint = item.name.partition("/")
            if self.newest.get(run) == checkpoint:
                out.add(Use(why="resume", name=run))
        parts = Path(item.path).parts
        # A job names a run by its folder, whatever of it is meant.
        inside = item.kind in {"model", "checkpoint", "teacher"}
        file = parts[1] if inside else parts[-1]
        wanted = file.removeprefix(".").removesuffix(".partial").removesuffix(".measured")
        mentions = re.compile(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])")
        out.update(Use(why="job", name=title) for text, title in self.jobs if mentions.search(text))
        return out

    def _profile(self, fingerprint: object, use: Use) -> None:
        if isinstance(fingerprint, str) and fingerprint:
            self.profiles.setdefault(fingerprint[:16], []).append(use)

    def _plan(self, item: Item) -> None:
        made = _read(self.folder / item.path).get("made_by")
        if isinstance(made, Mapping):
            name = self.names.get(item.path, item.name)
            self._profile(made.get("profile"), Use(why="plan", name=name))

    def _run(self, item: Item) -> None:
        record = _read(self.folder / item.path / RECORD)
        start = record.get("start")
        if isinstance(start, str) and start not in {"plan", "model"}:
            self.runs.setdefault(start, []).append(Use(why="run", name=item.name))
        if record.get("state") != "done":
            self.newest[item.name] = ""

    def _stopped(self, item: Item) -> None:
        """The newest checkpoint of a run that did not come through is what it goes on from."""
        run, _, checkpoint = item.name.partition("/")
        found = _CHECKPOINT.fullmatch(checkpoint)
        if item.kind != "checkpoint" or found is None or run not in self.newest:
            return
        known = _CHECKPOINT.fullmatch(self.newest[run])
        if known is None or int(known[1]) < int(found[1]):
            self.newest[run] = checkpoint


def _read(path: Path) -> Mapping[str, object]:
    """A small JSON object; an empty one where there is none."""
    try:
        if path.is_symlink() or path.stat().st_size > MAX_PROJECT_BYTES:
            return {}
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}
