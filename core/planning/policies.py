"""The rules: each takes scores and bounds and returns the kept cells as a mask [L, E].

Locks and protected experts win over every rule, each layer keeps at least Top-K experts as long as
locks leave that many, and a grouped router keeps equally many experts per group (counts are rounded
up to that). An expert that was never chosen (score −inf) goes first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.planning.bounds import Bounds
from core.planning.ranking import Ranking, rank

FloatLE = NDArray[np.float64]
MaskLE = NDArray[np.bool_]


def keep_per_layer(
    scores_LE: FloatLE,
    *,
    bounds: Bounds,
    n: int | None = None,
    share: float | None = None,
    floor: int = 1,
) -> MaskLE:
    """Keep the best `n` experts, or this share of them, in every layer (SEER-MoE, layer-wise).

    Args:
        scores_LE: Importance of each expert.
        bounds: Locks, Top-K, groups.
        n: Experts to keep per layer; a layer with fewer keeps all.
        share: Instead of `n`: the share to keep, 0 to 1, rounded half up per layer.
        floor: Fewest experts per layer, whatever the share says.

    Raises:
        PlanError: Neither or both are given, or the number is out of range.
    """
    if (n is None) == (share is None):
        raise PlanError("keep_per_layer wants a number or a share")
    if n is not None:
        if n < 1:
            raise PlanError(f"cannot keep {n} experts per layer", remedy="1 or more")
        wanted_L = np.minimum(min(n, int(bounds.experts_L.max(initial=0))), bounds.experts_L)
    else:
        wanted_L = _share_of(bounds.experts_L, share if share is not None else 1.0)
    wanted_L = -(-wanted_L // bounds.groups)
    return rank(scores_LE, bounds).keep(np.maximum(wanted_L, _slices(floor, bounds)))


def keep_global(scores_LE: FloatLE, *, bounds: Bounds, total: int, floor: int = 1) -> MaskLE:
    """Keep the best `total` experts of the whole model by one ranking (SEER-MoE, global).

    Args:
        scores_LE: Importance, comparable between layers (see `scoring.comparable`).
        bounds: Locks, Top-K, groups.
        total: Experts to keep over all layers; more if floors and locks ask for more.
        floor: Fewest experts per layer, whatever the ranking says.

    Raises:
        PlanError: The total or the floor is below 1.
    """
    if total < 1 or floor < 1:
        raise PlanError(
            f"cannot keep {total} experts with a floor of {floor}", remedy="1 or more of each"
        )
    ranking = rank(scores_LE, bounds)
    value_LS, first_L = _free_slices(ranking, floor)
    extra = -(-total // bounds.groups) - int(first_L.sum())
    extra = min(extra, int((value_LS > -np.inf).sum()))
    return ranking.keep(first_L + _best(value_LS, extra))


def cover(
    mass_LE: FloatLE,
    *,
    bounds: Bounds,
    share: float,
    scores_LE: FloatLE | None = None,
    scope: str = "layer",
    floor: int = 1,
) -> MaskLE:
    """Keep the fewest experts that together carry this share of the routed mass.

    Args:
        mass_LE: What is to be covered, e.g. the sum of gates; negative and NaN count as nothing.
        bounds: Locks, Top-K, groups.
        share: The share to carry, 0 to 1.
        scores_LE: The order in which experts are taken; the mass itself if None.
        scope: "layer": each layer reaches the share; "global": all layers together do.
        floor: Fewest experts per layer.

    Raises:
        PlanError: The share is not within 0 to 1, or the scope is unknown.
    """
    if not 0 <= share <= 1:
        raise PlanError(f"a coverage of {share:g} is not a share", remedy="0 to 1, e.g. 0.95")
    if scope not in {"layer", "global"}:
        raise PlanError(f"no scope {scope!r}", remedy="layer or global")
    mass_LE = np.where(bounds.exists_LE, np.nan_to_num(mass_LE, neginf=0.0), 0.0).clip(min=0)
    ranking = rank(mass_LE if scores_LE is None else scores_LE, bounds)
    mass_LS = _mass_by_slice(mass_LE, ranking)
    if scope == "layer":
        return ranking.keep(np.maximum(_slices_to_reach(mass_LS, share), _slices(floor, bounds)))
    value_LS, first_L = _free_slices(ranking, floor)
    have = float(mass_LS[np.arange(mass_LS.shape[1]) < first_L[:, None]].sum())
    order = np.argsort(-value_LS, axis=None, kind="stable")
    reached = have + np.concatenate([[0.0], np.cumsum(mass_LS.ravel()[order])])
    enough = reached >= share * float(mass_LS.sum()) * (1 - 1e-12)  # room for rounding
    extra = int(enough.argmax()) if enough.any() else int((value_LS > -np.inf).sum())
    return ranking.keep(first_L + _best(value_LS, extra))


def threshold(scores_LE: FloatLE, *, bounds: Bounds, at_least: float, floor: int = 1) -> MaskLE:
    """Keep the experts whose score is at least this, and at least `floor` per layer.

    Raises:
        PlanError: The threshold is not a finite number.
    """
    if not np.isfinite(at_least):
        raise PlanError(f"{at_least} is no score to compare with", remedy="a finite number")
    ranking = rank(scores_LE, bounds)
    return ranking.keep(
        np.maximum((ranking.value_LS >= at_least).sum(axis=1), _slices(floor, bounds))
    )


def never_routed(count_LE: FloatLE | NDArray[np.int64], *, bounds: Bounds) -> MaskLE:
    """Drop only the experts that no token chose."""
    count_LE = np.where(bounds.exists_LE, count_LE, 0).astype(np.float64)
    return threshold(count_LE, bounds=bounds, at_least=np.nextafter(0.0, 1.0))


def random_keep(
    *, bounds: Bounds, seed: int, n: int | None = None, share: float | None = None
) -> MaskLE:
    """Keep a random `n` or share of every layer: the control that a metric must beat."""
    scores_LE = np.random.default_rng(seed).random(bounds.exists_LE.shape)
    return keep_per_layer(scores_LE, bounds=bounds, n=n, share=share)


def invert(kept_LE: MaskLE, *, bounds: Bounds) -> MaskLE:
    """Keep what was dropped and drop what was kept; locked cells stay as locked."""
    flipped_LE = ~kept_LE & bounds.exists_LE
    return (flipped_LE & ~bounds.must_drop_LE) | bounds.must_keep_LE


def copy_layer(kept_LE: MaskLE, source: int, *, bounds: Bounds) -> MaskLE:
    """Give every layer the pattern of one row; cells that a row does not have are left out."""
    pattern_LE = np.broadcast_to(kept_LE[source], kept_LE.shape) & bounds.exists_LE
    return (pattern_LE & ~bounds.must_drop_LE) | bounds.must_keep_LE


def _share_of(experts_L: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    if not 0 < share <= 1:
        raise PlanError(f"cannot keep a share of {share:g}", remedy="more than 0, at most 1 (100%)")
    # Half up, with a hair of tolerance: 0.7 × 10 is 7.000000000000001 or 6.999999999999999.
    wanted_L: NDArray[np.int64] = np.floor(experts_L * share + 0.5 + 1e-9).astype(np.int64)
    return wanted_L


def _slices(experts: int, bounds: Bounds) -> int:
    """Slices that hold so many experts; no more than a row has, however large the number is."""
    return -(-min(experts, int(bounds.experts_L.max(initial=0))) // bounds.groups)


def _free_slices(ranking: Ranking, floor: int) -> tuple[FloatLE, NDArray[np.int64]]:
    """Values of the slices above each row's floor (−inf elsewhere), and the floors."""
    first_L = np.maximum(
        ranking.least_L, np.minimum(_slices(floor, ranking.bounds), ranking.most_L)
    )
    value_LS = ranking.value_LS.copy()
    value_LS[np.arange(value_LS.shape[1]) < first_L[:, None]] = -np.inf
    return value_LS, first_L


