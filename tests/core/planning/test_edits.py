import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PlanError
from core.planning import Locks, MadeBy, Plan, lock, paint, protect, toggle
from tests.values import made_info

CELL = st.tuples(st.integers(0, 3), st.integers(0, 7))
EDIT = st.one_of(
    st.tuples(st.just("toggle"), CELL),
    st.tuples(st.just("paint"), st.lists(CELL, max_size=6), st.booleans()),
    st.tuples(st.just("lock"), st.lists(CELL, max_size=4), st.sampled_from(["keep", "drop", None])),
    st.tuples(st.just("protect"), st.lists(CELL, max_size=3)),
)


def start() -> Plan:
    return Plan.keep_all(made_info())


def edited(plan: Plan, edit: tuple) -> Plan:
    kind, *rest = edit
    if kind == "toggle":
        return toggle(plan, *rest[0])
    if kind == "paint":
        return paint(plan, rest[0], keep=rest[1])
    if kind == "lock":
        return lock(plan, rest[0], rest[1])
    return protect(plan, rest[0])


@given(st.lists(EDIT, max_size=12))
def test_locks_hold_after_any_sequence_of_edits(edits: list[tuple]) -> None:
    plan = start()
    for edit in edits:
        plan = edited(plan, edit)
        kept = plan.kept_LE
        assert all(kept[cell] for cell in plan.locks.keep)
        assert not any(kept[cell] for cell in plan.locks.drop)
        assert all(kept[cell] for cell in plan.made_by.protected - plan.locks.drop)
        assert Plan.from_json(plan.to_json()) == plan


def test_toggling_twice_gives_the_same_choice_back() -> None:
    plan = start()
    once = toggle(plan, 1, 3)
    assert not once.kept_LE[1, 3]
    assert once.dropped == 1
    assert toggle(once, 1, 3).keep == plan.keep


def test_a_locked_cell_takes_no_paint() -> None:
    plan = lock(start(), [(0, 0)], "keep")
    assert toggle(plan, 0, 0) is plan
    everything = np.ones((4, 8), dtype=bool)
    assert paint(plan, everything, keep=False).keep == ((0,), (), (), ())


def test_a_protected_cell_takes_no_paint_until_it_is_unlocked() -> None:
    plan = protect(start(), [(0, 5)])
    assert toggle(plan, 0, 5) is plan
    assert not toggle(lock(plan, [(0, 5)], None), 0, 5).kept_LE[0, 5]


def test_locking_to_go_overrules_protection() -> None:
    plan = lock(protect(start(), [(0, 5)]), [(0, 5)], "drop")
    assert not plan.kept_LE[0, 5]
    assert plan.made_by.protected == {(0, 5)}


def test_the_last_lock_wins() -> None:
    plan = lock(lock(start(), [(2, 2)], "drop"), [(2, 2)], "keep")
    assert plan.locks == Locks(keep=frozenset({(2, 2)}))
    assert plan.kept_LE[2, 2]


def test_a_rule_that_was_changed_by_hand_says_so() -> None:
    made_by = MadeBy(metric="reap", scope="layer", options={"keep": 6})
    plan = start().with_kept(start().kept_LE, made_by=made_by)
    assert toggle(plan, 0, 0).made_by.options == {"keep": 6, "edited": True}
    assert toggle(start(), 0, 0).made_by.options == {}


def test_an_edit_without_effect_is_no_new_plan() -> None:
    plan = start()
    assert paint(plan, [(0, 0)], keep=True) is plan
    assert lock(plan, [], "keep") is plan


def test_a_cell_that_is_not_there_is_refused() -> None:
    with pytest.raises(PlanError, match="no expert 8"):
        toggle(start(), 0, 8)
    with pytest.raises(PlanError, match="shape"):
        paint(start(), np.ones((3, 8), dtype=bool), keep=False)


def test_cells_beyond_a_narrow_row_are_left_alone() -> None:
    plan = Plan.keep_all(made_info(experts=(8, 4)))
    painted = paint(plan, np.ones((2, 8), dtype=bool), keep=False)
    assert painted.keep == ((), ())
    assert paint(painted, np.ones((2, 8), dtype=bool), keep=True).keep == plan.keep
