"""From the session to the values that tasks work on: the model, and where files go."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.measuring import Subject
from app.session.places import plan_file, project_file
from app.widgets.text_form import TextChoice

if TYPE_CHECKING:
    from app.session import Session

__all__ = ["Subject", "current", "plan_file", "profile_file", "project_file"]


def current(session: Session, choice: TextChoice | None = None) -> Subject | None:
    """The open model where a form says that it runs, or None."""
    info = session.info
    if info is None:
        return None
    place = choice or TextChoice()
    return Subject(
        name=session.model,
        folder=Path(info.path),
        info=info,
        device=place.device,
        stream=place.stream,  # type: ignore[arg-type]
    )


def profile_file(session: Session, options: object) -> Path:
    """Where a running profile of these options is kept, so that a killed run can go on."""
    info = session.info
    made = f"{info.fingerprint if info else ''} {options!r}"
    name = hashlib.sha256(made.encode()).hexdigest()[:12]
    return project_file(session, "runs", f"profile-{name}.safetensors")
