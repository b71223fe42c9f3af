from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import InputError
from core.profiling.profile import Profile
from core.scoring import (
    comparable,
    metric,
    metrics,
    never_routed,
    routed_mass,
    score,
    super_experts,
)
from tests.values import made_profile

NAMES = [
    "soft-count",
    "actual-count",
    "ean-sum",
    "gate-sum",
    "man",
    "msan",
    "reap",
    "weighted-ean-sum",
    "random",
]


def by_hand(profile: Profile, name: str, weights: list[float]) -> NDArray[np.float64]:
    """The table of engine.md, one expert at a time."""
    L, E = profile.exists_LE.shape
    result = np.full((L, E), np.nan)
    for row, width in enumerate(profile.experts):
        for e in range(width):
            total = {
                array: sum(
                    w * float(getattr(profile, array)[d, row, e]) for d, w in enumerate(weights)
                )
                for array in (
                    "count",
                    "soft_count",
                    "gate_sum",
                    "norm_sum",
                    "norm_sq_sum",
                    "gated_norm_sum",
                )
            }
            chosen = total["count"]
            result[row, e] = {
                "actual-count": lambda t=total: t["count"],
                "soft-count": lambda t=total: t["soft_count"],
                "gate-sum": lambda t=total: t["gate_sum"],
                "ean-sum": lambda t=total: t["norm_sum"],
                "weighted-ean-sum": lambda t=total: t["gated_norm_sum"],
                "reap": lambda t=total, c=chosen: t["gated_norm_sum"] / c if c else -np.inf,
                "man": lambda t=total, c=chosen: t["norm_sum"] / c if c else -np.inf,
                "msan": lambda t=total, c=chosen: t["norm_sq_sum"] / c if c else -np.inf,
            }[name]()
    return result


@pytest.fixture
def profile() -> Profile:
    return made_profile(experts=(8, 5, 8, 8), seed=3)


def changed(profile: Profile, **arrays: NDArray[np.generic]) -> Profile:
    return replace(profile, **arrays)


def test_every_metric_of_the_design_is_there_the_presets_first_the_control_last() -> None:
    assert [m.name for m in metrics()] == NAMES
    for m in metrics():
        assert m.formula
        assert m.source
        assert m.meaning


