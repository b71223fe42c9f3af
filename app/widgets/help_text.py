"""Whole pages of help as text, and who asks for them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from app.theme import TYPE, UNIT, theme_changed

LINE_HEIGHT = 125  # percent
# A dynamic property of a field: the topic that F1 opens there.
TOPIC = "help_topic"


class _Desk(QObject):
    """Carries the one signal, because a signal needs an object."""

    asked = Signal(str)


_desk = _Desk()
# Somebody wants a page of help, by "page" or "page#section".
help_asked = _desk.asked


class HelpText(QTextBrowser):
    """Markdown in the theme's type; links are told, not followed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("panel", "help")
        self._markdown = ""
        theme_changed.connect(self._dress)

    def set_markdown(self, text: str) -> None:
        """Show a text."""
        self._markdown = text
        self._dress()

    def _dress(self) -> None:
        """Read the Markdown and give it our sizes and distances."""
        document = self.document()
        document.setMarkdown(self._markdown, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        # The cursor went along with the text, and Qt scrolls to it when the text is first shown.
        self.setTextCursor(QTextCursor(document))
        block = document.firstBlock()
        while block.isValid():
            _space(QTextCursor(block), block.blockFormat().headingLevel())
            block = block.next()
        for table in document.rootFrame().childFrames():
            if isinstance(table, QTextTable):
                _plain(table)


def _space(cursor: QTextCursor, heading: int) -> None:
    """Distances of a paragraph, and the size of a heading."""
    blocks = QTextBlockFormat()
    blocks.setTopMargin({0: 0, 1: 0, 2: 2 * UNIT}.get(heading, 2 * UNIT))
    blocks.setBottomMargin(0 if cursor.currentTable() is not None else UNIT)
    blocks.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.mergeBlockFormat(blocks)
    if heading:
        letters = QTextCharFormat()
        size = TYPE.title if heading == 1 else TYPE.heading
        # Markdown gives headings a relative size, which goes before any other.
        letters.setProperty(QTextFormat.Property.FontSizeAdjustment, None)
        letters.setProperty(QTextFormat.Property.FontPixelSize, size)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        cursor.mergeCharFormat(letters)


def _plain(table: QTextTable) -> None:
    """A table without lines."""
    shape = table.format()
    shape.setBorder(0)
    shape.setCellPadding(3)
    shape.setCellSpacing(2)
    shape.setBottomMargin(UNIT)
    table.setFormat(shape)


def topic_of_link(target: str) -> str:
    """The topic of a link between help pages, "scores.md#reap"; other links as they are."""
    page, dot, rest = target.partition(".md")
    return f"{page}{rest}" if dot and "/" not in page else target


def topic_at(widget: QWidget | None) -> str:
    """The topic of a widget or of the nearest of its ancestors that has one; empty if none."""
    while widget is not None:
        topic = widget.property(TOPIC)
        if topic:
            return str(topic)
        widget = widget.parentWidget()
    return ""
