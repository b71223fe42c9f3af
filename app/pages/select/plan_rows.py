"""What the table of plans says about each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.models.plans import PlanRow
from core import planning
from core.planning.coverage import coverage

if TYPE_CHECKING:
    from app.session import Session
    from core.planning import Plan


def plan_rows(session: Session) -> tuple[PlanRow, ...]:
    """The plan in hand, then the named ones in the order of their names."""
    now = session.plan
    if now is None:
        return ()
    named = sorted(session.plans.items(), key=lambda pair: pair[0].casefold())
    rows = [_row(session, "", now, now)]
    rows += [_row(session, name, plan, now) for name, plan in named]
    return tuple(rows)


def _row(session: Session, name: str, plan: Plan, now: Plan) -> PlanRow:
    info, mass = session.info, session.mass_LE
    assert info is not None
    covered = worst = None
    if mass is not None and mass.shape == plan.kept_LE.shape:
        found = coverage(mass, plan.kept_LE)
        covered, at = found.overall, found.worst_row
        if at is not None:
            worst = (float(found.per_layer_L[at]), plan.layer_ids[at])
    measured = next(
        (v.overall for v in session.variants if v.perplexity and v.is_plan(plan.keep, plan.top_k)),
        None,
    )
    total = sum(plan.experts)
    return PlanRow(
        name=name,
        made=plan.made_by.metric,
        kept=total - plan.dropped,
        total=total,
        coverage=covered,
        worst=worst,
        bytes=planning.cost(info, plan).bytes,
        perplexity=measured,
        added=int(np.count_nonzero(plan.kept_LE & ~now.kept_LE)),
        removed=int(np.count_nonzero(now.kept_LE & ~plan.kept_LE)),
    )
