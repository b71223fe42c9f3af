"""Core's sentences in the window's language; the log and the traceback keep core's English."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from core.messages import translated


def window_language() -> str:
    """The code of the window's language."""
    return QLocale().name().partition("_")[0]


def said(text: str) -> str:
    """What core said, in the window's language; what no catalogue has stays as it is."""
    return translated(text, window_language())
