"""The window's menu: every action with its keys, the theme, the language, the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from app.main_window.actions import UndoAction, action, choice_menu
from app.main_window.job_desk import JobDesk
from app.main_window.language import LANGUAGES
from app.main_window.opener import Opener
from app.main_window.reporter import Reporter
from app.main_window.settings import Settings
from app.main_window.settings_dialog import SettingsDialog, keep_scales
from app.session import Session
from app.theme import ThemeName, apply_theme, chosen_theme, theme_changed

if TYPE_CHECKING:
    from app.main_window.storage_dialog import StorageDialog

Entry = tuple[str, Callable[[], object], str | QKeySequence.StandardKey]


class WindowMenu(QObject):
    """Makes the actions and the menu; the window lends itself as their parent.

    Args:
        window: Where the keys work.
        session: Whose changes are undone.
        settings: Where preferences are kept.
        opener: Opens and saves.
        reporter: Reports, and says what made a number.
        desk: Shows jobs.
        copy_command: Copies the command line of the page that shows.
        help_menu: Goes in before the last entry.

    Attributes:
        menu: What the menu button opens.
        undo, redo, copy: Actions that the top bar shows too.
    """

    language_chosen = Signal(str)
    freed = Signal()  # something was removed from the project

    def __init__(
        self,
        window: QMainWindow,
        *,
        session: Session,
        settings: Settings,
        opener: Opener,
        reporter: Reporter,
        desk: JobDesk,
        copy_command: Callable[[], object],
        help_menu: QMenu,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, settings
        self._opener = opener
        self.menu = QMenu(window)
        stack = session.undo_stack
        self.undo = UndoAction(stack, redo=False, parent=window)
        self.redo = UndoAction(stack, redo=True, parent=window)
        window.addActions([self.undo, self.redo])
        self.copy = action(window, self.tr("Copy command"), copy_command, "Ctrl+Shift+C")
        self._add_files(opener, reporter)
        self.menu.addSeparator()
        self.menu.addActions([self.undo, self.redo, self.copy])
        self.menu.addSeparator()
        self._add(
            (self.tr("What made this…"), reporter.show_origins, "Ctrl+I"),
            (self.tr("Jobs"), desk.toggle, "Ctrl+J"),
            (self.tr("Earlier runs…"), desk.show_runs, "Ctrl+Shift+J"),
        )
        self._add_choices()
        self._add((self.tr("Settings…"), self.show_settings, "Ctrl+,"))
        self.menu.addMenu(help_menu)
        self.menu.addSeparator()
        self._add((self.tr("Quit"), window.close, "Ctrl+Q"))
        theme_changed.connect(self._keep_scales)

    def _add(self, *entries: Entry) -> None:
        for text, call, keys in entries:
            self.menu.addAction(action(self._window, text, call, keys))

    def _add_files(self, opener: Opener, reporter: Reporter) -> None:
        self._add(
            (self.tr("Open demo"), opener.open_demo, ""),
            (self.tr("Open model folder…"), opener.choose_model, QKeySequence.StandardKey.Open),
            (self.tr("Open project…"), opener.choose_project, "Ctrl+Shift+O"),
            (self.tr("Open profile…"), opener.choose_profile, ""),
            (self.tr("Save project"), opener.save, "Ctrl+S"),
            (self.tr("Save project as…"), opener.save_as, "Ctrl+Shift+S"),
            (self.tr("Storage…"), self.show_storage, ""),
            (self.tr("Report…"), reporter.ask, "Ctrl+R"),
        )
        self.menu.addMenu(opener.recent_menu)

    def _add_choices(self) -> None:
        themes = {
            "system": self.tr("System"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }
        choice_menu(self.menu, self.tr("Theme"), themes, chosen_theme(), self._choose_theme)
        languages = {"system": self.tr("System"), **LANGUAGES}
        current = self._settings.get("language", "system")
        choice_menu(self.menu, self.tr("Language"), languages, current, self._choose_language)

    # -- preferences -------------------------------------------------------------------------

    @Slot()
    def _keep_scales(self) -> None:
        """Colours of data can be chosen in more than one place; all of them are remembered."""
        keep_scales(self._settings)

    @Slot()
    def show_storage(self) -> StorageDialog:
        """Show what the project holds on the disk."""
        from app.main_window.storage_dialog import StorageDialog

        dialog = StorageDialog(self._session, self._window)
        dialog.freed.connect(self.freed)
        dialog.open()
        return dialog

    @Slot()
    def show_settings(self) -> SettingsDialog:
        """Show the user's preferences."""
        dialog = SettingsDialog(self._settings, self._session.data_dir, self._window)
        dialog.theme_chosen.connect(self.set_theme)
        dialog.language_chosen.connect(self.set_language)
        dialog.recent_cleared.connect(self._opener.recent_changed)
        dialog.open()
        return dialog

    @Slot(QAction)
    def _choose_theme(self, chosen: QAction) -> None:
        self.set_theme(chosen.data())

    @Slot(str)
    def set_theme(self, name: ThemeName) -> None:
        """Dress the window, and remember it."""
        self._settings.set("theme", name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, name)

    @Slot(QAction)
    def _choose_language(self, chosen: QAction) -> None:
        self.set_language(chosen.data())

    @Slot(str)
    def set_language(self, code: str) -> None:
        """Ask for the window in another language, and remember it."""
        self._settings.set("language", code)
        self.language_chosen.emit(code)
