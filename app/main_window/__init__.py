"""The main window: the rail, the pages, the bars, and what the window remembers."""

from app.main_window.language import install_language
from app.main_window.settings import Settings
from app.main_window.window import MainWindow

__all__ = ["MainWindow", "Settings", "install_language"]
