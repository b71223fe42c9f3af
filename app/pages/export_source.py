"""What the Export page writes: the model under the current plan, or a tuned checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.measuring import Subject
from app.pages import subject

if TYPE_CHECKING:
    from app.session import Session
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.planning import Cost, Plan

PLAN = ""  # the choice of the current plan; a tuned checkpoint is chosen by its variant's name


@dataclass(frozen=True, kw_only=True)
class ExportSource:
    """A model, what of it stays, and what that costs.

    Attributes:
        model: Where the bytes come from.
        plan: What of them stays.
        plan_file: Where the command line finds the plan.
        cost: Of what is written.
        base: Of the original.
        tuned: The variant that it is, if it is a tuned checkpoint.
    """

    model: Subject
    plan: Plan
    plan_file: Path
    cost: Cost
    base: Cost
    tuned: Variant | None = None


def tuned_variants(session: Session) -> Mapping[str, Variant]:
    """The tuned checkpoints that are still on the disk, by name."""
    tuned = (v for v in session.variants if v.kind == "tuned" and v.path)
    return {v.name: v for v in tuned if (Path(v.path or "") / "config.json").is_file()}


def source_of(session: Session, choice: str) -> ExportSource | None:
    """What a choice stands for; the current plan where it is gone. None without a model."""
    model, plan, cost, base = (
        subject.current(session),
        session.plan,
        session.cost,
        session.base_cost,
    )
    if model is None or plan is None or cost is None or base is None:
        return None
    variant = tuned_variants(session).get(choice)
    if variant is None:
        return ExportSource(
            model=model, plan=plan, plan_file=subject.plan_file(session), cost=cost, base=base
        )
    return _tuned(variant, base)


def _tuned(variant: Variant, base: Cost) -> ExportSource:
    """A tuned checkpoint, all of which stays."""
    from core.planning import cost

    folder = Path(variant.path or "")
    info = inspected(folder, (folder / "config.json").stat().st_mtime_ns)
    plan = whole(info)
    plan_file = folder.parent / "keep-all.json"
    if not plan_file.exists():
        plan.save(plan_file)
    return ExportSource(
        model=Subject(name=str(folder), folder=folder, info=info),
        plan=plan,
        plan_file=plan_file,
        cost=cost(info, plan),
        base=base,
        tuned=variant,
    )


@lru_cache(maxsize=8)
def inspected(folder: Path, _changed: int) -> ModelInfo:
    """A checkpoint's headers, read again when its config is another."""
    from core.checkpoint import inspect_model

    return inspect_model(folder)


@lru_cache(maxsize=8)
def whole(info: ModelInfo) -> Plan:
    """The plan that keeps everything; the same object for the same headers."""
    from core.planning import Plan

    return Plan.keep_all(info)
