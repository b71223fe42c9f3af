"""Help that is one click away: a button beside a setting, and what it opens."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLayout, QWidget

from app.theme import UNIT
from app.widgets.forms import Button, IconButton, column, label, row
from app.widgets.help_text import TOPIC, help_asked
from app.widgets.popover import Popover
from app.widgets.said import window_language
from resources.help import help_section

WIDTH = 360


@dataclass(frozen=True, kw_only=True)
class Help:
    """What is to know about one setting.

    Attributes:
        title: Its name.
        text: What it does and when to change it, in a few sentences.
        formula: What is computed, in one line; empty for none.
        source: Where it comes from; empty for none.
        topic: The page of help that says more, "page#section"; empty for none.
    """

    title: str
    text: str
    formula: str = ""
    source: str = ""
    topic: str = ""


def help_for(topic: str, field: QWidget | None = None) -> HelpButton:
    """The help of a setting as the help pages have it, in the window's language.

    Args:
        topic: "page#section".
        field: The setting's field, in which F1 then opens the page there.

    Raises:
        KeyError: No help page has this section.
    """
    section = help_section(topic, window_language())
    if field is not None:
        field.setProperty(TOPIC, topic)
    return HelpButton(Help(title=section.title, text=section.text, topic=topic))


class HelpPopover(Popover):
    """What is to know about a setting, over the window."""

    def __init__(self, topic: Help, window: QWidget) -> None:
        super().__init__(window, WIDTH)
        text = label(topic.text, wrap=True)
        if topic.topic:  # the help pages are Markdown
            text.setTextFormat(Qt.TextFormat.MarkdownText)
        parts: list[QWidget | QLayout | int | None] = [label(topic.title, "strong"), text]
        if topic.formula:
            parts.append(label(topic.formula, "mono", wrap=True))
        if topic.source:
            parts.append(label(topic.source, "caption", wrap=True))
        self._topic = topic
        if topic.topic:
            self.more = Button(self.tr("More"), "ghost", "book")
            self.more.setToolTip(self.tr("Enter"))
            self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.more.clicked.connect(self._more)
            parts.append(row(None, self.more))
        self.setLayout(column(*parts, spacing=UNIT, margins=(16, 12, 16, 14)))
        self.setAccessibleName(topic.title)
        self.setAccessibleDescription(topic.text)

    @Slot()
    def _more(self) -> None:
        self.close()
        help_asked.emit(self._topic.topic)

    def take_key(self, event: QKeyEvent) -> bool:
        """Enter opens the page that says more."""
        if self._topic.topic and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._more()
            return True
        return False


class HelpButton(IconButton):
    """Opens the help of one setting; Space or Return on the keyboard."""

    def __init__(self, topic: Help, parent: QWidget | None = None) -> None:
        super().__init__("help", topic.title, parent)
        self.topic = topic
        self.popover: HelpPopover | None = None
        self.setProperty("kind", "help")
        self.setAccessibleName(self.tr("Help: {name}").format(name=topic.title))
        self.setToolTip(self.tr("What is this?"))
        self.clicked.connect(self.open_help)

    @Slot()
    def open_help(self) -> None:
        """Show the help."""
        self.popover = HelpPopover(self.topic, self.window())
        self.popover.closed.connect(self._on_closed)
        self.popover.open_beside(self)

    @Slot()
    def _on_closed(self) -> None:
        self.popover = None
        if self.isVisible():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
