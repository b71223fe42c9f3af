"""An order of experts in which those that fire together stand together.

Average-linkage clustering of one layer by the nearest-neighbour chain (Murtagh 1983), O(E²) in time
and memory, then a walk through the tree that turns each branch so that the ends that meet are the
closer ones. Shapes: E experts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.profiling.profile import Profile
from core.scoring.metric import Floats

Order = list[int]


def affinity(pairs_EE: NDArray[np.int64]) -> Floats:
    """How much two experts share their tokens, 0 to 1, [E, E].

    Ochiai's coefficient |T_i ∩ T_j| / √(|T_i| |T_j|); 0 where one of them was never chosen.
    """
    own_E = np.diag(pairs_EE).astype(np.float64)
    norm_EE = np.sqrt(own_E[:, None] * own_E[None, :])
    out = np.zeros(pairs_EE.shape)
    np.divide(pairs_EE, norm_EE, out=out, where=norm_EE > 0)
    return out


def cluster_order(affinity_EE: Floats) -> NDArray[np.intp]:
    """Experts in cluster order, a permutation of 0 … E − 1.

    Args:
        affinity_EE: The higher the closer; what is not symmetric is made so, and the diagonal does
            not count.
    """
    E = len(affinity_EE)
    if E < 3:
        return np.arange(E)
    between = (affinity_EE + affinity_EE.T) / 2
    np.fill_diagonal(between, -np.inf)
    sizes = np.ones(E)
    leaves: list[Order] = [[e] for e in range(E)]
    alive = E
    chain: list[int] = []
    while alive > 1:
        if not chain:
            chain.append(int(np.flatnonzero(sizes)[0]))
        tip = chain[-1]
        nearest = int(between[tip].argmax())
        # A tie goes back along the chain, or it would never end.
        if len(chain) > 1 and between[tip, chain[-2]] >= between[tip, nearest]:
            nearest = chain[-2]
        if len(chain) < 2 or nearest != chain[-2]:
            # Rounding in a merge can turn a chain back on itself: from there it begins anew, and
            # without a merge in between it only rises.
            chain = [nearest] if nearest in chain else [*chain, nearest]
            continue
        chain = chain[:-2]
        _merge(between, sizes, tip, nearest)
        leaves[tip] = _joined(leaves[tip], leaves[nearest], affinity_EE)
        leaves[nearest] = []
        alive -= 1
    return np.asarray(next(order for order in leaves if order), dtype=np.intp)


def cluster_orders(profile: Profile) -> NDArray[np.intp]:
    """The cluster order of every layer, [L, E]; columns that a layer lacks come last.

    Co-activation is counted over all domains, so the order does not depend on their weights.
    """
    width = max(profile.experts)
    out = np.empty((len(profile.experts), width), dtype=np.intp)
    for row, count in enumerate(profile.experts):
        pairs_EE = profile.coactivation[row, :count, :count]
        out[row, :count] = cluster_order(affinity(pairs_EE))
        out[row, count:] = np.arange(count, width)
    return out


def _merge(between: Floats, sizes: Floats, into: int, gone: int) -> None:
    """Average linkage: the affinity to a union is the mean over its members (Lance–Williams)."""
    a, b = sizes[into], sizes[gone]
    # Both themselves and everything merged before hold −inf, and stay so in the mean.
    mean_E = (a * between[into] + b * between[gone]) / (a + b)
    between[into], between[:, into] = mean_E, mean_E
    between[gone], between[:, gone] = -np.inf, -np.inf
    sizes[into], sizes[gone] = a + b, 0.0


def _joined(a: Order, b: Order, affinity_EE: Floats) -> Order:
    """Two runs end to end, each turned so that the closest of their four ends meet."""
    choices = (
        (affinity_EE[a[-1], b[0]], a, b, False, False),
        (affinity_EE[a[-1], b[-1]], a, b, False, True),
        (affinity_EE[a[0], b[0]], a, b, True, False),
        (affinity_EE[a[0], b[-1]], a, b, True, True),
    )
    _, first, second, turn_first, turn_second = max(choices, key=lambda choice: choice[0])
    return (first[::-1] if turn_first else first) + (second[::-1] if turn_second else second)
