"""What to know of a model before working with it: what is wrong with it, remarks on its family."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.theme import UNIT
from app.widgets.banner import Banner
from app.widgets.cards import Card
from app.widgets.forms import column, label, sentence
from app.widgets.said import said

MOST_PROBLEMS = 4


class Problems(QWidget):
    """A line for each thing that is wrong with a model, the worst first; hidden without one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = tuple(Banner() for _ in range(MOST_PROBLEMS))
        self.setLayout(column(*self.lines, spacing=UNIT))

    def show_problems(self, problems: Sequence[str]) -> None:
        """Show what core found, in the window's language."""
        texts = [sentence(said(problem)) for problem in problems]
        if len(texts) > MOST_PROBLEMS:
            more, last = len(texts) - MOST_PROBLEMS, texts[MOST_PROBLEMS - 1]
            text = self.tr("{text} (and {more} more)").format(text=last, more=more)
            texts[MOST_PROBLEMS - 1] = text
        for line, text in zip(self.lines, (*texts, *[""] * MOST_PROBLEMS), strict=False):
            if text:
                line.say(text)
            else:
                line.clear()
        self.setVisible(bool(texts))


class RemarksCard(Card):
    """What to know of the model's family before working with it; hidden where there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._lines = column(spacing=UNIT)
        self.body.addWidget(label(self.tr("Good to know"), "strong"))
        self.body.addLayout(self._lines)
        self.texts: tuple[str, ...] = ()

    def show_family(self, model_type: str) -> None:
        """Show core's remarks on a family, in the window's language."""
        from core.families import remarks_on

        self.texts = tuple(said(remark) for remark in remarks_on(model_type))
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for text in self.texts:
            self._lines.addWidget(label(text, "dim", wrap=True, selectable=True))
        self.setVisible(bool(self.texts))
