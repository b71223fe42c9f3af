"""Plans and exports that several test files use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.checkpoint import inspect_model
from core.export import ExportOptions, ExportResult, export_checkpoint
from core.planning import Plan
from core.run import Event, Run


def plan_of(folder: Path, keep: Callable[[int], Sequence[int]], **changes: object) -> Plan:
    """A plan that keeps `keep(experts)` in every layer."""
    plan = Plan.keep_all(inspect_model(folder))
    kept = tuple(tuple(keep(count)) for count in plan.experts)
    return replace(plan, keep=kept, **changes)


def odd(count: int) -> Sequence[int]:
    """Every second expert, the first one not."""
    return range(1, count, 2)


def export(
    folder: Path,
    output: Path,
    plan: Plan | None = None,
    *,
    on_event: Callable[[Event], None] | None = None,
    **options: object,
) -> ExportResult:
    """Export with small shards; without a plan the odd experts stay."""
    chosen = plan or plan_of(folder, odd)
    settings = ExportOptions(**{"plan": chosen, "output": output, "shard_size": 100_000, **options})
    return export_checkpoint(folder, settings, Run(on_event))
