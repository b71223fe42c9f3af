"""A project: a folder with one small JSON file and the arrays and plans that it names.

    project.json   schema, model by path and fingerprint, the pages' options, variants
    profiles/      <fingerprint>.safetensors
    plans/         <fingerprint>.json
    runs/          logs, curves, checkpoints
    reports/

Profiles and plans are named by their content and written before project.json, which is replaced in
one step: whoever opens the folder after a crash finds the old project or the new one, whole. The
model is never copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from core.errors import ProjectError, StudioError
from core.planning.files import write_atomically
from core.planning.plan import Plan
from core.profiling.files import load_profile, save_profile
from core.profiling.profile import Profile
from core.project.migrate import SCHEMA, SCHEMA_KEY, migrate

PROJECT_FILE = "project.json"
FOLDERS = ("profiles", "plans", "runs", "reports")
MAX_PROJECT_BYTES = 64 * 2**20
_BY_CONTENT = re.compile(r"[0-9a-f]{16}\.json")


@dataclass(frozen=True, kw_only=True)
class Project:
    """Everything that reopening brings back, as a value.

    Attributes:
        folder: Where it lives; not part of the file.
        model: The model as the user named it: a folder, a hub id, or "demo".
        model_fingerprint: The model's fingerprint when it was last open.
        pages: Options by page name, JSON values only; the pages know their own.
        variants: The variants table, JSON objects as `Variant.to_json` makes them.
        profile: File of the current profile, relative to the folder; empty if none.
        plan: File of the current plan, likewise.
        plans: Files of named plans, by name.
        unfinished: Jobs that were running, to be offered again after a crash; JSON objects.
    """

    folder: Path
    model: str = ""
    model_fingerprint: str = ""
    pages: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    variants: tuple[Mapping[str, object], ...] = ()
    profile: str = ""
    plan: str = ""
    plans: Mapping[str, str] = field(default_factory=dict)
    unfinished: tuple[Mapping[str, object], ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def with_page(self, page: str, options: Mapping[str, object]) -> Project:
        """The same project with other options of one page."""
        return replace(self, pages={**self.pages, page: dict(options)})

    def with_profile(self, profile: Profile | None) -> Project:
        """Write a profile into the folder and make it the current one.

        Nothing refers to it until `save`. A profile that is there already is not written again.
        """
        if profile is None:
            return replace(self, profile="")
        file = f"profiles/{profile.fingerprint[:16]}.safetensors"
        if not (self.folder / file).exists():
            (self.folder / file).parent.mkdir(exist_ok=True)
            save_profile(profile, self.folder / file)
        return replace(self, profile=file)

    def with_plan(self, plan: Plan | None, *, name: str = "") -> Project:
        """Write a plan into the folder and make it the current one, or a named one.

        Args:
            plan: The plan; None for no current plan.
            name: Keep it under this name instead of as the current plan.
        """
        if plan is None:
            return replace(self, plan="")
        file = f"plans/{plan.fingerprint[:16]}.json"
        if not (self.folder / file).exists():
            (self.folder / file).parent.mkdir(exist_ok=True)
            plan.save(self.folder / file)
        if name:
            return replace(self, plans={**self.plans, name: file})
        return replace(self, plan=file)

    def load_profile(self) -> Profile | None:
        """The current profile, or None."""
        return load_profile(self.folder / self.profile) if self.profile else None

    def load_plan(self, name: str = "") -> Plan | None:
        """The current plan, or a named one; None if there is none."""
        file = self.plans.get(name, "") if name else self.plan
        return Plan.load(self.folder / file) if file else None

    def save(self) -> None:
        """Write project.json, whole or not at all, then drop plans that nothing names any more.

        Raises:
            ProjectError: The folder cannot be written.
        """
        path = self.folder / PROJECT_FILE
        try:
            _keep_older_schema(path)
            write_atomically(path, json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise ProjectError(
                f"cannot save the project in {self.folder}: {error.strerror}",
                remedy="another folder",
            ) from error
        except StudioError as error:
            raise ProjectError(error.what, remedy=error.remedy) from error
        self._drop_unnamed_plans()

    def to_json(self) -> dict[str, object]:
        """The object that project.json holds."""
        return {
            SCHEMA_KEY: SCHEMA,
            "model": {"path": self.model, "fingerprint": self.model_fingerprint},
            "pages": {page: dict(options) for page, options in self.pages.items()},
            "variants": [dict(variant) for variant in self.variants],
            "profile": self.profile,
            "plan": self.plan,
            "plans": dict(self.plans),
            "unfinished": [dict(job) for job in self.unfinished],
        }

    def _drop_unnamed_plans(self) -> None:
        """An hour of painting saves a thousand plans; only those that are named stay."""
        named = {self.plan, *self.plans.values()}
        for path in (self.folder / "plans").glob("*.json"):
            if _BY_CONTENT.fullmatch(path.name) and f"plans/{path.name}" not in named:
                path.unlink(missing_ok=True)


def is_project(folder: Path) -> bool:
    """Whether there is a project in this folder."""
    return (folder / PROJECT_FILE).is_file()


def create_project(folder: Path, *, model: str = "", model_fingerprint: str = "") -> Project:
    """Start a project in a new or empty folder.

    Raises:
        ProjectError: The folder holds something already, or cannot be made.
    """
    if is_project(folder):
        raise ProjectError(f"{folder} holds a project already", remedy="open it instead")
    try:
        if folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
            raise ProjectError(f"{folder} is not empty", remedy="a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise ProjectError(
            f"cannot make a project in {folder}: {error.strerror}", remedy="another folder"
        ) from error
    project = Project(folder=folder, model=model, model_fingerprint=model_fingerprint)
    project.save()
    return project


def open_project(folder: Path) -> Project:
    """Read a project, bringing an older schema up to date (in memory, until it is saved).

    Raises:
        ProjectError: There is none, it is damaged, or a newer version wrote it.
    """
    path = folder / PROJECT_FILE
    try:
        if path.stat().st_size > MAX_PROJECT_BYTES:
            raise ProjectError(f"{path} has {path.stat().st_size:,} bytes, too many for a project")
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ProjectError(f"there is no project in {folder}", remedy="another folder") from error
    except OSError as error:
        raise ProjectError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ProjectError(
            f"{path} is not JSON ({error})", remedy="a backup of it, or a new project"
        ) from error
    if not isinstance(data, dict):
        raise ProjectError(f"{path} does not hold a JSON object", remedy="a backup of it")
    return _parse(folder, migrate(data))


def _parse(folder: Path, data: Mapping[str, object]) -> Project:
    model = _object(data.get("model", {}), "model")
    return Project(
        folder=folder,
        model=_text(model.get("path", ""), "model.path"),
        model_fingerprint=_text(model.get("fingerprint", ""), "model.fingerprint"),
        pages={
            page: _object(options, f"pages.{page}")
            for page, options in _object(data.get("pages", {}), "pages").items()
        },
        variants=_objects(data.get("variants", []), "variants"),
        profile=_inside(data.get("profile", ""), "profile"),
        plan=_inside(data.get("plan", ""), "plan"),
        plans={
            name: _inside(file, f"plans.{name}")
            for name, file in _object(data.get("plans", {}), "plans").items()
        },
        unfinished=_objects(data.get("unfinished", []), "unfinished"),
    )


def _keep_older_schema(path: Path) -> None:
    """Before an older file is replaced for the first time, keep a copy of it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    schema = data.get(SCHEMA_KEY) if isinstance(data, dict) else None
    if isinstance(schema, int) and schema < SCHEMA:
        backup = path.with_name(f"project.schema{schema}.json")
        if not backup.exists():
            write_atomically(backup, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _inside(value: object, what: str) -> str:
    """A file name that stays inside the project's folder."""
    text = _text(value, what)
    parts = PurePosixPath(text)
    if parts.is_absolute() or ".." in parts.parts or "\\" in text or ":" in text:
        raise ProjectError(f"project.json: {what} points outside the project: {text!r}")
    return text


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ProjectError(f"project.json: {what} is not a text")
    return value


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ProjectError(f"project.json: {what} is not an object")
    return value


def _objects(value: object, what: str) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list):
        raise ProjectError(f"project.json: {what} is not a list")
    return tuple(_object(item, f"{what}[{index}]") for index, item in enumerate(value))
