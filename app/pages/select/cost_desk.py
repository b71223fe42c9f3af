"""The what-if strip: what the plan in hand, or the one that a stroke would make, costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.pages.quick_check import checked_figure
from app.pages.select import costs

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.session import Session
    from app.widgets.whatif import WhatIfStrip
    from core.planning import Plan


class CostDesk:
    """Writes the strip, in the same turn of the event loop as the edit."""

    def __init__(self, session: Session, derived: Derived, strip: WhatIfStrip) -> None:
        self._session, self._derived, self._strip = session, derived, strip
        self._memory: costs.Memory | None = None

    def forget_memory(self) -> None:
        """Ask the machine again how much memory is free."""
        self._memory = None

    def show_plan(self, plan: Plan | None = None) -> None:
        """The strip for a plan, the one in hand if none is given."""
        session = self._session
        plan = plan or session.plan
        whole, info = session.base_cost, session.info
        if plan is None or whole is None or info is None:
            return
        found = self._derived.preview(plan)
        if found is None:
            return
        if self._memory is None:
            self._memory = costs.read_memory()
        now, needs = found
        self._strip.set_figures(
            costs.figures(
                plan,
                now=now,
                whole=whole,
                needs=needs,
                memory=self._memory,
                covered=self._derived.coverage(plan),
                dtype=info.dtype,
                checked=checked_figure(session, plan),
            )
        )
