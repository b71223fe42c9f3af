"""Where the Select page's numbers can be asked about: strip, card, the heat map's cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.pages.select.inspector import Inspector
from app.session import Session
from app.session.provenance import asker_for
from app.widgets.heatmap import HeatMap
from app.widgets.provenance import Number
from app.widgets.whatif import WhatIfStrip


class Asking(QObject):
    """Ties the page's widgets to what the session knows of their numbers.

    Args:
        session: Knows what made them.
        strip: What the plan costs.
        inspector: The card of the expert under the cursor.
        cells: The heat map.
        parent: Qt's parent.
    """

    def __init__(
        self,
        session: Session,
        *,
        strip: WhatIfStrip,
        inspector: Inspector,
        cells: HeatMap,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._facts, self._map = inspector.facts, cells
        self.asker = asker_for(session, self)
        for shown in (strip, inspector.facts, inspector.ranks):
            self.asker.watch(shown)
        self.asker.watch_pointed(cells, self.pointed)

    def pointed(self) -> Number | None:
        """The score of the expert under the cursor; the card has it last."""
        found, cell = self._facts.numbers(), self._map.cursor_cell
        if cell is None or not found:
            return None
        return replace(found[-1], box=self._map.cell_rect(*cell).toAlignedRect())
