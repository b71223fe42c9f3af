"""Says when the open model has gone or changed under the window, and offers what helps."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.main_window.opener import Opener
from app.session import Session
from app.widgets.banner import Banner
from app.widgets.breakable import shortened
from app.widgets.forms import column


class ModelGuard(QObject):
    """A line above the pages while the model is not what it was.

    Args:
        session: Knows how the model stands.
        opener: Asks for another folder.
        window: The owner; when the user comes back to it, the model is looked at again.
    """

    def __init__(self, session: Session, opener: Opener, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._opener = opener
        self.banner = Banner()
        self.bar = QWidget()  # with the margins that pages have
        self.bar.setLayout(column(self.banner, margins=(20, 12, 20, 0)))
        self.bar.hide()
        self.banner.cleared.connect(self.bar.hide)
        session.watch.changed.connect(self._tell)
        session.model_changed.connect(session.watch.look)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_state)
        self._tell()

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        """The user is back: whatever happened to the folder happened meanwhile."""
        if state == Qt.ApplicationState.ApplicationActive:
            self._session.watch.look()

    @Slot()
    def _tell(self) -> None:
        info, standing = self._session.info, self._session.watch.standing
        if info is None or standing == "same":
            self.banner.clear()
            return
        self.bar.show()
        if standing == "gone":
            text = self.tr(
                "The model folder {folder} is not there any more. Plan and profile are kept; "
                "nothing that reads the model can run until it is back."
            )
            button, help_ = self.tr("Choose again…"), self._opener.follow_model
        else:
            text = self.tr(
                "The model in {folder} has changed since it was opened. What was measured is of "
                "the model as it was."
            )
            button, help_ = self.tr("Open it anew"), self._opener.open_anew
        text = text.format(folder=shortened(info.path))
        self.banner.say(text, "bad", button, help_, dismiss=self.tr("Not now"))
