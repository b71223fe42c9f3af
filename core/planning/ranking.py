"""Order the experts of each layer, locks first, in groups where the router has them.

The unit that a rule keeps is a *slice*: the j-th best expert of every router group of one layer.
Without groups a slice is one expert. Keeping the first q slices of a layer therefore always leaves
equally many experts per group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.planning.bounds import Bounds

# Sort keys of the special cases: locked to stay > any score > never chosen > locked to go, absent.
LOCKED_KEEP = np.inf
NEVER_CHOSEN = -1e300
LOCKED_DROP = -np.inf


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Experts in the order in which a rule keeps them.

    Attributes:
        bounds: The limits it was made under.
        place_LE: Place of each expert within its group, 0 for the best.
        value_LS: Mean sort key of each slice, descending along the row; −inf beyond `most_L`.
        least_L: Slices that each row must keep.
        most_L: Slices that each row can keep.
    """

    bounds: Bounds
    place_LE: NDArray[np.int64]
    value_LS: NDArray[np.float64]
    least_L: NDArray[np.int64]
    most_L: NDArray[np.int64]

    def keep(self, slices_L: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The cells kept when each row keeps its first `slices_L` slices.

        A count below the least or above the most that the row allows is moved to that limit. Locks
        win even where they leave groups unequal; `check_plan` then says so.
        """
        wanted_L = np.clip(slices_L, self.least_L, np.maximum(self.most_L, self.least_L))
        bounds = self.bounds
        kept_LE = (self.place_LE < wanted_L[:, None]) & bounds.exists_LE
        return (kept_LE & ~bounds.must_drop_LE) | bounds.must_keep_LE


def rank(scores_LE: NDArray[np.float64], bounds: Bounds) -> Ranking:
    """Rank experts by score, best first; ties go to the lower id.

    Args:
        scores_LE: Importance; −inf ranks last among the free, NaN marks cells that do not exist.
        bounds: Locks and groups.
    """
    key_LE = np.where(np.isneginf(scores_LE), NEVER_CHOSEN, scores_LE)
    key_LE[bounds.must_keep_LE] = LOCKED_KEEP
    key_LE[bounds.must_drop_LE | ~bounds.exists_LE | np.isnan(key_LE)] = LOCKED_DROP
    layers, experts = key_LE.shape
    groups = bounds.groups
    size = experts // groups
    if groups > 1 and not bounds.exists_LE.all():
        return _rank_rows(key_LE, bounds)
    key_LGS = key_LE.reshape(layers, groups, size)
    order_LGS = np.argsort(-key_LGS, axis=2, kind="stable")
    place_LGS = np.empty_like(order_LGS)
    np.put_along_axis(place_LGS, order_LGS, np.arange(size)[None, None], axis=2)
    value_LS = _slice_values(np.take_along_axis(key_LGS, order_LGS, axis=2))
    least_L, most_L = bounds.slices()
    value_LS[np.arange(size) >= most_L[:, None]] = LOCKED_DROP
    return Ranking(
        bounds=bounds,
        place_LE=place_LGS.reshape(layers, experts),
        value_LS=value_LS,
        least_L=least_L,
        most_L=most_L,
    )


def _slice_values(key_LGS: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean key of each slice; a locked member decides for the whole slice."""
    if key_LGS.shape[1] == 1:
        return key_LGS[:, 0].astype(np.float64)
    locked_LS = np.isposinf(key_LGS).any(axis=1)
    finite_LGS = np.where(np.isfinite(key_LGS), key_LGS, NEVER_CHOSEN)
    value_LS: NDArray[np.float64] = finite_LGS.mean(axis=1)
    value_LS[locked_LS] = LOCKED_KEEP
    return value_LS


def _rank_rows(key_LE: NDArray[np.float64], bounds: Bounds) -> Ranking:
    """Rank a grouped model whose layers differ in width: each row by itself, then padded."""
    layers, experts = key_LE.shape
    place_LE = np.full((layers, experts), experts, dtype=np.int64)
    value_LS = np.full((layers, experts // bounds.groups), LOCKED_DROP)
    least_L, most_L = np.zeros(layers, dtype=np.int64), np.zeros(layers, dtype=np.int64)
    for row, count in enumerate(bounds.experts_L.tolist()):
        cut = (slice(row, row + 1), slice(0, count))
        part = rank(
            key_LE[cut],
            Bounds(
                exists_LE=bounds.exists_LE[cut],
                must_keep_LE=bounds.must_keep_LE[cut],
                must_drop_LE=bounds.must_drop_LE[cut],
                minimum=bounds.minimum,
                group_best=bounds.group_best,
                groups=bounds.groups,
                groups_chosen=bounds.groups_chosen,
            ),
        )
        place_LE[cut] = part.place_LE
        value_LS[row, : part.value_LS.shape[1]] = part.value_LS[0]
        least_L[row], most_L[row] = part.least_L[0], part.most_L[0]
    return Ranking(
        bounds=bounds, place_LE=place_LE, value_LS=value_LS, least_L=least_L, most_L=most_L
    )
