"""After a crash, or a close amid work: the project is there again, its jobs are offered.

What is open is noted in the settings for as long as it is open; a start that finds the note and a
lock whose holder is dead opens that project again, once.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.main_window.settings import Settings
from app.session import Session
from app.widgets.banner import Banner
from app.widgets.forms import column
from app.widgets.said import said

OPEN_KEY, TRIED_KEY = "open_project", "reopened_project"
# A project that kills the window sooner than this after it was opened again is not tried twice.
SETTLED_MS = 10_000
MOST_TOLD = 3  # things that are named of what a damaged project has lost


class Recovery(QObject):
    """Offers what was not finished, in a line above the pages.

    Args:
        session: Says when a project came back with unfinished jobs.
        settings: Remembers what is open.
        window: The owner.
    """

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self.banner = Banner()
        self.bar = QWidget()  # with the margins that pages have
        self.bar.setLayout(column(self.banner, margins=(20, 12, 20, 0)))
        self.bar.hide()
        self.banner.cleared.connect(self.bar.hide)
        self._settled = QTimer(self, interval=SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._settle)
        session.project_changed.connect(self._note_open)
        session.recovered.connect(self._offer)
        session.jobs.job_changed.connect(self._look_again)
        session.jobs.removed.connect(self._look_again)
        if session.jobs.held:  # a window built anew, in another language
            self._offer()

    # -- what was open -----------------------------------------------------------------------

    def abandoned(self) -> Path | None:
        """The project that was open when the program died, if opening it was not tried already."""
        from core.project import ProjectLock, is_project

        noted = self._settings.get(OPEN_KEY)
        if not noted or self._settings.get(TRIED_KEY) == noted:
            return None
        folder = Path(noted)
        if not is_project(folder) or not ProjectLock(folder).abandoned():
            return None
        self._settings.set(TRIED_KEY, noted)
        self._settled.start()
        return folder

    def closed(self) -> None:
        """The window was closed as it should be: nothing is to be recovered."""
        self._settings.set(OPEN_KEY, "")
        self._settle()

    @Slot()
    def _settle(self) -> None:
        self._settings.set(TRIED_KEY, "")

    @Slot()
    def _note_open(self) -> None:
        folder = str(self._session.folder or "")
        if folder and self._settings.get(OPEN_KEY) != folder:
            self._settings.set(OPEN_KEY, folder)
            self._settings.write()

    # -- what was not finished ---------------------------------------------------------------

    @Slot()
    def _offer(self) -> None:
        held = self._session.jobs.held
        parts = []
        if self._session.crashed:
            parts.append(self.tr("The studio was stopped without being closed; your work is here."))
        lost = tuple(map(said, self._session.lost))
        if lost:
            text = self.tr(
                "Not everything in this project could be read, the rest is here: {what}. The "
                "damaged file is kept beside the new one."
            )
            told = "; ".join(lost[:MOST_TOLD]) + ("; …" if len(lost) > MOST_TOLD else "")
            parts.append(text.format(what=told))
        if len(held) == 1:
            text = self.tr("“{job}” was not finished.")
            parts.append(text.format(job=held[0].title))
        elif held:
            text = self.tr("{count} jobs were not finished: {jobs}.")
            titles = ", ".join(job.title for job in held)
            parts.append(text.format(count=len(held), jobs=titles))
        button = self.tr("Resume") if len(held) == 1 else self.tr("Resume all") if held else ""
        dismiss = self.tr("Not now") if held else self.tr("Close")
        self.bar.show()
        kind = "notice" if lost else "info"
        self.banner.say(" ".join(parts), kind, button, self._resume, dismiss=dismiss)

    def _resume(self) -> None:
        self.banner.clear()
        for job in self._session.jobs.held:
            job.resume()

    @Slot(object)
    def _look_again(self, _job: object) -> None:
        """Jobs that were resumed or removed in the dock are offered no more."""
        if not self.banner.isHidden() and not self._session.jobs.held and self.banner.has_button:
            self.banner.clear()
