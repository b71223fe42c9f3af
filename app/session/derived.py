"""Values that follow from the session's values: scores, mass, problems, cost.

Each is computed when it is asked for and kept until what it was made from is another object.

Array shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from app.session.cache import ValueCache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.checkpoint.info import ModelInfo
    from core.planning import Cost, Plan, Problem
    from core.planning.made_by import Cell
    from core.profiling import Profile

T = TypeVar("T")


class Derived:
    """The part of a session that computes and never changes anything but its cache."""

    info: ModelInfo | None
    profile: Profile | None
    live_profile: Profile | None
    metric: str
    domain_weights: Mapping[str, float] | None
    plan: Plan | None
    _cache: ValueCache

    @property
    def shown_profile(self) -> Profile | None:
        """The running profile's newest snapshot, else the complete profile."""
        return self.live_profile or self.profile

    @property
    def shown_weights(self) -> Mapping[str, float] | None:
        """The domain weights that mean something to the shown profile.

        Weights outlive the profile that they were set for: names that a newer one does not have
        are left out, and where nothing would be left to count, every token counts alike.
        """
        profile, weights = self.shown_profile, self.domain_weights
        if profile is None or weights is None:
            return weights
        known = {name: weights[name] for name in profile.domains if name in weights}
        if not any(known.get(name, 1.0) > 0 for name in profile.domains):
            return None
        return known or None

    @property
    def scores_LE(self) -> NDArray[np.float64] | None:
        """The current metric's scores, [L, E]; None without a profile."""
        return self.score_by(self.metric)

    def score_by(self, metric: str) -> NDArray[np.float64] | None:
        """The shown profile's scores by any metric, [L, E]; None without a profile."""
        profile, weights = self.shown_profile, self.shown_weights
        if profile is None:
            return None
        from core.scoring import score

        key = (profile, _key(weights))
        return self._once(f"scores:{metric}", key, lambda: score(profile, metric, weights))

    @property
    def mass_LE(self) -> NDArray[np.float64] | None:
        """Routed mass, [L, E]: what coverage is the share of; None without a profile."""
        profile, weights = self.shown_profile, self.shown_weights
        if profile is None:
            return None
        from core.scoring import routed_mass

        return self._once("mass", (profile, _key(weights)), lambda: routed_mass(profile, weights))

    @property
    def super_LE(self) -> NDArray[np.bool_] | None:
        """Super-experts, [L, E]: protected from rules; None without a profile."""
        profile = self.shown_profile
        if profile is None:
            return None
        from core.scoring import super_experts

        return self._once("super", (profile,), lambda: super_experts(profile))

    @property
    def super_cells(self) -> frozenset[Cell] | None:
        """Super-experts as (row, expert); None without a profile."""
        found = self.super_LE
        if found is None:
            return None
        return frozenset(
            (int(row), int(expert)) for row, expert in zip(*found.nonzero(), strict=True)
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands against the current plan, each with its fix."""
        info, plan = self.info, self.plan
        if info is None or plan is None:
            return ()
        from core.planning import check_plan

        scores_LE = self.scores_LE
        return self._once(
            "problems", (info, plan, scores_LE), lambda: check_plan(plan, info, scores_LE=scores_LE)
        )

    @property
    def cost(self) -> Cost | None:
        """What the model costs under the current plan."""
        info, plan = self.info, self.plan
        if info is None or plan is None:
            return None
        from core.planning import cost

        return self._once("cost", (info, plan), lambda: cost(info, plan))

    @property
    def base_cost(self) -> Cost | None:
        """What the whole model costs."""
        info = self.info
        if info is None:
            return None
        from core.planning import cost

        return self._once("base", (info,), lambda: cost(info))

    def _once(self, name: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value made for this key; made again when a part of the key is another object."""
        return self._cache.once(name, key, make)


def _key(weights: Mapping[str, float] | None) -> tuple[object, ...]:
    """Domain weights as something that compares by value."""
    return () if weights is None else tuple(sorted(weights.items()))
