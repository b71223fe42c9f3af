"""The Tune page's tables for programs: runs, their comparison, trials, the paper's plot."""

from __future__ import annotations

from collections.abc import Sequence

from app.widgets.take_menu import Table, table_of
from core.paper import PaperResult
from core.tuning import Found
from core.tuning.history import RunRow, differing
from core.tuning.search import SEARCHED

FIGURES = (
    "top_k_before", "top_k", "perplexity_before", "perplexity_after", "perplexity_original",
    "entropy_before", "entropy_after", "final_loss", "seconds",
)  # fmt: skip


def runs_table(rows: Sequence[RunRow]) -> Table:
    """A line per run: how it ended, its figures, what it was asked."""
    return table_of(
        ("run", "state", "start", "steps_done", "steps", *FIGURES, "made_at", "command"),
        (
            (
                row.record.name, row.record.state, row.record.start, row.steps_done, row.steps,
                *(row.record.figure(name) for name in FIGURES),
                row.record.made_at, row.record.command,
            )
            for row in rows
        ),
    )  # fmt: skip


def comparison_table(rows: Sequence[RunRow]) -> Table:
    """A line per option that differs and per figure, a column per run."""
    options = differing(row.record for row in rows)
    lines = [
        (name, *(None if value is None else str(value) for value in values))
        for name, values in options.items()
    ]
    figures = [(name, *(row.record.figure(name) for row in rows)) for name in FIGURES]
    return table_of(("option", *(row.record.name for row in rows)), (*lines, *figures))


def trials_table(found: Found) -> Table:
    """A line per trial: what was tried and what came of it."""
    return table_of(
        ("trial", "perplexity", "seconds", *SEARCHED, "error"),
        (
            (
                trial.number, trial.perplexity, trial.seconds,
                *(getattr(trial.options, name) for name in SEARCHED), trial.error,
            )
            for trial in found.trials
        ),
    )  # fmt: skip


def claims_table(result: PaperResult) -> Table:
    """A line per measurement behind the plot: dropped experts first, then tuned models."""
    original = ("original", "", None, None, None, result.original, result.entropy)
    untuned = ("untuned top-1", "", None, None, None, result.untuned, None)
    drops = (
        ("dropped", drop.metric, drop.scope, drop.share, drop.seed, drop.perplexity, None)
        for drop in result.drops
    )
    arms = (
        ("tuned", arm.name, None, None, arm.seed, arm.perplexity, arm.entropy_after)
        for arm in result.arms
    )
    return table_of(
        ("kind", "name", "scope", "kept", "seed", "perplexity", "entropy"),
        (original, untuned, *drops, *arms),
    )
