"""Take over a profile that was made elsewhere: by a cluster, or by the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs.job import Job
from app.widgets.forms import Button

if TYPE_CHECKING:
    from app.session import Session


class ProfileOpener(QObject):
    """A button that asks for a file and opens it as the project's profile.

    Attributes:
        button: The button; it can be pressed while a model is open.
    """

    failed = Signal(str, str)  # what happened, and what to try
    opened = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._window = parent
        self.button = Button(self.tr("Open profile…"), "ghost", "import")
        self.button.setToolTip(
            self.tr("Use a profile of this model that a cluster or the command line has made")
        )
        self.button.clicked.connect(self.choose)

    @Slot()
    def choose(self) -> None:
        """Ask for the file."""
        title, kind = self.tr("Open profile"), self.tr("Profiles (*.safetensors)")
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", kind)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Read it beside whatever runs."""
        job = self._session.open_profile(path)
        if job is not None:
            job.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        if job.error is not None:
            self.failed.emit(job.error.what, job.error.remedy)
        elif job.state == "done":
            self.opened.emit()
