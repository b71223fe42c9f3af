"""Iterative pruning: after every few drops the masked model is profiled again.

A profile of the whole model says how much each expert did while all the others were there. Once
some are gone their tokens go to others, whose scores grow, and hidden states shift. So a few go,
the masked model is profiled on the same texts, and its scores decide about the next few:

    repeat: s ← score(profile(model | kept)); kept ← the rule's choice at the next size

A profile of a masked model has counts of zero where experts are gone, so that they stay gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.evaluation.ledger import Ledger, plan_question
from core.evaluation.share import Share
from core.planning.bounds import Bounds
from core.planning.plan import Plan
from core.planning.policies import keep_global, keep_per_layer
from core.run import Run

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.profiling import Profile
    from core.runtime.live import LiveModel

STAGE = "profile again"

MaskLE = NDArray[np.bool_]
Scores = Callable[["Profile"], NDArray[np.float64]]


def sizes(start: int, end: int, rounds: int) -> tuple[int, ...]:
    """Sizes from below `start` down to `end` in at most `rounds` equal steps."""
    rounds = max(1, min(rounds, start - end))
    return tuple(start - round((start - end) * (i + 1) / rounds) for i in range(rounds))


def iterative(
    live: LiveModel,
    texts: CalibrationSet,
    first: Profile | None,
    scores: Scores,
    *,
    bounds: Bounds,
    keep: int | None = None,
    total: int | None = None,
    floor: int = 1,
    rounds: int = 8,
    ledger: Ledger | None = None,
    question: str = "",
    run: Run,
) -> MaskLE:
    """Drop experts in rounds, profiling the masked model before each.

    Args:
        live: The original model, in memory or streamed.
        texts: What is profiled.
        first: A profile of the whole model to begin with; made from the texts if None.
        scores: Importance from a profile; comparable between layers where `total` is given.
        bounds: Locks, Top-K, groups.
        keep: Experts per layer in the end.
        total: Instead of `keep`: experts over all layers in the end.
        floor: Fewest experts per layer.
        rounds: Profiles that are made at most, the first one included.
        ledger: Scores of the rounds of a stopped run.
        question: What the scores depend on beside the mask and what the ledger is of.
        run: Checked by the passes; gets `Progress` in tokens.

    Raises:
        Cancelled: The run was stopped.
        PlanError: Neither or both numbers are given, or they are out of range.
    """
    if (keep is None) == (total is None):
        raise PlanError("iterative pruning wants a number per layer or a total")
    kept_LE = bounds.exists_LE & ~bounds.must_drop_LE
    steps = (
        sizes(int(bounds.experts_L.max()), keep, rounds)
        if keep is not None
        else sizes(int(bounds.exists_LE.sum()), total or 1, rounds)
    )
    passes = len(steps) - (first is not None)
    ledger, done = ledger or Ledger(), 0
    for size in steps:
        if first is not None:
            scores_LE, first = scores(first), None
        else:
            share = Share(run, stage=STAGE, before=done, total=passes * texts.tokens)
            plan = Plan.keep_all(live.info).with_kept(kept_LE)
            asked = plan_question(f"scores {question}", plan)
            known = ledger.get(asked)
            if known is None:
                scores_LE = scores(_profile(live, texts, plan, share))
                ledger.put(asked, scores_LE.ravel().tolist())
            else:
                scores_LE = np.array(known).reshape(kept_LE.shape)
            done += texts.tokens
        scores_LE = np.where(kept_LE, scores_LE, np.nan)  # what is gone stays gone
        kept_LE = _choose(scores_LE, bounds, size, floor, per_layer=keep is not None) & kept_LE
        kept_LE |= bounds.must_keep_LE
        run.note(f"{int(kept_LE.sum())} experts left")
    return kept_LE


def _choose(
    scores_LE: NDArray[np.float64], bounds: Bounds, size: int, floor: int, *, per_layer: bool
) -> MaskLE:
    if per_layer:
        return keep_per_layer(scores_LE, bounds=bounds, n=size, floor=floor)
    return keep_global(scores_LE, bounds=bounds, total=size, floor=max(floor, bounds.least))


def _profile(live: LiveModel, texts: CalibrationSet, plan: Plan, run: Run) -> Profile:
    """The profile of the masked model."""
    from core.profiling.collect import profile_model
    from core.pruning.masking import masked

    if not plan.dropped:
        return profile_model(live, texts, run=run)
    with masked(live, plan):
        return profile_model(live, texts, run=run)
