"""A line across the page that says something that matters here, with the button that helps."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.theme import UNIT, pixmap, theme, theme_changed
from app.widgets.breakable import breakable
from app.widgets.forms import Button, label, row, set_property

_ICONS = {"notice": ("warning", "warn"), "bad": ("warning", "bad"), "info": ("info", "text_dim")}


class Banner(QFrame):
    """Hidden until it has something to say."""

    clicked = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "notice"
        self._said = ""
        self._on_click: Callable[[], object] | None = None
        self._icon = QLabel()
        self._icon.setFixedSize(QSize(16, 16))
        self._text = label(wrap=True)
        self._button = Button()
        self._button.clicked.connect(self._click)
        self._dismiss = Button("", "ghost")
        self._dismiss.clicked.connect(self.clear)
        box = row(
            self._icon, self._text, self._dismiss, self._button, spacing=12, margins=(12, 6, 6, 6)
        )
        box.setStretch(1, 1)
        self.setLayout(box)
        self.setMinimumHeight(5 * UNIT + 2)
        self.setProperty("panel", "notice")
        theme_changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._said

    @property
    def button(self) -> Button:
        """The button that helps; hidden where there is none."""
        return self._button

    @property
    def dismiss(self) -> Button:
        """The button that sends the message away; hidden where it stays."""
        return self._dismiss

    @property
    def has_button(self) -> bool:
        """Whether something is offered."""
        return bool(self._button.text())

    def say(
        self,
        text: str,
        kind: str = "notice",
        button: str = "",
        on_click: Callable[[], object] | None = None,
        *,
        dismiss: str = "",
    ) -> None:
        """Show a message.

        Args:
            text: One sentence.
            kind: "notice", "bad" or "info".
            button: What the button says; empty for none.
            on_click: What it does, besides `clicked`.
            dismiss: What the button says that sends the message away; empty for none.
        """
        self._kind, self._on_click = kind, on_click
        self._said = text
        self._text.setText(breakable(text))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._dismiss.setText(dismiss)
        self._dismiss.setVisible(bool(dismiss))
        set_property(self, "panel", kind)
        self.setAccessibleName(text)
        self._dress()
        self.show()

    def clear(self) -> None:
        """Have nothing to say."""
        self.hide()
        self.cleared.emit()

    def _click(self) -> None:
        if self._on_click is not None:
            self._on_click()
        self.clicked.emit()

    def _dress(self) -> None:
        name, token = _ICONS[self._kind]
        self._icon.setPixmap(pixmap(name, getattr(theme(), token), 16))
