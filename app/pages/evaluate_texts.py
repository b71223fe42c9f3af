"""The dialog that chooses what to evaluate on: texts, questions, windows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from app.theme import UNIT
from app.widgets.dialog_size import resize_within
from app.widgets.forms import column, label, scrolled, set_property
from app.widgets.questions import Questions, QuestionsForm
from app.widgets.text_form import TextChoice, TextForm


class TextsDialog(QDialog):
    """Both forms in a dialog; `form.choice()` and `asked.questions()` are the answer."""

    def __init__(
        self, choice: TextChoice, questions: Questions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What to measure on"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        resize_within(self, QSize(520, 640))
        self.form = TextForm()
        self.form.set_choice(choice)
        self.form.layout().setContentsMargins(0, 0, 12, 0)
        self.asked = QuestionsForm()
        self.asked.set_questions(questions)
        self.asked.layout().setContentsMargins(0, 0, 12, 0)
        note = label(
            self.tr(
                "“Bundled texts” here means the held-out ones, which no profile reads. Variants "
                "compare only when they were measured on the same texts."
            ),
            "dim",
            wrap=True,
        )
        buttons = QDialogButtonBox()
        self.accept_button = buttons.addButton(
            self.tr("Use these"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        set_property(self.accept_button, "kind", "primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.form.changed.connect(self._on_changed)
        both = QWidget()
        both.setLayout(column(self.form, self.asked, None, spacing=2 * UNIT))
        area = scrolled(both)
        box = column(note, area, buttons, spacing=2 * UNIT, margins=(20, 20, 20, 20))
        box.setStretch(1, 1)
        self.setLayout(box)
        self._on_changed()

    def _on_changed(self) -> None:
        self.accept_button.setEnabled(bool(self.form.choice().sources))
