"""Scores become colours and orders without losing what they mean."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from app.theme import LEVELS
from app.widgets.heatmap_levels import column_order, levels, signed_levels

scores = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
    elements=st.one_of(st.floats(0, 1e9), st.just(np.nan), st.just(-np.inf)),
)


@given(scores, st.sampled_from(["linear", "log", "rank"]))
@settings(max_examples=60, deadline=None)
def test_a_higher_score_is_never_darker_within_a_layer(values: np.ndarray, scale: str) -> None:
    shown = levels(values, scale).level_LE  # type: ignore[arg-type]
    for row, level in zip(values, shown, strict=True):
        finite = np.isfinite(row)
        order = np.argsort(row[finite], kind="stable")
        assert (np.diff(level[finite][order].astype(int)) >= 0).all()
        assert (level[~finite] == 0).all()


def test_scales_use_the_whole_colour_map() -> None:
    values = np.geomspace(1, 1000, 64).reshape(4, 16)
    for scale in ("linear", "log", "rank"):
        shown = levels(values, scale)  # type: ignore[arg-type]
        assert shown.level_LE.max() == LEVELS - 1
        assert shown.level_LE.min() <= 1


def test_rank_forgets_the_size_of_scores() -> None:
    values = np.array([[1.0, 2.0, 3.0], [10.0, 2000.0, 3e6]])
    shown = levels(values, "rank").level_LE
    assert (shown[0] == shown[1]).all()


@given(scores)
@settings(max_examples=60, deadline=None)
def test_sorting_keeps_every_expert_once_and_the_missing_ones_last(values: np.ndarray) -> None:
    exists = ~np.isnan(values)
    order = column_order(values, exists, "sorted")
    for row in range(len(values)):
        assert sorted(order[row].tolist()) == list(range(values.shape[1]))
        assert not (np.diff(exists[row][order[row]].astype(int)) > 0).any()
        shown = values[row][order[row]][: exists[row].sum()]
        assert (shown[:-1] >= shown[1:]).all()


def test_differences_have_zero_in_the_middle_and_ends_equally_far() -> None:
    values = np.array([[-0.5, 0.0, 0.25, np.nan]])
    found = signed_levels(values)
    assert (found.low, found.high) == (-0.5, 0.5)
    assert found.level_LE[0].tolist() == [0, 128, 191, 128]
    assert signed_levels(values, largest=1.0).level_LE[0].tolist() == [64, 128, 159, 128]
    assert signed_levels(np.zeros((1, 2))).level_LE[0].tolist() == [128, 128]


def test_clusters_order_the_columns_of_their_own_model_only() -> None:
    exists = np.ones((2, 3), dtype=np.bool_)
    clusters = np.array([[2, 0, 1], [1, 2, 0]])
    assert column_order(None, exists, "clustered", clusters).tolist() == clusters.tolist()
    native = [[0, 1, 2], [0, 1, 2]]
    assert column_order(None, exists, "clustered", None).tolist() == native
    assert column_order(None, exists, "clustered", clusters[:1]).tolist() == native
