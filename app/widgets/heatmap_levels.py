"""From scores to what a cell shows: its order in the row and its step on the colour scale.

Shape letters: L MoE layers (rows), E experts of the widest layer (columns). A score is NaN where
the row has no such expert, and −inf where an expert was never chosen and so has no mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.ma  # or np.percentile loads it amid the first snapshot
from numpy.typing import NDArray

from app.theme import LEVELS

Scale = Literal["linear", "log", "rank"]
Order = Literal["native", "sorted", "clustered"]

# A log scale shows at most four decades; what is smaller looks like the smallest. One expert in
# fifty may fall off its dark end, so that a single near-zero does not wash out all the others.
DECADES = 4.0
DARK_END = 2.0  # percent


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Steps on the colour scale and the numbers at its ends.

    Attributes:
        level_LE: 0 … LEVELS − 1, 0 where there is nothing to show.
        low: The score at the dark end (a rank on the rank scale).
        high: The score at the bright end.
    """

    level_LE: NDArray[np.uint8]
    low: float
    high: float


def levels(scores_LE: NDArray[np.float64], scale: Scale) -> Levels:
    """Map finite scores to the colour scale; everything else becomes level 0."""
    finite = np.isfinite(scores_LE)
    if not finite.any():
        return Levels(level_LE=np.zeros(scores_LE.shape, np.uint8), low=0.0, high=0.0)
    if scale == "rank":
        return _by_rank(scores_LE, finite)
    values = scores_LE[finite]
    low, high = float(values.min()), float(values.max())
    if scale == "log" and high > 0:
        positive = values[values > 0]
        low = max(float(np.percentile(positive, DARK_END)), high * 10**-DECADES)
        with np.errstate(divide="ignore", invalid="ignore"):
            unit = (np.log(scores_LE) - np.log(low)) / max(np.log(high) - np.log(low), 1e-12)
    else:
        low = min(low, 0.0) if low > 0 else low
        unit = (scores_LE - low) / max(high - low, 1e-300)
    unit = np.where(finite, np.nan_to_num(unit, nan=0.0, posinf=1.0, neginf=0.0), 0.0)
    level = np.round(np.clip(unit, 0.0, 1.0) * (LEVELS - 1)).astype(np.uint8)
    return Levels(level_LE=level, low=low, high=high)


def _by_rank(scores_LE: NDArray[np.float64], finite: NDArray[np.bool_]) -> Levels:
    """Rank within the layer; equal scores share their lowest rank's colour by position."""
    counts = finite.sum(axis=1, keepdims=True)
    filled = np.where(finite, scores_LE, -np.inf)
    place = np.empty(scores_LE.shape, dtype=np.int64)
    width = scores_LE.shape[1]
    np.put_along_axis(
        place, np.argsort(filled, axis=1, kind="stable"), np.arange(width)[None, :], axis=1
    )
    rank = place - (width - counts)
    unit = np.where(finite, rank / np.maximum(counts - 1, 1), 0.0)
    level = np.round(np.clip(unit, 0.0, 1.0) * (LEVELS - 1)).astype(np.uint8)
    return Levels(level_LE=level, low=float(counts.max()), high=1.0)


def column_order(
    scores_LE: NDArray[np.float64] | None,
    exists_LE: NDArray[np.bool_],
    order: Order,
    clusters_LE: NDArray[np.intp] | None = None,
) -> NDArray[np.intp]:
    """Which expert each column of a row shows, [L, E]; cells that do not exist come last.

    Args:
        scores_LE: For "sorted"; None before a profile.
        exists_LE: Where there is an expert.
        order: Which order.
        clusters_LE: For "clustered": a permutation per row, missing columns last. Without it, or
            for another model, the order is the native one.
    """
    shape = exists_LE.shape
    if order == "clustered" and clusters_LE is not None and clusters_LE.shape == shape:
        return clusters_LE.astype(np.intp)
    native = np.broadcast_to(np.arange(shape[1]), shape)
    if order != "sorted" or scores_LE is None:
        return native.copy()
    key = np.where(np.isnan(scores_LE), -np.inf, scores_LE)
    # Two keys: existing cells first, then the score, highest first; ties keep their native order.
    by_score = np.argsort(-key, axis=1, kind="stable")
    missing = np.take_along_axis(~exists_LE, by_score, axis=1)
    back = np.argsort(missing, axis=1, kind="stable")
    return np.take_along_axis(by_score, back, axis=1)


def signed_levels(values_LE: NDArray[np.float64], largest: float = 0.0) -> Levels:
    """Map differences to a diverging scale: zero in the middle, both ends equally far from it.

    Args:
        values_LE: Differences; what is not finite is shown as zero.
        largest: The value at the bright end; the largest magnitude if 0.
    """
    finite = np.where(np.isfinite(values_LE), values_LE, 0.0)
    top = largest or float(np.abs(finite).max(initial=0.0))
    half = (LEVELS - 1) / 2
    level = np.round(half + half * np.clip(finite / (top or 1.0), -1.0, 1.0)).astype(np.uint8)
    return Levels(level_LE=level, low=-top, high=top)
