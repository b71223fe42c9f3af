"""What is asked before the window closes: jobs that are under way, work that cannot be saved."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.main_window.dialogs import ask
from app.session import Session
from app.widgets.said import said
from core.errors import StudioError

translate = QCoreApplication.translate  # the name that lupdate looks for


def may_stop(window: QWidget, session: Session) -> bool:
    """Ask whether running jobs may be stopped."""
    titles = ", ".join(job.title for job in session.jobs.unfinished_heavy)
    text = translate("Leaving", "{jobs}: quitting stops it. It is offered again next time.")
    return ask(
        window,
        translate("Leaving", "A job is still running"),
        text.format(jobs=titles),
        translate("Leaving", "Stop and quit"),
        translate("Leaving", "Keep working"),
    )


def may_lose(window: QWidget, why: str) -> bool:
    """Ask whether what cannot be saved may be lost."""
    text = translate(
        "Leaving", "{why}. Quitting loses what has changed since it was saved the last time."
    )
    return ask(
        window,
        translate("Leaving", "The project cannot be saved"),
        text.format(why=why),
        translate("Leaving", "Quit without saving"),
        translate("Leaving", "Keep working"),
    )


def unsaved(session: Session) -> str:
    """Save what is open; why that cannot be, or nothing."""
    try:
        session.save_project()
    except StudioError as error:
        return said(error.what)
    return ""
