"""A field for one number that may be left to the engine, and says what that would be."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.forms import set_property


class NumberField(QLineEdit):
    """Takes 200, 1,000, 0.01 or 5e-4; empty is "automatic" where that is allowed.

    Signals:
        edited: `value()` or `valid` would answer differently.

    Args:
        least: The smallest number.
        most: The largest number.
        whole: Whether it must be whole.
        automatic: Whether it may be empty.
        parent: Qt's parent.
    """

    edited = Signal()

    def __init__(
        self,
        least: float = 0.0,
        most: float = math.inf,
        *,
        whole: bool = False,
        automatic: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self._whole = whole
        self._may_be_empty = automatic
        self.textChanged.connect(self._on_text)
        self._on_text()

    @property
    def valid(self) -> bool:
        """Whether what stands there is a number in range, or allowed to be nothing."""
        text = self.text().strip()
        return self._may_be_empty if not text else self._read(text) is not None

    def value(self) -> float | None:
        """The number; None while it is automatic or wrong."""
        return self._read(self.text().strip())

    def number(self, default: float) -> float:
        """The number, or another one while it is wrong."""
        value = self.value()
        return default if value is None else value

    def set_value(self, value: float | None) -> None:
        """Show a number; None leaves it to the engine."""
        self.setText("" if value is None else written(value, whole=self._whole))

    def set_automatic(self, value: float | None) -> None:
        """Say what an empty field means."""
        text = "" if value is None else written(value, whole=self._whole)
        self.setPlaceholderText(self.tr("{value} (automatic)").format(value=text) if text else "")

    def _read(self, text: str) -> float | None:
        try:
            value = float(text.replace(",", "").replace(" ", ""))
        except ValueError:
            return None
        if not self._least <= value <= self._most or (self._whole and value != int(value)):
            return None
        return value

    @Slot()
    def _on_text(self) -> None:
        set_property(self, "invalid", "false" if self.valid else "true")
        self.setToolTip("" if self.valid else self._allowed())
        self.edited.emit()

    def _allowed(self) -> str:
        least = written(self._least, whole=self._whole)
        if math.isinf(self._most):
            return self.tr("A number of at least {least}").format(least=least)
        most = written(self._most, whole=self._whole)
        return self.tr("A number from {least} to {most}").format(least=least, most=most)


def written(value: float, *, whole: bool) -> str:
    """A number as the field writes it."""
    return f"{int(value):,}" if whole and math.isfinite(value) else f"{value:g}"
