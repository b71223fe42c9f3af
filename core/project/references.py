"""What refers to the things of a project: plans, measurements, tuning runs, jobs that stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.project.items import Item, Use
from core.project.reading import MAX_PROJECT_BYTES

# Names of `core.tuning`, which stands above this room.
RECORD = "run.json"
CHECKPOINT = re.compile(r"checkpoint-(\d+)")


@dataclass(kw_only=True)
class References:
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
    ) -> References:
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
        found = CHECKPOINT.fullmatch(checkpoint)
        if item.kind != "checkpoint" or found is None or run not in self.newest:
            return
        known = CHECKPOINT.fullmatch(self.newest[run])
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
