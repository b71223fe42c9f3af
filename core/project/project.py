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

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import ProjectError, StudioError
from core.planning.files import write_atomically
from core.planning.plan import Plan
from core.profiling.files import load_profile, save_profile
from core.profiling.profile import Profile
from core.project.migrate import FORM, SCHEMA, SCHEMA_KEY
from core.project.reading import Reader, a_text, an_object, inside, read_json_file
from core.schema import Json

PROJECT_FILE = "project.json"
PREVIOUS = ".project.previous.json"  # as it was before the last save
FOLDERS = ("profiles", "plans", "runs", "reports")
MOST_DAMAGED = 5  # copies of damaged files that are kept
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
        copied: Files of plans that a copied command line names.
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
    copied: tuple[str, ...] = ()

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
            _keep_old(path)
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
            **({"copied": list(self.copied)} if self.copied else {}),
        }

    def _drop_unnamed_plans(self) -> None:
        """An hour of painting saves a thousand plans; only those that are named stay."""
        named = {self.plan, *self.plans.values(), *self.copied}
        for path in (self.folder / "plans").glob("*.json"):
            if by_content(path) and f"plans/{path.name}" not in named:
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
    try:
        project.save()
    except ProjectError:
        discard_project(folder)
        raise
    return project


def discard_project(folder: Path) -> None:
    """Take back what was just made in a new or empty folder and could not be completed."""
    for name in (PROJECT_FILE, PREVIOUS):
        (folder / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    with contextlib.suppress(OSError):  # it holds something of somebody else
        folder.rmdir()


def open_project(folder: Path) -> Project:
    """Read a project, bringing an older schema up to date (in memory, until it is saved).

    Raises:
        ProjectError: There is none, it is damaged, or a newer version wrote it.
    """
    return parse(folder, FORM.upgraded(read_json_file(folder / PROJECT_FILE)), Reader())


def parse(folder: Path, data: Json, reader: Reader) -> Project:
    """The project of a JSON object of the newest schema.

    Raises:
        ProjectError: A field is not what it should be, and the reader leaves nothing out.
    """
    model = reader.field(an_object, data.get("model", {}), "model") or {}
    path, fingerprint = model.get("path", ""), model.get("fingerprint", "")
    return Project(
        folder=folder,
        model=reader.field(a_text, path, "model.path") or "",
        model_fingerprint=reader.field(a_text, fingerprint, "model.fingerprint") or "",
        pages=reader.objects(data.get("pages", {}), "pages"),
        variants=reader.rows(data.get("variants", []), "variants"),
        profile=reader.field(inside, data.get("profile", ""), "profile") or "",
        plan=reader.field(inside, data.get("plan", ""), "plan") or "",
        plans=reader.texts(data.get("plans", {}), "plans", inside),
        unfinished=reader.rows(data.get("unfinished", []), "unfinished"),
        copied=reader.files(data.get("copied", []), "copied"),
    )


def by_content(path: Path) -> bool:
    """Whether a plan's file was named by what is in it, hence by us."""
    return bool(_BY_CONTENT.fullmatch(path.name))


def _keep_old(path: Path) -> None:
    """Before a file is replaced, keep it: an older schema's and a damaged one's for good."""
    try:
        data = read_json_file(path)
        number = FORM.number(data)
        parse(path.parent, FORM.upgraded(data), Reader())
    except ProjectError:
        if path.exists():
            _copy(path, _free(path.with_name("project.damaged.json")))
        return
    if number != SCHEMA:
        _copy(path, path.with_name(f"project.schema{number}.json"))
    _copy(path, path.with_name(PREVIOUS), replace=True)


def _copy(path: Path, target: Path | None, *, replace: bool = False) -> None:
    """Keep a file under a second name; a link where the system has them.

    What is not kept for want of room must not stand in the way of the save.
    """
    if target is None or (target.exists() and not replace):
        return
    temporary = target.with_name(f".{target.name.lstrip('.')}.{os.getpid()}~")
    try:
        temporary.unlink(missing_ok=True)
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copyfile(path, temporary)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)


def _free(path: Path) -> Path | None:
    """The first of a few numbered names that is free; None if none is."""
    names = (path, *(path.with_stem(f"{path.stem}-{n}") for n in range(2, MOST_DAMAGED + 1)))
    return next((name for name in names if not name.exists()), None)
