"""What the window does when somebody asks: help pages, keys, the tour, the about box."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from app.jobs.job import Job
from app.main_window.about import AboutBox
from app.main_window.actions import action
from app.main_window.help_window import HelpWindow
from app.main_window.shortcuts import ShortcutSheet
from app.main_window.tour import stops
from app.widgets.help_text import help_asked, topic_at
from app.widgets.tour import Tour

TOUR_SEEN = "tour_seen"  # the preference's key


class HelpDesk(QObject):
    """Owns the help menu and the windows that it opens.

    Args:
        window: The main window: its `pages`, `session`, `settings`, and `current_topic()`.
    """

    def __init__(self, window) -> None:
        super().__init__(window)
        self._window = window
        self._help: HelpWindow | None = None
        self._opening: Job | None = None
        self.tour: Tour | None = None
        self.menu = QMenu(self.tr("Help"), window)
        keys = QKeySequence.StandardKey.HelpContents
        self.menu.addAction(action(window, self.tr("Help for this page"), self.show_help, keys))
        self.menu.addAction(
            action(window, self.tr("Keyboard shortcuts"), self.show_shortcuts, "Ctrl+/")
        )
        self.menu.addAction(action(window, self.tr("Take the tour"), self.take_tour))
        self.menu.addSeparator()
        self.menu.addAction(action(window, self.tr("About SEER Studio"), self.show_about))
        help_asked.connect(self.show_topic)

    @Slot()
    def show_help(self) -> None:
        """The help of the setting that has the focus, else of the page."""
        self.show_topic(topic_at(QApplication.focusWidget()) or self._window.current_topic())

    @Slot(str)
    def show_topic(self, topic: str) -> None:
        """Show a page of help by its topic."""
        if self._window.replaced:
            return  # a window built anew, in another language, answers
        if self._help is None:
            self._help = HelpWindow(self._window)
            self._help.destroyed.connect(self._forget)
        self._help.show()  # a text has no places to scroll to before it has a width
        self._help.show_topic(topic)
        self._help.raise_()
        self._help.activateWindow()

    @Slot()
    def show_shortcuts(self) -> ShortcutSheet:
        """Show the sheet of keys."""
        sheet = ShortcutSheet(self._window.actions(), self._window)
        sheet.open()
        return sheet

    @Slot()
    def show_about(self) -> AboutBox:
        """Show the about box."""
        box = AboutBox(self._window)
        box.open()
        return box

    @Slot()
    def take_tour(self) -> None:
        """Walk over the window with the bundled model, opening it if nothing is open."""
        if self.tour is not None:
            return
        session = self._window.session
        if session.info is not None:
            self._begin_tour()
            return
        self._opening = session.open_demo()
        self._opening.finished.connect(self._demo_opened)

    @Slot()
    def _demo_opened(self) -> None:
        if self._opening is not None and self._opening.state == "done" and self.tour is None:
            self._begin_tour()
        self._opening = None

    def _begin_tour(self) -> None:
        window = self._window
        window.load_all()
        self.tour = Tour(stops(window), window)
        self.tour.ended.connect(self._tour_ended)

    @Slot(bool)
    def _tour_ended(self, _walked: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.tour = None
        self._window.settings.set(TOUR_SEEN, "yes")

    @Slot()
    def _forget(self) -> None:
        self._help = None
