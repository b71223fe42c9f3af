"""Where the project keeps what the command line finds again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.session.session import Session


def project_file(session: Session, *parts: str) -> Path:
    """A file in the project's folder, or in a temporary one while there is none."""
    return (session.folder or Path(tempfile.gettempdir()) / "seer-studio").joinpath(*parts)


def plan_file(session: Session) -> Path:
    """Where the project keeps the current plan."""
    plan = session.plan
    name = f"{plan.fingerprint[:16]}.json" if plan is not None else "plan.json"
    return project_file(session, "plans", name)


def profile_path(session: Session) -> Path | None:
    """Where the project keeps its profile; None without one."""
    profile = session.profile
    if profile is None:
        return None
    return project_file(session, "profiles", f"{profile.fingerprint[:16]}.safetensors")
