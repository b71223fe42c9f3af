"""A damaged project brought back as far as it goes, with what is missing in words.

In this order: what can be read of project.json; the file of the save before, where it is no JSON at
all; the newest profile and plan of the folder, where that is gone too. Nothing is written here. The
next save keeps the damaged file beside the new one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.errors import ProjectError, StudioError
from core.planning.plan import Plan
from core.profiling.files import load_profile
from core.project.migrate import FORM
from core.project.project import PREVIOUS, PROJECT_FILE, Project, by_content, parse
from core.project.reading import Reader, read_json_file


def recover_project(folder: Path) -> tuple[Project, tuple[str, ...]]:
    """Read a project, damaged or not.

    Returns:
        The project, and what could not be read; nothing for a whole one.

    Raises:
        ProjectError: There is none, a newer version wrote it, or nothing is left of it.
    """
    reader = Reader(lenient=True)
    for name in (PROJECT_FILE, PREVIOUS):
        try:
            data = read_json_file(folder / name)
        except ProjectError as error:
            if name == PROJECT_FILE:
                if not (folder / name).exists():
                    raise
                reader.lost.append(error.what)
            continue
        if FORM.number(data) is None:
            reader.lost.append(f"{name} does not say which schema it has")
            continue
        if name == PREVIOUS:
            reader.lost.append("what had changed at the last save")
        return parse(folder, FORM.upgraded(data), reader), tuple(reader.lost)
    return _from_files(folder, reader.lost)


def _from_files(folder: Path, lost: list[str]) -> tuple[Project, tuple[str, ...]]:
    """What the arrays and plans of a folder say by themselves."""
    project, model = Project(folder=folder), ""
    for path in _newest_first(folder / "profiles", "*.safetensors"):
        try:
            profile = load_profile(path)
        except StudioError as error:
            lost.append(error.what)
            continue
        model = str(profile.options.get("model", ""))
        project = Project(
            folder=folder,
            model=model,
            model_fingerprint=profile.model_fingerprint,
            profile=f"profiles/{path.name}",
        )
        break
    if not model:
        raise ProjectError(
            f"{folder / PROJECT_FILE} is damaged, and no profile beside it tells the model",
            remedy="a backup of the folder, or a new project",
        )
    plans: dict[str, str] = {}
    for path in _newest_first(folder / "plans", "*.json"):
        try:
            fits = Plan.load(path).model_fingerprint == project.model_fingerprint
        except StudioError as error:
            lost.append(error.what)
            continue
        if fits and by_content(path):
            plans[path.stem[:8]] = f"plans/{path.name}"
    lost.append("variants, page options and names of plans")
    newest = next(iter(plans.values()), "")
    return replace(project, plan=newest, plans=plans), tuple(lost)


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    found = [path for path in folder.glob(pattern) if path.is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
