"""The language of the window: the system's, or the one that was chosen."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

import resources

# Language code → its own name. A new language is a new .ts file and a line here.
LANGUAGES = {"en": "English", "ko": "한국어"}

_installed: list[QTranslator] = []


def language_code(chosen: str) -> str:
    """The code of the language to use.

    Args:
        chosen: "system", or a code; the environment variable SEER_LANG goes before both.
    """
    wanted = os.environ.get("SEER_LANG", "") or chosen
    if wanted in {"", "system"}:
        wanted = QLocale.system().name()
    code = wanted.replace("-", "_").split("_")[0].lower()
    return code if code in LANGUAGES else "en"


def install_language(app: QCoreApplication, chosen: str) -> str:
    """Translate everything that is made from now on; returns the language's code."""
    for old in _installed:
        app.removeTranslator(old)
    _installed.clear()
    code = language_code(chosen)
    QLocale.setDefault(QLocale(code))
    if code == "en":
        return code
    ours = Path(resources.__file__).parent / "i18n"
    qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for folder, name in ((qt, f"qtbase_{code}"), (ours, f"seer_{code}")):
        translator = QTranslator(app)
        if translator.load(name, str(folder)):
            app.installTranslator(translator)
            _installed.append(translator)
    return code
