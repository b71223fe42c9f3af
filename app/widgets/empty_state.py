"""What a page shows when there is nothing yet: why, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.theme import UNIT, pixmap, theme, theme_changed
from app.widgets.forms import Button, column, label, row

# Widths of the sentence: what a narrow panel has, what is still read in one sweep.
LEAST, MOST = 280, 440
SLACK = 4  # rounding of glyph widths at fractional positions


class EmptyState(QWidget):
    """An icon, a heading, a sentence and a button, in the middle of what there is.

    Args:
        icon_name: The icon.
        title: What is missing.
        text: Why it matters and where it comes from.
        button: What the button says; empty for none.
    """

    activated = Signal()

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str,
        button: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.heading = label(title, "heading")
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = label(text, "dim")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setMinimumWidth(LEAST)
        self.button = Button(button, "primary")
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.activated)
        middle = row(None, self.text, None)
        middle.setStretch(1, 1_000)  # as much as it wants before the sides have anything
        self.setLayout(
            column(
                None,
                self._icon,
                UNIT,
                self.heading,
                middle,
                UNIT,
                row(None, self.button, None),
                None,
                None,
            )
        )
        self._dress()
        theme_changed.connect(self._dress)

    def set_text(self, title: str, text: str, button: str = "") -> None:
        """Say something else."""
        self.heading.setText(title)
        self.text.setText(text)
        self._balance()
        self.button.setText(button)
        self.button.setVisible(bool(button))

    def event(self, event: QEvent) -> bool:
        """Lines of about the same length, in whatever font."""
        if event.type() in {QEvent.Type.Polish, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._balance()
        return super().event(event)

    def _balance(self) -> None:
        """The narrowest box that has no more lines than the widest."""
        metrics, text = self.text.fontMetrics(), self.text.text()
        wrap = Qt.TextFlag.TextWordWrap

        def high(width: int) -> int:
            return metrics.boundingRect(QRect(0, 0, width, 10_000), wrap, text).height()

        low, most = LEAST, MOST
        while low < most:
            half = (low + most) // 2
            low, most = (low, half) if high(half) <= high(MOST) else (half + 1, most)
        self.text.setMaximumWidth(low + SLACK)

    def _dress(self) -> None:
        self._icon.setPixmap(pixmap(self._icon_name, theme().text_faint, 40))
