"""`seer tune-search`: better tuning options within a time budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.grouped import grouped
from core.cli.options import AsJson, Force, Model, Quiet, Sources
from core.cli.terminal import Terminal
from core.cli.training_options import Training
from core.cli.tuning import texts_of
from core.cli.words import duration

if TYPE_CHECKING:
    from rich.table import Table

    from core.tuning import Found


@grouped
def tune_search(
    model: Model,
    *,
    source: Sources,
    work: Annotated[
        Path,
        typer.Option(
            "--work",
            metavar="DIR",
            help="Where the trials are kept; a search that is there goes on.",
            show_default=False,
        ),
    ],
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.0, metavar="M", help="Time for all trials.")
    ] = 30.0,
    training: Training,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Look for a learning rate, entropy weight and schedule by short runs of seer tune.

    --steps is the length of a trial, --lr the middle of the rates that are tried; the options as
    given are the first trial. Needs Optuna.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import locate_model
        from core.planning import Plan
        from core.tuning import search_options

        base, plan, teacher = training.options(), training.plan, training.teacher
        folder = locate_model(model)
        texts, held_out = texts_of(training.request(model, source, work, base), folder, terminal)
        found = search_options(
            folder,
            texts,
            base,
            minutes=minutes,
            work=work,
            validation=held_out,
            plan=Plan.load(plan) if plan is not None else None,
            teacher=locate_model(teacher) if teacher is not None else None,
            force=force,
            run=terminal.run,
        )
        terminal.show(found.to_json(), lambda: _table(found))


def _table(found: Found) -> Table:
    """The trials from best to worst; those that failed come last."""
    from core.cli.tables import grid

    order = sorted(found.trials, key=lambda t: (t.perplexity is None, t.perplexity or 0.0))
    rows = []
    for trial in order:
        options = trial.options
        falls: str = options.schedule
        if falls != "none":
            falls += " by fading" if options.fractional else " by steps"
            falls += f" over {100 * options.anneal_fraction:.0f} %"
        measured = "failed" if trial.perplexity is None else f"{trial.perplexity:.2f}"
        rate, weight = f"{options.learning_rate:.2g}", f"{options.entropy_weight:g}"
        rows.append((str(trial.number), measured, rate, weight, falls, duration(trial.seconds)))
    return grid(("trial", "perplexity", "lr", "λ", "Top-K falls", "time"), rows)
