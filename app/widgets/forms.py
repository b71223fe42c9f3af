"""The small parts that pages are made of: labels, buttons, boxes and forms of aligned rows."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import UNIT, button_icon, icon, theme_changed

LABEL_WIDTH = 144
FIELD_WIDTH = 440
ICON_GAP = 4


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a dynamic property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        restyle(widget)


def label(
    text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False
) -> QLabel:
    """A label in one of the theme's roles ("title", "heading", "dim", "caption", "value", …).

    A label that wraps takes the width that there is; text comes as plain text, never as markup.
    """
    out = QLabel(text)
    out.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        out.setProperty("role", role)
    if wrap:
        out.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        out.setSizePolicy(policy)
    if selectable:
        out.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        out.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return out


def sentence(text: str) -> str:
    """A message as a sentence begins; the name of a file keeps its spelling."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text


class ElidedLabel(QLabel):
    """A label that shortens its text with an ellipsis and tells the whole as its tooltip.

    Args:
        text: The whole text.
        role: One of the theme's roles.
        mode: Where the ellipsis goes.
        width: A fixed width; 0 takes what the layout gives.
        parent: Qt's parent.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        width: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = ""
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        if width:
            self.setFixedWidth(width)
        else:
            # Ignored means a size hint of nothing, which a fixed width would be at odds with.
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_text(text)

    @property
    def full_text(self) -> str:
        """The text before it was shortened."""
        return self._full

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._full = text
        self.setAccessibleName(text)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        """Narrow: the point of eliding."""
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """As wide as the whole text would like to be."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._full) + 2, super().sizeHint().height())

    def resizeEvent(self, event) -> None:
        """Shorten to the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(self.width(), 0))
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class Button(QPushButton):
    """A push button of a kind ("", "primary", "hero", "ghost"), with an icon of the theme."""

    def __init__(
        self, text: str = "", kind: str = "", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self._token = {"primary": "on_accent", "hero": "on_accent"}.get(kind, "text_dim")
        if kind:
            self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if icon_name:
            self._dress()
            theme_changed.connect(self._dress)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._dress()

    def setEnabled(self, enabled: bool) -> None:  # noqa: FBT001 - Qt's setter
        """Keep the focus from jumping to whatever comes next, where Space would press it."""
        if not enabled and self.hasFocus():
            self.clearFocus()
        super().setEnabled(enabled)

    def setText(self, text: str) -> None:
        """Without a text the icon needs no gap."""
        super().setText(text)
        if self._icon_name:
            self._dress()

    def _dress(self) -> None:
        gap = ICON_GAP if self.text() else 0
        self.setIconSize(QSize(16 + gap, 16))
        self.setIcon(button_icon(self._icon_name, self._token, 16, gap))


class IconButton(QToolButton):
    """A square button with an icon alone; its name is the tooltip and what a reader announces."""

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.setProperty("kind", "icon")
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_name(name)
        self._dress()
        theme_changed.connect(self._dress)

    def set_name(self, name: str) -> None:
        """Say what it does in another way."""
        self.setToolTip(name)
        self.setAccessibleName(name)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._dress()

    def _dress(self) -> None:
        self.setIcon(icon(self._icon_name))


def panel(kind: str, parent: QWidget | None = None) -> QFrame:
    """A frame with one of the theme's grounds: "card", "rail", "inspector", "notice", "bad"."""
    out = QFrame(parent)
    out.setProperty("panel", kind)
    return out


def line(*, vertical: bool = False, parent: QWidget | None = None) -> QFrame:
    """A hairline."""
    out = panel("line", parent)
    if vertical:
        out.setFixedWidth(1)
    else:
        out.setFixedHeight(1)
    return out


def _fill(box: QBoxLayout, items: Iterable[QWidget | QLayout | int | None]) -> None:
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)


