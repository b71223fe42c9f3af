"""What every page of the studio is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.session import Session

StateKind = Literal["done", "stale", "blocked", "ready"]


@dataclass(frozen=True)
class PageState:
    """Where a step stands, and why.

    Attributes:
        kind: "done"; "stale" (done, but of something that has changed since); "ready" (can be done
            now); "blocked" (something else comes first).
        reason: One sentence for the tooltip, translated.
    """

    kind: StateKind
    reason: str = ""


class Page(QWidget):
    """One step of the work.

    A page takes the session, listens to its signals with bound methods of its own, and asks it for
    changes. It emits `state_changed` when `subtitle()` or `state()` would answer differently.

    Attributes:
        primary_action: Shown as the one filled button at the right of the top bar; a page makes it
            in its constructor, changes its text and `setEnabled` as it goes, or leaves it None.
    """

    state_changed = Signal()
    # A line at the right of the status bar: what is under the pointer.
    status_changed = Signal(str)
    # Asks the window to show another page, by its key ("model", "calibrate", "select", …).
    go_to = Signal(str)
    # Asks the window for the report.
    report_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.primary_action: QAction | None = None
        self.setProperty("panel", "page")

    @property
    def title(self) -> str:
        """The name of the step, translated."""
        raise NotImplementedError

    def subtitle(self) -> str:
        """A few words under the name in the rail: what is there now."""
        return ""

    def state(self) -> PageState:
        """Where this step stands."""
        return PageState("ready")

    def command(self) -> str:
        """The `seer …` line that does what this page shows; empty where there is none."""
        return ""

    def shown(self) -> None:
        """The page came into view."""
