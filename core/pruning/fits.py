"""Whether a plan can be applied to a live model at all, said before anything is touched."""

from __future__ import annotations

from dataclasses import replace

from core.errors import PlanError
from core.planning.checks import check_plan
from core.planning.plan import Plan
from core.runtime.live import LiveModel


def fitted(live: LiveModel, plan: Plan | None, top_k: int | None) -> Plan:
    """The plan to apply: checked against the model, with the Top-K that will hold.

    Args:
        live: The model, with all its experts.
        plan: The plan; None keeps every expert.
        top_k: Experts per token, over the plan's own; None leaves that.

    Raises:
        PlanError: Another model's plan, a model that lost experts before, or a plan that the
            router cannot take.
    """
    if live.experts != tuple(live.info.experts):
        raise PlanError(
            "the live model was shrunk before", remedy="load the original and apply one plan"
        )
    plan = Plan.keep_all(live.info) if plan is None else plan.for_model(live.info, force=True)
    plan = replace(plan, top_k=plan.top_k if top_k is None else top_k)
    if plan.top_k is not None and plan.top_k > min(live.experts):
        raise PlanError(
            f"Top-K {plan.top_k} is above the {min(live.experts)} experts of a layer",
            remedy="a smaller --top-k",
        )
    for problem in check_plan(plan, live.info):
        if problem.severity == "error":
            raise PlanError(problem.text.rstrip("."), remedy=problem.fix_text.lower())
    return plan
