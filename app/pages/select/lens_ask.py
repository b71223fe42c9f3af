"""What the token lens looks at: the text, and the buttons beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QMenu, QPlainTextEdit, QWidget

from app.pages.select.samples import sample_domains
from app.theme import UNIT
from app.widgets.forms import Button, IconButton, row

HIGH, LOW = 68, 40  # of the text: three lines, or the one that a low window has room for


class LensAsk(QWidget):
    """A text field as high as the window allows, with its buttons stacked or in a row."""

    sample_chosen = Signal(str)  # its domain

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QPlainTextEdit()
        self.edit.setPlaceholderText(
            self.tr("Type or paste a text: see which experts each token uses in every layer")
        )
        self.edit.setAccessibleName(self.tr("Text to look at"))
        self.edit.setTabChangesFocus(True)
        self.edit.setPlainText(text)
        self.look = Button(self.tr("Look"), "primary", "search")
        self.look.setToolTip(self.tr("Run the model over this text (Ctrl+Enter)"))
        self.samples = Button(self.tr("Samples"))
        self.samples.setMenu(self._sample_menu())
        self.more = IconButton("more", self.tr("Save or open what was looked at"))
        self._buttons = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._buttons.addWidget(self.look)
        self._buttons.addLayout(row(self.samples, self.more, spacing=4))
        box = row(self.edit, self._buttons, spacing=UNIT)
        box.setStretch(0, 1)
        self.setLayout(box)
        self.set_low(low=False)

    def set_low(self, *, low: bool) -> None:
        """Leave the height to what was found."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._buttons.setDirection(across if low else down)
        self._buttons.setSpacing(UNIT if low else 6)
        self.edit.setFixedHeight(LOW if low else HIGH)

    def _sample_menu(self) -> QMenu:
        menu = QMenu(self)
        for domain in sample_domains():
            action = menu.addAction(domain)
            action.setData(domain)
        menu.triggered.connect(self._take_sample)
        return menu

    @Slot(QAction)
    def _take_sample(self, action: QAction) -> None:
        self.sample_chosen.emit(str(action.data()))
