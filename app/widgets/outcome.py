"""Lines that say how something came out: a mark, what it is, and the detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QLabel, QWidget

from app.theme import pixmap, theme, theme_changed
from app.widgets.forms import column, label, row

Mark = Literal["good", "warn", "bad", "wait"]
_ICONS = {
    "good": ("check", "good"),
    "warn": ("warning", "warn"),
    "bad": ("close", "bad"),
    "wait": ("clock", "text_faint"),
}


@dataclass(frozen=True)
class Outcome:
    """One line.

    Attributes:
        mark: How it came out.
        text: What it is.
        detail: The number or the reason, dimmed.
    """

    mark: Mark
    text: str
    detail: str = ""


class OutcomeList(QWidget):
    """Outcomes, one a line.

    Args:
        parent: Qt's parent.
        stacked: Whether the detail is below the text: for sentences.
    """

    def __init__(self, parent: QWidget | None = None, *, stacked: bool = False) -> None:
        super().__init__(parent)
        self._stacked = stacked
        self._box = column(spacing=12 if stacked else 8)
        self.setLayout(self._box)
        self._outcomes: tuple[Outcome, ...] = ()
        self._marks: list[tuple[QLabel, Mark]] = []
        theme_changed.connect(self._dress)

    def outcomes(self) -> tuple[Outcome, ...]:
        """What is shown."""
        return self._outcomes

    def set_outcomes(self, outcomes: tuple[Outcome, ...]) -> None:
        """Show other lines."""
        if outcomes == self._outcomes:
            return
        self._outcomes = outcomes
        while (item := self._box.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._marks = []
        for outcome in outcomes:
            self._box.addWidget(self._line(outcome))
        self._dress()

    def _line(self, outcome: Outcome) -> QWidget:
        mark = QLabel()
        mark.setFixedSize(QSize(16, 16))
        self._marks.append((mark, outcome.mark))
        out = QWidget()
        if self._stacked:
            text = label(outcome.text, wrap=True)
            detail = label(outcome.detail, "caption", wrap=True)
            box = row(column(mark, None), column(text, detail, spacing=2), spacing=8)
            box.setStretch(1, 1)
        else:
            text = label(outcome.text)
            detail = label(outcome.detail, "dim", wrap=True)
            box = row(mark, text, detail, spacing=8)
            box.setStretch(2, 1)
        out.setLayout(box)
        out.setAccessibleName(f"{outcome.text} {outcome.detail}".strip())
        return out

    @Slot()
    def _dress(self) -> None:
        for picture, mark in self._marks:
            name, token = _ICONS[mark]
            picture.setPixmap(pixmap(name, getattr(theme(), token), 16))
