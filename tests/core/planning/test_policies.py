from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import PlanError
from core.planning import (
    Bounds,
    copy_layer,
    cover,
    coverage,
    invert,
    keep_global,
    keep_per_layer,
    never_routed,
    random_keep,
    threshold,
)


@dataclass(frozen=True)
class Case:
    scores: NDArray[np.float64]
    bounds: Bounds
    number: int
    share: float


@st.composite
def cases(draw: st.DrawFn, groups: int | None = None) -> Case:
    """Scores with ties, never-chosen experts, narrow rows, and locks of both kinds."""
    G = draw(st.sampled_from([1, 2, 4])) if groups is None else groups
    size = draw(st.integers(2, 5))
    L, E = draw(st.integers(1, 5)), G * size
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    widths = np.full(L, E)
    if G == 1 and draw(st.booleans()):
        widths = rng.integers(1, E + 1, L)
    exists = np.arange(E) < widths[:, None]
    scores = np.where(exists, rng.integers(0, 6, (L, E)).astype(float), np.nan)
    scores[exists & (rng.random((L, E)) < 0.15)] = -np.inf
    state = rng.choice([0, 1, 2], (L, E), p=draw(st.sampled_from([[1, 0, 0], [0.7, 0.2, 0.1]])))
    bounds = Bounds(
        exists_LE=exists,
        must_keep_LE=exists & (state == 1),
        must_drop_LE=exists & (state == 2),
        minimum=draw(st.integers(1, 3)),
        groups=G,
        groups_chosen=draw(st.integers(1, G)),
    )
    return Case(scores, bounds, draw(st.integers(1, E)), draw(st.floats(0.05, 1.0)))


def results(case: Case) -> dict[str, NDArray[np.bool_]]:
    """What every rule makes of a case."""
    b, s = case.bounds, case.scores
    mass = np.where(np.isfinite(s), s, 0.0)
    some = np.random.default_rng(0).random(s.shape) < 0.5
    return {
        "per layer": keep_per_layer(s, bounds=b, n=case.number),
        "share": keep_per_layer(s, bounds=b, share=case.share),
        "global": keep_global(s, bounds=b, total=case.number * len(s), floor=1),
        "cover": cover(mass, bounds=b, share=case.share),
        "cover by score": cover(mass, bounds=b, share=case.share, scores_LE=s, scope="global"),
        "threshold": threshold(s, bounds=b, at_least=3.0),
        "never routed": never_routed(mass, bounds=b),
        "random": random_keep(bounds=b, seed=case.number, n=case.number),
        "invert": invert(some & b.exists_LE, bounds=b),
        "copy": copy_layer(some & b.exists_LE, 0, bounds=b),
    }


@given(cases())
def test_locks_win_over_every_rule(case: Case) -> None:
    for name, kept in results(case).items():
        assert kept[case.bounds.must_keep_LE].all(), name
        assert not kept[case.bounds.must_drop_LE].any(), name
        assert not kept[~case.bounds.exists_LE].any(), name


@given(cases())
def test_rules_leave_top_k_experts_wherever_locks_leave_that_many(case: Case) -> None:
    bounds = case.bounds
    free = (bounds.exists_LE & ~bounds.must_drop_LE).sum(axis=1)
    everything = results(case)
    for name in set(everything) - {"invert", "copy"}:
        if bounds.groups == 1:
            kept = everything[name].sum(axis=1)
            assert (kept >= np.minimum(free, bounds.minimum)).all(), name