def _best(value_LS: FloatLE, count: int) -> NDArray[np.int64]:
    """How many of the `count` best slices fall into each row."""
    if count <= 0:
        return np.zeros(len(value_LS), dtype=np.int64)
    chosen = np.argsort(-value_LS, axis=None, kind="stable")[:count]
    return np.bincount(chosen // value_LS.shape[1], minlength=len(value_LS))


def _mass_by_slice(mass_LE: FloatLE, ranking: Ranking) -> FloatLE:
    """Mass of each slice, in ranking order."""
    layers, slices = ranking.value_LS.shape
    mass_LS = np.zeros((layers, slices))
    inside = ranking.place_LE < slices
    rows = np.broadcast_to(np.arange(layers)[:, None], inside.shape)
    np.add.at(mass_LS, (rows[inside], ranking.place_LE[inside]), mass_LE[inside])
    return mass_LS


def _slices_to_reach(mass_LS: FloatLE, share: float) -> NDArray[np.int64]:
    """Fewest leading slices of each row whose mass reaches the share of the row's mass."""
    reached_LS = np.concatenate([np.zeros((len(mass_LS), 1)), np.cumsum(mass_LS, axis=1)], axis=1)
    total_L = reached_LS[:, -1:]
    slices_L: NDArray[np.int64] = (reached_LS >= share * total_L * (1 - 1e-12)).argmax(axis=1)
    return slices_L
