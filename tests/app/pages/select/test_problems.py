"""What the window says of a plan that its model cannot take, and the button beside it."""

from __future__ import annotations

from dataclasses import replace

from app.pages.select.problems import fix_text, problem_text
from core.planning import Plan, check_plan
from tests.values import made_info


def test_one_expert_where_the_routers_code_needs_two_is_said_with_its_fix(qapp) -> None:
    info = replace(made_info(experts=(8, 8)), group_best=2)
    whole = Plan.keep_all(info).with_top_k(1)
    plan = whole.with_kept(whole.mask({(0, 5), (1, 5)}))
    (problem,) = [p for p in check_plan(plan, info) if p.severity == "error"]
    assert problem_text(problem, plan).endswith(
        ": 1 kept, but the code of this model's router needs 2 at least."
    )
    assert fix_text(problem) == "Keep 2"
    assert problem.fix is not None
    fixed = problem.fix()
    assert [p for p in check_plan(fixed, info) if p.severity == "error"] == []
    assert all(5 in row for row in fixed.keep)
