"""The program around the window: application, preferences, language, unexpected errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.jobs.warm import warm_up
from app.main_window.dialogs import ErrorDialog
from app.main_window.language import install_language
from app.main_window.settings import Settings
from app.main_window.settings_dialog import kept_scales, kept_threads
from app.main_window.window import MainWindow
from app.session import Session
from app.theme import apply_theme, set_scales
from core import __version__

# Torch is loaded this long after a model was opened, when its page has been drawn.
WARM_UP_MS = 600
THEMES = ("system", "dark", "light")


class Studio(QObject):
    """Owns the application, the session and the window.

    Args:
        argv: The program's name, for Qt.
        settings: The user's preferences; forgotten when the program ends where None.
        data_dir: Where unsaved projects are kept; nowhere where None.
    """

    def __init__(
        self,
        argv: Sequence[str],
        settings: Settings | None = None,
        data_dir: Path | None = None,
    ) -> None:
        super().__init__()
        existing = QApplication.instance()
        self.app = existing if isinstance(existing, QApplication) else QApplication(list(argv))
        # The class of its X windows, by which a desktop finds the menu's entry (StartupWMClass).
        self.app.setApplicationName("seer-studio")
        self.app.setApplicationVersion(__version__)
        self.app.setDesktopFileName("seer-studio")
        self.settings = settings or Settings()
        if threads := kept_threads(self.settings):
            # Read by torch when it is loaded, later; who set it in the shell meant that.
            os.environ.setdefault("OMP_NUM_THREADS", str(threads))
        install_language(self.app, self.settings.get("language", "system"))
        name = self.settings.get("theme", "system")
        apply_theme(self.app, name if name in THEMES else "system")  # type: ignore[arg-type]
        set_scales(*kept_scales(self.settings))
        self.session = Session(self, data_dir=data_dir)
        self.window = self._make_window()
        self._wanted = ""
        self._warm = QTimer(self)
        self._warm.setSingleShot(True)
        self._warm.setInterval(WARM_UP_MS)
        self._warm.timeout.connect(warm_up)

    def _make_window(self) -> MainWindow:
        window = MainWindow(self.session, self.settings)
        window.language_chosen.connect(self._change_language)
        return window

    def run(self, wanted: str = "") -> int:
        """Show the window until it is closed.

        Args:
            wanted: A model or project to open once the window stands.
        """
        sys.excepthook = self._unexpected
        self.show(wanted)
        return self.app.exec()

    def show(self, wanted: str = "") -> None:
        """Show the window, and what was open when the program died, unless something is wanted.

        Args:
            wanted: A model or project to open once the window stands.
        """
        # Whoever opens a model will run it; until then nobody needs torch's memory.
        self.session.model_changed.connect(self._warm.start)
        abandoned = None if wanted else self.window.recovery.abandoned()
        self._wanted = str(abandoned or wanted)
        if self._wanted:
            self.window.ready.connect(self._open_wanted)
        self.window.show()

    @Slot()
    def _open_wanted(self) -> None:
        self.window.opener.open_name(self._wanted)

    @Slot(str)
    def _change_language(self, chosen: str) -> None:
        """Build the window anew in another language over the same session."""
        install_language(self.app, chosen)
        QTimer.singleShot(0, self._replace_window)

    @Slot()
    def _replace_window(self) -> None:
        old = self.window
        old.replaced = True
        keep = self.app.quitOnLastWindowClosed()
        self.app.setQuitOnLastWindowClosed(False)
        old.close()
        self.window = self._make_window()
        self.window.show()
        old.deleteLater()
        self.app.setQuitOnLastWindowClosed(keep)

    def _unexpected(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Show what nobody foresaw, instead of losing it on a terminal that is not there."""
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        if issubclass(kind, KeyboardInterrupt):
            self.window.close()
            return
        what = f"{kind.__name__}: {error}"
        title = self.tr("Something unexpected happened")
        ErrorDialog(title, what, "", text, self.window).open()