@pytest.mark.parametrize("name", NAMES[:-1])
@pytest.mark.parametrize("weights", [[1.0, 1.0], [0.3, 2.0], [0.0, 1.0]])
def test_scores_equal_the_formulas_written_out(
    profile: Profile, name: str, weights: list[float]
) -> None:
    given_weights = dict(zip(profile.domains, weights, strict=True))
    np.testing.assert_allclose(
        score(profile, name, given_weights), by_hand(profile, name, weights), rtol=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_nan_exactly_where_there_is_no_expert(profile: Profile, name: str) -> None:
    np.testing.assert_array_equal(np.isnan(score(profile, name)), ~profile.exists_LE)


def test_an_expert_never_chosen_has_no_mean_and_ranks_last(profile: Profile) -> None:
    count = profile.count.copy()
    count[:, 1, 2] = 0
    names = ("norm_sum", "norm_sq_sum", "gated_norm_sum")
    arrays = {name: getattr(profile, name).copy() for name in names}
    for array in arrays.values():
        array[:, 1, 2] = 0.0
    silent = changed(profile, count=count, **arrays)
    for name in ("reap", "man", "msan"):
        scores = score(silent, name)
        assert scores[1, 2] == -np.inf
        assert np.nanargmin(scores[1]) == 2
    assert never_routed(silent)[1, 2]


def test_never_routed_means_in_no_domain(profile: Profile) -> None:
    count = profile.count.copy()
    count[0, 0, 0] = 0
    count[1, 0, 0] = 1
    count[:, 2, 4] = 0
    flags = never_routed(changed(profile, count=count))
    assert not flags[0, 0]
    assert flags[2, 4]
    assert not flags[~profile.exists_LE].any()


def test_a_domain_of_weight_zero_leaves_no_trace(profile: Profile) -> None:
    soft = profile.soft_count.copy()
    soft[1] *= 1000
    heavy = changed(profile, soft_count=soft)
    only_prose = {"code": 0.0}
    np.testing.assert_array_equal(
        score(profile, "soft-count", only_prose), score(heavy, "soft-count", only_prose)
    )


def test_a_domain_that_is_not_named_weighs_one(profile: Profile) -> None:
    np.testing.assert_array_equal(
        score(profile, "reap", {"prose": 2.0}), score(profile, "reap", {"prose": 2.0, "code": 1.0})
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"latin": 1.0}, "no domain 'latin'"),
        ({"prose": -1.0}, "negative"),
        ({"prose": float("nan")}, "not a number"),
        ({"prose": 0.0, "code": 0.0}, "all domain weights are zero"),
    ],
)
def test_weights_that_make_no_sense_are_refused(
    profile: Profile, weights: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        score(profile, "soft-count", weights)


def test_an_unknown_metric_is_refused_with_those_there_are(profile: Profile) -> None:
    with pytest.raises(InputError, match="no metric 'magic'") as caught:
        score(profile, "magic")
    assert all(name in caught.value.remedy for name in NAMES)


@given(st.integers(0, 1000))
def test_random_scores_are_the_seeds_alone(seed: int) -> None:
    one, other = made_profile(seed=1), made_profile(seed=2)
    scores = score(one, "random", seed=seed)
    np.testing.assert_array_equal(scores, score(other, "random", seed=seed))
    assert (scores != score(one, "random", seed=seed + 1)).any()


def test_a_norm_is_made_comparable_by_its_layers_total(profile: Profile) -> None:
    deeper = profile.norm_sum.copy()
    deeper[:, 3] *= 1e4  # norms grow with depth
    grown = changed(profile, norm_sum=deeper)
    raw, even = score(grown, "ean-sum"), comparable(score(grown, "ean-sum"), "ean-sum")
    np.testing.assert_allclose(np.nansum(even, axis=1), 1.0)
    np.testing.assert_allclose(even, comparable(score(profile, "ean-sum"), "ean-sum"))
    assert np.nanmax(raw[3]) > np.nanmax(raw[:3]) * 100
    np.testing.assert_array_equal(np.argsort(raw, axis=1), np.argsort(even, axis=1))


def test_counts_are_compared_as_they_are(profile: Profile) -> None:
    scores = score(profile, "actual-count")
    assert comparable(scores, "actual-count") is scores
    assert metric("actual-count").shares_total


def test_never_chosen_stays_last_when_made_comparable() -> None:
    scores = np.array([[2.0, -np.inf, 6.0, np.nan]])
    np.testing.assert_array_equal(
        comparable(scores, "reap"), np.array([[0.25, -np.inf, 0.75, np.nan]])
    )


def test_routed_mass_is_the_blended_gate(profile: Profile) -> None:
    np.testing.assert_allclose(
        routed_mass(profile, {"prose": 3.0}), 3 * profile.gate_sum[0] + profile.gate_sum[1]
    )


def peaked(peaks: dict[tuple[int, int], float]) -> Profile:
    profile = made_profile(experts=(64,) * 8)
    peak = np.ones_like(profile.peak_max)
    for (row, e), value in peaks.items():
        peak[1, row, e] = value
    return changed(profile, peak_max=peak)


def test_an_outlier_of_the_early_layers_is_a_super_expert() -> None:
    found = super_experts(peaked({(1, 5): 100.0, (2, 9): 40.0}))
    assert {tuple(cell) for cell in np.argwhere(found).tolist()} == {(1, 5), (2, 9)}


def test_an_outlier_of_the_last_quarter_is_none() -> None:
    found = super_experts(peaked({(1, 5): 100.0, (6, 9): 90.0}))
    assert {tuple(cell) for cell in np.argwhere(found).tolist()} == {(1, 5)}


def test_an_outlier_below_a_tenth_of_the_highest_peak_is_none() -> None:
    found = super_experts(peaked({(1, 5): 100.0, (2, 9): 9.0}))
    assert {tuple(cell) for cell in np.argwhere(found).tolist()} == {(1, 5)}


def test_where_all_peaks_are_alike_nothing_is_protected() -> None:
    assert not super_experts(peaked({})).any()
