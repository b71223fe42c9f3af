"""Greedy drops, exchanges and allocation on made-up losses: no model, exact answers."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import PlanError
from core.evaluation.allocation import allocate, keep_allocated, loss_curves
from core.evaluation.exchange import Exchange, refine
from core.evaluation.iterative import sizes
from core.evaluation.joint import Measured, Target, joint
from core.planning import Bounds
from core.planning.ranking import rank
from core.run import Progress, Run

ROWS, EXPERTS = 3, 6
WHOLE = np.ones((ROWS, EXPERTS), dtype=bool)
costs = st.lists(st.integers(1, 1000), min_size=18, max_size=18, unique=True).map(
    lambda values: np.array(values, dtype=float).reshape(ROWS, EXPERTS) / 1000
)


class Additive:
    """Every dropped expert costs its own, plus something for each pair dropped in one row."""

    def __init__(self, costs_LE, pair=0.0):
        self.costs_LE, self.pair, self.asked = costs_LE, pair, 0
        self.base = None

    def of(self, kept_LE):
        self.asked += 1
        gone_L = (~kept_LE).sum(axis=1)
        return float(self.costs_LE[~kept_LE].sum() + self.pair * (gone_L * (gone_L - 1) / 2).sum())

    def measured(self):
        return Measured(of=self.of, rebase=self.rebase)

    def rebase(self, mask):
        self.base = mask.copy()


def drop(costs_LE, *, total, least=2, bounds=None, pair=0.0, **changes):
    model = Additive(costs_LE, pair)
    target = Target(total=total, least_L=(least,) * ROWS, **changes)
    kept = joint(
        model.measured(),
        -costs_LE,  # the worst order to look at candidates in
        bounds=bounds or Bounds.free(WHOLE, minimum=least),
        target=target,
        run=Run(),
    )
    return kept, model


@given(costs)
def test_independent_costs_drop_the_cheapest(costs_LE):
    kept, model = drop(costs_LE, total=12)
    cheapest = np.argsort(costs_LE, axis=None)[:6]
    rows = np.bincount(cheapest // EXPERTS, minlength=ROWS)
    assume(rows.max() <= EXPERTS - 2)
    assert set(np.flatnonzero(~kept)) == set(cheapest.tolist())
    assert model.asked < 18 + 3 * 6 + 2, "lazy: far fewer than all candidates before each drop"


@given(costs, st.floats(0, 0.5))
def test_lazy_drops_are_the_exhaustive_ones_when_costs_only_grow(costs_LE, pair):
    kept, _ = drop(costs_LE, total=10, pair=pair)
    model, mask = Additive(costs_LE, pair), WHOLE.copy()
    while mask.sum() > 10:
        options = []
        for row, expert in np.argwhere(mask).tolist():
            if mask[row].sum() > 2:
                less = mask.copy()
                less[row, expert] = False
                options.append((round(model.of(less), 9), row, expert))
        _, row, expert = min(options)
        mask[row, expert] = False
    assert model.of(kept) == pytest.approx(model.of(mask))


@given(costs, st.integers(6, 17), st.data())
def test_totals_floors_and_locks_hold(costs_LE, total, data):
    states = data.draw(st.lists(st.sampled_from("....kd"), min_size=18, max_size=18))
    state_LE = np.array(states).reshape(ROWS, EXPERTS)
    bounds = Bounds(
        exists_LE=WHOLE,
        must_keep_LE=state_LE == "k",
        must_drop_LE=state_LE == "d",
        minimum=2,
    )
    least = max(int((state_LE == "k").sum(axis=1).max()), 2)
    try:
        kept, _ = drop(costs_LE, total=total, least=least, bounds=bounds)
    except PlanError:
        free = ROWS * least
        assert total < max(free, int((state_LE == "k").sum()))
        return
    assert kept[state_LE == "k"].all()
    assert not kept[state_LE == "d"].any()
    dropped_by_lock = int((state_LE == "d").sum())
    assert kept.sum() == min(total, 18 - dropped_by_lock)


def test_a_grouped_router_loses_one_expert_per_group_at_a_time():
    costs_LE = np.random.default_rng(0).random((ROWS, EXPERTS))
    kept, _ = drop(costs_LE, total=12, least=4, bounds=Bounds.free(WHOLE, minimum=2, groups=2))
    assert kept.reshape(ROWS, 2, 3).sum(axis=2).tolist() == [[2, 2]] * ROWS


def test_a_wide_layer_is_looked_at_through_a_window_of_its_lowest_scores():
    costs_LE = np.random.default_rng(0).random((ROWS, EXPERTS))
    model = Additive(costs_LE)
    kept = joint(
        model.measured(),
        costs_LE,
        bounds=Bounds.free(WHOLE, minimum=2),
        target=Target(total=14, least_L=(2,) * ROWS, width=1),
        run=Run(),
    )
    assert set(np.flatnonzero(~kept)) == set(np.argsort(costs_LE, axis=None)[:4].tolist())
    assert model.asked <= 2 * (ROWS + 4) + 2 + 4


def test_progress_counts_experts_to_the_end():
    seen = []
    costs_LE = np.random.default_rng(1).random((ROWS, EXPERTS))
    joint(
        Additive(costs_LE).measured(),
        costs_LE,
        bounds=Bounds.free(WHOLE, minimum=2),
        target=Target(total=12, least_L=(2,) * ROWS, step=4),
        run=Run(lambda e: isinstance(e, Progress) and seen.append((e.stage, e.done, e.total))),
    )
    assert ("measure experts", 18, 18) in seen
    assert seen[-1] == ("drop experts", 6, 6)


@given(costs, st.booleans())
def test_exchanges_find_the_best_choice_where_costs_are_independent(costs_LE, within_rows):
    kept_LE = WHOLE.copy()
    kept_LE[:, :2] = False
    model = Additive(costs_LE)
    limits = Exchange(
        bounds=Bounds.free(WHOLE, minimum=1), within_rows=within_rows, least_L=(1,) * ROWS
    )
    found = refine(model.measured(), kept_LE, limits=limits, rounds=20, run=Run())
    assert found.sum() == kept_LE.sum()
    assert model.of(found) <= model.of(kept_LE)
    if within_rows:
        assert found.sum(axis=1).tolist() == [4] * ROWS
        best = sum(np.sort(row)[:2].sum() for row in costs_LE)
    else:
        best = np.sort(costs_LE, axis=None)[:6].sum()
        assume(all((np.argsort(costs_LE, axis=None)[:6] // EXPERTS == r).sum() < 6 for r in (0, 1)))
    assert model.of(found) == pytest.approx(best)


def test_an_exchange_moves_no_locked_expert():
    costs_LE = np.arange(18, dtype=float).reshape(ROWS, EXPERTS)
    kept_LE = WHOLE.copy()
    kept_LE[0, 5] = False  # dear, and locked to go
    bounds = Bounds(
        exists_LE=WHOLE,
        must_keep_LE=np.eye(ROWS, EXPERTS, dtype=bool),
        must_drop_LE=~kept_LE,
        minimum=1,
    )
    limits = Exchange(bounds=bounds, within_rows=False, least_L=(1,) * ROWS)
    found = refine(Additive(costs_LE).measured(), kept_LE, limits=limits, run=Run())
    np.testing.assert_array_equal(found, kept_LE)


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=4),
    st.data(),
)
def test_allocation_is_the_best_of_all(rows, data):
    curves = np.array(rows, dtype=float)
    curves = np.concatenate([np.full((len(rows), 1), np.inf), curves], axis=1)  # 1 to 4 slices
    total = data.draw(st.integers(len(rows), 4 * len(rows)))
    counts = allocate(curves, total)
    assert counts.sum() == total
    best = min(
        sum(curves[row, n] for row, n in enumerate(choice))
        for choice in itertools.product(range(1, 5), repeat=len(rows))
        if sum(choice) == total
    )
    assert sum(curves[row, n] for row, n in enumerate(counts)) == best
    with pytest.raises(PlanError, match="are wanted"):
        allocate(curves, 4 * len(rows) + 1)


def test_curves_measure_one_row_at_a_time_and_never_rise():
    costs_LE = np.random.default_rng(0).random((ROWS, EXPERTS))
    model = Additive(costs_LE)
    ranking = rank(costs_LE, Bounds.free(WHOLE, minimum=2))
    curves = loss_curves(model.of, ranking, points=3, run=Run())
    assert model.asked == 3 * ROWS
    assert np.isinf(curves[:, :2]).all()
    assert (np.diff(curves[:, 2:], axis=1) <= 0).all()
    dropped = np.sort(costs_LE, axis=1)
    for row in range(ROWS):
        assert curves[row, 2] == pytest.approx(dropped[row, :4].sum())
        assert curves[row, 4] == pytest.approx(dropped[row, :2].sum())
        assert curves[row, 3] == pytest.approx((curves[row, 2] + curves[row, 4]) / 2)
        assert curves[row, 6] == 0


def test_a_sensitive_layer_is_given_more():
    costs_LE = 0.5 + np.random.default_rng(0).random((ROWS, EXPERTS))
    costs_LE[1] *= 100
    bounds = Bounds.free(WHOLE, minimum=2)
    kept = keep_allocated(Additive(costs_LE).of, costs_LE, bounds=bounds, total=12, run=Run())
    assert kept.sum() == 12
    assert kept[1].sum() == 6


def test_sizes_go_down_to_the_end_in_equal_steps():
    assert sizes(16, 8, 4) == (14, 12, 10, 8)
    assert sizes(16, 8, 3) == (13, 11, 8)
    assert sizes(8, 7, 5) == (7,)
    assert sizes(128, 64, 1) == (64,)
