import numpy as np

from core.planning import coverage, coverage_curve


def test_coverage_is_the_kept_share_of_the_mass() -> None:
    mass = np.array([[3.0, 1.0], [2.0, np.nan]])
    found = coverage(mass, np.array([[True, False], [True, False]]))
    assert found.overall == 5 / 6
    np.testing.assert_allclose(found.per_layer_L, [0.75, 1.0])
    assert found.worst_row == 0


def test_a_layer_without_mass_has_no_coverage() -> None:
    found = coverage(np.array([[0.0, 0.0], [1.0, 1.0]]), np.ones((2, 2), dtype=bool))
    assert np.isnan(found.per_layer_L[0])
    assert found.worst_row == 1
    assert coverage(np.zeros((1, 2)), np.ones((1, 2), dtype=bool)).worst_row is None


def test_the_curve_rises_from_nothing_to_all_in_the_order_of_scores() -> None:
    mass = np.array([[4.0, 1.0], [5.0, np.nan]])
    curve = coverage_curve(mass, mass)
    np.testing.assert_allclose(curve, [0, 0.5, 0.9, 1.0])


def test_the_curve_agrees_with_the_coverage_of_the_same_experts() -> None:
    rng = np.random.default_rng(0)
    mass, scores = rng.random((5, 9)), rng.random((5, 9))
    curve = coverage_curve(scores, mass)
    for n in (1, 10, 44):
        limit = np.sort(scores.ravel())[-n]
        np.testing.assert_allclose(curve[n], coverage(mass, scores >= limit).overall)
