"""Read a project with everything in it, on a worker; what is damaged is left out and named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.session.contents import Access, Contents, Opened
from core.errors import ModelGoneError, ProjectError, StudioError
from core.run import Run

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.planning import Plan
    from core.profiling import Profile
    from core.project import Project

T = TypeVar("T")


def read(folder: Path, run: Run, access: Access = "own", model: Path | None = None) -> Opened:
    """Open a project with everything in it.

    Args:
        folder: The project's folder.
        run: Checked once; told what was left out.
        access: Whether the folder is held, and how.
        model: Where the model lies now, if it was moved.

    Raises:
        LockedError: Another window has it.
        ModelGoneError: The model is not where it was.
        StudioError: The project cannot be opened, or `model` is another model than its own.
    """
    from core.project import ProjectLock, drop_old_logs, recover_project

    lock = None if access == "read" else ProjectLock(folder)
    project, lost = recover_project(folder)
    crashed = lock is not None and lock.abandoned()
    if lock is not None:
        lock.acquire(take_over=access == "take over")
        drop_old_logs(folder)
    try:
        info = _model(project, model)
        run.check()
        reading = _Reading(project, info, list(lost), keeps=lock is not None)
        contents = reading.contents(model, held=lock is not None)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    for text in reading.lost:
        run.note(text, "warning")
    return Opened(
        project=project, lock=lock, contents=contents, crashed=crashed, lost=tuple(reading.lost)
    )


def _model(project: Project, moved: Path | None) -> ModelInfo | None:
    """The project's model, where it was or where it is now."""
    from core.checkpoint import inspect_model, locate_model

    if moved is None and not project.model:
        return None
    try:
        info = inspect_model(locate_model(moved or project.model))
    except StudioError as error:
        raise ModelGoneError(
            f"the model of “{project.name}” cannot be opened: {error.what}",
            remedy=error.remedy,
            folder=project.folder,
        ) from error
    if moved is not None and project.model_fingerprint not in {"", info.fingerprint}:
        raise ProjectError(
            f"{moved} holds another model than the one of “{project.name}”: its fingerprint is "
            f"{info.fingerprint[:12]}, not {project.model_fingerprint[:12]}",
            remedy="the folder that the project was made with",
        )
    return info


class _Reading:
    """Takes from a project what can be read and fits the model."""

    def __init__(
        self, project: Project, info: ModelInfo | None, lost: list[str], *, keeps: bool
    ) -> None:
        self.lost = lost
        self._project = project
        self._info = info
        self._keeps = keeps

    def contents(self, model: Path | None, *, held: bool) -> Contents:
        """Everything."""
        project = self._project
        names = {name: self._plan(name) for name in project.plans}
        return Contents(
            model=str(model) if model is not None else project.model,
            info=self._info,
            profile=self._profile(),
            plan=self._plan(""),
            plans={name: plan for name, plan in names.items() if plan is not None},
            variants=self._variants(),
            pages=project.pages,
            unfinished=project.unfinished if held else (),
            copied=project.copied,
        )

    def _attempt(self, read: Callable[[], T], what: str) -> T | None:
        """What `read` gives; None, said in words, where it fails."""
        try:
            return read()
        except StudioError as error:
            self.lost.append(f"{what}: {error.what}")
            return None

    def _profile(self) -> Profile | None:
        profile = self._attempt(self._project.load_profile, "the profile")
        if profile is None or self._info is None:
            return profile
        if profile.model_fingerprint != self._info.fingerprint:
            self.lost.append("the profile: the model has changed since it was made")
            return None
        return profile

    def _plan(self, name: str) -> Plan | None:
        """A plan that fits; of a model that has changed, if its layers and experts are the same."""
        what = f"the plan “{name}”" if name else "the plan"
        file = self._project.plans[name] if name else self._project.plan
        plan = self._attempt(lambda: self._project.load_plan(name), what)
        if plan is None or self._info is None:
            self._keep(file if plan is None else "")
            return plan
        info = self._info
        found = self._attempt(lambda: plan.for_model(info, force=True), what)
        if found is None:
            self._keep(file)
        elif found.model_fingerprint != info.fingerprint:
            return found.of_model(info)
        return found

    def _variants(self) -> tuple[Variant, ...]:
        from core.evaluation.variant import Variant

        rows = [
            self._attempt(lambda data=data: Variant.from_json(data), f"row {number} of variants")  # type: ignore[misc]
            for number, data in enumerate(self._project.variants, 1)
        ]
        return tuple(row for row in rows if row is not None)

    def _keep(self, file: str) -> None:
        """Let a plan that is left out survive the next save, which deletes those without a name."""
        path = self._project.folder / file
        if file and self._keeps and path.is_file():
            try:
                shutil.copyfile(path, path.with_name(f"left-out-{path.name}"))
            except OSError as error:
                self.lost.append(f"{path.name} could not be kept: {error.strerror}")
