"""Two sets of scores of one model beside each other: two texts, two domains, before and after.

Scores of two profiles differ in scale as soon as their numbers of tokens do, so both are first made
shares of their layer's total. Shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.profiling.profile import Profile
from core.scoring.metric import Floats
from core.scoring.statistics import ranks


class OnlyInB(NamedTuple):
    """An expert that B needs and A does not; a tuple, because there may be tens of thousands.

    Attributes:
        row: Its row.
        expert: Its number.
        rank_a: Its place in its layer by A, 1 for the highest.
        rank_b: Its place by B.
        share_a: Its share of its layer's total in A.
        share_b: Its share in B.
    """

    row: int
    expert: int
    rank_a: int
    rank_b: int
    share_a: float
    share_b: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """A − B.

    Attributes:
        share_a_LE: A's scores as shares of their layer's total; NaN where there is no expert.
        share_b_LE: B's.
        difference_LE: share_a − share_b.
        spearman_L: Rank correlation of each layer; NaN where one side ranks all alike.
        spearman: Rank correlation over all experts of all layers, by their shares.
        only_b: Experts in B's top n of their layer and not in A's, the largest share in B first.
        top: n of each row.
    """

    share_a_LE: Floats
    share_b_LE: Floats
    difference_LE: Floats
    spearman_L: Floats
    spearman: float
    only_b: tuple[OnlyInB, ...]
    top: tuple[int, ...]

    @property
    def largest(self) -> float:
        """The largest difference, by magnitude; 0 where there is none."""
        finite = np.abs(self.difference_LE[np.isfinite(self.difference_LE)])
        return float(finite.max()) if finite.size else 0.0


def compare(a_LE: Floats, b_LE: Floats, *, top: int | tuple[int, ...]) -> Comparison:
    """Compare two scores of the same experts.

    difference = a / Σ_layer a − b / Σ_layer b. An expert never chosen (−inf) has a share of 0.
    Spearman's ρ is Pearson's correlation of the ranks, equal scores sharing their mean rank.

    Args:
        a_LE: Scores, NaN where there is no expert.
        b_LE: Scores of the same shape, NaN in the same places.
        top: How many experts of a layer matter: one number, or one per row.

    Raises:
        InputError: The scores are of different models.
    """
    exists_LE = ~np.isnan(a_LE)
    if a_LE.shape != b_LE.shape or (exists_LE != ~np.isnan(b_LE)).any():
        raise InputError(
            "the two sides have different experts", remedy="two profiles of the same model"
        )
    counts = exists_LE.sum(axis=1)
    asked = (top,) * len(a_LE) if isinstance(top, int) else top
    top_L = tuple(min(max(n, 0), int(most)) for n, most in zip(asked, counts, strict=True))
    share_a, share_b = layer_shares(a_LE), layer_shares(b_LE)
    return Comparison(
        share_a_LE=share_a,
        share_b_LE=share_b,
        difference_LE=share_a - share_b,
        spearman_L=np.array([spearman(*pair) for pair in zip(a_LE, b_LE, strict=True)]),
        spearman=spearman(share_a[exists_LE], share_b[exists_LE]),
        only_b=_only_in_b(ranks(a_LE), ranks(b_LE), share_a, share_b, top_L),
        top=top_L,
    )


def same_model(a: Profile, b: Profile) -> None:
    """Refuse profiles of models whose experts are not the same ones.

    The weights may differ: before and after tuning is a comparison worth making.

    Raises:
        InputError: Layers or numbers of experts differ.
    """
    if a.layer_ids != b.layer_ids or a.experts != b.experts:
        raise InputError(
            f"A is of a {a.model_type} model with {_shape(a)}, B of a {b.model_type} model with "
            f"{_shape(b)}",
            remedy="two profiles of the same model",
        )


def _shape(profile: Profile) -> str:
    layers = ", ".join(map(str, profile.layer_ids[:4]))
    more = ", …" if len(profile.layer_ids) > 4 else ""
    return f"{len(profile.layer_ids)} MoE layers ({layers}{more}) of {max(profile.experts)} experts"


def on_original(scores_LE: Floats, keep: tuple[tuple[int, ...], ...], width: int) -> Floats:
    """Scores of a pruned model on the cells of the model that it was made of.

    Expert j of the pruned model's row l is expert keep[l][j] of the original's.

    Args:
        scores_LE: Scores of the pruned model.
        keep: Kept expert ids of each row, ascending.
        width: Experts of the original's widest layer.

    Returns:
        [L, width], NaN where the original's expert was dropped.

    Raises:
        InputError: The scores have other numbers of experts than were kept.
    """
    counts = tuple((~np.isnan(scores_LE)).sum(axis=1).tolist())
    if counts != tuple(len(row) for row in keep):
        raise InputError(
            f"the profile has {sum(counts)} experts, the plan kept {sum(map(len, keep))}",
            remedy="the profile of the model that this plan made",
        )
    out = np.full((len(keep), width), np.nan)
    for row, ids in enumerate(keep):
        out[row, list(ids)] = scores_LE[row, : len(ids)]
    return out


def layer_shares(scores_LE: Floats) -> Floats:
    """Scores as shares of their layer's total; −inf counts as 0, NaN stays."""
    known_LE = np.where(np.isfinite(scores_LE), scores_LE, 0.0)
    total_L1 = known_LE.sum(axis=1, keepdims=True)
    share_LE = known_LE / np.where(total_L1 > 0, total_L1, 1.0)
    return np.where(np.isnan(scores_LE), np.nan, share_LE)


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's ρ of two rows of scores; NaN with fewer than two experts or no order at all."""
    here = ~(np.isnan(a) | np.isnan(b))
    if int(here.sum()) < 2:
        return float("nan")
    x, y = _mean_ranks(a[here]), _mean_ranks(b[here])
    x, y = x - x.mean(), y - y.mean()
    norm = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / norm) if norm > 0 else float("nan")


def _mean_ranks(values: Floats) -> Floats:
    """Ranks from 0 for the lowest; equal values share their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    mean: Floats = last - (counts - 1) / 2
    return mean[inverse]


def _only_in_b(
    rank_a: NDArray[np.int64],
    rank_b: NDArray[np.int64],
    share_a: Floats,
    share_b: Floats,
    top_L: tuple[int, ...],
) -> tuple[OnlyInB, ...]:
    n_L1 = np.asarray(top_L)[:, None]
    at = np.nonzero((rank_b > 0) & (rank_b <= n_L1) & (rank_a > n_L1))
    order = np.argsort(-share_b[at], kind="stable")
    at = (at[0][order], at[1][order])
    columns = (*at, rank_a[at], rank_b[at], share_a[at], share_b[at])
    return tuple(map(OnlyInB._make, zip(*(column.tolist() for column in columns), strict=True)))
