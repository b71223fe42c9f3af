"""What two profiles say of each layer, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.scoring import effective_experts, layer_use
from tests.core.profiling.examples import make_profile


def test_as_many_experts_are_in_use_as_would_be_if_all_were_alike() -> None:
    share = np.array([[0.25, 0.25, 0.25, 0.25], [1.0, 0, 0, 0], [0.5, 0.5, 0, 0]])
    assert effective_experts(share).tolist() == pytest.approx([4.0, 1.0, 2.0])
    uneven = np.array([[0.5, 0.25, 0.25, 0.0]])
    by_hand = math.exp(0.5 * math.log(2) + 2 * 0.25 * math.log(4))
    assert effective_experts(uneven)[0] == pytest.approx(by_hand)


def test_each_layers_numbers_are_those_of_its_tokens() -> None:
    profile = make_profile(experts=(6, 4), domains=("prose", "code"))
    use = layer_use(profile)
    assert use.experts_L.tolist() == [6, 4]
    counts = np.where(profile.count < 0, 0, profile.count).sum(axis=0)
    shares = counts / counts.sum(axis=1, keepdims=True)
    assert use.largest_L == pytest.approx(shares.max(axis=1))
    tokens = profile.tokens.sum(axis=0)
    assert use.entropy_L == pytest.approx(profile.entropy_sum.sum(axis=0) / tokens)
    # A cell that does not exist is no expert that was never chosen.
    assert use.idle_L[1] == (counts[1, :4] == 0).sum()


def test_a_domain_that_weighs_nothing_is_left_out() -> None:
    profile = make_profile(experts=(6, 4), domains=("prose", "code"))
    one = layer_use(profile, {"prose": 1.0, "code": 0.0})
    assert one.entropy_L == pytest.approx(profile.entropy_sum[0] / profile.tokens[0])
    assert (one.entropy_L != layer_use(profile).entropy_L).any()
