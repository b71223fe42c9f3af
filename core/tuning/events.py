"""What a tuning run reports while it goes on. No torch.

`run.snapshot("tuning", StepReport)` at every logged step, and once more, with the same step, after
a validation. A resumed run first repeats the reports of the steps before. `run.progress("tune", …)`
counts optimiser steps; "distill" counts tokens of the teacher's pass, "evaluate" those of a
validation, "merge" and "write" the bytes of the result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from core.errors import ProjectError

STAGE = "tune"
CURVE = "tuning"


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """One point of the curves.

    Attributes:
        step: Optimiser steps done, from 1; 0 is the validation before the first.
        steps: Steps in all.
        tokens: Tokens trained on so far.
        loss: CE + λ·entropy + α·KL, mean over the tokens of the step.
        ce: Cross-entropy in nats.
        entropy: Router entropy in nats, mean over MoE layers and tokens.
        distill: KL(teacher ‖ student) in nats; None without a teacher.
        k: Experts per token, with the fraction of a fading last gate.
        learning_rate: As used for this step.
        grad_norm: Norm of the gradient before it was scaled down.
        tokens_per_second: Speed of training since the last report, validation left out.
        seconds: Time spent training, over all sessions.
        validation_perplexity: On the held-out texts, always at the Top-K that is to be reached;
            None where it was not measured.
        checkpoint: Whether a checkpoint was written at this step.
    """

    step: int
    steps: int
    tokens: int
    loss: float = math.nan
    ce: float = math.nan
    entropy: float = math.nan
    distill: float | None = None
    k: float = math.nan
    learning_rate: float = math.nan
    grad_norm: float = math.nan
    tokens_per_second: float = math.nan
    seconds: float = 0.0
    validation_perplexity: float | None = None
    checkpoint: bool = False

    def to_json(self) -> dict[str, object]:
        """The report as JSON; JSON has no NaN, so that becomes null."""
        return {
            field.name: None if isinstance(value, float) and not math.isfinite(value) else value
            for field in fields(self)
            for value in [getattr(self, field.name)]
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> StepReport:
        """Read what `to_json` wrote.

        Raises:
            ProjectError: A field is missing or has another type.
        """
        known = {field.name for field in fields(cls)}
        values = {
            name: math.nan if value is None and name in _NUMBERS else value
            for name, value in data.items()
            if name in known
        }
        try:
            return cls(**values)  # type: ignore[arg-type]
        except TypeError as error:
            raise ProjectError(f"a point of a tuning curve cannot be read ({error})") from error


_NUMBERS = ("loss", "ce", "entropy", "k", "learning_rate", "grad_norm", "tokens_per_second")
