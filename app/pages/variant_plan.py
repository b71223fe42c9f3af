"""From a row of the variants back to a plan, and to the file that the command line reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.pages import subject

if TYPE_CHECKING:
    from app.session import Session
    from core.evaluation.variant import Variant
    from core.planning import Plan


def plan_of(session: Session, variant: Variant) -> Plan | None:
    """The choice of experts behind a row, with the locks of the plan in hand."""
    plan = session.plan
    if plan is None or variant.kept is None:
        return None
    from core.planning import MadeBy

    made_by = MadeBy(
        metric=variant.provenance.metric or "manual",
        profile=variant.provenance.profile,
        locks=plan.locks,
        protected=plan.made_by.protected,
    )
    return replace(plan, keep=variant.kept, top_k=variant.top_k, made_by=made_by)


def kept_plan(session: Session, plan: Plan | None) -> Path:
    """Where the command line finds a row's plan; written if it is not there yet."""
    name = "plan.json" if plan is None else f"{plan.fingerprint[:16]}.json"
    path = subject.project_file(session, "plans", name)
    if plan is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        plan.save(path)
    return path
