"""Top-K annealing: how many experts a token gets at each step. Pure Python and NumPy.

With s the step (from 0), N the steps, f the share of them that annealing takes, K₀ the model's
Top-K and K₁ the one to reach:

    p = min(s / (f · N), 1)
    none    k = K₁
    linear  k = K₀ − (K₀ − K₁) · p
    cosine  k = K₁ + (K₀ − K₁) · (1 + cos π p) / 2

⌈k⌉ experts are chosen. Integer steps give all of them their full gate, so every K above K₁ lasts
equally long under "linear". Fractional steps scale the gate of the last chosen expert by
s = k − (⌈k⌉ − 1), in (0, 1], while those of the others go to what they are without it: gates are
s · g_K + (1 − s) · g_{K−1}, each normalised as the family does.

Why fractional: with one expert and renormalised gates the gate is the constant 1, and the language-
model loss gives the router no gradient. A second gate that fades keeps it alive until the end.
Source: SEER-MoE, arXiv 2404.05089, for integer annealing; the fraction is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.tuning.options import Schedule


class TopK(NamedTuple):
    """The routing of one step.

    Attributes:
        experts: Experts chosen per token.
        last_gate: Factor on the gate of the last of them, above 0 to 1.
    """

    experts: int
    last_gate: float

    @property
    def value(self) -> float:
        """The two as one number: 2 and 0.25 are 1.25."""
        return self.experts - 1 + self.last_gate


@dataclass(frozen=True, kw_only=True)
class TopKSchedule:
    """Top-K over a whole run.

    Attributes:
        start: K₀, the Top-K of the model that is trained.
        target: K₁, at most `start`.
        kind: "none", "linear" or "cosine".
        fractional: Whether the last gate fades instead of being dropped.
        anneal_fraction: f, above 0 to 1.
        steps: N, at least 1.
    """

    start: int
    target: int
    kind: Schedule
    fractional: bool
    anneal_fraction: float
    steps: int

    def __post_init__(self) -> None:
        """Refuse a rising Top-K.

        Raises:
            InputError: The target is above the start or below 1.
        """
        if not 1 <= self.target <= self.start:
            raise InputError(
                f"Top-K cannot go from {self.start} to {self.target}: annealing only lowers it",
                remedy=f"a Top-K of 1 to {self.start}",
            )

    def value(self, step: int) -> float:
        """The k of the module's formula at one step, counted from 0."""
        if self.kind == "none" or self.start == self.target:
            return float(self.target)
        p = min(step / (self.anneal_fraction * self.steps), 1.0)
        if p >= 1.0:
            return float(self.target)
        span = self.start - self.target
        if self.kind == "linear":
            return self.start - span * p
        return self.target + span * (1 + math.cos(math.pi * p)) / 2

    def at(self, step: int) -> TopK:
        """Experts and last gate at one step, counted from 0."""
        k = self.value(step)
        experts = math.ceil(k)
        return TopK(experts, k - (experts - 1) if self.fractional else 1.0)

    def curve(self) -> NDArray[np.float64]:
        """`at(step).value` of every step, [N]: what a plot shows."""
        return np.array([self.at(step).value for step in range(self.steps)])
