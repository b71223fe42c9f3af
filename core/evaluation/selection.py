"""Policies that measure while they choose: one entry for the command line and the window.

| policy | chooses by | measured |
|---|---|---|
| iterative | a score, from profiles of the masked model made again every few drops | routing |
| allocate | a score (or the loss without each expert), counts from measured curves | loss |
| joint | measured loss of every drop on what is left, then exchanges if asked | loss |
| merge | joint, then averages dropped experts into similar ones where that helps | loss |

A policy never sees the texts that a result is judged on: hand in calibration texts here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, PlanError
from core.evaluation.allocation import keep_allocated
from core.evaluation.exchange import Exchange, refine
from core.evaluation.in_turn import in_turn
from core.evaluation.iterative import iterative
from core.evaluation.joint import Measured, Target, joint
from core.evaluation.ledger import Ledger
from core.families import quantisation
from core.planning.bounds import Bounds
from core.planning.made_by import Option
from core.planning.plan import Plan
from core.planning.policies import keep_global, keep_per_layer
from core.run import Run
from core.scoring import comparable, score

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.checkpoint.info import ModelInfo
    from core.evaluation.losses import Losses
    from core.evaluation.losses_streamed import StreamedLosses
    from core.profiling import Profile
    from core.runtime.live import LiveModel

    AnyLosses = Losses | StreamedLosses

Policy = Literal["iterative", "allocate", "joint", "merge"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
Scope = Literal["layer", "global"]
Rank = Literal["score", "loss"]
STAGE_RANK = "measure experts"

DEFAULT_METRIC = "weighted-ean-sum"  # the best single score on the demo model, see the benchmarks
# Experts that go between two looks at the same candidates; more on models of many experts.
ROUNDS_OF_DROPS = 48


@dataclass(frozen=True, kw_only=True)
class SelectOptions:
    """What to choose, and how.

    Attributes:
        policy: One of `POLICIES`.
        keep: Experts to keep per layer; with the scope "global" as many on average.
        total: Instead of `keep`: experts to keep over all layers, for the scope "global".
        metric: Scores that rank experts within a layer or are measured again; see the policy.
        scope: "layer" keeps as many in every layer, so that stock loaders accept the result;
            "global" lets layers differ.
        floor: Fewest experts per layer.
        rank: What orders experts within a layer for `allocate`: the score, or the measured loss
            without each one alone.
        rounds: Profiles of `iterative`.
        step: Experts that `joint` drops between two measurements of the same candidates; 0 chooses.
        exchanges: Rounds of exchanges after `joint`; each measures every expert once more.
        weights: Domain weights of the score; measured losses weigh domains by their tokens.
        seed: Of the score `random`.
    """

    policy: Policy
    keep: int | None = None
    total: int | None = None
    metric: str = DEFAULT_METRIC
    scope: Scope = "global"
    floor: int = 1
    rank: Rank = "score"
    rounds: int = 8
    step: int = 0
    exchanges: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    def check(self, plan: Plan, info: ModelInfo) -> None:
        """Refuse what cannot be done, before the model is loaded.

        Raises:
            InputError: An unknown policy, a number out of range, a scope that a policy lacks, or
                experts that have no mean.
        """
        if self.policy not in POLICIES:
            raise InputError(
                f"there is no policy {self.policy!r}", remedy=f"one of {', '.join(POLICIES)}"
            )
        if (self.keep is None) == (self.total is None):
            raise InputError("give the experts to keep per layer or in all", remedy="--keep")
        if self.scope == "layer" and self.keep is None:
            raise InputError("a number in all is for --scope global", remedy="--scope global")
        if self.policy == "allocate" and self.scope == "layer":
            raise InputError(
                "allocate gives layers different numbers of experts", remedy="--scope global"
            )
        method = quantisation(info.config)
        if self.policy == "merge" and method:
            raise InputError(
                f"the experts of {info.name} are quantised ({method}) and cannot be averaged",
                remedy="--policy joint, or a bf16 checkpoint of this model",
            )
        if self.rank not in get_args(Rank):
            raise InputError(f"cannot rank by {self.rank!r}", remedy="score or loss")
        if min(self.floor, self.rounds) < 1 or min(self.step, self.exchanges) < 0:
            raise InputError("floor and rounds begin at 1, step and exchanges at 0")
        if not 1 <= self.experts(plan) <= sum(plan.experts):
            raise InputError(
                f"cannot keep {self.experts(plan)} of {sum(plan.experts)} experts", remedy="--keep"
            )

    def experts(self, plan: Plan) -> int:
        """Experts to keep over all layers."""
        if self.total is not None:
            return self.total
        return sum(min(self.keep or 0, count) for count in plan.experts)

    def record(self) -> dict[str, Option]:
        """For the plan's own record."""
        made: dict[str, Option] = {"policy": self.policy, "floor": self.floor}
        made["keep" if self.total is None else "total"] = self.keep or self.total
        if self.policy == "iterative":
            made["rounds"] = self.rounds
        if self.policy == "allocate":
            made["rank"] = self.rank
        if self.policy in {"joint", "merge"}:
            made["exchanges"] = self.exchanges
            if self.step:
                made["step"] = self.step
        made.update({f"weight.{name}": value for name, value in sorted(self.weights.items())})
        return made


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A plan that was chosen by measuring.

    Attributes:
        plan: The plan.
        kl: Its divergence from the original on the texts that it was chosen on, nats per token;
            None where no loss was measured.
        measured: Masks that were measured.
        passes: What that took, in forward passes over the texts.
        tokens: Tokens of the texts.
        recalled: Measurements that a stopped run had made already.
    """

    plan: Plan
    kl: float | None = None
    measured: int = 0
    passes: float = 0.0
    tokens: int = 0
    recalled: int = 0

    def to_json(self) -> dict[str, object]:
        """What `seer select --json` adds to `seer plan`'s object."""
        return {
            "policy": self.plan.made_by.options.get("policy"),
            "kl": self.kl,
            "measured": self.measured,
            "passes": self.passes,
            "tokens": self.tokens,
            "merged": self.plan.merged,
            "resumed": self.recalled,
        }


