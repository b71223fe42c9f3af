"""Where the Select page's numbers can be asked about: strip, card, the heat map's cursor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.widgets.provenance import Asker, Number

if TYPE_CHECKING:
    from app.pages.select.page import SelectPage


class Asking(QObject):
    """Ties the page's widgets to what the session knows of their numbers."""

    def __init__(self, page: SelectPage) -> None:
        super().__init__(page)
        self._page = page
        self.asker = Asker(page.session.provenance, self)
        card = page.inspector
        for shown in (page.strip, card.facts, card.ranks):
            self.asker.watch(shown)
        self.asker.watch_pointed(page.map, self.pointed)

    def pointed(self) -> Number | None:
        """The score of the expert under the cursor; the card has it last."""
        found, cell = self._page.inspector.facts.numbers(), self._page.map.cursor_cell
        if cell is None or not found:
            return None
        return replace(found[-1], box=self._page.map.cell_rect(*cell).toAlignedRect())
