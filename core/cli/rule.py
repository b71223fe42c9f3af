"""The rule that `seer plan` applies, apart from how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.terminal import Terminal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.checkpoint.info import ModelInfo
    from core.planning import Bounds, Plan
    from core.profiling import Profile


class Scope(Enum):
    """Where experts compete with each other."""

    LAYER = "layer"
    GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the options of `seer plan` ask for; `total` is over all layers, for a global scope.

    A threshold is one for all layers, on the scores as `seer score` prints them.
    """

    metric: str
    scope: Scope = Scope.LAYER
    number: int | None = None
    total: int | None = None
    share: float | None = None
    coverage: float | None = None
    threshold: float | None = None
    floor: int = 1
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    uniform: bool = False
    protect: bool = True
    lock_keep: tuple[str, ...] = ()
    lock_drop: tuple[str, ...] = ()

    def options(self) -> dict[str, str | int | float | bool | None]:
        """For the plan's own record."""
        made: dict[str, str | int | float | bool | None] = {"floor": self.floor}
        if self.number is not None:
            made["keep"] = self.number
        if self.share is not None:
            made["keep"] = f"{100 * self.share:g}%"
        if self.coverage is not None:
            made["coverage"] = self.coverage
        if self.threshold is not None:
            made["threshold"] = self.threshold
        if self.uniform:
            made["uniform"] = True
        if self.metric == "random":
            made["seed"] = self.seed
        made.update({f"weight.{name}": value for name, value in sorted(self.weights.items())})
        return made


def make_plan(observed: Profile, start: Plan, info: ModelInfo | None, request: Request) -> Plan:
    """Apply the rule; refuse a result that no model can run.

    Raises:
        PlanError: Fewer experts than Top-K are asked for, or locks leave too few.
    """
    from core import planning, scoring
    from core.errors import PlanError

    if request.number is not None and request.number < observed.top_k:
        raise PlanError(
            f"a token chooses {observed.top_k} experts, so a layer cannot keep {request.number}",
            remedy=f"--keep {observed.top_k} or more",
        )
    bounds = planning.Bounds.of(start, info, top_k=observed.top_k)
    scores_LE = scoring.score(observed, request.metric, request.weights, request.seed)
    if request.scope is Scope.GLOBAL and request.threshold is None:
        scores_LE = scoring.comparable(scores_LE, request.metric)
    made = start.with_kept(_kept(observed, request, scores_LE, bounds))
    if request.uniform and not made.uniform:
        evened = planning.make_uniform(made, bounds=bounds, scores_LE=scores_LE)
        if evened is None:
            raise PlanError("locks stand against any uniform plan", remedy="fewer locks")
        made = start.with_kept(evened.kept_LE)
    _refuse_unusable(made, observed, info)
    return made


def _kept(
    observed: Profile, request: Request, scores_LE: NDArray[np.float64], bounds: Bounds
) -> NDArray[np.bool_]:
    """What the rule keeps, [L, E]."""
    from core import planning, scoring

    if request.coverage is not None:
        return planning.cover(
            scoring.routed_mass(observed, request.weights),
            bounds=bounds,
            share=request.coverage,
            scores_LE=scores_LE,
            scope=request.scope.value,
            floor=request.floor,
        )
    if request.threshold is not None:
        return planning.threshold(
            scores_LE, bounds=bounds, at_least=request.threshold, floor=request.floor
        )
    if request.scope is Scope.GLOBAL:
        total = _total(observed.experts, request)
        return planning.keep_global(scores_LE, bounds=bounds, total=total, floor=request.floor)
    return planning.keep_per_layer(
        scores_LE, bounds=bounds, n=request.number, share=request.share, floor=request.floor
    )


def _refuse_unusable(made: Plan, observed: Profile, info: ModelInfo | None) -> None:
    """Raise the plan's first error; without the model's headers only Top-K can be checked."""
    from core.errors import PlanError
    from core.planning import check_plan

    for problem in check_plan(made, info) if info is not None else ():
        if problem.severity == "error":
            raise PlanError(problem.text.rstrip("."), remedy="other locks, or keep more")
    if (made.kept_L < observed.top_k).any():
        raise PlanError(
            f"locks leave a layer {int(made.kept_L.min())} experts, "
            f"but a token chooses {observed.top_k}",
            remedy="fewer --lock-drop",
        )


