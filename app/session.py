"""The session: which values are current, and a signal for each kind of change.

The only mutable state of the window. Values (ModelInfo, Profile, Plan, Variant, options) are
frozen; a page asks for a change, the session takes it over and says so, views look again.
Everything of the engine is imported when it is first needed, so that the window comes first.

Array shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from app.commands import SetPlan
from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from core.run import Run, Snapshot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.calibration import CalibrationOptions
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.export import ExportResult
    from core.planning import Cost, Plan, Problem
    from core.profiling import Profile

T = TypeVar("T")

DEFAULT_METRIC = "soft-count"
# Enough to walk back through an hour of painting; a plan shares its unchanged rows with its
# neighbours in the history.
UNDO_LIMIT = 1000


class Session(QObject):
    """What is open, and what is current.

    Signals carry nothing: a view asks for what it shows.
    """

    project_changed = Signal()  # another project, its name, or whether it is saved
    model_changed = Signal()
    calibration_changed = Signal()
    profile_changed = Signal()  # a complete profile, or a newer snapshot of a running one
    scores_changed = Signal()  # another profile, metric or blend of domains
    plan_changed = Signal()
    variants_changed = Signal()
    exported_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = JobQueue(self)
        self.jobs.job_snapshot.connect(self._take_snapshot)
        self.jobs.job_finished.connect(self._take_end)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.project: Path | None = None
        self.temporary = True
        self.name = ""
        self.model = ""
        self.info: ModelInfo | None = None
        self.options: CalibrationOptions | None = None
        self.profile: Profile | None = None
        self.live_profile: Profile | None = None
        self.metric = DEFAULT_METRIC
        self.domain_weights: Mapping[str, float] | None = None
        self.plan: Plan | None = None
        self.variants: tuple[Variant, ...] = ()
        self.exported: ExportResult | None = None
        self._cache: dict[str, tuple[tuple[object, ...], object]] = {}

    # -- derived values, computed once per change --------------------------------------------

    @property
    def shown_profile(self) -> Profile | None:
        """The running profile's newest snapshot, else the complete profile."""
        return self.live_profile or self.profile

    @property
    def scores_LE(self) -> NDArray[np.float64] | None:
        """The current metric's scores, [L, E]; None without a profile."""
        return self.score_by(self.metric)

    def score_by(self, metric: str) -> NDArray[np.float64] | None:
        """The shown profile's scores by any metric, [L, E]; None without a profile."""
        profile, weights = self.shown_profile, self.domain_weights
        if profile is None:
            return None
        from core.scoring import score

        key = (profile, _key(weights))
        return self._once(f"scores:{metric}", key, lambda: score(profile, metric, weights))

    @property
    def mass_LE(self) -> NDArray[np.float64] | None:
        """Routed mass, [L, E]: what coverage is the share of; None without a profile."""
        profile, weights = self.shown_profile, self.domain_weights
        if profile is None:
            return None
        from core.scoring import routed_mass

        return self._once("mass", (profile, _key(weights)), lambda: routed_mass(profile, weights))

    @property
    def super_LE(self) -> NDArray[np.bool_] | None:
        """Super-experts, [L, E]: protected from rules; None without a profile."""
        profile = self.shown_profile
        if profile is None:
            return None
        from core.scoring import super_experts

        return self._once("super", (profile,), lambda: super_experts(profile))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands against the current plan, each with its fix."""
        info, plan = self.info, self.plan
        if info is None or plan is None:
            return ()
        from core.planning import check_plan

        return self._once("problems", (info, plan), lambda: tuple(check_plan(plan, info)))

    @property
    def cost(self) -> Cost | None:
        """What the model costs under the current plan."""
        info, plan = self.info, self.plan
        if info is None or plan is None:
            return None
        from core.planning import cost

        return self._once("cost", (info, plan), lambda: cost(info, plan))

    @property
    def base_cost(self) -> Cost | None:
        """What the whole model costs."""
        info = self.info
        if info is None:
            return None
        from core.planning import cost

        return self._once("base", (info,), lambda: cost(info))

    def _once(self, name: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value made for this key; made again when a part of the key is another object."""
        old = self._cache.get(name)
        if old is not None and len(old[0]) == len(key):
            if all(a is b or (isinstance(a, tuple) and a == b) for a, b in zip(old[0], key)):
                return old[1]  # type: ignore[return-value]
        value = make()
        self._cache[name] = (key, value)
        return value

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

        title = self.tr("Open {name}").format(name=_short(name))
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

    def open_demo(self) -> Job:
        """Open the bundled model."""
        return self.open_model("demo")

    @Slot(object)
    def take_model(self, opened: tuple[str, ModelInfo]) -> None:
        """Take over an inspected model: (as the user named it, its info)."""
        self.set_model(opened[1], name=opened[0])

    def set_model(self, info: ModelInfo | None, *, name: str = "") -> None:
        """Make a model the current one; what belonged to another one is dropped."""
        from core.planning import Plan

        self.model = name or (str(info.path) if info else "")
        self.name = self.name or _short(self.model)
        self.info = info
        self._cache.clear()
        self.profile = self.live_profile = None
        self.variants = ()
        self.exported = None
        self.domain_weights = None
        self.undo_stack.clear()
        self.plan = Plan.keep_all(info) if info is not None else None
        for changed in (
            self.model_changed,
            self.profile_changed,
            self.scores_changed,
            self.plan_changed,
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

    def _show_plan(self, plan: Plan) -> None:
        self.plan = plan
        self.plan_changed.emit()

    # -- results -----------------------------------------------------------------------------

    @Slot(object)
    def add_variant(self, variant: Variant) -> None:
        """Keep a measurement; a newer one of the same thing replaces the older."""
        from core.evaluation.variant import put

        self.variants = put(self.variants, variant)
        self.variants_changed.emit()

    def remove_variant(self, name: str) -> None:
        """Forget a variant."""
        self.variants = tuple(v for v in self.variants if v.name != name)
        self.variants_changed.emit()

    @Slot(object)
    def set_exported(self, result: ExportResult | None) -> None:
        """Remember the newest export."""
        self.exported = result
        self.exported_changed.emit()

    # -- the project -------------------------------------------------------------------------

    def saved_text(self) -> str:
        """Whether the project is saved, in a word."""
        return self.tr("not saved") if self.temporary else self.tr("saved")

    def open_project(self, folder: Path) -> None:
        """Open a project folder."""

    def save_project(self, folder: Path | None = None) -> None:
        """Save the project, into another folder if one is given."""

    def close(self) -> None:
        """Stop every job and put everything away."""
        self.jobs.shut_down()

    # -- jobs --------------------------------------------------------------------------------

    def start(self, task: Task) -> Job:
        """Queue a task; its result comes back to the method that it names."""
        return self.jobs.submit(task)

    @Slot(object, object)
    def _take_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        if snapshot.name == "profile" and not job.stopping:
            self.set_live_profile(snapshot.value)  # type: ignore[arg-type]

    @Slot(object)
    def _take_end(self, job: Job) -> None:
        if job.task.kind == "profile":
            self.set_live_profile(None)
        if job.state == "done" and job.task.on_result:
            getattr(self, job.task.on_result)(job.result)


def _key(weights: Mapping[str, float] | None) -> tuple[object, ...]:
    """Domain weights as something that compares by value."""
    return () if weights is None else tuple(sorted(weights.items()))


def _short(name: str) -> str:
    """The last part of a path or hub id."""
    return Path(name).name or name


def _quote(text: str) -> str:
    """An argument as a shell takes it."""
    import shlex

    return shlex.quote(text)
