"""What a metric is, and the two pieces that most formulas are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.profiling.profile import Profile, blend

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One way to rank experts; the lowest go first.

    Attributes:
        name: The word for the command line, e.g. "soft-count".
        formula: The formula in one line of text, symbols as in `Profile`.
        meaning: What a high value says, in a few words.
        source: The paper or code that it comes from.
        needs: The profile arrays that it reads.
        shares_total: Whether every layer's scores have the same sum by definition, so that layers
            can be compared as they are.
        function: (profile, weights_D, seed) → scores [L, E]; NaN where there is no expert, −inf
            where an expert has no value because no token chose it.
    """

    name: str
    formula: str
    meaning: str
    source: str
    needs: tuple[str, ...]
    shares_total: bool = False
    function: Callable[[Profile, Floats, int], Floats]


def total(array: str) -> Callable[[Profile, Floats, int], Floats]:
    """The metric that is one of the profile's sums, blended over domains."""

    def function(profile: Profile, weights_D: Floats, _seed: int) -> Floats:
        return blend(getattr(profile, array), weights_D)

    return function


def mean_when_chosen(array: str) -> Callable[[Profile, Floats, int], Floats]:
    """The metric that is one of the profile's sums per token that chose the expert.

    An expert that no token chose has no mean: −inf, so that it ranks last, explicitly.
    """

    def function(profile: Profile, weights_D: Floats, _seed: int) -> Floats:
        count_LE = blend(profile.count, weights_D)
        sum_LE = blend(getattr(profile, array), weights_D)
        chosen_LE = count_LE > 0
        mean_LE = np.where(np.isnan(count_LE), np.nan, -np.inf)
        np.divide(sum_LE, count_LE, out=mean_LE, where=chosen_LE)
        return mean_LE

    return function
