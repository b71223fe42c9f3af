"""A segmented control: a few views of one thing, of which one shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QWidget

from app.widgets.forms import row, set_property

DENSE = 16  # logical pixels beside a word where there is little room


class Segments(QFrame):
    """Buttons of which exactly one is down; arrow keys move between them.

    Args:
        items: (key, text, tooltip) of each.
        name: What a screen reader calls the whole.
        parent: Qt's parent.
    """

    chosen = Signal(str)  # the key, when the user chose another

    def __init__(
        self, items: Sequence[tuple[str, str, str]], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "segments")
        self.setAccessibleName(name)
        self._by_press = False
        self._group = QButtonGroup(self)
        self._keys = [key for key, _, _ in items]
        buttons = []
        for index, (_, text, tip) in enumerate(items):
            button = QPushButton(text)
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setToolTip(tip)
            # A click leaves the keyboard with what it turns to; arrows work after Tab.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setChecked(index == 0)
            self._group.addButton(button, index)
            buttons.append(button)
        self.setLayout(row(*buttons, spacing=2, margins=(3, 3, 3, 3)))
        # Toggled, not clicked: arrow keys check without a click.
        self._group.idToggled.connect(self._toggled)
        self._group.buttonPressed.connect(self._pressed)

    @property
    def key(self) -> str:
        """The one that is down."""
        return self._keys[self._group.checkedId()]

    def button(self, key: str) -> QPushButton:
        """The button of a key."""
        return self._group.button(self._keys.index(key))  # type: ignore[return-value]

    def minimumSizeHint(self) -> QSize:
        """What the words need at least: a window may become narrow before it is told to be."""
        buttons = self._group.buttons()
        words = sum(b.fontMetrics().horizontalAdvance(b.text()) + DENSE for b in buttons)
        return QSize(words + 6, super().minimumSizeHint().height())

    def set_dense(self, dense: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Less room beside each word, for a narrow window."""
        for button in self._group.buttons():
            set_property(button, "dense", "true" if dense else "false")

    @property
    def has_keyboard(self) -> bool:
        """Whether the arrow keys turn it now."""
        return not self._by_press and any(b.hasFocus() for b in self._group.buttons())

    def set_key(self, key: str) -> None:
        """Turn to another, as if it had been clicked."""
        self.button(key).setChecked(True)

    @Slot()
    def _pressed(self) -> None:
        """Who presses goes to what shows then; who uses the arrows stays here."""
        self._by_press = True

    @Slot(int, bool)
    def _toggled(self, index: int, down: bool) -> None:  # noqa: FBT001 - Qt's signal
        if down:
            self.chosen.emit(self._keys[index])
            self._by_press = False
