"""A box of choices whose words may be long, like names of runs: it shortens what it shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip

LEAST = 72  # logical pixels


class ElidedCombo(QComboBox):
    """Qt cuts the current text off in the middle of a letter; this ends it in an ellipsis.

    Where it is shortened, the tooltip tells it whole, unless the box has a tooltip of its own.
    """

    def minimumSizeHint(self) -> QSize:
        """Narrow: the point of eliding."""
        return QSize(LEAST, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """The current text as it is painted."""
        return self._option().currentText

    def event(self, event: QEvent) -> bool:
        """Tell the whole text."""
        asked = event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent)
        if asked and not self.toolTip() and self.shown_text() != self.currentText():
            QToolTip.showText(event.globalPos(), self.currentText(), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As any box, with what there is room for."""
        painter, option = QStylePainter(self), self._option()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, field.width()
        )
        return option
