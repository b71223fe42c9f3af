"""What the Select page shows, derived from the session's values and kept until one changes.

Everything here is a lookup, a call of core, or putting the results into the widgets' own values; no
widget is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.models.experts import ExpertTable
from app.pages.select.lens_values import LensPaint, Shade, lens_paint
from app.pages.select.rules import Ground
from app.pages.select.sides import Side, Source
from app.session.cache import ValueCache
from app.widgets.charts import Histogram
from app.widgets.heatmap_canvas import CellState
from app.widgets.margins import LayerFigures
from core import planning, scoring
from core.planning.coverage import Coverage, coverage, coverage_curve
from core.planning.edits import fixed
from core.profiling import Lost, lost_under
from core.scoring import Comparison, ExpertStatistics, LayerUse

if TYPE_CHECKING:
    from app.session import Session
    from core.planning import Merge, Plan

T = TypeVar("T")

BINS = 48


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrays:
    """Masks of a plan, [L, E]."""

    state: CellState
    locked_keep_LE: NDArray[np.bool_]
    locked_drop_LE: NDArray[np.bool_]


class Derived:
    """Asks a session, remembers the answers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept = ValueCache()

    def statistics(self) -> ExpertStatistics | None:
        """Counts, shares and means of every expert, or None without a profile."""
        session = self._session
        profile, weights = session.shown_profile, session.shown_weights
        if profile is None:
            return None
        return self._once(
            "statistics",
            (profile, tuple(sorted((weights or {}).items()))),
            lambda: scoring.expert_statistics(profile, weights),
        )

    def ranks(self, metric: str = "") -> NDArray[np.int64] | None:
        """Place of every expert in its layer by a metric, the current one if empty."""
        name = metric or self._session.metric
        scores = self._session.score_by(name)
        if scores is None:
            return None
        return self._once(f"ranks:{name}", (scores,), lambda: scoring.ranks(scores))

    def comparable(self) -> NDArray[np.float64] | None:
        """Scores that may be ranked over all layers."""
        scores, metric = self._session.scores_LE, self._session.metric
        if scores is None:
            return None
        return self._once("comparable", (scores,), lambda: scoring.comparable(scores, metric))

    def seen_LE(self) -> NDArray[np.bool_] | None:
        """Where the profile has seen any token."""
        statistics = self.statistics()
        if statistics is None:
            return None
        shape = statistics.tokens_LE.shape
        return np.broadcast_to(statistics.seen_L[:, None], shape)

    def idle_LE(self) -> NDArray[np.bool_] | None:
        """Experts that no token of a layer that was seen chose."""
        statistics = self.statistics()
        if statistics is None:
            return None
        idle_LE: NDArray[np.bool_] = (statistics.tokens_LE == 0) & statistics.seen_L[:, None]
        return idle_LE

    def state(self, plan: Plan) -> CellState:
        """A plan as the heat map takes it."""
        made_by = plan.made_by
        # Locks change rarely: their masks survive every edit of the kept cells.
        locked_LE, protected_LE, fixed_LE = self._once(
            "locks",
            (made_by.locks, made_by.protected, plan.experts),
            lambda: (
                plan.mask(made_by.locks.keep | made_by.locks.drop),
                plan.mask(made_by.protected),
                fixed(plan),
            ),
        )
        merged_LE, mean_LE = self._once("groups", (plan.merges,), lambda: _group_masks(plan))
        return CellState(
            exists_LE=plan.exists_LE,
            kept_LE=plan.kept_LE,
            locked_LE=locked_LE,
            protected_LE=protected_LE,
            fixed_LE=fixed_LE,
            merged_LE=merged_LE,
            mean_LE=mean_LE,
        )

    def coverage(self, plan: Plan) -> Coverage | None:
        """Share of the routed mass that a plan keeps, or None without a profile."""
        mass = self._session.mass_LE
        if mass is None:
            return None
        return self._once("coverage", (mass, plan), lambda: coverage(mass, plan.kept_LE))

    def layer_figures(self, plan: Plan) -> LayerFigures:
        """The margins' numbers."""
        layers = len(plan.experts)
        unknown = np.full(layers, np.nan)
        covered, statistics = self.coverage(plan), self.statistics()
        experts = np.asarray(plan.experts, dtype=np.int64)
        return LayerFigures(
            kept_L=plan.kept_L,
            experts_L=experts,
            coverage_L=unknown if covered is None else covered.per_layer_L,
            entropy_L=unknown if statistics is None else statistics.entropy_L,
            entropy_most_L=np.log(np.maximum(experts, 1)),
        )

    def curve(self) -> NDArray[np.float64] | None:
        """Coverage by number of experts kept, best first over all layers."""
        ranked, mass = self.comparable(), self._session.mass_LE
        if ranked is None or mass is None:
            return None
        return self._once("curve", (ranked, mass), lambda: coverage_curve(ranked, mass))

    def layer_curve(self, row: int) -> NDArray[np.float64] | None:
        """Coverage of one layer by number of its experts kept, best first."""
        scores, mass = self._session.scores_LE, self._session.mass_LE
        if scores is None or mass is None:
            return None
        only = slice(row, row + 1)
        return self._once(
            "layer curve", (scores, mass, (row,)), lambda: coverage_curve(scores[only], mass[only])
        )

    def comparison(self, sources: tuple[Source, ...], a: Side, b: Side, top: int) -> Comparison:
        """A − B under the current score.

        Raises:
            InputError: The profiles are of different models.
        """
        found = {source.profile.fingerprint: source for source in sources}
        left, right, metric = found[a.profile], found[b.profile], self._session.metric

        plan = self._session.plan
        assert plan is not None

        def make() -> Comparison:
            a_LE = left.scores(metric, a, plan.exists_LE)
            b_LE = right.scores(metric, b, plan.exists_LE)
            if left.keep is not None or right.keep is not None:
                # Only experts that both have can be compared.
                nowhere = np.isnan(a_LE) | np.isnan(b_LE)
                a_LE, b_LE = (np.where(nowhere, np.nan, scores) for scores in (a_LE, b_LE))
            return scoring.compare(a_LE, b_LE, top=top)

        key = (left.profile, right.profile, (metric, a.domain, b.domain, top))
        return self._once("comparison", key, make)

    def beside(self, sources: tuple[Source, ...], a: Side, b: Side) -> tuple[LayerUse, LayerUse]:
        """How both sides use each layer."""
        found = {source.profile.fingerprint: source for source in sources}
        left, right = found[a.profile], found[b.profile]
        key = (left.profile, right.profile, (a.domain, b.domain))
        return self._once("beside", key, lambda: (left.use(a), right.use(b)))

    def histogram(self, plan: Plan, *, log: bool) -> Histogram | None:
        """Scores in bins, kept and dropped apart."""
        scores = self._session.scores_LE
        if scores is None:
            return None
        return self._once(
            "histogram", (scores, plan, (log,)), lambda: histogram(scores, plan.kept_LE, log=log)
        )

    def threshold(self) -> float:
        """A score to begin a threshold at: below it are as many experts as are dropped now.

        With nothing dropped it is the median. Rounded to what a field shows of it.
        """
        scores, plan = self._session.scores_LE, self._session.plan
        if scores is None or plan is None or scores.shape != plan.exists_LE.shape:
            return 0.0
        values = np.sort(scores[plan.exists_LE & np.isfinite(scores)])
        if not len(values):
            return 0.0
        at = values[plan.dropped] if 0 < plan.dropped < len(values) else np.median(values)
        return float(f"{at:.4g}")

    def lost(self, plan: Plan) -> Lost | None:
        """What a plan takes from each token of the text that was looked at, or None without one."""
        lens = self._session.lens
        if lens is None:
            return None
        return self._once("lost", (lens, plan), lambda: lost_under(lens, plan.kept_LE))

    def lens_paint(self, plan: Plan, shade: Shade) -> LensPaint:
        """Colours of the text that was looked at; there must be one."""
        lens, lost = self._session.lens, self.lost(plan)
        assert lens is not None
        assert lost is not None
        return self._once("paint", (lost, (shade,)), lambda: lens_paint(lens, lost, shade))

    def table(self, plan: Plan) -> ExpertTable:
        """All experts as flat arrays."""
        session = self._session
        exists = plan.exists_LE
        rows, experts = np.nonzero(exists)
        statistics, scores, places = self.statistics(), session.scores_LE, self.ranks()
        state = self.state(plan)
        unknown = np.full(len(rows), np.nan)

        def flat(values_LE: NDArray[np.float64] | None) -> NDArray[np.float64]:
            return unknown if values_LE is None else values_LE[exists]

        return ExpertTable(
            row=rows,
            layer=np.asarray(plan.layer_ids, dtype=np.int64)[rows],
            expert=experts,
            kept=state.kept_LE[exists],
            locked=state.locked_LE[exists],
            protected=state.protected_LE[exists],
            score=flat(scores),
            rank=np.zeros(len(rows), np.int64) if places is None else places[exists],
            tokens=flat(statistics and statistics.tokens_LE),
            share=flat(statistics and statistics.share_LE),
            mean_gate=flat(statistics and statistics.mean_gate_LE),
            output_norm=flat(statistics and statistics.output_norm_LE),
            metric=session.metric,
            merges=_groups(plan, rows, experts),
        )

    def ground(self, rows: tuple[int, ...] = ()) -> Ground | None:
        """What rules work on, or None without a model."""
        session = self._session
        plan, info = session.plan, session.info
        if plan is None or info is None:
            return None
        statistics, profile = self.statistics(), session.profile
        return Ground(
            plan=plan,
            info=info,
            metric=session.metric,
            scores_LE=session.scores_LE,
            comparable_LE=self.comparable(),
            mass_LE=session.mass_LE,
            count_LE=None if statistics is None else statistics.tokens_LE,
            profile="" if profile is None else profile.fingerprint,
            weights=session.shown_weights or {},
            rows=rows,
        )

    def preview(self, plan: Plan) -> tuple[planning.Cost, planning.VramEstimate] | None:
        """What a plan would cost; the current one's cost is the session's."""
        session = self._session
        info = session.info
        if info is None:
            return None
        priced = session.cost if plan is session.plan else planning.cost(info, plan)
        if priced is None:
            return None
        return priced, planning.vram_estimate(info, plan)

    def _once(self, name: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
        return self._kept.once(name, key, make)


def histogram(
    scores_LE: NDArray[np.float64], kept_LE: NDArray[np.bool_], *, log: bool
) -> Histogram | None:
    """Count finite scores in even bins; on a log scale what is not positive is left out."""
    shown = np.isfinite(scores_LE) & ((scores_LE > 0) | (not log))
    values, kept = scores_LE[shown], kept_LE[shown]
    if not len(values) or values.min() == values.max():
        return None
    low, high = float(values.min()), float(values.max())
    edges = np.geomspace(low, high, BINS + 1) if log else np.linspace(low, high, BINS + 1)
    edges[0], edges[-1] = low, high
    return Histogram(
        edges=edges,
        kept=np.histogram(values[kept], edges)[0],
        dropped=np.histogram(values[~kept], edges)[0],
        log=log,
    )


def _groups(plan: Plan, rows: NDArray[np.intp], experts: NDArray[np.intp]) -> dict[int, Merge]:
    """The groups of experts that are in one, by their place in the table."""
    if not plan.merges:
        return {}
    place = {cell: at for at, cell in enumerate(zip(rows.tolist(), experts.tolist(), strict=True))}
    return {
        place[row, member]: merge
        for row, merges in enumerate(plan.merges)
        for merge in merges
        for member in merge.members
    }


def _group_masks(plan: Plan) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """Where an expert goes into another one, and where one stays as the mean of several."""
    if not plan.merges:
        return None, None
    groups = [(row, merge) for row, merges in enumerate(plan.merges) for merge in merges]
    gone = ((row, member) for row, merge in groups for member in merge.absorbed)
    return plan.mask(gone), plan.mask((row, merge.into) for row, merge in groups)
