"""The heat map of the Calibrate page: it fills while the model reads; before that, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.widgets.empty_state import EmptyState
from app.widgets.forms import column, label
from app.widgets.heatmap_canvas import CellState, HeatMapCanvas

if TYPE_CHECKING:
    from app.session import Session


class ProfileMap(QStackedWidget):
    """The routing counted so far, or an empty state that offers the run."""

    run_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = HeatMapCanvas()
        self.note = label("", "caption")
        self.empty = EmptyState("calibrate", "", "")
        self.empty.activated.connect(self.run_wanted)
        inner = QWidget()
        box = column(self.note, self.map)
        box.setStretch(1, 1)
        inner.setLayout(box)
        self.addWidget(self.empty)
        self.addWidget(inner)

    def show_scores(self, session: Session) -> None:
        """Show the scores of the profile that is there or growing; without one, the empty state."""
        profile, plan = session.shown_profile, session.plan
        self.setCurrentIndex(0 if profile is None or plan is None else 1)
        if profile is None or plan is None:
            return
        exists = plan.exists_LE
        nothing = np.zeros_like(exists)
        state = CellState(
            exists_LE=exists,
            kept_LE=exists,
            locked_LE=nothing,
            protected_LE=nothing,
            fixed_LE=nothing,
        )
        if self.map.layer_ids != plan.layer_ids:
            self.map.set_layers(plan.layer_ids)
        if self.map.state.exists_LE.shape != exists.shape:
            self.map.set_state(state)
        seen_LE = (profile.tokens.sum(axis=0) > 0)[:, None] & exists
        self.map.set_scores(session.scores_LE, seen_LE)
        self.note.setText(
            self.tr("{metric} by layer and expert, {tokens} tokens read").format(
                metric=session.metric, tokens=f"{int(profile.tokens[:, 0].sum()):,}"
            )
        )

    def explain(self, *, busy: bool, ready: bool) -> None:
        """Say why nothing is there yet; `ready` when a run could start."""
        if busy:
            self.empty.set_text(
                self.tr("The first counts are on their way"),
                self.tr("This map fills batch by batch while the model reads."),
            )
            return
        self.empty.set_text(
            self.tr("Nothing was profiled yet"),
            self.tr(
                "Run the profile: the model reads the texts at the left, and this map fills with "
                "how often each layer chooses each of its experts."
            ),
            self.tr("Run profile"),
        )
        self.empty.button.setEnabled(ready)
