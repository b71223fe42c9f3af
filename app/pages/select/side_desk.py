"""The profiles that can be compared: the project's own, opened ones, and tuned models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.jobs.after import after_task
from app.jobs.job import Job
from app.jobs.task import Task
from app.pages import subject
from app.pages.quick_check import texts
from app.pages.select.sides import Side, Source
from core.errors import StudioError
from core.run import Run

if TYPE_CHECKING:
    from app.session import Session
    from core.evaluation.variant import Variant
    from core.profiling import Profile

Kept = tuple[tuple[int, ...], ...]


class SideDesk(QObject):
    """Keeps the sources of comparisons for as long as the model is open.

    Args:
        session: Knows the project's own profile and the tuned variants.
        parent: The view, which dialogs stand before.
    """

    added = Signal(object)  # Side: everything of a new source
    said = Signal(str)
    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._view = parent
        self._others: tuple[Source, ...] = ()
        self._reading: dict[Job, tuple[Path, Variant | None]] = {}
        self.menu = QMenu(parent)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.menu.triggered.connect(self._after_chosen)
        session.model_changed.connect(self._forget)

    def sources(self) -> tuple[Source, ...]:
        """The project's own profile, then those that were opened."""
        own = self._session.profile
        if own is None:
            return self._others
        path = subject.project_file(
            self._session, "profiles", f"{own.fingerprint[:16]}.safetensors"
        )
        mine = Source(profile=own, name="", path=path)
        rest = (s for s in self._others if s.profile.fingerprint != own.fingerprint)
        return (mine, *rest)

    @Slot()
    def _fill_menu(self) -> None:
        """A file, or a tuned checkpoint over the same texts."""
        self.menu.clear()
        self.menu.addAction(self.tr("Open profile…"), self.ask_profile)
        for variant in self._session.variants:
            if variant.kind == "tuned" and variant.path and self._session.profile is not None:
                text = self.tr("After tuning: {name}").format(name=variant.name)
                self.menu.addAction(text).setData(variant.name)

    @Slot(QAction)
    def _after_chosen(self, action: QAction) -> None:
        for variant in self._session.variants:
            if variant.name == action.data():
                self.look_after(variant)

    def look_after(self, variant: Variant) -> Job | None:
        """Profile a tuned checkpoint on the same texts; it becomes side B."""
        model = subject.current(self._session, texts(self._session))
        profile = self._session.profile
        if model is None or profile is None:
            return None
        if not profile.sources:
            self.failed.emit(
                self.tr("the profile does not say which texts it was made of"),
                self.tr("calibrate again"),
            )
            return None
        name = f"after-{variant.provenance.model_fingerprint[:12]}.safetensors"
        output = subject.project_file(self._session, "runs", name)
        job = self._session.start(after_task(model, variant, profile, output=output))
        self._reading[job] = (output, variant)
        job.finished.connect(self._take_profile)
        return job

    @Slot()
    def ask_profile(self) -> None:
        """Ask for a file and compare with its profile."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._view, self.tr("Open profile"), "", "safetensors (*.safetensors)"
        )
        if chosen:
            self.open_profile(Path(chosen))

    def open_profile(self, path: Path) -> Job:
        """Read another profile beside whatever runs; it becomes side B."""

        def read(run: Run) -> Profile:
            from core.profiling import load_profile

            run.check()
            return load_profile(path)

        title = self.tr("Read {name}").format(name=path.name)
        job = self._session.start(Task(title=title, kind="read", function=read, heavy=False))
        self._reading[job] = (path, None)
        job.finished.connect(self._take_profile)
        return job

    @Slot()
    def _take_profile(self) -> None:
        for job in [job for job in self._reading if job.over]:
            path, variant = self._reading.pop(job)
            if job.state != "done":
                # The window tells why a job failed.
                continue
            profile: Profile = job.result  # type: ignore[assignment]
            keep = self._kept_by(profile, variant)
            info = self._session.info
            refusal = None if keep is not None else self._refusal(profile, path)
            if refusal is not None:
                self.failed.emit(str(refusal), refusal.remedy)
                continue
            if info is not None and profile.model_fingerprint != info.fingerprint:
                self.said.emit(
                    self.tr("{name} is of other weights: before and after").format(name=path.name)
                )
            self._others = (*self._others, self._source(profile, path, variant, keep))
            self.added.emit(Side(profile=profile.fingerprint))

    def _kept_by(
        self, profile: Profile, variant: Variant | None
    ) -> tuple[tuple[int, ...], ...] | None:
        """Which experts a pruned model's profile is of; None where it has all of them."""
        plan = self._session.plan
        if plan is None or profile.experts == plan.experts:
            return None
        for known in (variant, *self._session.variants):
            if known is None or known.kept is None:
                continue
            counts = tuple(len(row) for row in known.kept)
            of_it = known is variant or (
                known.provenance.model_fingerprint == profile.model_fingerprint
            )
            if of_it and counts == profile.experts:
                return known.kept
        return None

    def _source(
        self,
        profile: Profile,
        path: Path,
        variant: Variant | None,
        keep: tuple[tuple[int, ...], ...] | None,
    ) -> Source:
        name = path.stem if variant is None else variant.name
        # A tuning run keeps the plan that it started from beside its checkpoint.
        made_by = Path(variant.path).parent / "plan.json" if variant and variant.path else None
        plan = made_by if keep is not None and made_by and made_by.is_file() else None
        return Source(profile=profile, name=name, path=path, keep=keep, plan=plan)

    def _refusal(self, profile: Profile, path: Path) -> StudioError | None:
        """Why a profile cannot be compared with this model's, or None."""
        from core.scoring import same_model

        plan, own = self._session.plan, self._session.profile
        if plan is None or profile.experts != plan.experts:
            return StudioError(
                self.tr("{name} is of a model with other experts").format(name=path.name),
                remedy=self.tr("a profile of this model"),
            )
        try:
            if own is not None:
                same_model(own, profile)
        except StudioError as error:
            return error
        return None

    @Slot()
    def _forget(self) -> None:
        self._others = ()
