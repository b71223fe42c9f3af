"""Everything a tuning run is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.run import Run
from core.runtime.live import LiveModel
from core.tuning.dial import TopKDial
from core.tuning.options import TuneOptions
from core.tuning.schedule import TopKSchedule
from core.tuning.teacher import Teacher
from core.tuning.validate import Validation
from core.tuning.work import Work


@dataclass(frozen=True, kw_only=True)
class Task:
    """Everything a run is made of.

    Attributes:
        live: The model with its plan applied.
        dial: Turns its Top-K.
        schedule: Where to.
        options: With nothing left to a default.
        teacher: For the third term of the loss, or None.
        validate: Measures what it is given at a Top-K.
        work: Where curve and checkpoints go.
        started: Told, before the first step, the validations at the target Top-K and at the
            model's own.
        run: Who started it.
        leads: Whether this process is the one that writes.
        alone: Whether there is no other process.
        parks: Whether a pause that wants memory back leaves a checkpoint of the last whole step;
            otherwise nothing of the run is left.
    """

    live: LiveModel
    dial: TopKDial
    schedule: TopKSchedule
    options: TuneOptions
    teacher: Teacher | None
    validate: Callable[[Any, int], Validation]
    work: Work
    started: Callable[[Validation, Validation], None]
    run: Run
    leads: bool = True
    alone: bool = True
    parks: bool = False
