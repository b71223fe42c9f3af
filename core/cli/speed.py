"""`seer speed`: tokens per second of a model and of what a plan makes of it, timed in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Device, Dtype, Force, Model, PlanFile, Quiet, Seed, TopK
from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.table import Table

    from core.evaluation.speed import Speed, SpeedComparison

Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="MODEL2",
        help="The smaller model, as a checkpoint. With --plan or --top-k it is made in memory.",
        show_default=False,
    ),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, metavar="N", help="Sequences answered together.")
]
Context = Annotated[int, typer.Option("--context", min=1, metavar="N", help="Tokens of a prompt.")]
NewTokens = Annotated[
    int, typer.Option("--new-tokens", min=1, metavar="N", help="Tokens generated behind it.")
]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, metavar="N", help="Times that both are timed, in turn.")
]


def speed(
    model: Model,
    *,
    plan: PlanFile = None,
    top_k: TopK = None,
    against: Against = None,
    batch_size: BatchSize = 1,
    context: Context = 512,
    new_tokens: NewTokens = 32,
    rounds: Rounds = 5,
    seed: Seed = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Time prefill and decoding, before and after, paired in one run.

    --plan really removes the dropped experts from a copy in memory: a mask would run at the
    original's speed. Without --plan, --top-k or --against the model is timed alone.
    """
    if against is not None and (plan is not None or top_k is not None):
        raise typer.BadParameter("--against is a model of its own: leave out --plan and --top-k")
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import inspect_model, locate_model
        from core.evaluation.speed import SpeedOptions
        from core.planning import Plan

        folder = locate_model(model)
        other = locate_model(against) if against is not None else None
        info = inspect_model(folder)
        chosen = Plan.load(plan).for_model(info, force=force) if plan is not None else None
        if chosen is None and top_k is not None:
            chosen = Plan.keep_all(info)
        from core.calibration import load_tokenizer
        from core.evaluation.timing import compare_speed, prompt_ids
        from core.pruning import shrink
        from core.runtime import load_model

        options = SpeedOptions(
            batch_size=batch_size,
            context=context,
            new_tokens=new_tokens,
            rounds=rounds,
            seed=seed,
        )
        tokenizer = load_tokenizer(folder)
        before = load_model(folder, device=device, dtype=dtype, run=terminal.run)
        after = None
        if other is not None or chosen is not None:
            after = load_model(other or folder, device=device, dtype=dtype, run=terminal.run)
        if after is not None and chosen is not None:
            after = shrink(after, chosen, top_k=top_k)
        smallest = min(live.vocabulary for live in (before, after) if live is not None)
        prompt = prompt_ids(tokenizer, options, smallest)
        found = compare_speed(before, after, prompt, options, run=terminal.run)
        terminal.show(found.to_json(), lambda: speed_table(found))


def speed_table(found: SpeedComparison) -> Table:
    """Before, after, and the ratio of pairs."""
    from core.cli.tables import grid

    before, after = found.before, found.after
    rows = [
        _row(
            "prefill, tokens/s",
            before.prefill,
            after.prefill if after else None,
            found.prefill_ratios,
        ),
        _row(
            "decode, tokens/s", before.decode, after.decode if after else None, found.decode_ratios
        ),
        ("first token, ms", *_milliseconds(before, after, "first_token"), ""),
        ("each further token, ms", *_milliseconds(before, after, "per_token"), ""),
    ]
    title = (
        f"{before.place}, batch {before.batch_size}, context {before.context:,}, medians of "
        f"{before.rounds} rounds"
    )
    if after is None:
        return grid(("", "model"), [row[:2] for row in rows], title=title)
    return grid(("", "before", "after", "ratio of pairs"), rows, title=title)


def _row(
    name: str, before: float, after: float | None, ratios: tuple[float, ...]
) -> tuple[str, str, str, str]:
    from core.evaluation.speed import spread

    found = spread(ratios)
    ratio = "" if found is None else "{median:.2f} ({low:.2f} to {high:.2f})".format(**found)
    return name, f"{before:,.1f}", "" if after is None else f"{after:,.1f}", ratio


def _milliseconds(before: Speed, after: Speed | None, name: str) -> tuple[str, str]:
    shown = [f"{1000 * getattr(side, name):,.1f}" if side else "" for side in (before, after)]
    return shown[0], shown[1]
