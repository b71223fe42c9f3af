"""The smallest plan within a stated loss of quality, by bisection on measured plans.

Each trial masks the model with one plan and measures its perplexity on the same texts. With
candidates c_1 ⊂ … ⊂ c_n by size, bisection keeps the invariant that c_high is within the limit
and c_low is not, and ends when they are neighbours: ⌈log2 n⌉ trials. Perplexity is not strictly
monotone in the number of experts, so a smaller candidate within the limit may exist between trials;
what is returned was itself measured, and every trial is reported. A streamed model is read for two
steps of the bisection at once: the plan of the next one, and both that may follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from core.errors import InputError, PlanError
from core.evaluation.bisection import Candidates, coming, possible, smallest
from core.evaluation.kept import Kept
from core.evaluation.ledger import Ledger, plan_question
from core.evaluation.result import OVERALL
from core.evaluation.share import Share
from core.planning.bounds import Bounds
from core.planning.plan import Plan
from core.planning.policies import keep_global, keep_per_layer
from core.run import Run
from core.scoring import comparable, score

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.checkpoint.info import ModelInfo
    from core.profiling import Profile
    from core.runtime.live import LiveModel

STAGE = "search"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One plan that was measured.

    Attributes:
        kept: Experts kept per row.
        perplexity: "overall" first, then by domain.
        increase: Relative to the original's, e.g. 0.05.
        within: Whether that is within the limit.
    """

    kept: tuple[int, ...]
    perplexity: Mapping[str, float]
    increase: float
    within: bool

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "kept": list(self.kept),
            "experts": sum(self.kept),
            "perplexity": dict(self.perplexity),
            "increase": self.increase,
            "within": self.within,
        }


@dataclass(frozen=True, kw_only=True)
class Found:
    """The smallest plan within the limit, and how it was found.

    Attributes:
        plan: The plan; the one that keeps everything if no other is within the limit.
        original: The original's perplexity, "overall" first, then by domain.
        perplexity: The plan's.
        increase: Of the overall perplexity, relative.
        limit: The most that was allowed.
        trials: Every plan measured, in order.
        tokens: Tokens of the texts.
        recalled: Measurements that a stopped search had made already.
    """

    plan: Plan
    original: Mapping[str, float]
    perplexity: Mapping[str, float]
    increase: float
    limit: float
    trials: tuple[Trial, ...]
    tokens: int
    recalled: int

    def to_json(self) -> dict[str, object]:
        """What `seer search --json` adds to `seer plan`'s object."""
        return {
            "perplexity": dict(self.perplexity),
            "perplexity_original": dict(self.original),
            "increase": self.increase,
            "max_increase": self.limit,
            "trials": [trial.to_json() for trial in self.trials],
            "tokens": self.tokens,
            "resumed": self.recalled,
        }


def search_plan(
    live: LiveModel,
    texts: CalibrationSet,
    candidates: Sequence[Plan],
    *,
    max_increase: float,
    ledger: Ledger | None = None,
    kept: Kept | None = None,
    run: Run,
) -> Found:
    """Find the smallest candidate whose perplexity is at most (1 + max_increase) × the original's.

    Args:
        live: The original model, in memory or streamed.
        texts: What perplexity is measured on.
        candidates: Plans of one rule in ascending size, see `Candidates`; the last one keeps most
            and is taken to be within the limit if it keeps everything, and is measured otherwise.
        max_increase: Relative, e.g. 0.05 for 5 %.
        ledger: Answers of a stopped search.
        kept: Of a trial that was paused in its middle, to go on with it.
        run: Checked within every pass; gets `Progress` of stage "search" in tokens.

    Raises:
        Cancelled: The run was stopped; the ledger holds the trials that were finished.
        Parked: It was paused and gives its memory back; likewise, and `kept` has the batches of the
            trial under way, or where it was streamed.
        InputError: No candidates, or a limit that is negative.
        PlanError: Not even the largest candidate fits the model.
    """
    if not candidates:
        raise InputError("there is no plan to try", remedy="a rule that leaves a choice")
    if not max_increase >= 0:
        raise InputError(f"a loss of {max_increase:g} cannot be allowed", remedy="0 or more")
    ledger = ledger or Ledger()
    passes = 2 + len(candidates).bit_length()
    meter = _Meter(live, texts, ledger, kept or Kept(), passes=passes, run=run)
    last = len(candidates) - 1
    with ledger.kept():
        whole = Plan.keep_all(live.info)
        meter.ahead(whole, [last, *coming(-1, last)], candidates)
        trials = _Trials(candidates, meter, meter.measure(whole), limit=max_increase)
        best = smallest(
            len(candidates),
            trials.within,
            lambda indices: meter.ahead(None, indices, candidates),
        )
    perplexity = trials.measured[best] if best is not None else trials.original
    meter.finish()
    return Found(
        plan=candidates[best] if best is not None else whole,
        original=trials.original,
        perplexity=perplexity,
        increase=trials.increase(perplexity),
        limit=max_increase,
        trials=tuple(trials.made),
        tokens=texts.tokens,
        recalled=ledger.recalled,
    )


