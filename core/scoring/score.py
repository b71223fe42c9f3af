"""Scores of a whole model, and what else a profile says about each expert.

Shapes: D domains, L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

import core.scoring.formulas
from core.errors import InputError
from core.profiling.profile import Profile, blend
from core.scoring.metric import Floats, Metric

DEFAULT_METRIC = "soft-count"  # the SEER preset, arXiv 2404.05089

# Super-experts (arXiv 2507.23279): outliers of the output's peak, and only in the early layers,
# where they make the massive activations that later layers live on.
SUPER_PERCENTILE = 99.5
SUPER_SHARE_OF_PEAK = 0.1
SUPER_SHARE_OF_LAYERS = 0.75
_LARGEST_WEIGHT = 1e9  # of a domain: sums of norms times this stay far from infinity


@cache
def metrics() -> tuple[Metric, ...]:
    """Every metric of `core/scoring/formulas/`, the default first, the control last."""
    package = core.scoring.formulas
    found = [
        importlib.import_module(f"{package.__name__}.{module.name}").METRIC
        for module in pkgutil.iter_modules(package.__path__)
    ]
    first, last = DEFAULT_METRIC, "random"
    return tuple(sorted(found, key=lambda m: (m.name != first, m.name == last, m.name)))


def metric(name: str) -> Metric:
    """The metric of this name.

    Raises:
        InputError: There is none; the message lists those there are.
    """
    for candidate in metrics():
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in metrics())
    raise InputError(f"there is no metric {name!r}", remedy=f"one of {names}")


def score(
    profile: Profile,
    name: str,
    domain_weights: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Floats:
    """Importance of every expert under one metric.

    Args:
        profile: The statistics.
        name: The metric.
        domain_weights: Weight by domain name; a domain that is not named weighs 1.
        seed: For the random control.

    Returns:
        [L, E] float64: NaN where there is no expert, −inf where no token chose it and the metric
        is a mean.

    Raises:
        InputError: No such metric or domain, or weights that are negative or all zero.
    """
    weights_D = domain_weights_D(profile, domain_weights)
    return metric(name).function(profile, weights_D, seed)


def comparable(scores_LE: Floats, name: str) -> Floats:
    """Scores that one ranking over all layers may compare.

    A norm grows with depth, so each layer is divided by its own total; counts share their total
    already and are returned as they are. −inf and NaN stay.
    """
    if metric(name).shares_total:
        return scores_LE
    finite_LE = np.where(np.isfinite(scores_LE), scores_LE, 0.0)
    total_L = finite_LE.sum(axis=1, keepdims=True)
    return scores_LE / np.where(total_L > 0, total_L, 1.0)


def domain_weights_D(profile: Profile, domain_weights: Mapping[str, float] | None) -> Floats:
    """One weight per domain of the profile, 1 where none is given.

    Raises:
        InputError: An unknown domain, or weights that are negative, not finite or all zero.
    """
    weights = dict(domain_weights or {})
    unknown = sorted(set(weights) - set(profile.domains))
    if unknown:
        raise InputError(
            f"the profile has no domain {unknown[0]!r}",
            remedy=f"one of {', '.join(profile.domains)}",
        )
    weights_D = np.array([weights.get(name, 1.0) for name in profile.domains], dtype=np.float64)
    if not np.isfinite(weights_D).all() or (weights_D < 0).any():
        raise InputError("a domain weight is negative or not a number", remedy="0 or more")
    if not weights_D.any():
        raise InputError("all domain weights are zero", remedy="at least one above 0")
    if weights_D.max() > _LARGEST_WEIGHT:
        raise InputError(
            f"a domain weight of {weights_D.max():g} is too large",
            remedy=f"{_LARGEST_WEIGHT:g} at most; weights count against each other",
        )
    return weights_D


def routed_mass(profile: Profile, domain_weights: Mapping[str, float] | None = None) -> Floats:
    """Gate that each expert received, Σ g over the tokens that chose it, [L, E].

    Coverage is the share of it that the kept experts hold.
    """
    return blend(profile.gate_sum, domain_weights_D(profile, domain_weights))


def never_routed(profile: Profile) -> NDArray[np.bool_]:
    """True where an expert exists and no token of any domain chose it, [L, E]."""
    chosen_LE = (profile.count > 0).any(axis=0)
    never_LE: NDArray[np.bool_] = profile.exists_LE & ~chosen_LE
    return never_LE


def super_experts(profile: Profile) -> NDArray[np.bool_]:
    """Experts whose output peaks far above all others', [L, E]: to be protected (2507.23279).

    max|f| above the 99.5th percentile of all experts, above a tenth of the largest, and in the
    first three quarters of the layers.
    """
    exists_LE = profile.exists_LE
    peak_LE = np.where(exists_LE, np.nan_to_num(profile.peak_max).max(axis=0), 0.0)
    if not peak_LE.any():
        return np.zeros_like(exists_LE)
    outlier_LE = peak_LE > np.percentile(peak_LE[exists_LE], SUPER_PERCENTILE)
    strong_LE = peak_LE > SUPER_SHARE_OF_PEAK * peak_LE.max()
    layers_L = np.asarray(profile.layer_ids)
    early_L = layers_L < SUPER_SHARE_OF_LAYERS * (layers_L.max() + 1)
    super_LE: NDArray[np.bool_] = outlier_LE & strong_LE & early_L[:, None] & exists_LE
    return super_LE
