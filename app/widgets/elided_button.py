"""A button whose words may be long, like file names: it shortens them where room is short."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from app.widgets.forms import Button

LEAST = 8  # letters that stay
STYLE_GAP = 4  # which Qt's styles leave between icon and text


class ElidedButton(Button):
    """A push button that is as wide as its text where it can; `text()` is the whole text."""

    def __init__(
        self, text: str = "", kind: str = "", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, kind, icon_name, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Room for the beginning of the text."""
        whole, metrics = self.sizeHint(), self.fontMetrics()
        text = metrics.horizontalAdvance(self.text())
        least = min(text, LEAST * metrics.averageCharWidth())
        return QSize(whole.width() - text + least, whole.height())

    def shown_text(self) -> str:
        """The text as it is painted."""
        return self._option().text

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As any button, with what there is room for."""
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, self._option())

    def _option(self) -> QStyleOptionButton:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        contents = self.style().subElementRect(
            QStyle.SubElement.SE_PushButtonContents, option, self
        )
        icon = 0 if option.icon.isNull() else option.iconSize.width() + STYLE_GAP
        option.text = option.fontMetrics.elidedText(
            option.text, Qt.TextElideMode.ElideRight, contents.width() - icon
        )
        return option
