"""What a project holds, as values: things that can be removed, and what refers to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
