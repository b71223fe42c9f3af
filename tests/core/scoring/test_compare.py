"""Comparisons against numbers worked out by hand."""

import numpy as np
import pytest

from core.errors import InputError
from core.scoring import compare, layer_shares, on_original, same_model, spearman
from tests.core.profiling.examples import make_profile

NAN, NEVER = np.nan, -np.inf


def test_the_difference_is_that_of_shares_of_the_layers_total():
    a = np.array([[2.0, 6.0], [1.0, NAN]])
    b = np.array([[30.0, 10.0], [5.0, NAN]])
    found = compare(a, b, top=1)
    np.testing.assert_allclose(found.difference_LE, [[0.25 - 0.75, 0.75 - 0.25], [0.0, NAN]])
    assert found.largest == pytest.approx(0.5)


def test_spearman_of_reversed_tied_and_constant_rows():
    up = np.array([1.0, 2.0, 3.0, 4.0])
    assert spearman(up, up * 100) == pytest.approx(1.0)
    assert spearman(up, -up) == pytest.approx(-1.0)
    # Ranks 0 1 2 3 against 0.5 0.5 2 3: covariance 4.5, norms 5 and 4.5.
    assert spearman(up, np.array([1.0, 1.0, 2.0, 3.0])) == pytest.approx(4.5 / np.sqrt(5 * 4.5))
    assert np.isnan(spearman(up, np.ones(4)))
    assert np.isnan(spearman(np.array([1.0, NAN]), np.array([1.0, 2.0])))


def test_an_expert_never_chosen_ranks_last_and_has_no_share():
    a = np.array([[NEVER, 1.0, 3.0]])
    np.testing.assert_allclose(layer_shares(a), [[0.0, 0.25, 0.75]])
    assert spearman(a[0], np.array([0.1, 0.2, 0.3])) == pytest.approx(1.0)


def test_only_in_b_are_experts_of_its_top_that_a_leaves_out():
    a = np.array([[9.0, 8.0, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
    b = np.array([[1.0, 8.0, 9.0, 2.0], [4.0, 3.0, 2.0, 1.0]])
    found = compare(a, b, top=2)
    assert [(one.row, one.expert) for one in found.only_b] == [(0, 2), (1, 0), (1, 1)]
    first = found.only_b[0]
    assert (first.rank_a, first.rank_b) == (4, 1)
    assert first.share_a == pytest.approx(0.05)
    assert first.share_b == pytest.approx(0.45)
    assert compare(a, b, top=4).only_b == ()
    assert compare(a, b, top=(1, 4)).top == (1, 4)


def test_comparing_with_itself_shows_nothing():
    a = np.random.default_rng(0).random((3, 8))
    found = compare(a, a, top=4)
    assert found.spearman == pytest.approx(1.0)
    assert found.largest == 0
    assert found.only_b == ()


def test_other_experts_are_refused():
    with pytest.raises(InputError, match="different experts"):
        compare(np.array([[1.0, NAN]]), np.array([[1.0, 2.0]]), top=1)
    with pytest.raises(InputError, match=r"2 MoE layers .* 1 MoE layers"):
        same_model(make_profile(), make_profile(experts=(4,)))
    same_model(make_profile(), make_profile(fingerprint="0" * 64))


def test_a_pruned_models_scores_stand_on_the_originals_cells():
    found = on_original(np.array([[5.0, 7.0], [3.0, NAN]]), ((1, 3), (0,)), 4)
    np.testing.assert_array_equal(found, [[NAN, 5, NAN, 7], [3, NAN, NAN, NAN]])
    with pytest.raises(InputError, match="2 experts, the plan kept 3"):
        on_original(np.array([[5.0, 7.0]]), ((0, 1, 2),), 4)