def plan_result(
    made: Plan,
    observed: Profile,
    info: ModelInfo | None,
    weights: Mapping[str, float],
    output: Path,
) -> dict[str, object]:
    """The JSON object of `seer plan`."""
    from core import planning, scoring

    priced = planning.cost(info, made) if info is not None else None
    problems = planning.check_plan(made, info) if info is not None else ()
    covered = planning.coverage(scoring.routed_mass(observed, weights), made.kept_LE)
    worst = covered.worst_row
    return {
        "metric": made.made_by.metric,
        "scope": made.made_by.scope,
        "kept": made.kept_L.tolist(),
        "experts": list(made.experts),
        "dropped": made.dropped,
        "coverage": covered.overall,
        "worst_layer": None
        if worst is None
        else {"layer": made.layer_ids[worst], "coverage": float(covered.per_layer_L[worst])},
        "uniform": made.uniform,
        "parameters": None if priced is None else priced.parameters.to_json(),
        "bytes": None if priced is None else priced.bytes,
        "problems": [problem.to_json() for problem in problems],
        "protected": len(made.made_by.protected),
        "output": str(output),
    }


def starting_plan(observed: Profile, request: Request) -> Plan:
    """The plan that keeps everything, with locks and protection in place."""
    from core import scoring
    from core.errors import PlanError
    from core.planning import Locks, MadeBy, Plan
    from core.planning.plan_json import parse_cells

    layer_ids = observed.layer_ids
    keep, drop = (parse_cells(words, layer_ids) for words in (request.lock_keep, request.lock_drop))
    if keep & drop:
        row, expert = min(keep & drop)
        raise PlanError(
            f"expert {expert} of layer {layer_ids[row]} is locked to stay and to go",
            remedy="name it once",
        )
    locks = Locks(keep=keep, drop=drop)
    whole = Plan(
        model_fingerprint=observed.model_fingerprint,
        model_type=observed.model_type,
        layer_ids=observed.layer_ids,
        experts=observed.experts,
        keep=tuple(tuple(range(count)) for count in observed.experts),
    )
    protected = whole.cells(scoring.super_experts(observed)) if request.protect else frozenset()
    return whole.with_kept(
        whole.kept_LE,
        made_by=MadeBy(
            metric=scoring.metric(request.metric).name,
            scope=request.scope.value,
            options=request.options(),
            profile=observed.fingerprint,
            locks=locks,
            protected=protected,
        ),
    )


def find_model(observed: Profile, model: str | None, terminal: Terminal) -> ModelInfo | None:
    """The profiled model's headers, from --model or from where it was; None if it is gone.

    Raises:
        PlanError: --model names another model than the profiled one.
    """
    from core.checkpoint import inspect_model, locate_model
    from core.errors import PlanError, StudioError

    place = model or observed.options.get("model")
    if not isinstance(place, str) or not place:
        terminal.warn("the profile does not say where its model is: no parameters and bytes")
        return None
    try:
        info = inspect_model(locate_model(place))
    except StudioError as error:
        if model is not None:
            raise
        terminal.warn(f"no parameters and bytes: {error.what}; try: --model")
        return None
    if info.fingerprint == observed.model_fingerprint:
        return info
    if model is not None:
        raise PlanError(
            f"{place} has fingerprint {info.fingerprint[:12]}, the profile was made on "
            f"{observed.model_fingerprint[:12]}",
            remedy="the model that was profiled",
        )
    terminal.warn(f"no parameters and bytes: {place} has changed since it was profiled")
    return None


def _total(experts: tuple[int, ...], request: Request) -> int:
    """Experts to keep over all layers."""
    if request.total is not None:
        return request.total
    if request.number is not None:
        return sum(min(request.number, count) for count in experts)
    return max(1, int(sum(experts) * (request.share or 1.0) + 0.5 + 1e-9))
