"""The `seer …` lines for what the Select page shows, to be copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QGuiApplication

from app.jobs import lines
from app.pages import subject
from app.pages.quick_check import quick_check_task
from app.session.places import profile_path

if TYPE_CHECKING:
    from app.session import Session

translate = QCoreApplication.translate  # the name that lupdate looks for


def score_line(session: Session) -> str:
    """`seer score` by the current metric and weights; empty without a profile."""
    path = profile_path(session)
    if path is None:
        return ""
    words: list[str | Path] = ["seer", "score", path, "--metric", session.metric]
    for name, weight in sorted((session.shown_weights or {}).items()):
        if weight != 1:
            words += ["--domain-weight", f"{name}={weight:.12g}"]
    return lines.line(*words)


def all_lines(session: Session, made: str) -> tuple[tuple[str, str], ...]:
    """(what it does, the line) of everything that shows.

    Args:
        session: What is open.
        made: The line that makes the plan; empty where hands were in it.
    """
    if session.info is None or session.plan is None:
        return ()
    plan = subject.plan_file(session)
    check = quick_check_task(session)
    found = (
        (translate("Commands", "The scores"), score_line(session)),
        (translate("Commands", "This plan, as its rule makes it"), made),
        (
            translate("Commands", "What this plan costs"),
            lines.line("seer", "cost", session.model, "--plan", plan),
        ),
        (translate("Commands", "Quick check of this plan"), check.command if check else ""),
        (
            translate("Commands", "Export of this plan"),
            lines.line("seer", "export", session.model, "--plan", plan, "-o", "smaller"),
        ),
    )
    return tuple((text, line) for text, line in found if line)


class CopyAction(QAction):
    """Puts a line on the clipboard.

    Args:
        text: What the line does.
        line: The line.
        parent: Qt's parent.
    """

    def __init__(self, text: str, line: str, parent: QObject) -> None:
        super().__init__(text, parent)
        self._line = line
        self.setToolTip(line)
        self.triggered.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._line)
