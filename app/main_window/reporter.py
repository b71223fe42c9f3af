"""The report and the question of what made a number, both about what is open now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs.job import Job
from app.main_window.origins import OriginsDialog
from app.session import Session
from app.theme import chosen_scales
from app.widgets.said import window_language

if TYPE_CHECKING:
    from core.report.gather import Subject

# What a page is about, in the words of `core.report.origin`.
ABOUT = {
    "model": "model",
    "calibrate": "profile",
    "select": "plan",
    "evaluate": "variant",
    "export": "plan",
}


class Reporter(QObject):
    """Writes reports and shows origins.

    Args:
        session: What they are about.
        topic: Which page is shown, when it is asked.
        window: The parent of the dialogs.

    Signals:
        said: Something for the status bar.
    """

    said = Signal(str)

    def __init__(self, session: Session, topic: Callable[[], str], window: QWidget) -> None:
        super().__init__(window)
        self._session, self._topic, self._window = session, topic, window

    def subject(self) -> Subject:
        """What is open, as the report takes it."""
        from core.report.gather import Subject

        session = self._session
        folder = session.folder
        return Subject(
            name=session.name,
            model=session.model,
            info=session.info,
            profile=session.profile,
            plan=session.plan,
            variants=session.variants,
            runs=(folder / "runs",) if folder is not None else (),
            domain_weights=session.domain_weights,
        )

    @Slot()
    def ask(self) -> None:
        """Ask for a file and write the report there."""
        session = self._session
        if session.info is None:
            self.said.emit(self.tr("Open a model first: there is nothing to report."))
            return
        folder = session.folder / "reports" if session.folder is not None else Path.home()
        proposed = folder / f"{session.name or 'report'}.html"
        kinds = self.tr("Web page (*.html)")
        title = self.tr("Write a report")
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(proposed), kinds)
        if name:
            path = Path(name)
            self.write(path if path.suffix else path.with_suffix(".html"))

    def write(self, path: Path) -> Job:
        """Write the report beside whatever runs, and open it."""
        from app.jobs.reporting import report_task
        from core.report.page import Look
        from core.report.texts import DEFAULT_LANGUAGE, LANGUAGES

        session = self._session
        shown = window_language()
        language = shown if shown in LANGUAGES else DEFAULT_LANGUAGE
        look = Look(scale=chosen_scales()[0], language=language)
        task = report_task(self.subject(), output=path, project=session.folder, look=look)
        job = session.start(task)
        job.finished.connect(self._on_written)
        return job

    @Slot()
    def _on_written(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        if job.state == "done":
            self.said.emit(self.tr("Report: {file}").format(file=job.result))
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(job.result)))

    @Slot()
    def show_origins(self) -> OriginsDialog:
        """Say what made the numbers of this page, and of all others."""
        from core.report.origin import origins

        about = ABOUT.get(self._topic(), "")
        dialog = OriginsDialog(origins(self.subject()), about, self._window)
        dialog.open()
        return dialog