def rule_plans(
    observed: Profile,
    start: Plan,
    info: ModelInfo,
    *,
    metric: str,
    scope: str = "layer",
    floor: int = 1,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Sequence[Plan]:
    """The plans of one rule at every size, the smallest first.

    Args:
        observed: The profile behind the scores.
        start: Its locks and protected experts hold.
        info: The model.
        metric: The score that ranks.
        scope: "layer" keeps as many in every layer, "global" is one ranking.
        floor: Fewest experts per layer.
        weights: Domain weights.
        seed: For the score `random`.

    Raises:
        InputError: No such metric or domain.
    """
    bounds = Bounds.of(start, info, top_k=observed.top_k)
    scores_LE = score(observed, metric, weights, seed)
    plain = start.with_merges([])
    if scope == "global":
        ranked_LE = comparable(scores_LE, metric)
        totals = range(observed.top_k * len(observed.experts), sum(observed.experts) + 1)
        return Candidates(
            totals,
            lambda n: plain.with_kept(keep_global(ranked_LE, bounds=bounds, total=n, floor=floor)),
        )
    counts = range(observed.top_k, max(observed.experts) + 1)
    return Candidates(
        counts,
        lambda n: plain.with_kept(keep_per_layer(scores_LE, bounds=bounds, n=n, floor=floor)),
    )


class _Trials:
    """Says of each candidate whether it is within the limit, and keeps what was measured.

    Attributes:
        original: The original's perplexity, "overall" first, then by domain.
        measured: A candidate's, by its place.
        made: Every plan that was measured, in order.
    """

    def __init__(
        self,
        candidates: Sequence[Plan],
        meter: _Meter,
        original: Mapping[str, float],
        *,
        limit: float,
    ) -> None:
        self._candidates, self._meter, self._limit = candidates, meter, limit
        self.original = original
        self.measured: dict[int, Mapping[str, float]] = {}
        self.made: list[Trial] = []
        self._said: dict[str, Mapping[str, float]] = {}  # several sizes may be rounded to one plan

    def increase(self, perplexity: Mapping[str, float]) -> float:
        """Of the overall perplexity, relative to the original's."""
        return perplexity[OVERALL] / self.original[OVERALL] - 1

    def within(self, index: int) -> bool:
        """Whether a candidate is within the limit."""
        try:
            plan = self._candidates[index]
        except PlanError:
            if index == len(self._candidates) - 1:
                raise
            return False  # a size that no router can take is too small
        question = plan_question("perplexity", plan)
        again = self._said.get(question)
        found = again or (self._meter.measure(plan) if plan.dropped else self.original)
        self._said[question] = self.measured[index] = found
        good = found[OVERALL] <= self.original[OVERALL] * (1 + self._limit)
        if plan.dropped and again is None:
            kept = tuple(plan.kept_L.tolist())
            self.made.append(
                Trial(kept=kept, perplexity=found, increase=self.increase(found), within=good)
            )
        return good


class _Meter:
    """Measures plans one after the other and shows it as one piece of work."""

    def __init__(
        self,
        live: LiveModel,
        texts: CalibrationSet,
        ledger: Ledger,
        kept: Kept,
        *,
        passes: int,
        run: Run,
    ) -> None:
        self._live, self._texts, self._ledger, self._run = live, texts, ledger, run
        self._kept = kept
        self._total, self._done = passes * texts.tokens, 0
        self._found: dict[str, Mapping[str, float]] = {}  # measured ahead

    def ahead(self, first: Plan | None, indices: Sequence[int], candidates: Sequence[Plan]) -> None:
        """Measure what is about to be asked for and what may be, where one reading does it all.

        Only a streamed model is worth it: reading it is what costs. Nothing if the first is known.
        """
        if self._live.stream is None:
            return
        from core.evaluation.together import perplexities, room_for

        plans: dict[str, Plan] = {}
        room = room_for(self._live, self._texts, len(indices) + 1)
        for plan in chain([first] if first is not None else [], possible(indices, candidates)):
            asked = plan_question("perplexity", plan)
            known = asked in self._found or self._ledger.knows(asked)
            if known and not plans:
                return
            if not known and len(plans) < room:
                plans.setdefault(asked, plan)
        if len(plans) > 1:
            part = Share(self._run, stage=STAGE, before=self._done, total=self._total)
            found = perplexities(
                self._live, self._texts, list(plans.values()), waits=self._kept.beside, run=part
            )
            self._found.update(zip(plans, found, strict=True))
            for asked, perplexity in self._found.items():  # a search that is stopped knows them too
                self._put(asked, perplexity)

    def measure(self, plan: Plan) -> Mapping[str, float]:
        """Perplexity of the masked model."""
        from core.evaluation.measure import evaluate

        self._run.check()
        names = (OVERALL, *self._texts.domains)
        asked = plan_question("perplexity", plan)
        known = None if asked in self._found else self._ledger.get(asked)
        if known is not None and len(known) == len(names):
            self._done += self._texts.tokens
            self._run.progress(STAGE, min(self._done, self._total), self._total, "tokens")
            return {n: v for n, v in zip(names, known, strict=True) if v > 0}
        part = Share(self._run, stage=STAGE, before=self._done, total=self._total)
        masked = plan if plan.dropped or plan.top_k else None
        found = self._found.get(asked)
        if found is None:
            found = evaluate(
                self._live, self._texts, plan=masked, kept=self._kept, run=part
            ).perplexity
        self._done += self._texts.tokens
        self._put(asked, found)
        overall = f"perplexity {found[OVERALL]:.2f}"
        if plan.dropped:
            kept = int(plan.kept_L.sum())
            self._run.note(f"{kept} of {sum(plan.experts)} experts: {overall}")
        else:
            self._run.note(f"the original: {overall}")
        return found

    def _put(self, asked: str, found: Mapping[str, float]) -> None:
        """Keep an answer. A domain without a predicted token has no perplexity; none is 0."""
        names = (OVERALL, *self._texts.domains)
        self._ledger.put(asked, [found.get(name, 0.0) for name in names])

    def finish(self) -> None:
        """Say that fewer passes were enough."""
        self._run.progress(STAGE, self._total, self._total, "tokens")