@given(cases(groups=4))
def test_groups_keep_equally_many_wherever_locks_allow_it(case: Case) -> None:
    bounds = case.bounds
    L, E = bounds.exists_LE.shape
    by_group = (L, 4, E // 4)
    free = (~bounds.must_drop_LE).reshape(by_group).sum(axis=2).min(axis=1)
    held = bounds.must_keep_LE.reshape(by_group).sum(axis=2).max(axis=1)
    everything = results(case)
    for name in set(everything) - {"invert", "copy"}:
        counts = everything[name].reshape(by_group).sum(axis=2)
        for row in np.flatnonzero((held <= free) & (free >= bounds.least_per_group)):
            assert len(set(counts[row].tolist())) == 1, name
            assert counts[row, 0] >= bounds.least_per_group, name


@given(cases(groups=1))
def test_layer_wise_keeps_the_n_best(case: Case) -> None:
    bounds = Bounds.free(case.bounds.exists_LE)
    kept = keep_per_layer(case.scores, bounds=bounds, n=case.number)
    for row, (scores, mask) in enumerate(zip(case.scores, kept, strict=True)):
        width = int(bounds.exists_LE[row].sum())
        assert mask.sum() == min(case.number, width)
        dropped = ~mask & bounds.exists_LE[row]
        if dropped.any():
            assert scores[mask].min() >= scores[dropped].max()


@given(cases(groups=1))
def test_global_ranking_keeps_the_best_of_all_above_the_floors(case: Case) -> None:
    bounds = Bounds.free(case.bounds.exists_LE)
    total = min(case.number * len(case.scores), int(bounds.exists_LE.sum()))
    total = max(total, len(case.scores))
    kept = keep_global(case.scores, bounds=bounds, total=total, floor=1)
    assert kept.sum() == total
    dropped = ~kept & bounds.exists_LE
    best_of_row = np.zeros_like(kept)
    order = np.argsort(-np.where(np.isnan(case.scores), -np.inf, case.scores), kind="stable")
    best_of_row[np.arange(len(kept)), order[:, 0]] = True
    beyond_floor = kept & ~best_of_row
    if dropped.any() and beyond_floor.any():
        assert case.scores[beyond_floor].min() >= case.scores[dropped].max()


@given(cases(groups=1), st.sampled_from(["layer", "global"]))
def test_cover_reaches_the_share_with_the_fewest_experts(case: Case, scope: str) -> None:
    bounds = Bounds.free(case.bounds.exists_LE)
    mass = np.where(np.isfinite(case.scores), case.scores, 0.0)
    kept = cover(mass, bounds=bounds, share=case.share, scope=scope)
    covered = coverage(mass, kept)
    if scope == "global":
        assert mass.sum() == 0 or covered.overall >= case.share - 1e-9
        spare = kept & (kept.sum(axis=1) > 1)[:, None]
        if spare.any() and mass.sum() > 0:
            smallest = mass[spare].min()
            assert (mass[kept].sum() - smallest) / mass.sum() < case.share + 1e-9
        return
    for row, share in enumerate(covered.per_layer_L):
        if np.isnan(share):
            continue
        assert share >= case.share - 1e-9
        if kept[row].sum() > 1:
            without_last = mass[row][kept[row]].sum() - mass[row][kept[row]].min()
            assert without_last / mass[row].sum() < case.share + 1e-9


def test_an_expert_that_was_never_chosen_goes_before_any_other() -> None:
    scores = np.array([[0.0, -np.inf, -5.0, 1.0]])
    kept = keep_per_layer(scores, bounds=Bounds.free(np.ones((1, 4), bool)), n=3)
    assert kept.tolist() == [[True, False, True, True]]


def test_ties_go_to_the_lower_id() -> None:
    kept = keep_per_layer(np.ones((1, 4)), bounds=Bounds.free(np.ones((1, 4), bool)), n=2)
    assert kept.tolist() == [[True, True, False, False]]


@pytest.mark.parametrize(
    ("share", "experts", "kept"), [(0.75, 16, 12), (0.5, 5, 3), (0.7, 10, 7), (0.01, 8, 1)]
)
def test_a_share_is_rounded_half_up_per_layer(share: float, experts: int, kept: int) -> None:
    bounds = Bounds.free(np.ones((2, experts), bool))
    mask = keep_per_layer(np.random.default_rng(0).random((2, experts)), bounds=bounds, share=share)
    assert mask.sum(axis=1).tolist() == [kept, kept]


def test_a_count_that_groups_do_not_divide_is_rounded_up() -> None:
    bounds = Bounds.free(np.ones((1, 16), bool), groups=4)
    kept = keep_per_layer(np.arange(16.0)[None], bounds=bounds, n=9)
    assert kept.reshape(4, 4).sum(axis=1).tolist() == [3, 3, 3, 3]


def test_each_chosen_group_keeps_its_part_of_top_k() -> None:
    # A token that may choose from 2 of 4 groups and wants 6 experts needs 3 in each.
    bounds = Bounds.free(np.ones((1, 16), bool), minimum=6, groups=4, groups_chosen=2)
    kept = keep_per_layer(np.arange(16.0)[None], bounds=bounds, n=4)
    assert kept.reshape(4, 4).sum(axis=1).tolist() == [3, 3, 3, 3]


def test_groups_of_layers_that_differ_in_width_are_balanced_layer_by_layer() -> None:
    exists = np.arange(16) < np.array([16, 8])[:, None]
    bounds = Bounds.free(exists, groups=4)
    scores = np.where(exists, np.random.default_rng(0).random((2, 16)), np.nan)
    for kept in (
        keep_per_layer(scores, bounds=bounds, share=0.75),
        keep_global(scores, bounds=bounds, total=18),
    ):
        assert len(set(kept[0].reshape(4, 4).sum(axis=1).tolist())) == 1
        assert len(set(kept[1, :8].reshape(4, 2).sum(axis=1).tolist())) == 1
        assert kept[1, :8].sum() == 8  # two per group are the least
        assert not kept[1, 8:].any()
    assert keep_per_layer(scores, bounds=bounds, share=0.75)[0].sum() == 12


def test_never_routed_drops_only_what_no_token_chose() -> None:
    count = np.array([[5, 0, 1, 0], [0, 0, 0, 0]])
    bounds = Bounds.free(np.ones((2, 4), bool), minimum=2)
    kept = never_routed(count, bounds=bounds)
    assert kept[0].tolist() == [True, False, True, False]
    assert kept[1].sum() == 2  # a token still has to choose two


def test_random_keep_is_the_seeds_alone() -> None:
    bounds = Bounds.free(np.ones((3, 8), bool))
    first = random_keep(bounds=bounds, seed=1, n=4)
    assert (first == random_keep(bounds=bounds, seed=1, n=4)).all()
    assert (first != random_keep(bounds=bounds, seed=2, n=4)).any()
    assert first.sum(axis=1).tolist() == [4, 4, 4]


@given(cases())
@settings(max_examples=50)
def test_inverting_twice_changes_nothing_that_is_free(case: Case) -> None:
    bounds = case.bounds
    kept = keep_per_layer(case.scores, bounds=bounds, n=case.number)
    np.testing.assert_array_equal(invert(invert(kept, bounds=bounds), bounds=bounds), kept)


@pytest.mark.parametrize(
    "ask",
    [
        lambda b, s: keep_per_layer(s, bounds=b),
        lambda b, s: keep_per_layer(s, bounds=b, n=1, share=0.5),
        lambda b, s: keep_per_layer(s, bounds=b, n=0),
        lambda b, s: keep_per_layer(s, bounds=b, share=1.5),
        lambda b, s: keep_global(s, bounds=b, total=0),
        lambda b, s: cover(s, bounds=b, share=95.0),
        lambda b, s: cover(s, bounds=b, share=0.9, scope="model"),
    ],
)
def test_a_request_out_of_range_is_a_plan_error(ask: object) -> None:
    with pytest.raises(PlanError):
        ask(Bounds.free(np.ones((1, 4), bool)), np.ones((1, 4)))


def test_groups_that_do_not_divide_the_experts_are_refused() -> None:
    with pytest.raises(PlanError, match="10 experts do not split into 4 groups"):
        Bounds.free(np.ones((1, 10), bool), groups=4)
