"""What the Export page asks of the disk and of the plan before anything is written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from core.planning import Plan

GB = 1_000_000_000
SHARDS = ("1GB", "2GB", "5GB", "10GB", "50GB")
DEFAULT_SHARD = "5GB"
# Headers, config, tokenizer and card beside the tensors: the exporter asks for as much.
ROOM = 16 << 20


@dataclass(frozen=True, kw_only=True)
class Target:
    """A folder to write to, as the disk has it now.

    Attributes:
        folder: The folder.
        problem: "missing" (no folder named), "occupied" (it holds something), "file" (it is one),
            "inside" (in the model's own folder), or empty.
        free: Free bytes on its disk.
    """

    folder: Path
    problem: str
    free: int


def look_at(text: str, source: Path) -> Target:
    """Look at a folder that a user named; cheap enough for every key stroke."""
    if not text.strip():
        return Target(folder=Path(), problem="missing", free=0)
    folder = Path(text.strip()).expanduser()
    problem = ""
    try:
        target, origin = folder.resolve(), source.resolve()
        if target == origin or origin in target.parents:
            problem = "inside"
        elif folder.is_dir():
            problem = "occupied" if any(folder.iterdir()) else ""
        elif folder.exists():
            problem = "file"
        free = shutil.disk_usage(nearest(folder)).free
    except OSError:
        return Target(folder=folder, problem="missing", free=0)
    return Target(folder=folder, problem=problem, free=free)


def nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def shard_bytes(text: str) -> int:
    """The bytes of a choice like "5GB"."""
    return int(text.removesuffix("GB")) * GB


def proposed(model: str, source: Path, plan: Plan, tuned: str = "") -> Path:
    """A folder to propose: beside the model, or at home for the bundled one, never in use.

    Args:
        model: The model as the user named it.
        source: Its folder.
        plan: What is written of it.
        tuned: The name of the tuned checkpoint that is written instead.
    """
    kept, total = sum(len(row) for row in plan.keep), sum(plan.experts)
    parent = Path.home() if model == "demo" else source.absolute().parent
    how = tuned.replace(" ", "-").lower() if tuned else f"{kept}of{total}"
    stem = f"{Path(model).name or source.name}-{how}"
    folder, n = parent / stem, 2
    while folder.exists():
        folder, n = parent / f"{stem}-{n}", n + 1
    return folder
