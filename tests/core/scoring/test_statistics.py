from dataclasses import replace

import numpy as np
import pytest

from core.profiling.profile import Profile
from core.scoring import expert_statistics, fires_with, ranks
from tests.values import made_profile


@pytest.fixture
def profile() -> Profile:
    return made_profile(experts=(8, 5), seed=7)


def test_shares_of_a_layer_add_up_to_one(profile: Profile) -> None:
    found = expert_statistics(profile)
    np.testing.assert_allclose(np.nansum(found.share_LE, axis=1), 1)
    np.testing.assert_allclose(np.nansum(found.domain_share_DLE, axis=2), 1)
    np.testing.assert_array_equal(np.isnan(found.tokens_LE), ~profile.exists_LE)


def test_means_are_per_token_that_chose_the_expert(profile: Profile) -> None:
    found = expert_statistics(profile)
    count = profile.count[:, 0, 3].sum()
    assert found.tokens_LE[0, 3] == count
    assert found.mean_gate_LE[0, 3] == pytest.approx(profile.gate_sum[:, 0, 3].sum() / count)
    assert found.output_norm_LE[0, 3] == pytest.approx(profile.norm_sum[:, 0, 3].sum() / count)
    np.testing.assert_allclose(found.entropy_L, 1.2)
    np.testing.assert_allclose(found.even_entropy_L, np.log([8, 5]))


def test_a_domain_of_weight_zero_is_left_out_and_others_count_fully(profile: Profile) -> None:
    found = expert_statistics(profile, {"prose": 0.0, "code": 0.25})
    assert found.tokens_LE[1, 2] == profile.count[1, 1, 2]


def test_an_unseen_layer_has_no_means(profile: Profile) -> None:
    empty = {
        name: np.where(np.isnan(getattr(profile, name)), np.nan, 0.0)
        for name in ("gate_sum", "norm_sum")
    }
    count = np.minimum(profile.count, 0)
    unseen = replace(
        profile,
        count=count,
        tokens=0 * profile.tokens,
        entropy_sum=0 * profile.entropy_sum,
        **empty,
    )
    found = expert_statistics(unseen)
    assert not found.seen_L.any()
    assert np.isnan(found.mean_gate_LE).all()
    assert np.isnan(found.entropy_L).all()


def test_ranks_are_those_that_rules_follow() -> None:
    scores = np.array([[1.0, 3.0, 1.0, -np.inf], [2.0, np.nan, -np.inf, 5.0]])
    assert ranks(scores).tolist() == [[2, 1, 3, 4], [2, 0, 3, 1]]


def test_an_expert_fires_with_those_its_tokens_choose_most(profile: Profile) -> None:
    pairs = profile.coactivation.copy()
    pairs[0, 2] = [5, 0, 20, 10, 0, 1, 0, 0]
    pairs[1, 0, 0] = 0
    made = replace(profile, coactivation=pairs)
    assert fires_with(made, 0, 2, most=2) == ((3, 0.5), (0, 0.25))
    assert fires_with(made, 0, 2, most=9) == ((3, 0.5), (0, 0.25), (5, 0.05))
    assert fires_with(made, 1, 0) == ()
