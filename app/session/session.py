"""The session itself.

The only mutable state of the window. Values (ModelInfo, Profile, Plan, Variant, options) are
frozen; a page asks for a change, the session takes it over and says so, views look again.
Everything of the engine is imported when it is first needed, so that the window comes first.

Array shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from app.commands import SetPlan
from app.jobs.job import Job
from app.jobs.task import Task
from app.session.cache import ValueCache
from app.session.contents import Contents
from app.session.derived import Derived
from app.session.kept import KeptSession, short
from core.errors import StudioError
from core.run import Run, Snapshot

if TYPE_CHECKING:
    from app.jobs.choosing import Chosen
    from app.jobs.tasks import Exported
    from core.calibration import CalibrationOptions
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.export import ExportResult
    from core.planning import Plan
    from core.profiling import Lens, Profile

DEFAULT_METRIC = "soft-count"
# Enough to walk back through an hour of painting; a plan shares its unchanged rows with its
# neighbours in the history.
UNDO_LIMIT = 1000


class Session(KeptSession, Derived):
    """What is open, and what is current.

    Signals carry nothing: a view asks for what it shows.

    Args:
        data_dir: Where temporary projects live; None keeps nothing on disk until a folder is given.
    """

    model_changed = Signal()
    calibration_changed = Signal()
    profile_changed = Signal()  # a complete profile, or a newer snapshot of a running one
    scores_changed = Signal()  # another profile, metric or blend of domains
    plan_changed = Signal()
    plans_changed = Signal()  # plans under names
    plan_chosen = Signal(object)  # Chosen: a job chose the plan that is now the current one
    lens_changed = Signal()  # another text was looked at
    variants_changed = Signal()
    exported_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, data_dir: Path | None = None) -> None:
        super().__init__(parent, data_dir=data_dir)
        self.jobs.job_snapshot.connect(self._take_snapshot)
        self.jobs.job_finished.connect(self._take_end)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.options: CalibrationOptions | None = None
        self.profile: Profile | None = None
        self.live_profile: Profile | None = None
        self.metric = DEFAULT_METRIC
        self.domain_weights: Mapping[str, float] | None = None
        self.plan: Plan | None = None
        self.plans: Mapping[str, Plan] = {}
        self.lens: Lens | None = None
        self.variants: tuple[Variant, ...] = ()
        self.exported: ExportResult | None = None
        self._jumping = False
        self._cache = ValueCache()
        for changed in (
            self.calibration_changed,
            self.scores_changed,
            self.plan_changed,
            self.plans_changed,
            self.variants_changed,
        ):
            changed.connect(self._keeper.touch)

    # -- the model ---------------------------------------------------------------------------

    def open_model(self, model: str | Path) -> Job:
        """Read a model's headers beside whatever runs; `model_changed` follows.

        Args:
            model: A folder, a hub id, or "demo".
        """
        name = str(model)

        def inspect(run: Run) -> tuple[str, ModelInfo]:
            from core.checkpoint import inspect_model, locate_model

            run.check()
            return name, inspect_model(locate_model(name))

        title = self.tr("Open {name}").format(name=short(name))
        return self.start(
            Task(
                title=title,
                kind="open",
                function=inspect,
                command=f"seer inspect {_quote(name)}",
                on_result="take_model",
                heavy=False,
            )
        )

    def open_profile(self, path: Path) -> Job | None:
        """Read a profile that was made elsewhere, on a cluster say; None without a model.

        It becomes the project's profile if it is of the open model; the job fails otherwise.
        """
        info = self.info
        if info is None:
            return None

        def read(run: Run) -> Profile:
            from core.profiling import load_profile_of

            run.check()
            return load_profile_of(path, info)

        return self.start(
            Task(
                title=self.tr("Open {name}").format(name=path.name),
                kind="open profile",
                function=read,
                on_result="set_profile",
                heavy=False,
            )
        )

    def open_demo(self) -> Job:
        """Open the bundled model."""
        return self.open_model("demo")

    @Slot(object)
    def take_model(self, opened: tuple[str, ModelInfo]) -> None:
        """Take over an inspected model: (as the user named it, its info)."""
        self.set_model(opened[1], name=opened[0])

    def set_model(self, info: ModelInfo | None, *, name: str = "") -> None:
        """Make a model the current one; what belonged to another one is dropped."""
        self._leave()
        self._pages = {}
        self._take_values(Contents(model=name or (str(info.path) if info else ""), info=info))
        if info is not None:
            self._keeper.begin()

    def _take_values(self, contents: Contents, *, again: bool = False) -> None:
        """Make these values current, all at once, and say so.

        Args:
            contents: The values.
            again: Whether they are the same ones, of a model that lies elsewhere now.
        """
        from core.planning import Plan

        info = contents.info
        own = (contents.pages or {}).get("session", {})
        weights = own.get("domain_weights")
        self._cache.clear()
        if not again:
            self.undo_stack.clear()
        self.model, self.info = contents.model, info
        self.profile, self.live_profile = contents.profile, None
        self.metric = str(own.get("metric", DEFAULT_METRIC))
        self.domain_weights = weights if isinstance(weights, dict) else None
        self.plan = contents.plan or (Plan.keep_all(info) if info is not None else None)
        self.variants, self.exported, self.options = contents.variants, None, None
        self.lens, self.plans = None, dict(contents.plans or {})
        for changed in (
            self.model_changed,
            self.calibration_changed,
            self.profile_changed,
            self.scores_changed,
            self.plan_changed,
            self.plans_changed,
            self.lens_changed,
            self.variants_changed,
            self.exported_changed,
        ):
            changed.emit()

    # -- calibration and profile -------------------------------------------------------------

    def set_options(self, options: CalibrationOptions | None) -> None:
        """Take over what to calibrate on."""
        if options != self.options:
            self.options = options
            self.calibration_changed.emit()

    @Slot(object)
    def set_profile(self, profile: Profile | None) -> None:
        """Take over a complete profile."""
        self.profile, self.live_profile = profile, None
        self.profile_changed.emit()
        self.scores_changed.emit()

    def set_live_profile(self, profile: Profile | None) -> None:
        """Show a snapshot of a running profile; None shows the complete one again."""
        if profile is not self.live_profile:
            self.live_profile = profile
            self.profile_changed.emit()
            self.scores_changed.emit()

    def set_metric(self, metric: str) -> None:
        """Rank the experts by another metric."""
        if metric != self.metric:
            self.metric = metric
            self.scores_changed.emit()

    def set_domain_weights(self, weights: Mapping[str, float] | None) -> None:
        """Blend the domains by weights; None takes every token alike."""
        weights = dict(weights) if weights is not None else None
        if weights != self.domain_weights:
            self.domain_weights = weights
            self.scores_changed.emit()

    # -- the plan ----------------------------------------------------------------------------

    def apply_plan(self, plan: Plan, text: str) -> None:
        """Make a plan the current one as a step that can be undone.

        Args:
            plan: The new plan; the current one again is no step.
            text: What was done, as the undo button names it.
        """
        if self.plan is None or plan is self.plan or plan == self.plan:
            return
        self.undo_stack.push(SetPlan(self._show_plan, self.plan, plan, text))

    def go_to_step(self, index: int) -> None:
        """Undo or redo up to a step of the history; what lies between is not shown."""
        self._jumping = True
        try:
            self.undo_stack.setIndex(index)
        finally:
            self._jumping = False
        self.plan_changed.emit()

    @Slot(object)
    def take_chosen(self, chosen: Chosen) -> None:
        """Make what a job chose the current plan, as one step; another model's is dropped."""
        fits = self.info is not None and chosen.plan.model_fingerprint == self.info.fingerprint
        if fits and self.plan is not None:
            self.apply_plan(chosen.plan, chosen.text)
            self.plan_chosen.emit(chosen)

    def _show_plan(self, plan: Plan) -> None:
        self.plan = plan
        if not self._jumping:
            self.plan_changed.emit()

    def keep_plan(self, name: str, plan: Plan) -> None:
        """Keep a plan under a name; an older one of that name is replaced."""
        self._set_plans({**self.plans, name: plan})

    def rename_plan(self, old: str, new: str) -> None:
        """Give a kept plan another name, unless another plan has it."""
        if old in self.plans and new not in self.plans:
            self._set_plans({new if n == old else n: p for n, p in self.plans.items()})

    def forget_plan(self, name: str) -> None:
        """Keep a plan no longer."""
        self._set_plans({n: p for n, p in self.plans.items() if n != name})

    def _set_plans(self, plans: Mapping[str, Plan]) -> None:
        if plans != self.plans:
            self.plans = plans
            self.plans_changed.emit()

    @Slot(object)
    def take_lens(self, lens: Lens | None) -> None:
        """Take over a text that was looked at; one of another model is shown to nobody."""
        info = self.info
        fits = lens is None or (info is not None and lens.model_fingerprint == info.fingerprint)
        if fits and lens is not self.lens:
            self.lens = lens
            self.lens_changed.emit()

    # -- results -----------------------------------------------------------------------------

    @Slot(object)
    def add_variant(self, variant: Variant) -> None:
        """Keep a measurement; a newer one of the same thing replaces the older."""
        from core.evaluation.variant import put

        self.variants = put(self.variants, variant)
        self.variants_changed.emit()

    @Slot(object)
    def add_variants(self, variants: tuple[Variant, ...]) -> None:
        """Keep what one job measured."""
        for variant in variants:
            self.add_variant(variant)

    @Slot(object)
    def take_exported(self, exported: Exported) -> None:
        """Remember the newest export, and keep its row in the table of variants."""
        self.set_exported(exported.result)
        self.add_variant(exported.variant)

    def remove_variant(self, name: str) -> None:
        """Forget a variant."""
        self.variants = tuple(v for v in self.variants if v.name != name)
        self.variants_changed.emit()

    def save_project(self, folder: Path | None = None) -> None:
        """Save; checkpoints that moved with an unsaved project are followed.

        Raises:
            ProjectError: The folder is not empty or cannot be written.
        """
        before = self.folder
        super().save_project(folder)
        if folder is None or before is None:
            return
        followed = tuple(_followed(variant, before, folder) for variant in self.variants)
        if followed != self.variants:
            self.variants = followed
            self.variants_changed.emit()

    @Slot(object)
    def set_exported(self, result: ExportResult | None) -> None:
        """Remember the newest export."""
        self.exported = result
        self.exported_changed.emit()

    # -- what a project keeps ----------------------------------------------------------------

    def _contents(self) -> Contents:
        """Everything that a project keeps, as it is now."""
        weights = dict(self.domain_weights) if self.domain_weights is not None else None
        own: dict[str, object] = {"metric": self.metric, "domain_weights": weights}
        return Contents(
            model=self.model,
            info=self.info,
            profile=self.profile,
            plan=self.plan,
            plans=self.plans,
            variants=self.variants,
            pages={**self._pages, "session": own},
            unfinished=self._unfinished(),
            copied=self._copied,
        )

    # -- jobs --------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        if snapshot.name == job.task.kind == "profile" and not job.stopping:
            self.set_live_profile(snapshot.value)  # type: ignore[arg-type]

    @Slot(object)
    def _take_end(self, job: Job) -> None:
        if job.task.kind == "profile":
            self.set_live_profile(None)
        if job.task.kind == "save" and job.state != "done":
            news, error = self._keeper.take_failure(), job.error
            if news and error is not None:
                self.refused.emit(error.what, error.remedy)
        if job.task.recipe is not None and self._last_jobs is None:
            self._keeper.touch_quietly()
        if job.set_aside:
            return
        if job.state == "done" and job.task.on_result:
            try:
                getattr(self, job.task.on_result)(job.result)
            except StudioError as error:  # what is open cannot be saved, so it is not left
                self.refused.emit(error.what, error.remedy)


def _quote(text: str) -> str:
    """An argument as a shell takes it."""
    import shlex

    return shlex.quote(text)


def _followed(variant: Variant, before: Path, now: Path) -> Variant:
    """A variant whose checkpoint lay in a folder that moved."""
    old = Path(variant.path) if variant.path else None
    if old is None or old.exists() or not old.is_relative_to(before):
        return variant
    new = now / old.relative_to(before)
    return replace(variant, path=str(new)) if new.exists() else variant
