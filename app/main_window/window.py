"""The main window."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QMainWindow, QSplitter, QStackedWidget, QWidget

from app.main_window import leaving, shape
from app.main_window.copied import CopiedLines
from app.main_window.help_desk import HelpDesk
from app.main_window.job_desk import JobDesk
from app.main_window.menus import WindowMenu
from app.main_window.model_guard import ModelGuard
from app.main_window.opener import Opener
from app.main_window.recovery import Recovery
from app.main_window.reporter import Reporter
from app.main_window.settings import Settings
from app.main_window.steps import KEYS, PAGES, step_of
from app.pages.page import Page, PageState
from app.pages.welcome import WelcomePage
from app.session import Session
from app.theme import STATUS_HEIGHT
from app.theme.icons import icon_folder
from app.widgets.announce import announce
from app.widgets.forms import ElidedLabel, column, panel, row
from app.widgets.meter import Meter
from app.widgets.rail import Rail
from app.widgets.top_bar import TopBar


class MainWindow(QMainWindow):
    """Shows a session; owns nothing but scroll positions and the user's preferences.

    Args:
        session: What is open.
        settings: The user's preferences; None keeps them for this run only.
    """

    language_chosen = Signal(str)
    # All pages stand; nothing heavy is left to load.
    ready = Signal()

    def __init__(
        self, session: Session, settings: Settings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.settings = settings or Settings()
        self.pages: dict[str, Page] = {}
        self.replaced = False
        self.painted = False
        self._closed = False
        self._waiting = list(PAGES)
        self.setWindowTitle("SEER Studio")
        self.setWindowIcon(QIcon(str(icon_folder() / "app.svg")))
        self.setMinimumSize(shape.LEAST_SIZE)
        self.setAcceptDrops(True)
        self.opener = Opener(session, self.settings, self)
        self.desk = JobDesk(session.jobs, self.settings, self)
        self.dock = self.desk.dock
        self.recovery = Recovery(session, self.settings, self)
        self.guard = ModelGuard(session, self.opener, self)
        self.copied = CopiedLines(session, self)
        self.reporter = Reporter(session, self.current_topic, self)
        self._make_actions()
        self._build()
        self._add_page("welcome", WelcomePage(session))
        self._listen()
        self.show_page("welcome")
        self._show_project()
        shape.restore(self, self.splitter, self.settings)
        # Keys work from the start, and nothing wears a ring before they are used.
        self.rail.items[0].setFocus(Qt.FocusReason.OtherFocusReason)

    # -- construction ------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.help_desk = HelpDesk(self)
        self.choices = WindowMenu(
            self, session=self.session, settings=self.settings, opener=self.opener,
            reporter=self.reporter, desk=self.desk, copy_command=self.copy_command,
            help_menu=self.help_desk.menu,
        )  # fmt: skip
        self.menu = self.choices.menu
        self.copy_action = self.choices.copy
        self.choices.language_chosen.connect(self.language_chosen)
        self.choices.freed.connect(self._show_page_again)
        for number, key in enumerate(KEYS):
            self._add_page_key(number, key)

    def _add_page_key(self, number: int, key: str) -> None:
        out = QAction(self.titles()[key], self)
        out.setData(key)
        out.setShortcut(QKeySequence(f"Ctrl+{number}"))
        out.triggered.connect(self._show_page_of_sender)
        self.addAction(out)

    def _build(self) -> None:
        self.top_bar = TopBar(
            undo=self.choices.undo,
            redo=self.choices.redo,
            copy=self.copy_action,
            menu=self.menu,
        )
        titles = self.titles()
        self.rail = Rail(tuple(step_of(key, titles[key], PageState("blocked")) for key in KEYS))
        self.stack = QStackedWidget()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.stack)
        self.splitter.addWidget(self.dock)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([640, 142])
        right = column(self.recovery.bar, self.guard.bar, self.splitter, spacing=0)
        right.setStretch(2, 1)
        middle = row(self.rail, right, spacing=0)
        middle.setStretch(1, 1)
        root = QWidget()
        root.setProperty("panel", "page")
        box = column(self.top_bar, middle, self._status(), spacing=0)
        box.setStretch(1, 1)
        root.setLayout(box)
        self.setCentralWidget(root)

    def _status(self) -> QFrame:
        self.meter = Meter()
        self.status = ElidedLabel("", "caption")
        self.reporter.said.connect(self.status.set_text)
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        out = panel("bottom")
        out.setFixedHeight(STATUS_HEIGHT)
        box = row(self.meter, 12, self.desk.button, self.status, margins=(16, 0, 16, 0))
        box.setStretch(3, 1)
        out.setLayout(box)
        return out

    def _listen(self) -> None:
        session = self.session
        session.project_changed.connect(self._show_project)
        session.model_changed.connect(self._show_model)
        for changed in (
            session.model_changed,
            session.calibration_changed,
            session.profile_changed,
            session.scores_changed,
            session.plan_changed,
            session.variants_changed,
            session.exported_changed,
        ):
            changed.connect(self.refresh_rail)
        self.rail.chosen.connect(self._show_page_at)
        self.desk.copy_asked.connect(self.copy_text)
        self.desk.said.connect(self.status.set_text)
        self.opener.recent_changed.connect(self._show_recent)

    # -- pages -------------------------------------------------------------------------------

    def titles(self) -> dict[str, str]:
        """The names of the steps, before their pages are there to say them."""
        return {
            "welcome": self.tr("Welcome"),
            "model": self.tr("Model"),
            "calibrate": self.tr("Calibrate"),
            "select": self.tr("Select"),
            "tune": self.tr("Tune"),
            "evaluate": self.tr("Evaluate"),
            "export": self.tr("Export"),
        }

    def _add_page(self, key: str, page: Page) -> None:
        self.pages[key] = page
        self.stack.addWidget(page)
        page.state_changed.connect(self.refresh_rail)
        page.status_changed.connect(self.status.set_text)
        page.go_to.connect(self.show_page)
        page.report_wanted.connect(self.reporter.ask)
        if isinstance(page, WelcomePage):
            page.set_recent(self.settings.recent())
            page.folder_wanted.connect(self.opener.choose_model)
            page.recent_chosen.connect(self.opener.open_name)
            page.name_wanted.connect(self.opener.open_name)
            page.recent_forgotten.connect(self.opener.forget)
            page.tour_wanted.connect(self.help_desk.take_tour)

    @Slot()
    def _load_next_page(self) -> None:
        """Import and build one page, then give the event loop a turn."""
        if self._closed:
            return  # a page that is built after the last window went keeps Qt from quitting
        if not self._waiting:
            self._all_loaded()
            return
        # Scheduled first: a page that fails to load must not keep the others from coming.
        QTimer.singleShot(0, self._load_next_page)
        self._load_page(self._waiting[0][0])

    def _load_page(self, key: str) -> None:
        entry = next((entry for entry in self._waiting if entry[0] == key), None)
        if entry is None:
            return
        self._waiting.remove(entry)
        page = getattr(import_module(entry[1]), entry[2])(self.session)
        self._add_page(key, page)
        self.refresh_rail()

    def _show_page_again(self) -> None:
        """The disk has changed."""
        self.page.shown()

    def _all_loaded(self) -> None:
        self.refresh_rail()
        self.meter.start()
        self.ready.emit()

    def load_all(self) -> None:
        """Build every page now, for tests and for showing one at once."""
        while self._waiting:
            self._load_page(self._waiting[0][0])

    @property
    def page(self) -> Page:
        """The page that is shown."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Page)
        return shown

    @Slot(str)
    def show_page(self, key: str) -> None:
        """Bring a page into view."""
        self._load_page(key)
        page = self.pages[key]
        self.stack.setCurrentWidget(page)
        self.rail.set_current(KEYS.index(key))
        self.top_bar.set_primary(page.primary_action)
        self.status.set_text("")
        self._show_command()
        page.shown()
        self.session.note_place(key)

    @Slot(int)
    def _show_page_at(self, index: int) -> None:
        self.show_page(KEYS[index])

    @Slot()
    def _show_page_of_sender(self) -> None:
        sender = self.sender()
        assert isinstance(sender, QAction)
        self.show_page(str(sender.data()))

    @Slot()
    def refresh_rail(self) -> None:
        """Ask every page where it stands."""
        for index, key in enumerate(KEYS):
            page = self.pages.get(key)
            if page is not None:
                state, subtitle = page.state(), page.subtitle()
                self.rail.set_step(index, step_of(key, page.title, state, subtitle))
        self._show_command()

    def _show_command(self) -> None:
        command = self.page.command() if self.stack.count() else ""
        self.copy_action.setEnabled(bool(command))
        self.copy_action.setToolTip(command or self.tr("This page has no command"))

    # -- what is open ------------------------------------------------------------------------

    @Slot()
    def _show_model(self) -> None:
        """A model was opened: show what it is; a project reopens where it was."""
        if self.session.info is not None:
            place = str(self.session.page_options("window").get("page", ""))
            self.show_page(place if place in KEYS[1:] else "model")

    @Slot()
    def _show_recent(self) -> None:
        welcome = self.pages.get("welcome")
        if isinstance(welcome, WelcomePage):
            welcome.set_recent(self.settings.recent())

    @Slot()
    def _show_project(self) -> None:
        name = self.session.name
        saved = self.session.saved_text() if name else ""
        self.top_bar.project.set_text(" · ".join(part for part in (name, saved) if part))
        self.setWindowTitle(f"{name} — SEER Studio" if name else "SEER Studio")

    # -- commands ----------------------------------------------------------------------------

    @Slot()
    def copy_command(self) -> None:
        """Put the page's command line on the clipboard."""
        self.copy_text(self.page.command())

    @Slot(str)
    def copy_text(self, text: str) -> None:
        """Put a text on the clipboard and say so."""
        if text:
            QGuiApplication.clipboard().setText(text)
            copied = self.tr("Copied: {text}").format(text=text)
            self.status.set_text(copied)
            announce(self.status, copied)

    def current_topic(self) -> str:
        """The help page of the page that is shown."""
        return next(key for key, page in self.pages.items() if page is self.page)

    # -- Qt's events -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """After the first paint, load what the window did not need to stand."""
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, self._load_next_page)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            if isinstance(self.page, WelcomePage):
                self.page.set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The drag went elsewhere."""
        super().dragLeaveEvent(event)
        if isinstance(self.page, WelcomePage):
            self.page.set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        if isinstance(self.page, WelcomePage):
            self.page.set_over(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.opener.open_path(paths[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window needs its width for the page."""
        super().resizeEvent(event)
        self.rail.set_narrow(self.width() < shape.RAIL_WHOLE)

    def confirm_close(self) -> bool:
        """Ask whether running jobs may be stopped."""
        return leaving.may_stop(self, self.session)

    def confirm_lose(self, why: str) -> bool:
        """Ask whether what cannot be saved may be lost."""
        return leaving.may_lose(self, why)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when a heavy job runs or waits, stop all jobs, remember the window's shape."""
        if self.replaced:
            self._put_away()
            event.accept()
            return
        if self.session.jobs.unfinished_heavy and not self.confirm_close():
            event.ignore()
            return
        why = leaving.unsaved(self.session)
        if why and not self.confirm_lose(why):
            event.ignore()
            return
        self._put_away()
        self.session.close()
        self.recovery.closed()
        event.accept()

    def _put_away(self) -> None:
        self._closed = True
        shape.remember(self, self.splitter, self.settings)
        self.meter.stop()
