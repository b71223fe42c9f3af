"""What the Tune page asks for, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.measuring import Subject
from core.tuning import TuneOptions

if TYPE_CHECKING:
    from core.calibration import CalibrationOptions
    from core.planning import Plan


@dataclass(frozen=True, kw_only=True)
class TuneRequest:
    """A run that was asked for.

    Attributes:
        model: Where it starts: the model, or the checkpoint of an earlier run.
        start: "plan", "model", or the earlier run's name.
        options: For the engine.
        texts: What is read.
        record_texts: The page's own form of it, kept in the record.
        plan: Experts that stay; None for all.
        plan_file: Where the command line finds the plan.
        teacher: The original to distil from, where the run does not start from it.
        folder: The run's folder below the project's `runs`.
    """

    model: Subject
    start: str
    options: TuneOptions
    texts: CalibrationOptions
    record_texts: Mapping[str, object]
    folder: Path
    plan: Plan | None = None
    plan_file: str | Path = "plan.json"
    teacher: Path | None = None