def select_plan(
    live: LiveModel,
    observed: Profile,
    texts: CalibrationSet,
    start: Plan,
    options: SelectOptions,
    *,
    ledger: Ledger | None = None,
    run: Run,
) -> Selected:
    """Choose experts by a policy that measures.

    Args:
        live: The original model, in memory or streamed.
        observed: A profile of it, for scores.
        texts: Calibration texts that the choice is measured on.
        start: The plan whose locks and protected experts hold; what it keeps does not matter.
        options: Policy and size.
        ledger: Answers of a stopped run; kept while the work goes on, removed at its end.
        run: Checked between layers of every pass; gets `Progress`.

    Raises:
        Cancelled: The run was stopped; the model is as before and the ledger is saved.
        InputError: Options that cannot be.
        PlanError: Locks and floors stand against the size.
    """
    options.check(start, live.info)
    bounds = Bounds.of(start, live.info)
    ledger = ledger or Ledger()
    if int(options.experts(start)) < bounds.least * len(start.experts):
        least, layers, size = bounds.least, len(start.experts), options.experts(start)
        raise PlanError(
            f"a token chooses {least} experts, so {layers} layers cannot keep {size} in all"
            if least == bounds.minimum
            else f"the router's code needs {least} experts, so {layers} layers cannot keep {size} "
            "in all",
            remedy=f"--keep {bounds.least} or more",
        )
    work = _Work(live=live, observed=observed, texts=texts, start=start, bounds=bounds, run=run)
    with ledger.kept():
        if options.policy == "iterative":
            kept_LE = _iterative(work, options, ledger)
            return Selected(
                plan=_signed(work, options, kept_LE),
                tokens=texts.tokens,
                recalled=ledger.recalled,
            )
        return _by_loss(work, options, ledger)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What all policies share."""

    live: LiveModel
    observed: Profile
    texts: CalibrationSet
    start: Plan
    bounds: Bounds
    run: Run

    def scores(self, options: SelectOptions, profile: Profile | None = None) -> NDArray[np.float64]:
        """The score of a profile, comparable between layers where layers compete."""
        found = profile or self.observed
        scores_LE = score(found, options.metric, options.weights, options.seed)
        return comparable(scores_LE, options.metric) if options.scope == "global" else scores_LE

    def total(self, options: SelectOptions) -> int:
        """Experts to keep: as many as a score alone would, so more where locks and floors ask."""
        bounds, scores_LE = self.bounds, self.scores(options)
        if options.scope == "layer":
            kept_LE = keep_per_layer(scores_LE, bounds=bounds, n=options.keep, floor=options.floor)
        else:
            wanted, floor = options.experts(self.start), max(options.floor, bounds.least)
            kept_LE = keep_global(scores_LE, bounds=bounds, total=wanted, floor=floor)
        return int(kept_LE.sum())


def _iterative(work: _Work, options: SelectOptions, ledger: Ledger) -> NDArray[np.bool_]:
    weights = sorted((options.weights or {}).items())
    return iterative(
        work.live,
        work.texts,
        work.observed,
        lambda profile: work.scores(options, profile),
        bounds=work.bounds,
        keep=options.keep if options.scope == "layer" else None,
        total=options.experts(work.start) if options.scope == "global" else None,
        floor=options.floor,
        rounds=options.rounds,
        ledger=ledger,
        question=repr((options.metric, options.scope, options.seed, weights)),
        run=work.run,
    )


def _by_loss(work: _Work, options: SelectOptions, ledger: Ledger) -> Selected:
    """The policies that measure losses of masks."""
    with _losses(work, ledger) as losses:
        if options.policy == "allocate":
            kept_LE = keep_allocated(
                lambda mask_LE: losses.of(mask_LE).kl,
                _alone(work, losses) if options.rank == "loss" else work.scores(options),
                bounds=work.bounds,
                total=work.total(options),
                floor=max(options.floor, work.bounds.least),
                ahead=losses.ahead,
                run=work.run,
            )
        else:
            kept_LE = _joint(work, options, losses)
        plan = _signed(work, options, kept_LE)
        if options.policy == "merge":
            from core.evaluation.merging import merge_where_better

            plan = merge_where_better(
                work.live, work.texts, plan, losses, work.scores(options), run=work.run
            )
        kl = losses.of(plan).kl
        return Selected(
            plan=_with_kl(plan, kl),
            kl=kl,
            measured=losses.asked,
            passes=round(losses.passes, 1),
            tokens=work.texts.tokens,
            recalled=ledger.recalled,
        )


def _losses(work: _Work, ledger: Ledger) -> AnyLosses:
    """Losses of a model in memory, or of one that is read again for each sweep."""
    if work.live.stream is None:
        from core.evaluation.losses import Losses

        return Losses(work.live, work.texts, ledger=ledger, run=work.run)
    from core.evaluation.losses_streamed import StreamedLosses

    return StreamedLosses(work.live, work.texts, ledger=ledger, run=work.run)


def _alone(work: _Work, losses: AnyLosses) -> NDArray[np.float64]:
    """What the model loses without each expert alone, [L, E]; a group of its own cannot be cut.

    A grouped router must lose one expert of every group at a time, so there the score has to do.
    """
    if work.bounds.groups > 1:
        raise PlanError(
            "a grouped router cannot be measured without one expert alone", remedy="--rank score"
        )
    exists_LE = work.bounds.exists_LE
    alone_LE = np.full(exists_LE.shape, np.nan)
    cells = np.argwhere(exists_LE)[::-1].tolist()
    work.run.progress(STAGE_RANK, 0, len(cells), "experts")

    def without(cell: list[int]) -> NDArray[np.bool_]:
        mask_LE = exists_LE.copy()
        mask_LE[cell[0], cell[1]] = False
        return mask_LE

    found = in_turn(lambda mask_LE: losses.of(mask_LE).kl, cells, without, losses.ahead)
    for done, (row, expert) in enumerate(cells, 1):
        alone_LE[row, expert] = next(found)
        work.run.progress(STAGE_RANK, done, len(cells), "experts")
    return alone_LE


def _joint(work: _Work, options: SelectOptions, losses: AnyLosses) -> NDArray[np.bool_]:
    """Drops one by one, then exchanges if asked."""
    measured = Measured(
        of=lambda mask_LE: losses.of(mask_LE).kl, rebase=losses.rebase, ahead=losses.ahead
    )
    total = work.total(options)
    per_layer = options.scope == "layer"
    least = max(options.floor, work.bounds.least, (options.keep or 1) if per_layer else 1)
    least_L = tuple(min(least, count) for count in work.start.experts)
    drops = sum(work.start.experts) - total
    step = options.step or max(1, drops // ROUNDS_OF_DROPS)
    kept_LE = joint(
        measured,
        work.scores(options),
        bounds=work.bounds,
        target=Target(total=total, least_L=least_L, step=step),
        run=work.run,
    )
    limits = Exchange(bounds=work.bounds, within_rows=per_layer, least_L=least_L)
    return refine(measured, kept_LE, limits=limits, rounds=options.exchanges, run=work.run)


def _signed(work: _Work, options: SelectOptions, kept_LE: NDArray[np.bool_]) -> Plan:
    """The plan with the record of how it was made."""
    made_by = replace(
        work.start.made_by,
        metric=options.metric,
        scope=options.scope,
        options=options.record(),
        profile=work.observed.fingerprint,
    )
    return work.start.with_merges([]).with_kept(kept_LE, made_by=made_by)


def _with_kl(plan: Plan, kl: float) -> Plan:
    options = {**plan.made_by.options, "kl": kl}
    return replace(plan, made_by=replace(plan.made_by, options=options))
