"""What would stop a plan from working, said before any weight is touched, with a fix where one is.

| kind | severity | meaning |
|---|---|---|
| below_top_k | error | a layer keeps fewer experts than a token chooses |
| below_group_best | error | a layer keeps fewer experts than its router's code ranks |
| groups | error | a grouped router's groups keep unequal numbers, or too few |
| hash_routed | error | a layer routes by a fixed token table and cannot lose experts |
| fixed_top_k | error | the family's router cannot choose fewer experts |
| shared_count | warning | the config's number counts other experts too: only the bundled loader |
| ragged | warning | layers keep different numbers: only the bundled loader reads that |
| not_multiple_of_8 | info | expert-parallel serving likes multiples of 8 |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from core.families import FAMILIES
from core.planning.bounds import Bounds
from core.planning.edits import edited
from core.planning.plan import Plan
from core.planning.ranking import Ranking, rank

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

Severity = Literal["error", "warning", "info"]
FloatLE = NDArray[np.float64]
SERVING_MULTIPLE = 8


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding about a plan.

    Attributes:
        kind: A stable word, see the table at the top.
        severity: "error": cannot be exported; "warning": works with a restriction; "info": advice.
        text: One sentence for people.
        rows: The MoE rows it is about.
        values: The numbers in the text, for a front end that words it in another language.
        fix_text: What the fix does, for a button: "Make uniform"; empty if there is none.
        fix: Makes the fixed plan, or None.
    """

    kind: str
    severity: Severity
    text: str
    rows: tuple[int, ...] = ()
    values: dict[str, int | str] = field(default_factory=dict)
    fix_text: str = ""
    fix: Callable[[], Plan] | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, object]:
        """The finding without its fix."""
        return {"kind": self.kind, "severity": self.severity, "text": self.text}


def check_plan(
    plan: Plan, info: ModelInfo, *, scores_LE: FloatLE | None = None
) -> tuple[Problem, ...]:
    """Everything about this plan that its model cannot take, worst first.

    Args:
        plan: The plan.
        info: The model that it is for.
        scores_LE: Which experts a fix brings back or drops first; lower ids first if None.
    """
    bounds = Bounds.of(plan, info)
    repair = _Repair(plan, bounds, scores_LE)
    found = [
        _hash_routed(plan, info),
        _fixed_top_k(plan, info),
        _below_top_k(plan, bounds, repair),
        _below_group_best(plan, bounds, repair),
        _groups(plan, bounds, repair),
        _ragged(plan, info, repair),
        _shared_count(plan, info),
        _multiple(plan, bounds, repair),
    ]
    return tuple(problem for problem in found if problem is not None)


def loads_anywhere(plan: Plan) -> bool:
    """Whether stock loaders take what a plan makes of its model, without the bundled one."""
    family = FAMILIES.get(plan.model_type)
    shared = family is not None and family.shared_count
    return plan.uniform and not (shared and plan.dropped)


def make_uniform(
    plan: Plan, *, bounds: Bounds, scores_LE: FloatLE | None = None, count: int | None = None
) -> Plan | None:
    """The nearest plan that keeps the same number in every layer.

    Args:
        plan: The plan to even out.
        bounds: Its locks, Top-K and groups.
        scores_LE: Which experts come back or go first; lower ids first if None.
        count: Experts per layer; None for the number nearest to the present total.

    Returns:
        The uniform plan: what is kept now goes on being kept as far as the count allows. None if
        locks stand against every such plan.
    """
    return _Repair(plan, bounds, scores_LE).uniform(count)


