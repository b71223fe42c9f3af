"""A form at the left, what comes of it at the right: one measure for all pages with both."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget

from app.widgets.forms import row

# Logical pixels of a form: the widest needs this in Korean, and none gains by more.
FORM_WIDTH = 412
GAP = 12  # at the right of the form, then its scroll bar, then as much again to what is beside
BAR = 8


class Beside(QWidget):
    """Shares the width: the form has what it needs, the rest takes what is left.

    Args:
        form: Scrolls by itself.
        rest: Beside it.
        most: The greatest width of the rest; 0 lets it take everything.
        parent: Qt's parent.
    """

    def __init__(
        self, form: QScrollArea, rest: QWidget, *, most: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        form.widget().layout().setContentsMargins(0, 0, GAP, 0)
        form.setFixedWidth(FORM_WIDTH + GAP + BAR)
        box = row(form, rest, spacing=GAP)
        box.setStretch(1, 1_000)  # as much as it may have before anything is left
        if most:
            rest.setMaximumWidth(most)
            box.addStretch(1)
        self.setLayout(box)