def column(
    *items: QWidget | QLayout | int | None,
    spacing: int = UNIT,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QVBoxLayout:
    """Things from the top down; an int is a gap in pixels, None takes the rest."""
    box = QVBoxLayout()
    box.setSpacing(spacing)
    box.setContentsMargins(*margins)
    _fill(box, items)
    return box


def row(
    *items: QWidget | QLayout | int | None,
    spacing: int = UNIT,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QHBoxLayout:
    """Things from left to right; an int is a gap in pixels, None takes the rest."""
    box = QHBoxLayout()
    box.setSpacing(spacing)
    box.setContentsMargins(*margins)
    _fill(box, items)
    return box


def scrolled(content: QWidget) -> QScrollArea:
    """A page's content that scrolls down when the window is too low for it."""
    content.setProperty("panel", "scroll")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    return area


def limited(content: QWidget, most: int) -> QWidget:
    """Content that stays at the left of a width larger than it can use."""
    content.setMaximumWidth(most)
    out = QWidget()
    box = row(content, None, spacing=0)
    box.setStretch(0, 1_000)  # as much as it may have before anything is left
    out.setLayout(box)
    return out


class FormRow:
    """One row of a form: what it is called, the field, and a hint or an error below it."""

    def __init__(
        self, name: QLabel, field: QWidget, hint: QLabel, aside: QWidget | None = None
    ) -> None:
        self.name = name
        self.field = field
        self.hint = hint
        self.aside = aside
        self._hint = hint.text()

    def set_hint(self, text: str) -> None:
        """Explain the field in other words."""
        self._hint = text
        self.set_error("")

    def set_error(self, text: str) -> None:
        """Say what is wrong with the field; empty takes it back."""
        self.hint.setText(text or self._hint)
        self.hint.setVisible(bool(text or self._hint) and not self.field.isHidden())
        set_property(self.hint, "role", "bad" if text else "caption")
        set_property(self.field, "invalid", "true" if text else "false")

    def set_visible(self, visible: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show or hide the whole row."""
        self.name.setVisible(visible)
        self.field.setVisible(visible)
        self.hint.setVisible(visible and bool(self.hint.text()))
        if self.aside is not None:
            self.aside.setVisible(visible)

    def set_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Allow or forbid the field."""
        self.name.setEnabled(enabled)
        self.field.setEnabled(enabled)


class Form(QWidget):
    """Rows whose labels and fields line up.

    Args:
        label_width: The least width of the column of labels.
        field_width: The greatest width of a field; 0 lets fields take what there is.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        label_width: int = LABEL_WIDTH,
        field_width: int = FIELD_WIDTH,
    ) -> None:
        super().__init__(parent)
        self._field_width = field_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(UNIT)
        self._grid.setColumnMinimumWidth(0, label_width)
        self._grid.setColumnStretch(1, 1)

    def add_section(self, title: str) -> QLabel:
        """A heading over the rows that follow."""
        out = label(title, "section")
        at = self._grid.rowCount()
        if at > 1:
            self._grid.setRowMinimumHeight(at, UNIT)
        self._grid.addWidget(out, at + 1, 0, 1, 2)
        return out

    def add_row(
        self, name: str, field: QWidget, hint: str = "", aside: QWidget | None = None
    ) -> FormRow:
        """Add one row.

        Args:
            name: What the field is called; also what a screen reader announces.
            field: A line edit, combo box, spin box, check box, or a widget that holds several.
            hint: One sentence below the field.
            aside: Something small at the right of the field, such as its help.
        """
        caption = label(name, "dim")
        caption.setMinimumHeight(30)
        caption.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(name)
        if hint and not field.accessibleDescription():
            field.setAccessibleDescription(hint)
        if self._field_width:
            field.setMaximumWidth(self._field_width)
        below = label(hint, "caption", wrap=True)
        below.setVisible(bool(hint))
        cell = column(field, below, spacing=4)
        at = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(caption, at, 0, top)
        self._grid.addLayout(cell, at, 1)
        if aside is not None:
            beside = column(aside, margins=(0, 5, 0, 0))
            self._grid.addLayout(beside, at, 2, top)
        return FormRow(caption, field, below, aside)

    def add_widget(self, widget: QWidget) -> None:
        """Something across both columns."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)
