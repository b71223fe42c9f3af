"""Merge instead of drop: average a dropped expert into a similar one that stays.

Two experts are alike when they do the same where the router would use them:

    s_ij = ⟨p_i f_i, p_j f_j⟩ / (‖p_i f_i‖ ‖p_j f_j‖)   over calibration tokens

p the router's probability, f the output of the expert on *every* token, chosen or not: similarity
of outputs, weighted by the router (HC-SMoE 2410.08589 compares mean outputs; REAM's and M-SMoE's
pseudo-groups are gathered round the experts that are used most). Weights of the mean are shares of
a use score. The group keeps the row of the router of the one that stays: gates of members that were
chosen together should add up, but the logit of a sum of exponentials is not linear in the hidden
state, and a mean of rows was measured to be no better than the one row.

Every merge is measured: one that does not lower the loss stays a drop. That is no caution for its
own sake. On the demo model, whose experts were trained apart from the start, averaging all dropped
experts into their most similar ones is far worse than dropping them (held-out perplexity 57.8
instead of 23.6 at half), and hierarchical clusters of mean outputs ruin it (over 1,000); matching
the neurons of members before the mean helps some and not enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.evaluation.similarity import similarities
from core.planning.merge import Merge
from core.planning.plan import Plan
from core.run import Run
from core.runtime.live import LiveModel

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.evaluation.losses import Losses
    from core.evaluation.losses_streamed import StreamedLosses

STAGE_MERGE = "merge experts"
AHEAD = 16  # dropped experts whose tries are made known beforehand
CANDIDATES = 2  # experts that a dropped one is tried with
TOLERANCE = 1e-6


def gather(
    plan: Plan,
    similarity: list[NDArray[np.float64]],
    use_LE: NDArray[np.float64],
) -> Plan:
    """Merge every dropped expert into the most similar one that stays, weighed by use.

    Args:
        plan: What stays; its own merges are replaced.
        similarity: By row.
        use_LE: How much each expert is used; negative and not finite count as nothing.
    """
    rows = []
    for row, (keep, count) in enumerate(zip(plan.keep, plan.experts, strict=True)):
        groups: dict[int, dict[int, float]] = {}
        for expert in sorted(set(range(count)) - set(keep)):
            home = keep[int(np.argmax(similarity[row][expert, list(keep)]))]
            groups.setdefault(home, {home: _use(use_LE, row, home)})[expert] = _use(
                use_LE, row, expert
            )
        rows.append([Merge.of(into, uses) for into, uses in groups.items()])
    return plan.with_merges(rows)


def merge_where_better(
    live: LiveModel,
    texts: CalibrationSet,
    plan: Plan,
    losses: Losses | StreamedLosses,
    use_LE: NDArray[np.float64],
    *,
    run: Run,
) -> Plan:
    """Merge dropped experts one by one, where the measured loss is lower than by dropping.

    Raises:
        Cancelled: The run was stopped.
    """
    similarity = similarities(live, texts, run=run)
    cells = [
        (-float(np.nan_to_num(use_LE[row, expert], neginf=0.0)), row, expert)
        for row, expert in np.argwhere(plan.exists_LE & ~plan.kept_LE).tolist()
    ]
    # What is kept never changes here, so neither do the homes of each dropped expert.
    tries = [
        (row, expert, _homes(plan, similarity[row], row, expert))
        for _, row, expert in sorted(cells)
    ]
    losses.rebase(plan)
    losses.ahead(chain([plan], _candidates(plan, tries[:AHEAD], use_LE)))
    now, total = losses.of(plan).kl, len(cells)
    run.progress(STAGE_MERGE, 0, total, "experts")
    for done, (row, expert, homes) in enumerate(tries, 1):
        for at, home in enumerate(homes):
            candidate = _joined(plan, row, expert, home, use_LE)
            coming = [(row, expert, homes[at:]), *tries[done : done + AHEAD]]
            losses.ahead(_candidates(plan, coming, use_LE))
            loss = losses.of(candidate).kl
            if loss < now - TOLERANCE:
                plan, now = candidate, loss
                losses.rebase(plan)
                break
        run.progress(STAGE_MERGE, done, total, "experts")
    return plan


def _homes(plan: Plan, similarity_EE: NDArray[np.float64], row: int, expert: int) -> list[int]:
    """The kept experts that are most like a dropped one."""
    keep = np.asarray(plan.keep[row])
    order: NDArray[np.int64] = keep[np.argsort(-similarity_EE[expert, keep], kind="stable")]
    return [int(home) for home in order[:CANDIDATES]]


def _candidates(
    plan: Plan, tries: Iterable[tuple[int, int, list[int]]], use_LE: NDArray[np.float64]
) -> Iterator[Plan]:
    """The plans that are tried if none before is taken."""
    for row, expert, homes in tries:
        for home in homes:
            yield _joined(plan, row, expert, home, use_LE)


def _joined(plan: Plan, row: int, expert: int, home: int, use_LE: NDArray[np.float64]) -> Plan:
    """The plan with one more expert in the group of `home`."""
    rows = [list(merges) for merges in plan.merges or ((),) * len(plan.keep)]
    group = plan.merge_of(row, home)
    members = {home, expert} | set(group.members if group is not None else ())
    merged = Merge.of(home, {member: _use(use_LE, row, member) for member in members})
    rows[row] = [merge for merge in rows[row] if merge.into != home] + [merged]
    return plan.with_merges(rows)


def _use(use_LE: NDArray[np.float64], row: int, expert: int) -> float:
    value = float(use_LE[row, expert])
    return value if np.isfinite(value) and value > 0 else 0.0
