"""Merges: groups as values, in plans, through edits, in JSON."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PlanError
from core.planning import Merge, Plan, paint, toggle
from tests.values import made_info


@st.composite
def merged_plans(draw: st.DrawFn) -> Plan:
    """Plans of 2 layers of 8 experts whose dropped experts partly go into kept ones."""
    plan = Plan.keep_all(made_info(experts=(8, 8)))
    rows, keep = [], []
    for _ in range(2):
        homes = draw(st.lists(st.integers(-2, 7), min_size=8, max_size=8))
        kept = sorted({home for home in homes if home >= 0} or {0})
        uses = st.floats(0, 1e9, allow_nan=False)
        groups = {
            into: {into: draw(uses)}
            | {e: draw(uses) for e, home in enumerate(homes) if home == into and e not in kept}
            for into in kept
        }
        rows.append([Merge.of(into, group) for into, group in groups.items() if len(group) > 1])
        keep.append(kept)
    mask_LE = plan.mask({(row, e) for row, kept in enumerate(keep) for e in kept})
    return plan.with_kept(mask_LE).with_merges(rows)


@given(merged_plans())
def test_a_merged_plan_survives_json_to_the_last_bit(plan: Plan) -> None:
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    assert again.fingerprint == plan.fingerprint
    if plan.merges:
        assert plan.with_merges([]).fingerprint != plan.fingerprint


@given(merged_plans(), st.integers(0, 1), st.integers(0, 7))
def test_an_edit_leaves_only_groups_that_fit(plan: Plan, row: int, expert: int) -> None:
    group = plan.merge_of(row, expert)
    edited = toggle(plan, row, expert)
    assert edited.kept_LE[row, expert] != plan.kept_LE[row, expert]
    assert edited.merge_of(row, expert) is None
    other = 1 - row
    assert (edited.merges[other] if edited.merges else ()) == (
        plan.merges[other] if plan.merges else ()
    )
    if group is not None and expert != group.into:  # a member that stays after all
        left = edited.merge_of(row, group.into)
        assert left is None or sum(left.weights) == pytest.approx(1)
        assert (left is None) == (len(group.members) == 2)


def test_a_plan_without_groups_has_the_fingerprint_it_always_had() -> None:
    plan = Plan.keep_all(made_info())
    assert "merge" not in json.dumps(plan.to_json())
    assert plan.with_merges([[], [], [], []]) == plan


def test_weights_are_shares_of_use_and_equal_where_nothing_was_used() -> None:
    assert Merge.of(5, {2: 1.0, 5: 3.0}).shares == {2: 0.25, 5: 0.75}
    assert Merge.of(5, {2: 0.0, 5: 0.0}).shares == {2: 0.5, 5: 0.5}


def test_painting_away_the_one_that_stays_drops_its_group() -> None:
    plan = Plan.keep_all(made_info())
    plan = paint(plan, [(0, 2)], keep=False).with_merges([[Merge.of(5, {2: 1, 5: 3})], [], [], []])
    assert (plan.merged, plan.dropped) == (1, 1)
    gone = paint(plan, [(0, 5)], keep=False)
    assert (gone.merged, gone.dropped, gone.merges) == (0, 2, ())


@pytest.mark.parametrize(
    ("merge", "said"),
    [
        ({"5": {"2": 1.0}}, "does not hold it"),
        ({"5": {"5": 1.0}}, "does not hold it"),
        ({"5": {"2": 0.5, "5": 0.6}}, "add up to 1.1"),
        ({"5": {"2": -0.5, "5": 1.5}}, "weight from 0 up"),
        ({"5": {"2": "a", "5": 1.0}}, "not a number"),
        ({"2": {"2": 0.5, "5": 0.5}}, "which goes"),
        ({"5": {"4": 0.5, "5": 0.5}}, "stays or is in another group"),
        ({"5": {"2": 0.5, "5": 0.5}, "4": {"2": 0.5, "4": 0.5}}, "in another group"),
        ({"5": {"9": 0.5, "5": 0.5}}, "not there"),
        ({"5": [2, 5]}, "not a JSON object"),
        ({"x": {"2": 0.5, "5": 0.5}}, "not an expert id"),
    ],
)
def test_a_damaged_merge_is_refused_with_what_is_wrong(merge: dict, said: str) -> None:
    plan = paint(Plan.keep_all(made_info()), [(0, 2)], keep=False)
    data = plan.to_json()
    data["layers"]["0"]["merge"] = merge
    with pytest.raises(PlanError, match=said):
        Plan.from_json(data)


def test_a_merge_needs_a_finite_weight_for_each_member() -> None:
    with pytest.raises(PlanError, match="one weight"):
        Merge(into=1, members=(0, 1), weights=(1.0,))
    with pytest.raises(PlanError, match="ascending"):
        Merge(into=1, members=(1, 0), weights=(0.5, 0.5))
    assert np.isclose(sum(Merge.of(0, {0: 1e300, 1: 3e300}).weights), 1)
