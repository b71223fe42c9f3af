import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.checkpoint.info import ModelInfo
from core.planning import (
    Bounds,
    Plan,
    check_plan,
    keep_per_layer,
    loads_anywhere,
    lock,
    make_uniform,
)
from tests.values import made_info


def plan_of(info: ModelInfo, keep: tuple[tuple[int, ...], ...]) -> Plan:
    mask = np.zeros((len(info.experts), max(info.experts)), dtype=bool)
    for row, kept in enumerate(keep):
        mask[row, list(kept)] = True
    return Plan.keep_all(info).with_kept(mask)


def kinds(plan: Plan, info: ModelInfo) -> list[str]:
    return [problem.kind for problem in check_plan(plan, info)]


def test_keeping_everything_is_without_problems() -> None:
    for info in (made_info(), made_info(experts=(16,) * 3, n_group=4, topk_group=2)):
        assert check_plan(Plan.keep_all(info), info) == ()


def test_too_few_for_top_k_is_an_error_whose_fix_brings_the_best_back() -> None:
    info = made_info(experts=(8, 8), top_k=3)
    plan = plan_of(info, ((1,), (0, 1, 2)))
    scores = np.tile(np.arange(8.0), (2, 1))
    problem = check_plan(plan, info, scores_LE=scores)[0]
    assert (problem.kind, problem.severity, problem.rows) == ("below_top_k", "error", (0,))
    assert problem.text == "L0 keeps 1, but a token chooses 3."
    assert problem.fix().keep == ((1, 6, 7), (0, 1, 2))


def test_a_plans_own_top_k_counts() -> None:
    info = made_info(top_k=4)
    plan = plan_of(info, ((0,),) * 4)
    assert "below_top_k" in kinds(plan, info)
    assert "below_top_k" not in kinds(plan.with_top_k(1), info)


def test_locks_that_leave_too_few_offer_no_fix() -> None:
    info = made_info(experts=(4, 4), top_k=2)
    plan = lock(Plan.keep_all(info), [(0, 0), (0, 1), (0, 2)], "drop")
    problem = check_plan(plan, info)[0]
    assert problem.kind == "below_top_k"
    assert problem.fix is None
    assert problem.text.endswith("locks leave no more.")


def test_one_odd_layer_is_named_with_both_counts() -> None:
    info = made_info(experts=(32,) * 8)
    mask = np.ones((8, 32), dtype=bool)
    mask[:, :8] = False
    mask[7, 8:10] = False
    plan = Plan.keep_all(info).with_kept(mask)
    problem = next(p for p in check_plan(plan, info) if p.kind == "ragged")
    assert problem.severity == "warning"
    assert problem.text == "L7 keeps 22, the other layers 24: ragged plans need the bundled loader."
    fixed = problem.fix()
    assert fixed.uniform
    assert fixed.kept_L.tolist() == [24] * 8
    assert (fixed.kept_LE >= plan.kept_LE).all()  # nothing more was dropped


def test_unequal_groups_are_an_error_and_the_fix_balances_them() -> None:
    info = made_info(experts=(16, 16), n_group=4, topk_group=2, top_k=2)
    plan = plan_of(info, ((0, 1, 2, 4, 5, 8, 9, 12, 13), tuple(range(16))))
    problem = check_plan(plan, info)[0]
    assert (problem.kind, problem.rows) == ("groups", (0,))
    fixed = problem.fix()
    assert fixed.kept_LE[0].reshape(4, 4).sum(axis=1).tolist() == [3, 3, 3, 3]
    assert set(plan.keep[0]) <= set(fixed.keep[0])


def test_a_group_of_one_survivor_is_an_error() -> None:
    info = made_info(experts=(16,), n_group=4, topk_group=2, top_k=2)
    assert kinds(plan_of(info, ((0, 4, 8, 12),)), info)[0] == "groups"


def test_a_hash_routed_layer_must_stay_whole() -> None:
    info = made_info(hash_layers=(1,))
    plan = plan_of(info, ((0, 1, 2, 3),) * 4)
    problem = check_plan(plan, info)[0]
    assert (problem.kind, problem.rows) == ("hash_routed", (1,))
    assert len(problem.fix().keep[1]) == 8


def test_rules_leave_hash_routed_layers_whole_and_no_fix_makes_the_plan_uniform() -> None:
    info = made_info(hash_layers=(1,))
    plan = Plan.keep_all(info)
    bounds = Bounds.of(plan, info)
    kept = keep_per_layer(np.zeros((4, 8)), bounds=bounds, n=4)
    assert kept.sum(axis=1).tolist() == [4, 8, 4, 4]
    problems = {p.kind: p for p in check_plan(plan.with_kept(kept), info)}
    assert set(problems) == {"ragged"}
    assert problems["ragged"].fix is None


