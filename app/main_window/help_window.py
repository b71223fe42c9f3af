"""The help pages in a window of their own, beside the work."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.theme import UNIT
from app.widgets.dialog_size import resize_within
from app.widgets.forms import column, label, row
from app.widgets.help_text import HelpText, topic_of_link
from app.widgets.said import window_language
from resources.help import HelpPage, help_pages

SIZE = QSize(900, 680)
LIST_WIDTH = 200


class HelpWindow(QDialog):
    """Topics at the left, the page at the right, a search over all of them.

    It stays open beside the window, and is one: a second call shows another page in it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pages = {page.key: page for page in help_pages(window_language())}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the help pages"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.topics = QListWidget()
        self.topics.setProperty("panel", "plain")
        self.topics.setAccessibleName(self.tr("Topics"))
        self.topics.currentItemChanged.connect(self._show_item)
        self.nothing = label(self.tr("No page says this."), "caption", wrap=True)
        self.nothing.hide()
        self.text = HelpText()
        self.text.setAccessibleName(self.tr("Help text"))
        self.text.anchorClicked.connect(self._follow)
        for page in self._pages.values():
            item = QListWidgetItem(page.title)
            item.setData(Qt.ItemDataRole.UserRole, page.key)
            self.topics.addItem(item)
        left = QWidget()
        left.setFixedWidth(LIST_WIDTH)
        left.setLayout(column(self.search, self.nothing, self.topics))
        box = row(left, self.text, spacing=3 * UNIT, margins=(16, 16, 16, 16))
        box.setStretch(1, 1)
        self.setLayout(box)
        resize_within(self, SIZE)

    @property
    def page(self) -> HelpPage:
        """The page that is shown."""
        return self._pages[self.topics.currentItem().data(Qt.ItemDataRole.UserRole)]

    def show_topic(self, topic: str) -> None:
        """Show a page, scrolled to a section; the first page where there is no such topic."""
        key, _, section = topic.partition("#")
        rows = [self.topics.item(at) for at in range(self.topics.count())]
        wanted = next((r for r in rows if r.data(Qt.ItemDataRole.UserRole) == key), rows[0])
        self.search.clear()
        self.topics.setCurrentItem(wanted)
        found = self.page.sections.get(section)
        if found is not None:
            self._scroll_to(found.title)

    def _scroll_to(self, heading: str) -> None:
        """Bring a heading to the top."""
        document, block = self.text.document(), self.text.document().firstBlock()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text().strip() == heading:
                top = document.documentLayout().blockBoundingRect(block).top()
                self.text.verticalScrollBar().setValue(round(top))
                return
            block = block.next()

    @Slot(QListWidgetItem, QListWidgetItem)
    def _show_item(self, item: QListWidgetItem | None, _before: object) -> None:
        if item is not None:
            self.text.set_markdown(self._pages[item.data(Qt.ItemDataRole.UserRole)].text)
            self.text.verticalScrollBar().setValue(0)

    @Slot(str)
    def _find(self, words: str) -> None:
        """Leave the pages that hold all words."""
        wanted = words.casefold().split()
        shown = 0
        for at in range(self.topics.count()):
            item = self.topics.item(at)
            text = self._pages[item.data(Qt.ItemDataRole.UserRole)].text.casefold()
            item.setHidden(not all(word in text for word in wanted))
            shown += not item.isHidden()
        self.nothing.setVisible(not shown)
        current = self.topics.currentItem()
        if shown and (current is None or current.isHidden()):
            first = next(
                self.topics.item(at)
                for at in range(self.topics.count())
                if not self.topics.item(at).isHidden()
            )
            self.topics.setCurrentItem(first)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        """A page of ours opens here, anything else in the browser."""
        target = url.toString()
        topic = topic_of_link(target)
        if topic.partition("#")[0] in self._pages:
            self.show_topic(topic)
        elif url.scheme() in {"http", "https"}:
            QDesktopServices.openUrl(url)
