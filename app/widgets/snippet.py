"""A few lines of code with a button that copies them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.theme import UNIT, mono_font
from app.widgets.forms import IconButton, column, label, row

MOST_LINES = 8


class Snippet(QWidget):
    """A caption, a copy button, and the code below them."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.copy = IconButton("copy", self.tr("Copy"))
        self.copy.clicked.connect(self._copy)
        self.code = QPlainTextEdit()
        self.code.setReadOnly(True)
        self.code.setFont(mono_font())
        self.code.setProperty("role", "mono")
        self.code.setFrameShape(QFrame.Shape.NoFrame)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.code.setTabChangesFocus(True)
        self.code.setAccessibleName(caption)
        head = row(label(caption, "section"), None, self.copy)
        self.setLayout(column(head, self.code, spacing=UNIT // 2))

    def text(self) -> str:
        """The code."""
        return self.code.toPlainText()

    def set_text(self, text: str) -> None:
        """Show other code, in a box as high as it."""
        if text.rstrip() == self.text():
            return
        self.code.setPlainText(text.rstrip())
        lines = min(text.rstrip().count("\n") + 1, MOST_LINES)
        height = QFontMetrics(mono_font()).lineSpacing() * lines
        self.code.setFixedHeight(height + 3 * UNIT + 10)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
