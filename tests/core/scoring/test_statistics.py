"""Per-expert statistics equal what their definitions say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.scoring import expert_statistics, fires_with, ranks
from tests.values import made_profile


def test_shares_of_a_layer_and_of_each_domain_sum_to_one() -> None:
    profile = made_profile(experts=(8, 5))
    found = expert_statistics(profile)
    assert np.nansum(found.share_LE, axis=1) == pytest.approx(1)
    assert np.nansum(found.domain_share_DLE, axis=2) == pytest.approx(1)
    assert np.isnan(found.share_LE[1, 5:]).all()


def test_means_are_over_the_tokens_that_chose_the_expert() -> None:
    profile = made_profile()
    found = expert_statistics(profile)
    count, gate = profile.count.sum(axis=0), profile.gate_sum.sum(axis=0)
    chosen = count > 0
    assert found.mean_gate_LE[chosen] == pytest.approx(gate[chosen] / count[chosen])
    assert np.isnan(found.mean_gate_LE[~chosen]).all()


def test_a_domain_of_weight_zero_is_left_out() -> None:
    profile = made_profile(domains=("prose", "code"))
    found = expert_statistics(profile, {"code": 0.0, "prose": 2.0})
    assert (found.tokens_LE == profile.count[0]).all()


def test_a_layer_without_tokens_was_not_seen() -> None:
    profile = made_profile()
    tokens = profile.tokens.copy()
    tokens[:, 2] = 0
    found = expert_statistics(replace(profile, tokens=tokens))
    assert found.seen_L.tolist() == [True, True, False, True]
    assert np.isnan(found.entropy_L[2])


def test_ranks_count_from_one_and_put_the_never_chosen_last() -> None:
    scores = np.array([[5.0, -np.inf, 9.0, 5.0], [1.0, 2.0, np.nan, np.nan]])
    assert ranks(scores).tolist() == [[2, 4, 1, 3], [2, 1, 0, 0]]


def test_partners_are_ordered_by_how_often_both_fire() -> None:
    profile = made_profile(experts=(4,))
    pairs = np.zeros((1, 4, 4), dtype=np.int64)
    pairs[0] = [[100, 30, 0, 70], [30, 40, 10, 0], [0, 10, 10, 0], [70, 0, 0, 70]]
    profile = replace(profile, coactivation=pairs)
    assert fires_with(profile, 0, 0) == ((3, 0.7), (1, 0.3))
    assert fires_with(replace(profile, coactivation=np.zeros_like(pairs)), 0, 0) == ()
