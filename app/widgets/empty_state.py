"""What a page shows when there is nothing yet: why, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.theme import UNIT, pixmap, theme, theme_changed
from app.widgets.forms import Button, column, label, row


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
        self.text.setFixedWidth(420)
        self.button = Button(button, "primary")
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.activated)
        self.setLayout(
            column(
                None,
                self._icon,
                UNIT,
                self.heading,
                row(None, self.text, None),
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
        self.button.setText(button)
        self.button.setVisible(bool(button))

    def _dress(self) -> None:
        self._icon.setPixmap(pixmap(self._icon_name, theme().text_faint, 40))
