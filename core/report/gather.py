"""What a report is about: a project, or an exported checkpoint, as one value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.checkpoint import inspect_model, locate_model
from core.errors import InputError, StudioError
from core.evaluation.variant import Variant
from core.planning import Plan

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.profiling import Profile

EXPORT_FILE = "seer.json"
MOST_RECORD_BYTES = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything that a report may show; what is not there is left out of it.

    Attributes:
        name: What it is called.
        model: The original model as the user names it.
        info: The original model's headers; None if its folder is not there.
        result: The exported model's headers; None if nothing was exported.
        profile: The profile.
        plan: The plan.
        variants: Rows of the quality table.
        runs: Folders that may hold tuning runs.
        record: An exported checkpoint's seer.json; empty without one.
        domain_weights: How the domains are blended; None for every token alike.
        missing: Why the model's headers could not be read, once a try: a report says what it lacks.
    """

    name: str
    model: str = ""
    info: ModelInfo | None = None
    result: ModelInfo | None = None
    profile: Profile | None = None
    plan: Plan | None = None
    variants: tuple[Variant, ...] = ()
    runs: tuple[Path, ...] = ()
    record: Mapping[str, object] = field(default_factory=dict)
    domain_weights: Mapping[str, float] | None = None
    missing: tuple[str, ...] = ()


def gather(place: Path) -> Subject:
    """The subject in a folder: a project's, or an exported checkpoint's.

    Raises:
        InputError: The folder is neither.
        StudioError: It is one, but damaged.
    """
    from core.project import is_project

    if not place.is_dir():
        raise InputError(f"there is no folder {place}", remedy="a project, or an exported model")
    if is_project(place):
        return of_project(place)
    if (place / EXPORT_FILE).is_file():
        return of_export(place)
    raise InputError(
        f"{place} is neither a project nor an exported checkpoint: it has neither project.json "
        f"nor {EXPORT_FILE}",
        remedy="a folder that the studio saved, or the output of seer export",
    )


def of_project(folder: Path) -> Subject:
    """Read a project, without holding it: a report changes nothing.

    Raises:
        StudioError: Its own files are damaged. A model that is gone only leaves gaps.
    """
    from core.project import open_project

    project = open_project(folder)
    missing, info = [], None
    try:
        info = inspect_model(locate_model(project.model)) if project.model else None
    except StudioError as error:
        missing.append(error.what)
    own = project.pages.get("session", {})
    weights = own.get("domain_weights")
    return Subject(
        name=project.name,
        model=project.model,
        info=info,
        profile=project.load_profile(),
        plan=project.load_plan(),
        variants=tuple(Variant.from_json(data) for data in project.variants),
        runs=(folder / "runs",),
        domain_weights=weights if isinstance(weights, dict) else None,
        missing=tuple(missing),
    )


def of_export(folder: Path) -> Subject:
    """Read an exported checkpoint and the plan that it carries.

    Raises:
        StudioError: It is damaged.
    """
    record = _record(folder / EXPORT_FILE)
    source = record.get("source")
    name = str(source.get("name", "")) if isinstance(source, Mapping) else ""
    return Subject(
        name=folder.resolve().name,
        model=name,
        result=inspect_model(folder),
        plan=Plan.from_json(record.get("plan")),
        runs=(folder.resolve().parent / f".{folder.resolve().name}.tuning",),
        record=record,
    )


def _record(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MOST_RECORD_BYTES:
            raise InputError(f"{path} has {path.stat().st_size:,} bytes, too many for a record")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} cannot be read ({error})", remedy="export the model again"
        ) from error
    if not isinstance(found, dict):
        raise InputError(f"{path} is not a JSON object", remedy="export the model again")
    return found
