"""`seer tune-search`: better tuning options within a time budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import (
    AsJson,
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
    TopK,
)
from core.cli.terminal import Terminal
from core.cli.tune_options import (
    Anneal,
    AnnealFraction,
    Batch,
    Checkpointing,
    Decay,
    Distill,
    DistillCache,
    EntropyWeight,
    Fractional,
    GradAccum,
    LearningRate,
    LoraAttention,
    LoraRank,
    LrDecay,
    MaxGradNorm,
    Schedule,
    Steps,
    Teacher,
    Train,
    ValidationSources,
    ValidationTokens,
    Warmup,
    WeightDecay,
)
from core.cli.tuning import TuneRequest, texts_of
from core.cli.words import duration

if TYPE_CHECKING:
    from rich.table import Table

    from core.tuning import Found


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
    plan: PlanFile = None,
    top_k: TopK = None,
    schedule: Anneal = Schedule.LINEAR,
    fractional: Fractional = True,
    anneal_fraction: AnnealFraction = 0.5,
    entropy_weight: EntropyWeight = 0.01,
    train: Train = None,
    lora_rank: LoraRank = 16,
    lora_attention: LoraAttention = False,
    distill: Distill = 0.0,
    distill_cache: DistillCache = 0,
    teacher: Teacher = None,
    steps: Steps = None,
    lr: LearningRate = None,
    warmup: Warmup = None,
    decay: LrDecay = Decay.COSINE,
    weight_decay: WeightDecay = 0.0,
    max_grad_norm: MaxGradNorm = 1.0,
    batch_size: Batch = None,
    grad_accum: GradAccum = None,
    checkpointing: Checkpointing = None,
    seq_len: SeqLen = 256,
    max_tokens: MaxTokens = 1_000_000,
    validation: ValidationSources = None,
    validation_tokens: ValidationTokens = 20_000,
    chat_template: ChatTemplate = False,
    no_pack: NoPack = False,
    seed: Seed = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
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
        from core.tuning import TuneOptions, search_options

        base = TuneOptions(
            top_k=top_k,
            schedule=schedule.value,
            fractional=fractional,
            anneal_fraction=anneal_fraction,
            entropy_weight=entropy_weight,
            train=train.value if train is not None else None,
            lora_rank=lora_rank,
            lora_attention=lora_attention,
            distill=distill,
            distill_cache=distill_cache,
            steps=steps,
            learning_rate=lr,
            warmup_steps=warmup,
            decay=decay.value,
            weight_decay=weight_decay,
            max_grad_norm=max_grad_norm,
            batch_size=batch_size,
            grad_accum=grad_accum,
            checkpointing=checkpointing,
            seed=seed,
            device=device,
            dtype=dtype,
        )
        request = TuneRequest(
            model=model,
            sources=tuple(source),
            output=work,
            options=base,
            validation=tuple(validation or ()),
            seq_len=seq_len,
            max_tokens=max_tokens,
            validation_tokens=validation_tokens,
            pack=not no_pack,
            chat_template=chat_template,
        )
        folder = locate_model(model)
        texts, held_out = texts_of(request, folder, terminal)
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
