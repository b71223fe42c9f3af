"""Undoable edits of the plan; one class is enough: a plan is a value, undo keeps the old one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from core.planning import Plan


class SetPlan(QUndoCommand):
    """Replace the plan.

    Args:
        show: Takes the plan that is now the current one.
        before: The plan until now.
        after: The plan from now on.
        text: What the user did, e.g. "Paint 6 experts in L7".
    """

    def __init__(self, show: Callable[[Plan], None], before: Plan, after: Plan, text: str) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after

    def redo(self) -> None:
        """Show the plan after the edit."""
        self._show(self.after)

    def undo(self) -> None:
        """Show the plan before the edit."""
        self._show(self.before)
