"""What a tuning run came to, as a frozen value. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.tuning.events import StepReport
from core.tuning.options import TuneOptions


@dataclass(frozen=True, kw_only=True)
class TuneResult:
    """A tuned checkpoint and the road to it.

    Perplexities are on the held-out texts. "Before" is the model that was trained, with its plan
    applied, at the Top-K that was to be reached: what not tuning would have given.

    Attributes:
        output: The written checkpoint.
        work: Where curve and checkpoints are; see `Work`.
        options: As used, with nothing left to a default.
        steps: Optimiser steps done.
        tokens: Tokens trained on.
        final_loss: Loss of the last step.
        perplexity_before: Overall, at the target Top-K, before the first step.
        perplexity_after: Overall, of what was written.
        perplexity_original: Overall, of the model as it came, all experts and its own Top-K.
        by_domain_before: `perplexity_before` by domain.
        by_domain_after: `perplexity_after` by domain.
        entropy_before: Router entropy in nats on the held-out texts at the target Top-K.
        entropy_after: The same of what was written.
        top_k: Experts per token of what was written.
        top_k_before: Experts per token of the model as it came.
        train: What was trained.
        trained_parameters: How many parameters that is.
        stopped_early: Whether validations stopped getting better.
        step_written: The step whose weights were written: the last, or the best.
        seconds: Time spent training, over all sessions.
        curve: Every report, in order.
        notes: What a user should know: the lack of a router gradient, for one.
        verified: Whether stock transformers reopened the result.
        peak_rss_bytes: Highest resident memory of the process.
        peak_device_bytes: Highest memory of the accelerator; 0 on the CPU.
    """

    output: Path
    work: Path
    options: TuneOptions
    steps: int
    tokens: int
    final_loss: float
    perplexity_before: float
    perplexity_after: float
    perplexity_original: float
    by_domain_before: Mapping[str, float] = field(default_factory=dict)
    by_domain_after: Mapping[str, float] = field(default_factory=dict)
    entropy_before: float
    entropy_after: float
    top_k: int
    top_k_before: int
    train: str
    trained_parameters: int
    stopped_early: bool = False
    step_written: int = 0
    seconds: float = 0.0
    curve: tuple[StepReport, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    verified: bool = False
    peak_rss_bytes: int = field(default=0, compare=False)
    peak_device_bytes: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        for name in ("by_domain_before", "by_domain_after"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def values(self) -> dict[str, Any]:
        """What it was made from, as it goes from one process to another."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}

    def to_json(self) -> dict[str, object]:
        """The contract's `tune` object; what is not finite becomes null."""
        plain = (
            "steps", "tokens", "final_loss", "perplexity_before", "perplexity_after",
            "perplexity_original", "entropy_before", "entropy_after", "top_k", "top_k_before",
            "train", "trained_parameters", "stopped_early", "step_written", "seconds", "verified",
            "peak_rss_bytes", "peak_device_bytes",
        )  # fmt: skip
        values: dict[str, object] = {name: _finite(getattr(self, name)) for name in plain}
        return values | {
            "output": str(self.output),
            "work": str(self.work),
            "by_domain_before": {k: _finite(v) for k, v in self.by_domain_before.items()},
            "by_domain_after": {k: _finite(v) for k, v in self.by_domain_after.items()},
            "notes": list(self.notes),
            "options": self.options.to_json(),
        }


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