class _Repair:
    """Makes fixed plans; ranks only when one is asked for."""

    def __init__(self, plan: Plan, bounds: Bounds, scores_LE: FloatLE | None) -> None:
        self._plan = plan
        self._bounds = bounds
        self._scores_LE = scores_LE

    def ranking(self) -> Ranking:
        """Kept experts first, then dropped ones, each by score."""
        plan = self._plan
        experts = plan.exists_LE.shape[1]
        scores_LE: FloatLE = np.full(plan.exists_LE.shape, np.nan)
        scores_LE[:] = -np.arange(experts) if self._scores_LE is None else self._scores_LE
        lowest_first_LE = np.argsort(np.nan_to_num(scores_LE, neginf=-1e300), axis=1, kind="stable")
        place_LE: FloatLE = np.empty(scores_LE.shape)
        np.put_along_axis(place_LE, lowest_first_LE, np.arange(float(experts))[None], axis=1)
        return rank(place_LE + plan.kept_LE * experts, self._bounds)

    def allowed(self) -> bool:
        """Whether locks leave every layer and group its least number of experts."""
        least_L, most_L = self._bounds.slices()
        return bool((np.maximum(least_L, self._bounds.least_per_group) <= most_L).all())

    def uniform_allowed(self) -> bool:
        """Whether locks leave a count that every layer can have."""
        least_L, most_L = self._bounds.slices()
        return int(least_L.max()) <= int(most_L.min())

    def can_keep(self, count: int) -> bool:
        """Whether locks let every layer keep so many."""
        least_L, most_L = self._bounds.slices()
        return int(least_L.max()) <= count // self._bounds.groups <= int(most_L.min())

    def balanced(self) -> Plan:
        """Every group of a layer with the same number, at least the least; never fewer in all."""
        groups_LG = self._bounds.per_group(self._plan.kept_LE)
        wanted_L = -(-groups_LG.sum(axis=1) // self._bounds.groups)
        return self._with(self.ranking().keep(wanted_L))

    def uniform(self, count: int | None = None) -> Plan | None:
        """The same number everywhere: `count`, or what is nearest to the present mean."""
        if not self.uniform_allowed():
            return None
        least_L, most_L = self._bounds.slices()
        mean = float(self._plan.kept_L.mean()) if count is None else count
        slices = np.floor(mean / self._bounds.groups + 0.5)
        slices = int(np.clip(slices, least_L.max(), most_L.min()))
        return self._with(self.ranking().keep(np.full(len(self._plan.keep), slices)))

    def _with(self, kept_LE: NDArray[np.bool_]) -> Plan:
        return self._plan.with_kept(kept_LE, made_by=edited(self._plan.made_by))


def _hash_routed(plan: Plan, info: ModelInfo) -> Problem | None:
    hashed = set(info.hash_layers)
    rows = tuple(
        row
        for row, layer in enumerate(plan.layer_ids)
        if layer in hashed and len(plan.keep[row]) < plan.experts[row]
    )
    if not rows:
        return None

    def restore() -> Plan:
        kept_LE = plan.kept_LE.copy()
        kept_LE[list(rows)] = plan.exists_LE[list(rows)]
        return plan.with_kept(kept_LE, made_by=edited(plan.made_by))

    free = not any(row in rows for row, _ in plan.locks.drop)
    return Problem(
        kind="hash_routed",
        severity="error",
        text=f"{_names(plan, rows)} route by a fixed token table: no expert there can go.",
        rows=rows,
        values={"layers": _names(plan, rows)},
        fix_text="Keep them whole" if free else "",
        fix=restore if free else None,
    )


def _fixed_top_k(plan: Plan, info: ModelInfo) -> Problem | None:
    if plan.top_k is None or plan.top_k == info.top_k:
        return None
    family = FAMILIES.get(info.model_type)
    if family is None or not (family.fixed_top_k or plan.top_k < family.least_top_k):
        return None
    text = (
        f"{info.model_type} always chooses {info.top_k} experts: {family.fixed_top_k}."
        if family.fixed_top_k
        else f"{info.model_type} chooses {family.least_top_k} experts at least, not {plan.top_k}."
    )
    return Problem(
        kind="fixed_top_k",
        severity="error",
        text=text,
        values={"model_type": info.model_type, "top_k": info.top_k},
    )


def _below_top_k(plan: Plan, bounds: Bounds, repair: _Repair) -> Problem | None:
    rows = tuple(np.flatnonzero(plan.kept_L < bounds.minimum).tolist())
    if not rows:
        return None
    least = int(plan.kept_L[list(rows)].min())
    possible = repair.allowed()
    end = "" if possible else ", and locks leave no more"
    text = (
        f"{_names(plan, rows)} {_keep(rows)} {'' if len(rows) == 1 else 'as few as '}{least}, "
        f"but a token chooses {bounds.minimum}{end}."
    )
    return Problem(
        kind="below_top_k",
        severity="error",
        text=text,
        rows=rows,
        values={"layers": _names(plan, rows), "kept": least, "top_k": bounds.minimum},
        fix_text=f"Keep {bounds.minimum}" if possible else "",
        fix=repair.balanced if possible else None,
    )


def _below_group_best(plan: Plan, bounds: Bounds, repair: _Repair) -> Problem | None:
    """Routers of the group kind with one group: their code fails on fewer than the best two."""
    least = bounds.least
    if bounds.groups > 1 or least == bounds.minimum:
        return None
    few_L = (plan.kept_L >= bounds.minimum) & (plan.kept_L < least)
    rows = tuple(np.flatnonzero(few_L).tolist())
    if not rows:
        return None
    kept = int(plan.kept_L[list(rows)].min())
    possible = repair.allowed()
    return Problem(
        kind="below_group_best",
        severity="error",
        text=f"{_names(plan, rows)} {_keep(rows)} {kept}, but the router's code takes the best "
        f"{least} of its group{'' if possible else ', and locks leave no more'}.",
        rows=rows,
        values={"layers": _names(plan, rows), "kept": kept, "least": least},
        fix_text=f"Keep {least}" if possible else "",
        fix=repair.balanced if possible else None,
    )


def _groups(plan: Plan, bounds: Bounds, repair: _Repair) -> Problem | None:
    if bounds.groups == 1:
        return None
    kept_LG = bounds.per_group(plan.kept_LE)
    least = bounds.least_per_group
    bad_L = (kept_LG.min(axis=1) != kept_LG.max(axis=1)) | (kept_LG.min(axis=1) < least)
    rows = tuple(np.flatnonzero(bad_L).tolist())
    if not rows:
        return None
    possible = repair.allowed()
    end = "" if possible else ", and locks do not allow that"
    text = (
        f"{_names(plan, rows)}: the router's {bounds.groups} groups must keep equally many "
        f"experts, at least {least} each{end}."
    )
    return Problem(
        kind="groups",
        severity="error",
        text=text,
        rows=rows,
        values={"layers": _names(plan, rows), "groups": bounds.groups, "least": least},
        fix_text="Balance groups" if possible else "",
        fix=repair.balanced if possible else None,
    )


def _ragged(plan: Plan, info: ModelInfo, repair: _Repair) -> Problem | None:
    if plan.uniform or plan.dropped == 0:
        return None
    counts, tallies = np.unique(plan.kept_L, return_counts=True)
    usual = int(counts[int(tallies.argmax())])
    rows = tuple(np.flatnonzero(plan.kept_L != usual).tolist())
    low, high = int(counts[0]), int(counts[-1])
    if len(rows) == 1:
        odd = f"{_names(plan, rows)} keeps {int(plan.kept_L[rows[0]])}, the other layers {usual}"
    else:
        odd = f"Layers keep {low} to {high} experts"
    # With hash-routed layers, which stay whole, only the original is uniform.
    possible = not info.hash_layers and repair.uniform_allowed()
    return Problem(
        kind="ragged",
        severity="warning",
        text=f"{odd}: ragged plans need the bundled loader.",
        rows=rows,
        values={"layers": _names(plan, rows), "low": low, "high": high, "usual": usual},
        fix_text="Make uniform" if possible else "",
        fix=(lambda: repair.uniform() or plan) if possible else None,
    )


def _shared_count(plan: Plan, info: ModelInfo) -> Problem | None:
    if not plan.uniform or loads_anywhere(plan):
        return None
    return Problem(
        kind="shared_count",
        severity="warning",
        text=f"The config of {info.model_type} counts other experts under the same number: every "
        "plan needs the bundled loader.",
        values={"model_type": info.model_type},
    )


def _multiple(plan: Plan, bounds: Bounds, repair: _Repair) -> Problem | None:
    """Advice only where the original's count was such a multiple and the plan's is not."""
    if not plan.uniform or plan.dropped == 0 or any(n % SERVING_MULTIPLE for n in plan.experts):
        return None
    count = int(plan.kept_L[0])
    if count % SERVING_MULTIPLE == 0:
        return None
    better = -(-count // SERVING_MULTIPLE) * SERVING_MULTIPLE
    fits = better % bounds.groups == 0 and repair.can_keep(better)
    return Problem(
        kind="not_multiple_of_8",
        severity="info",
        text=f"{count} experts per layer is not a multiple of {SERVING_MULTIPLE}, "
        "which expert-parallel serving prefers.",
        values={"kept": count, "better": better},
        fix_text=f"Keep {better}" if fits else "",
        fix=(lambda: repair.uniform(better) or plan) if fits else None,
    )


def _keep(rows: Sequence[int]) -> str:
    return "keeps" if len(rows) == 1 else "keep"


def _names(plan: Plan, rows: Sequence[int]) -> str:
    """Layers by id, at most four: "L3, L7, L8 and 5 more"."""
    names = [f"L{plan.layer_ids[row]}" for row in rows]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
