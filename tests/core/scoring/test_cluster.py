"""Experts that fire together stand together."""

import numpy as np
import pytest

from core.scoring import affinity, cluster_order, cluster_orders
from tests.core.profiling.examples import make_profile


def blocks(groups: list[list[int]], *, inside: float = 0.9, outside: float = 0.1) -> np.ndarray:
    """Affinities of experts that belong to groups."""
    size = sum(map(len, groups))
    out = np.full((size, size), outside)
    for group in groups:
        out[np.ix_(group, group)] = inside
    np.fill_diagonal(out, 1.0)
    return out


def runs(order: np.ndarray, groups: list[list[int]]) -> list[int]:
    """The group at each place, equal neighbours once."""
    of = {e: g for g, group in enumerate(groups) for e in group}
    seen = [of[e] for e in order.tolist()]
    return [g for i, g in enumerate(seen) if i == 0 or g != seen[i - 1]]


@pytest.mark.parametrize("seed", range(4))
def test_every_group_is_one_run(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = [g.tolist() for g in np.array_split(rng.permutation(24), 5)]
    noise = rng.random((24, 24)) * 0.02
    found = cluster_order(blocks(groups) + noise + noise.T)
    assert sorted(found.tolist()) == list(range(24))
    assert len(runs(found, groups)) == 5


def test_a_chain_of_neighbours_comes_out_in_its_own_order() -> None:
    """Affinity falls with the distance on a line: the line, or its reverse, is the best order."""
    place = np.random.default_rng(3).permutation(12)
    near = np.exp(-np.abs(place[:, None] - place[None, :]) / 2.0)
    found = place[cluster_order(near)]
    steps = np.abs(np.diff(found))
    assert steps.sum() <= 15  # 11 on the line itself; a random order has about 48


def test_average_linkage_agrees_with_the_plain_algorithm() -> None:
    """The merges of the chain are those of merging the closest pair again and again."""
    rng = np.random.default_rng(5)
    half = rng.random((9, 9))
    near = half + half.T
    clusters = [[e] for e in range(9)]
    expected = set()
    while len(clusters) > 1:
        pairs = [
            (near[np.ix_(a, b)].mean(), i, j)
            for i, a in enumerate(clusters)
            for j, b in enumerate(clusters)
            if i < j
        ]
        _, i, j = max(pairs)
        merged = clusters[i] + clusters[j]
        expected.add(frozenset(merged))
        clusters = [c for k, c in enumerate(clusters) if k not in (i, j)] + [merged]
    order = cluster_order(near).tolist()
    for group in expected:
        at = sorted(order.index(e) for e in group)
        assert at == list(range(at[0], at[0] + len(group))), group


def test_affinity_is_the_share_of_common_tokens_and_zero_for_idle_experts() -> None:
    pairs = np.array([[4, 2, 0], [2, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(affinity(pairs), [[1, 1, 0], [1, 1, 0], [0, 0, 0]])


def test_all_alike_and_tiny_layers_end() -> None:
    assert sorted(cluster_order(np.ones((16, 16))).tolist()) == list(range(16))
    assert cluster_order(np.ones((2, 2))).tolist() == [0, 1]
    assert cluster_order(np.ones((1, 1))).tolist() == [0]


def test_orders_of_a_profile_are_permutations_with_missing_columns_last() -> None:
    found = cluster_orders(make_profile(experts=(4, 3)))
    assert sorted(found[0].tolist()) == [0, 1, 2, 3]
    assert found[1, 3] == 3
    assert sorted(found[1].tolist()) == [0, 1, 2, 3]
