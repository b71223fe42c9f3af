"""A tuned checkpoint over the texts that the original was profiled on: before and after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs.measuring import Subject
from app.jobs.task import Task
from app.jobs.tasks import profile_task

if TYPE_CHECKING:
    from core.calibration import CalibrationOptions
    from core.evaluation.variant import Variant
    from core.profiling import Profile

translate = QCoreApplication.translate  # the name that lupdate looks for


def same_texts(profile: Profile) -> CalibrationOptions:
    """The options that a profile was made with, so that another model reads the same texts."""
    from core.calibration import CalibrationOptions, Source

    made = profile.options
    names = ("max_tokens", "seq_len", "batch_size", "seed", "pack", "chat_template")
    known = {name: made[name] for name in names if name in made}
    return CalibrationOptions(
        sources=tuple(Source.parse(word) for word in profile.sources),
        **known,  # type: ignore[arg-type]
    )


def after_task(subject: Subject, variant: Variant, profile: Profile, *, output: Path) -> Task:
    """Profile a tuned checkpoint on the texts of a profile; the result is for a comparison only.

    Args:
        subject: The open model: where the tuned one runs, too.
        variant: The tuned checkpoint.
        profile: What was seen before tuning.
        output: Where the new profile is kept.
    """
    folder = Path(variant.path or "")
    tuned = replace(subject, name=str(folder), folder=folder)
    task = profile_task(tuned, same_texts(profile), output=output)
    # Not the project's own profile, and none to be taken up as such after a restart.
    return replace(
        task,
        title=translate("Tasks", "Profile after tuning: {name}").format(name=variant.name),
        kind="after",
        on_result="",
        recipe=None,
    )
