"""The value that every benchmark returns, and how a ratio is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the benchmark table.

    Attributes:
        name: What was measured, as in the table of targets.
        value: The figure, a median unless the name says otherwise.
        unit: "×" for a ratio, else "ms", "s", "MB".
        target: The figure to meet, or None for one that is only reported.
        better: Whether a smaller or a larger value is better.
        detail: Minimum and maximum, sizes, anything that a reader needs to believe it.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["smaller", "larger"] = "smaller"
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met, or None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "smaller" else self.value >= self.target


def seconds(function: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def paired_ratio(
    ours: Callable[[], object], other: Callable[[], object], *, pairs: int = 7, warmup: int = 1
) -> tuple[float, float, float]:
    """Median, minimum and maximum of ours / other, timed in turn so that drift hits both alike."""
    for _ in range(warmup):
        ours()
        other()
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            denominator, numerator = seconds(other), seconds(ours)
        else:
            numerator, denominator = seconds(ours), seconds(other)
        ratios.append(numerator / denominator)
    return statistics.median(ratios), min(ratios), max(ratios)
