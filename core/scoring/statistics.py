"""What a profile says about each expert in plain numbers, for tables and cards.

Shapes: D domains, L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.profiling.profile import Profile
from core.scoring.metric import Floats
from core.scoring.score import domain_weights_D


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertStatistics:
    """Per expert [L, E]; NaN where there is no expert or no token to speak of.

    Attributes:
        tokens_LE: Tokens that chose it, in the domains that weigh anything.
        share_LE: Its share of all choices in its layer, 0 to 1.
        mean_gate_LE: Mean gate over the tokens that chose it.
        output_norm_LE: Mean norm of its output over the tokens that chose it, before gating.
        domain_share_DLE: Its share of the choices that each domain makes in its layer.
        entropy_L: Mean routing entropy of each layer in nats.
        even_entropy_L: The entropy of a router that chooses evenly, ln E, in nats.
        seen_L: Whether the layer saw any token.
    """

    tokens_LE: Floats
    share_LE: Floats
    mean_gate_LE: Floats
    output_norm_LE: Floats
    domain_share_DLE: Floats
    entropy_L: Floats
    even_entropy_L: Floats
    seen_L: NDArray[np.bool_]


def expert_statistics(
    profile: Profile, domain_weights: Mapping[str, float] | None = None
) -> ExpertStatistics:
    """Counts, shares and means of every expert.

    Args:
        profile: The statistics.
        domain_weights: A domain that weighs 0 is left out; others count fully here, because a
            number of tokens is a number of tokens.
    """
    used_D = domain_weights_D(profile, domain_weights) > 0
    count_DLE = np.where(profile.count < 0, np.nan, profile.count.astype(np.float64))
    tokens_LE = count_DLE[used_D].sum(axis=0)
    tokens_L = profile.tokens[used_D].sum(axis=0)
    choices_DL = np.nansum(count_DLE, axis=2)
    return ExpertStatistics(
        tokens_LE=tokens_LE,
        share_LE=_ratio(tokens_LE, np.nansum(tokens_LE, axis=1)[:, None]),
        mean_gate_LE=_ratio(profile.gate_sum[used_D].sum(axis=0), tokens_LE),
        output_norm_LE=_ratio(profile.norm_sum[used_D].sum(axis=0), tokens_LE),
        domain_share_DLE=_ratio(count_DLE, choices_DL[:, :, None]),
        entropy_L=_ratio(profile.entropy_sum[used_D].sum(axis=0), tokens_L),
        even_entropy_L=np.log(np.asarray(profile.experts, dtype=np.float64)),
        seen_L=tokens_L > 0,
    )


def ranks(scores_LE: Floats) -> NDArray[np.int64]:
    """Place of each expert within its layer, 1 for the highest score; 0 where there is none.

    Equal scores are ranked in native order, as every rule breaks ties.
    """
    exists_LE = ~np.isnan(scores_LE)
    order = np.argsort(-np.where(exists_LE, scores_LE, -np.inf), axis=1, kind="stable")
    # Cells that do not exist share −inf with experts never chosen: they go behind those.
    missing = np.take_along_axis(~exists_LE, order, axis=1)
    order = np.take_along_axis(order, np.argsort(missing, axis=1, kind="stable"), axis=1)
    rank_LE = np.zeros(scores_LE.shape, dtype=np.int64)
    places = np.broadcast_to(np.arange(1, scores_LE.shape[1] + 1), scores_LE.shape)
    np.put_along_axis(rank_LE, order, places, axis=1)
    rank_LE[~exists_LE] = 0
    return rank_LE


def fires_with(
    profile: Profile, row: int, expert: int, most: int = 3
) -> tuple[tuple[int, float], ...]:
    """The experts of the same layer that its tokens choose most often beside it.

    Returns:
        (expert, share of this expert's tokens that choose the other too), the largest first; empty
        where no token chose it or a token chooses one expert only.
    """
    pairs_E = profile.coactivation[row, expert].astype(np.float64)
    own = pairs_E[expert]
    if own <= 0:
        return ()
    pairs_E[expert] = -1.0
    best = np.argsort(-pairs_E, kind="stable")[:most]
    return tuple((int(e), float(pairs_E[e] / own)) for e in best if pairs_E[e] > 0)


def _ratio(above: Floats, below: NDArray[np.float64] | NDArray[np.int64]) -> Floats:
    """A quotient, NaN where the divisor is zero or unknown."""
    divisor: Floats = np.broadcast_to(below.astype(np.float64), above.shape)
    out = np.full(above.shape, np.nan)
    np.divide(above, divisor, out=out, where=divisor > 0)
    return out
