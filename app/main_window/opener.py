"""Opening and saving: folders, dropped things, recent ones, projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.jobs.job import Job
from app.main_window.dialogs import ChoiceDialog, ErrorDialog, ask
from app.main_window.settings import Recent, Settings
from app.session import Session
from app.widgets.said import said
from core.errors import LockedError, ModelGoneError, StudioError

PROFILE_SUFFIX = ".safetensors"


class Opener(QObject):
    """Asks for folders, opens what they hold, remembers what was opened.

    Args:
        session: Opens and saves.
        settings: Remembers.
        window: The parent of dialogs.
    """

    recent_changed = Signal()

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self.recent_menu = QMenu(self.tr("Open recent"), window)
        self.recent_menu.triggered.connect(self._open_action)
        session.project_changed.connect(self._remember_project)
        session.jobs.added.connect(self._remember_job)
        session.model_changed.connect(self._remember_model)
        session.jobs.job_finished.connect(self._on_job_finished)
        session.refused.connect(self._tell_refused)
        self._locked: Path | None = None
        self._moved: Path | None = None
        self._fill_menu()

    # -- opening -----------------------------------------------------------------------------

    @Slot()
    def choose_model(self) -> None:
        """Let the user point at a model folder."""
        folder = self.ask_folder(self.tr("Open model folder"))
        if folder is not None:
            self.open_path(folder)

    @Slot()
    def choose_project(self) -> None:
        """Let the user point at a project folder."""
        folder = self.ask_folder(self.tr("Open project"))
        if folder is not None and self._may_leave():
            self._session.open_project(folder)

    @Slot()
    def choose_profile(self) -> None:
        """Let the user point at a profile that a cluster or the command line has made."""
        kinds = self.tr("Profiles (*.safetensors)")
        if self._session.info is None:
            self.open_profile(Path())
            return
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open profile"), "", kinds)
        if name:
            self.open_profile(Path(name))

    def open_profile(self, path: Path) -> Job | None:
        """Make it the project's profile, if it is of the open model; else it says why not."""
        job = self._session.open_profile(path)
        if job is None:
            ErrorDialog(
                self.tr("Open profile"),
                self.tr("A profile belongs to a model, and none is open"),
                self.tr("open the model that was profiled first"),
                parent=self._window,
            ).open()
        return job

    @Slot()
    def open_demo(self) -> None:
        """Open the bundled model."""
        if self._may_leave():
            self._session.open_demo()

    def open_path(self, path: Path) -> None:
        """Open a project, a model or a profile; of any other file, the folder that holds it."""
        if path.suffix == PROFILE_SUFFIX and path.is_file():
            from core.profiling import is_profile

            if is_profile(path):
                self.open_profile(path)
                return
        folder = path if path.is_dir() else path.parent
        if folder == self._session.folder or not self._may_leave():
            return
        if (folder / "project.json").is_file():
            self._session.open_project(folder)
        else:
            self._session.open_model(folder)

    def confirm_leave(self, titles: str) -> bool:
        """Ask whether the jobs that are under way may be stopped."""
        return ask(
            self._window,
            self.tr("A job is still running"),
            self.tr(
                "{jobs}: opening something else stops it. It is offered again when this project "
                "is opened."
            ).format(jobs=titles),
            self.tr("Stop and open"),
            self.tr("Keep working"),
        )

    def _may_leave(self) -> bool:
        busy = [job.title for job in self._session.jobs.unfinished_heavy]
        return not busy or self.confirm_leave(", ".join(busy))

    # -- a project that somebody else holds --------------------------------------------------

    @Slot(object)
    def _on_job_finished(self, job: Job) -> None:
        if isinstance(job.exception, LockedError):
            self._ask_about_lock(job.exception)
        elif isinstance(job.exception, ModelGoneError):
            self._ask_about_model(job.exception)

    def _ask_about_lock(self, error: LockedError) -> None:
        """Only look, or, where the holder may be dead, take the project over."""
        self._locked = error.folder
        choices = {"read": self.tr("Open read-only")}
        text = self.tr("{what}. Read-only, everything can be looked at and saved elsewhere.")
        if not error.certain:
            choices["take over"] = self.tr("Take over")
            text = self.tr(
                "{what}. Take it over only if no window there is using it any more: two that save "
                "into one folder lose each other's work."
            )
        title = self.tr("“{name}” is open elsewhere").format(name=error.folder.name)
        dialog = ChoiceDialog(title, text.format(what=said(error.what)), choices, self._window)
        dialog.chosen.connect(self._open_locked)
        dialog.open()

    @Slot(str)
    def _open_locked(self, access: str) -> None:
        if self._locked is not None and access in {"read", "take over"}:
            self._session.open_project(self._locked, access)  # type: ignore[arg-type]

    # -- a model that lies elsewhere now -----------------------------------------------------

    def _ask_about_model(self, error: ModelGoneError) -> None:
        """Ask where the model of a project is."""
        self._moved = error.folder
        title = self.tr("The model of “{name}” was not found").format(name=error.folder.name)
        text = self.tr("{what}. If it was moved, choose its folder again; the project is whole.")
        choices = {"choose": self.tr("Choose again…")}
        dialog = ChoiceDialog(title, text.format(what=said(error.what)), choices, self._window)
        dialog.chosen.connect(self._open_moved)
        dialog.open()

    @Slot(str)
    def _open_moved(self, _choice: str) -> None:
        folder = self.ask_folder(self.tr("Where the model lies now"))
        if folder is not None and self._moved is not None:
            self._session.open_project(self._moved, model=folder)

    @Slot()
    def follow_model(self) -> None:
        """Ask where the open model lies now, and go on with it there."""
        folder = self.ask_folder(self.tr("Where the model lies now"))
        if folder is not None and self._session.info is not None:
            self._session.follow_model(folder)

    @Slot()
    def open_anew(self) -> None:
        """Open the model as it is now, with nothing that was measured of the old one."""
        if self._session.info is not None and self._may_leave():
            self._session.open_model(self._session.model)

    @Slot(str)
    def open_name(self, name: str) -> None:
        """Open a folder, a hub id, or the word demo."""
        path = Path(name)
        if name == "demo":
            self.open_demo()
        elif path.exists():
            self.open_path(path.resolve())
        elif self._may_leave():
            self._session.open_model(name)

    def ask_folder(self, title: str) -> Path | None:
        """A folder of the user's choice, or None."""
        folder = QFileDialog.getExistingDirectory(self._window, title)
        return Path(folder) if folder else None

    # -- saving ------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Save; a project without a folder of its own asks for one."""
        if self._session.temporary:
            self.save_as()
        else:
            self._try(self._session.save_project)

    @Slot()
    def save_as(self) -> None:
        """Save into a folder of the user's choice from now on."""
        folder = self.ask_folder(self.tr("Save project in an empty folder"))
        if folder is not None:
            self._try(lambda: self._session.save_project(folder))

    def _try(self, save: Callable[[], None]) -> None:
        try:
            save()
        except StudioError as error:
            self._tell_refused(error.what, error.remedy)

    @Slot(str, str)
    def _tell_refused(self, what: str, remedy: str) -> None:
        title = self.tr("The project could not be saved")
        ErrorDialog(title, said(what), said(remedy), "", self._window).open()

    # -- recent things -----------------------------------------------------------------------

    @Slot(str)
    def forget(self, path: str) -> None:
        """Take something off the list."""
        self._settings.forget(path)
        self._fill_menu()

    @Slot()
    def _remember_model(self) -> None:
        info = self._session.info
        if info is None or self._session.model == "demo":
            return
        shape = f"{len(info.moe_layers)} × {max(info.experts, default=0)}"
        name = Path(self._session.model).name
        note = f"{info.model_type} · {shape}"
        path = self._session.model
        self._settings.remember(Recent(kind="model", path=path, name=name, note=note))
        self._fill_menu()

    @Slot()
    def _remember_project(self) -> None:
        """Saved projects, and unsaved ones from the moment that something in them would be lost."""
        session, folder = self._session, self._session.folder
        if folder is None or (session.temporary and not _has_work(session)):
            return
        entries = self._settings.recent()
        if entries and entries[0].path == str(folder):
            return
        note = self.tr("not saved") if session.temporary else ""
        for entry in entries:
            if entry.kind == "project" and entry.note and not entry.exists:
                self._settings.forget(entry.path)  # it has got a folder of its own
        recent = Recent(kind="project", path=str(folder), name=session.name, note=note)
        self._settings.remember(recent)
        self._fill_menu()

    @Slot(object)
    def _remember_job(self, job: Job) -> None:
        if job.task.heavy:  # should it be killed, its project holds how far it got
            self._remember_project()

    @Slot(QAction)
    def _open_action(self, chosen: QAction) -> None:
        self.open_name(str(chosen.data()))

    def _fill_menu(self) -> None:
        entries = self._settings.recent()
        self.recent_menu.clear()
        for entry in entries:
            self.recent_menu.addAction(entry.name).setData(entry.path)
        self.recent_menu.setEnabled(bool(entries))
        self.recent_changed.emit()


def _has_work(session: Session) -> bool:
    """Whether a session holds more than a model that can be opened again."""
    plan = session.plan
    dropped = plan is not None and bool((plan.exists_LE & ~plan.kept_LE).any())
    started = any(job.task.heavy for job in session.jobs)
    return session.profile is not None or dropped or started or bool(session.variants)
