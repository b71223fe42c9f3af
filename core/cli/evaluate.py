"""`seer evaluate`: perplexity by domain, and agreement with the original."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import (
    AsJson,
    BatchSize,
    ChatTemplate,
    Device,
    Dtype,
    Force,
    MaxTokens,
    Model,
    NoPack,
    PlanFile,
    Quiet,
    Seed,
    SeqLen,
    Sources,
    Stream,
    StreamChoice,
    TopK,
)
from core.cli.texts import packed

if TYPE_CHECKING:
    from rich.table import Table

    from core.evaluation import Evaluation
    from core.runtime import LiveModel


def evaluate(
    model: Model,
    *,
    source: Sources,
    plan: PlanFile = None,
    top_k: TopK = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="MODEL",
            help="Compare with this model: mean KL divergence and top-1 agreement. With --plan the "
            "unpruned model is the reference by itself.",
        ),
    ] = None,
    max_tokens: MaxTokens = 50_000,
    seq_len: SeqLen = 256,
    batch_size: BatchSize = 8,
    seed: Seed = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    stream: Stream = StreamChoice.AUTO,
    chat_template: ChatTemplate = False,
    no_pack: NoPack = False,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure a model, or what a plan would make of it, without writing anything.

    --plan masks the dropped experts, which routes exactly as the pruned model would.

    Several GPUs or machines share the text under torchrun:
    torchrun --nproc-per-node 4 --no-python seer evaluate …
    """
    from core.cli.ranks import launched

    with launched(as_json=as_json, quiet=quiet) as (ranks, terminal):
        from core.checkpoint import inspect_model, locate_model
        from core.planning import Plan

        folder = locate_model(model)
        chosen = None
        if plan is not None:
            chosen = Plan.load(plan).for_model(inspect_model(folder), force=force)
        compared = locate_model(reference) if reference is not None else None
        texts = packed(
            folder,
            source,
            "heldout",
            terminal,
            max_tokens=max_tokens,
            seq_len=seq_len,
            batch_size=batch_size,
            seed=seed,
            pack=not no_pack,
            chat_template=chat_template,
        )
        from core.evaluation import evaluate as measure
        from core.runtime import load_model

        def load(place: Path) -> LiveModel:
            return load_model(
                place,
                device=ranks.device(device),
                dtype=dtype,
                stream=stream.value,
                ranks=ranks,
                run=terminal.run,
            )

        live = load(folder)
        original = live if chosen is not None or top_k is not None else None
        if compared is not None:
            original = live if compared == folder else load(compared)
        result = measure(
            live,
            texts,
            reference=original,
            plan=chosen,
            top_k=top_k,
            ranks=ranks,
            run=terminal.run,
        )
        terminal.show(result.to_json(), lambda: evaluation_table(result))


def evaluation_table(result: Evaluation) -> Table:
    """Perplexity by domain, then what compares with the original."""
    from core.cli.tables import facts

    rows = [(name, f"perplexity {value:.2f}") for name, value in result.perplexity.items()]
    rows.append(("tokens", f"{result.tokens:,}"))
    if result.kl is not None:
        rows.append(("KL from the original", f"{result.kl:.4f} nats per token"))
    if result.top1_agreement is not None:
        rows.append(("top-1 agreement", f"{100 * result.top1_agreement:.1f} %"))
    return facts(rows)
