"""The window's questions and bad news."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QMessageBox, QPlainTextEdit, QWidget

from app.theme import UNIT, mono_font, pixmap, theme
from app.widgets.forms import Button, column, label, row, sentence


class ErrorDialog(QDialog):
    """What happened, what to try, and the traceback one click away.

    Args:
        title: What was being done.
        what: One sentence.
        remedy: What to try; empty if nothing can be done.
        details: The traceback or log; empty hides the button.
    """

    def __init__(
        self,
        title: str,
        what: str,
        remedy: str = "",
        details: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        mark = QLabel()
        mark.setPixmap(pixmap("warning", theme().bad, 24))
        mark.setFixedSize(QSize(24, 24))
        self.what = label(sentence(what), "strong", wrap=True, selectable=True)
        self.remedy = label(
            self.tr("Try: {remedy}").format(remedy=remedy) if remedy else "",
            "dim",
            wrap=True,
            selectable=True,
        )
        self.remedy.setVisible(bool(remedy))
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setFont(mono_font(11))
        self.details.setMinimumHeight(200)
        self.details.hide()
        self.toggle = Button(self.tr("Show details"), "ghost")
        self.toggle.setCheckable(True)
        self.toggle.setVisible(bool(details))
        self.toggle.toggled.connect(self._show_details)
        self.copy = Button(self.tr("Copy"), "ghost", "copy")
        self.copy.clicked.connect(self._copy)
        close = Button(self.tr("Close"), "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        texts = column(label(title, "heading"), self.what, self.remedy, spacing=UNIT)
        head = row(mark, texts, spacing=2 * UNIT)
        head.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        head.setStretch(1, 1)
        buttons = row(self.toggle, self.copy, None, close)
        margins = (3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        self.setLayout(column(head, self.details, buttons, spacing=2 * UNIT, margins=margins))

    def _show_details(self, shown: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.details.setVisible(shown)
        self.toggle.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self.adjustSize()

    def _copy(self) -> None:
        parts = (self.what.text(), self.remedy.text(), self.details.toPlainText())
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))


class ChoiceDialog(QDialog):
    """A question with several named answers; closing it chooses none.

    Args:
        title: What it is about.
        text: What there is to know.
        choices: Key → what the button says; the first is the safe one.
    """

    chosen = Signal(str)

    def __init__(
        self, title: str, text: str, choices: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.buttons: dict[str, Button] = {}
        for number, (key, words) in enumerate(choices.items()):
            button = Button(words, "" if number else "primary")
            button.setObjectName(key)
            button.clicked.connect(self._choose)
            self.buttons[key] = button
        cancel = Button(self.tr("Cancel"), "ghost")
        cancel.clicked.connect(self.reject)
        texts = column(label(title, "heading", wrap=True), label(text, wrap=True), spacing=UNIT)
        buttons = row(None, cancel, *self.buttons.values())
        margins = (3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        self.setLayout(column(texts, buttons, spacing=2 * UNIT, margins=margins))
        next(iter(self.buttons.values())).setDefault(True)

    def _choose(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Button)
        self.accept()
        self.chosen.emit(sender.objectName())


def ask(parent: QWidget, title: str, text: str, yes: str, no: str) -> bool:
    """A question with two named answers; closing it means no."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(title)
    box.setText(title)
    box.setInformativeText(text)
    accept = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    answered = box.clickedButton() is accept
    box.deleteLater()
    return answered
