"""Stage 2, fine-tuning under an entropy penalty: not built yet, and said so."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.pages.page import Page, PageState
from app.session import Session
from app.widgets.empty_state import EmptyState
from app.widgets.forms import column


class TunePage(Page):
    """Says what is coming."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        empty = EmptyState(
            "tune",
            self.tr("Tuning is coming"),
            self.tr(
                "Stage 2 of SEER-MoE fine-tunes the smaller model while Top-K falls and an entropy "
                "penalty narrows the router's choice. Until it is here, a plan can be checked on "
                "Evaluate and written on Export as it is."
            ),
        )
        self.setLayout(column(empty))

    @property
    def title(self) -> str:
        """The step's name."""
        return self.tr("Tune")

    def subtitle(self) -> str:
        """Not there yet."""
        return self.tr("coming")

    def state(self) -> PageState:
        """Nothing can be done here."""
        return PageState("blocked", self.tr("Tuning is coming in a later version."))