def test_top_k_that_the_familys_router_cannot_have_is_an_error() -> None:
    info = dataclasses.replace(made_info(), model_type="phimoe")
    plan = dataclasses.replace(Plan.keep_all(info), top_k=1)
    problem = check_plan(plan, info)[0]
    assert (problem.kind, problem.severity) == ("fixed_top_k", "error")
    assert "phimoe always chooses 2 experts" in problem.text
    longcat = dataclasses.replace(made_info(top_k=3), model_type="longcat_flash")
    assert [p.kind for p in check_plan(plan, longcat)] == ["fixed_top_k"]
    assert check_plan(dataclasses.replace(plan, top_k=2), longcat) == ()


def test_a_uniform_plan_of_a_shared_number_needs_the_bundled_loader() -> None:
    info = dataclasses.replace(made_info(), model_type="jetmoe")
    plan = plan_of(info, ((0, 1, 2, 3),) * 4)
    assert not loads_anywhere(plan)
    assert "shared_count" in [p.kind for p in check_plan(plan, info)]
    assert check_plan(Plan.keep_all(info), info) == ()


def test_a_count_that_is_no_multiple_of_eight_is_only_advice() -> None:
    info = made_info(experts=(32,) * 2)
    plan = plan_of(info, (tuple(range(20)),) * 2)
    problem = check_plan(plan, info)[0]
    assert (problem.kind, problem.severity) == ("not_multiple_of_8", "info")
    assert problem.fix().kept_L.tolist() == [24, 24]
    assert check_plan(problem.fix(), info) == ()


def test_no_such_advice_where_the_original_is_no_multiple_either() -> None:
    info = made_info(experts=(10,) * 2)
    assert check_plan(plan_of(info, (tuple(range(7)),) * 2), info) == ()


def test_make_uniform_keeps_the_total_as_near_as_can_be() -> None:
    info = made_info(experts=(8,) * 4)
    plan = plan_of(info, ((0, 1, 2, 3, 4, 5), (0, 1, 2), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4)))
    uniform = make_uniform(plan, bounds=Bounds.of(plan, info))
    assert uniform.kept_L.tolist() == [5, 5, 5, 5]


def test_make_uniform_says_when_locks_stand_against_it() -> None:
    info = made_info(experts=(4, 4), top_k=1)
    plan = lock(Plan.keep_all(info), [(0, 0), (0, 1), (0, 2)], "drop")
    plan = lock(plan, [(1, 0), (1, 1)], "keep")
    assert make_uniform(plan, bounds=Bounds.of(plan, info)) is None
    ragged = next(p for p in check_plan(plan, info) if p.kind == "ragged")
    assert ragged.fix is None


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 4]))
def test_every_fix_removes_its_problem_and_respects_locks(seed: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    info = made_info(experts=(16,) * 3, n_group=groups, topk_group=groups, top_k=2)
    plan = Plan.keep_all(info).with_kept(rng.random((3, 16)) < 0.4)
    plan = lock(plan, rng.random((3, 16)) < 0.05, "keep")
    plan = lock(plan, rng.random((3, 16)) < 0.1, "drop")
    scores = rng.random((3, 16)) if seed % 2 else None
    for problem in check_plan(plan, info, scores_LE=scores):
        if problem.fix is None:
            continue
        fixed = problem.fix()
        assert problem.kind not in kinds(fixed, info)
        assert all(fixed.kept_LE[cell] for cell in plan.locks.keep)
        assert not any(fixed.kept_LE[cell] for cell in plan.locks.drop)


@settings(max_examples=80)
@given(data=st.data(), kind=st.sampled_from(("plain", "grouped", "hashed")))
def test_every_fix_removes_its_problem_and_never_moves_a_lock(
    data: st.DataObject, kind: str
) -> None:
    more = {
        "plain": {},
        "grouped": {"n_group": 4, "topk_group": 2},
        "hashed": {"hash_layers": (0,)},
    }
    info = made_info(experts=(16,) * 3, top_k=4 if kind == "grouped" else 2, **more[kind])
    cells = st.tuples(st.integers(0, 2), st.integers(0, 15))
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=48, max_size=48))).reshape(3, 16)
    plan = Plan.keep_all(info).with_kept(kept)
    for cell in data.draw(st.lists(cells, max_size=8)):
        plan = lock(plan, [cell], "keep" if plan.kept_LE[cell] else "drop")
    locked_LE = plan.mask(plan.locks.keep | plan.locks.drop)
    for _ in range(6):
        problem = next((p for p in check_plan(plan, info) if p.fix is not None), None)
        if problem is None:
            break
        fixed = problem.fix()
        assert fixed != plan
        assert (fixed.kept_LE == plan.kept_LE)[locked_LE].all()
        left = [p.kind for p in check_plan(fixed, info) if p.fix is not None]
        assert problem.kind not in left
        plan = fixed
    else:
        raise AssertionError("fixes go round in circles")
