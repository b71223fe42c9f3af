"""What every view of the Select page is: the heat map's neighbours in the segmented control."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.pages.select.commands import score_line
from app.widgets.take_menu import Taken

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session


class View(QWidget):
    """One way of looking at the experts.

    A view is told when to look again; while it does not show, it is not told.

    Args:
        session: Holds the values.
        derived: What follows from them.
        editor: Takes edits of the plan.
    """

    expert_chosen = Signal(int, int)  # row and expert: the card shows it
    status_changed = Signal(str)
    failed = Signal(str, str)  # what happened, and what to try
    menu_requested = Signal(int, int, QPoint)  # row, expert (−1: the whole layer), where
    command_changed = Signal()  # `command()` would answer differently

    # Whether the charts below make room for it.
    wide = True

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.derived = derived
        self.editor = editor

    def bring_up_to_date(self) -> None:
        """Show the session's values as they are now."""
        raise NotImplementedError

    def point_at(self, expert_row: int, expert: int) -> None:
        """The cursor of the heat map went to an expert."""

    def taken(self) -> Taken | None:
        """What can be taken away of what shows: a picture, a table; None for nothing."""
        return None

    def model_name(self) -> str:
        """What pictures are of."""
        return Path(self.session.model).name

    def command(self) -> str:
        """The `seer …` line that makes what shows: the scores, where a view has nothing better."""
        return score_line(self.session)
