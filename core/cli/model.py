"""`seer inspect` and `seer cost`: what the headers say, before anything is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Force, Model, PlanFile, Quiet, TopK
from core.cli.terminal import Terminal
from core.cli.words import count, percent, size
from core.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from core.checkpoint import ModelInfo

PAPER_SHARE = 0.55  # SEER-MoE, arXiv 2404.05089: the experts' share of Mixtral's FLOPs

Context = Annotated[
    int | None,
    typer.Option(
        "--context",
        min=0,
        metavar="N",
        help="Tokens before the one that is counted; 4096, or the model's longest if that is less.",
        show_default=False,
    ),
]


Share = Annotated[
    float,
    typer.Option(
        "--share",
        metavar="X",
        help="Say at which context the experts still take this share of the FLOPs.",
    ),
]


def inspect(model: Model, *, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Read a model's headers: layers, experts, routing, parameters, bytes, problems.

    Nothing is loaded. A folder with nothing but config.json will do.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import inspect_model, locate_model
        from core.families import remarks_on

        info = inspect_model(locate_model(model))
        remarks = remarks_on(info.model_type)
        found = info.to_json() | {"remarks": list(remarks)}
        terminal.show(found, lambda: _model_table(info, remarks))


def _model_table(info: ModelInfo, remarks: tuple[str, ...]) -> Table:
    """Rich is imported for people only: a script waits less."""
    from core.cli.tables import model_table

    return model_table(info, remarks)


def cost(
    model: Model,
    *,
    plan: PlanFile = None,
    top_k: TopK = None,
    context: Context = None,
    share: Share = PAPER_SHARE,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Count parameters, bytes and FLOPs per token, for the whole model or under a plan.

    Dropping experts saves memory; only a lower --top-k saves FLOPs.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core import planning
        from core.checkpoint import inspect_model, locate_model
        from core.cli.tables import cost_table

        info = inspect_model(locate_model(model))
        chosen = planning.Plan.load(plan).for_model(info, force=force) if plan else None
        least = min(info.experts if chosen is None else map(len, chosen.keep))
        if top_k is not None and top_k > least:
            raise InputError(
                f"a token cannot choose {top_k} experts where a layer has {least}",
                remedy=f"--top-k {least} or less",
            )
        base = planning.cost(info, context=context)
        priced = planning.cost(info, chosen, top_k=top_k, context=context)
        memory = planning.vram_estimate(info, chosen, top_k=top_k, context=context)
        at_share = planning.context_for_share(info, chosen, share=share, top_k=top_k)
        curve = planning.share_curve(info, chosen, top_k=top_k)
        terminal.show(
            {
                **priced.to_json(),
                "vram": {"low": memory.low, "high": memory.high},
                "context_for_share": at_share.to_json(),
                "share_curve": [point.to_json() for point in curve],
            },
            lambda: cost_table(priced, base),
        )
        terminal.note(
            f"needs {size(memory.low)} to {size(memory.high)} of video memory at a context of "
            f"{priced.context:,} tokens"
        )
        if at_share.context is not None and at_share.top_k > 1:
            terminal.note(
                f"experts are {percent(share)} of the FLOPs at {count(at_share.context)} "
                f"tokens of context; Top-1 saves {percent(at_share.saved)} there"
            )
