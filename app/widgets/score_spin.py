"""A field for a score: any size from 1e-9 to 1e9, shown in a few digits."""

from __future__ import annotations

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

MOST = 1e15
DECIMALS = 30  # so that no score is rounded to nothing
STEP = 0.05  # of the value


class ScoreSpin(QDoubleSpinBox):
    """A number with a relative step, in scientific notation where that is shorter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(DECIMALS)
        self.setRange(-MOST, MOST)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(6, 0, 0, 0)

    def textFromValue(self, value: float) -> str:
        """Six digits."""
        return f"{value:.6g}"

    def valueFromText(self, text: str) -> float:
        """As Python reads it, with a decimal comma, too."""
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return self.value()

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """What is a finite number, or may become one."""
        word = text.strip().replace(",", ".").lower()
        try:
            inside = abs(float(word)) <= MOST
        except ValueError:
            begun = set(word) <= set("+-.0123456789e")
            state = QValidator.State.Intermediate if begun else QValidator.State.Invalid
            return state, text, at
        return (QValidator.State.Acceptable if inside else QValidator.State.Invalid), text, at

    def stepBy(self, steps: int) -> None:
        """A twentieth up or down."""
        now = self.value()
        self.setValue(now + steps * (STEP * abs(now) if now else STEP))
