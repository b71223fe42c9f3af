"""The banner of the Select page: what stands against the plan, each with its fix, and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.pages.select.problems import fix_text, problem_text
from app.widgets.said import said

if TYPE_CHECKING:
    from app.jobs.choosing import Chosen
    from app.pages.select.editor import Editor
    from app.session import Session
    from app.widgets.banner import Banner


class Notices(QObject):
    """Writes the banner.

    Args:
        session: Knows the problems.
        editor: Applies fixes.
        banner: Shows one problem at a time.
        parent: Qt's parent.
    """

    profile_wanted = Signal()

    def __init__(
        self, session: Session, editor: Editor, banner: Banner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._editor, self._banner = session, editor, banner
        self._chosen: Chosen | None = None  # until it was read, or the plan is another one

    def show_problems(self) -> None:
        """The worst problem of the plan, with its fix; nothing where there is none."""
        session, plan = self._session, self._session.plan
        if plan is None:
            return
        if self._chosen is not None and plan == self._chosen.plan:
            self._banner.say(self._chosen.said, "info", self.tr("OK"), self._forget_chosen)
            return
        self._chosen = None
        problems = session.problems
        worth = [p for p in problems if p.severity != "info"] or [
            p for p in problems if p.values.get("better") != max(plan.experts)
        ]
        if session.shown_profile is None and not worth:
            self._banner.say(
                self.tr("No profile yet: calibrate to see which experts the model uses."),
                "info", self.tr("Go to Calibrate"), self.profile_wanted.emit,
            )  # fmt: skip
            return
        if not worth:
            self._banner.clear()
            return
        problem = worth[0]
        kind = {"error": "bad", "warning": "notice"}.get(problem.severity, "info")
        more = len(worth) - 1
        text = problem_text(problem, plan)
        if more:
            text = self.tr("{text} (and {more} more)").format(text=text, more=more)

        def fix() -> None:
            self._editor.fix(problem)

        self._banner.say(text, kind, fix_text(problem), fix)

    def take_chosen(self, chosen: Chosen) -> None:
        """Say what was measured for the plan that a job chose, as long as it is the plan."""
        self._chosen = chosen
        self.show_problems()

    def _forget_chosen(self) -> None:
        self._chosen = None
        self.show_problems()

    def say_failure(self, what: str, remedy: str) -> None:
        """Something could not be done."""
        text = said(what)
        if remedy:
            text = self.tr("{what}; try: {remedy}").format(what=text, remedy=said(remedy))
        self._banner.say(text, "bad")
