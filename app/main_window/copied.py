"""A copied line names a plan's file: it stays in the project, for the line may be kept as well."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from app.session import Session


class CopiedLines(QObject):
    """Watches what is put on the clipboard, by whichever button or menu.

    What other programs copy names no plan of this project.

    Args:
        session: Keeps the plans that are named.
        parent: The window.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        QGuiApplication.clipboard().dataChanged.connect(self._look)

    @Slot()
    def _look(self) -> None:
        self._session.keep_for_line(QGuiApplication.clipboard().text())
