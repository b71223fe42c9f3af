"""What a project keeps of a session, and a project that was read, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.planning import Plan
    from core.profiling import Profile
    from core.project import Project, ProjectLock

# "own": hold the folder; "take over": also from one whom nobody here can ask; "read": only look.
Access = Literal["own", "take over", "read"]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a project keeps of a session, as one value.

    Attributes:
        model: As the user named it.
        info: What its headers say.
        profile: The complete profile.
        plan: The current plan.
        plans: Plans under names.
        variants: The variants table.
        pages: Options by page, JSON values.
        unfinished: Jobs that are not over, as `unfinished.notes` gives them.
        copied: Files of plans that a copied command line names.
    """

    model: str = ""
    info: ModelInfo | None = None
    profile: Profile | None = None
    plan: Plan | None = None
    plans: Mapping[str, Plan] | None = None
    variants: tuple[Variant, ...] = ()
    pages: Mapping[str, Mapping[str, object]] | None = None
    unfinished: tuple[Mapping[str, object], ...] = ()
    copied: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A project that was read, with the lock on its folder.

    Attributes:
        project: The project.
        lock: Held by this process from now on; None where the project is only looked at.
        contents: What the session takes over.
        crashed: Whether whoever had it open before died without closing it.
        lost: What could not be read, in words.
    """

    project: Project
    lock: ProjectLock | None
    contents: Contents
    crashed: bool = False
    lost: tuple[str, ...] = ()
