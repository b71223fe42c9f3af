"""Options of `seer tune`, said once."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Schedule(Enum):
    """How Top-K falls."""

    LINEAR = "linear"
    COSINE = "cosine"
    NONE = "none"


class Scope(Enum):
    """What is trained."""

    ROUTERS = "routers"
    LORA = "lora"
    EXPERTS = "experts"
    ALL = "all"


class Decay(Enum):
    """How the learning rate falls."""

    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant"


Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="OUT", help="A new folder for the checkpoint.", show_default=False
    ),
]
Anneal = Annotated[
    Schedule,
    typer.Option("--schedule", help="How Top-K falls; none lowers it before the first step."),
]
Fractional = Annotated[
    bool,
    typer.Option(
        "--fractional/--integer",
        help="Fade the last gate out, which keeps the router's gradient, or drop it in one step.",
    ),
]
AnnealFraction = Annotated[
    float,
    typer.Option("--anneal-fraction", metavar="F", help="Share of the steps over which it falls."),
]
EntropyWeight = Annotated[
    float,
    typer.Option("--entropy-weight", metavar="λ", help="Weight of the routers' entropy; 0: none."),
]
Train = Annotated[
    Scope | None,
    typer.Option(
        "--train",
        help="Routers alone, routers and LoRA on the experts, routers and experts, or everything. "
        "Below a billion parameters experts, else lora.",
        show_default=False,
    ),
]
LoraRank = Annotated[int, typer.Option("--lora-rank", metavar="R", help="Rank of LoRA.")]
LoraAttention = Annotated[
    bool, typer.Option("--lora-attention", help="LoRA on the attention projections too.")
]
Distill = Annotated[
    float,
    typer.Option(
        "--distill", metavar="α", help="Weight of the KL from the unpruned model; 0: no teacher."
    ),
]
DistillCache = Annotated[
    int,
    typer.Option(
        "--distill-cache",
        metavar="N",
        help="Keep the teacher's N likeliest tokens in a file, so that two models are never in "
        "memory together; 0: run it alongside.",
    ),
]
Teacher = Annotated[
    str | None,
    typer.Option(
        "--teacher",
        metavar="MODEL",
        help="The unpruned model; MODEL before its plan, if not given.",
        show_default=False,
    ),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", metavar="N", help="Optimiser steps; by size.", show_default=False),
]
LearningRate = Annotated[
    float | None,
    typer.Option("--lr", metavar="X", help="Learning rate; by size and scope.", show_default=False),
]
Warmup = Annotated[
    int | None,
    typer.Option("--warmup", metavar="N", help="Steps to reach it; a tenth.", show_default=False),
]
LrDecay = Annotated[Decay, typer.Option("--decay", help="How the learning rate falls.")]
WeightDecay = Annotated[float, typer.Option("--weight-decay", metavar="X", help="AdamW's.")]
MaxGradNorm = Annotated[
    float,
    typer.Option("--max-grad-norm", metavar="X", help="Longer gradients are scaled down; 0: none."),
]
Batch = Annotated[
    int | None,
    typer.Option(
        "--batch-size",
        metavar="N",
        help="Sequences per forward pass; by size.",
        show_default=False,
    ),
]
GradAccum = Annotated[
    int | None,
    typer.Option(
        "--grad-accum",
        metavar="N",
        help="Forward passes per step; by size.",
        show_default=False,
    ),
]
Checkpointing = Annotated[
    bool | None,
    typer.Option(
        "--checkpointing/--no-checkpointing",
        help="Recompute activations to save memory; from a billion parameters on.",
        show_default=False,
    ),
]
EvalEvery = Annotated[
    int, typer.Option("--eval-every", metavar="N", help="Steps between validations; 0: never.")
]
SaveEvery = Annotated[
    int, typer.Option("--save-every", metavar="N", help="Steps between checkpoints; 0: never.")
]
KeepCheckpoints = Annotated[
    int, typer.Option("--keep-checkpoints", metavar="N", help="How many of them are kept.")
]
Patience = Annotated[
    int,
    typer.Option(
        "--patience",
        metavar="N",
        help="Stop after N validations without a better one, and write the best; 0: never.",
    ),
]
ValidationSources = Annotated[
    list[str] | None,
    typer.Option(
        "--validation",
        metavar="[DOMAIN=]SOURCE[#FIELD]",
        help="Held-out texts; demo's own for demo, else a twentieth of the sources.",
        show_default=False,
    ),
]
ValidationTokens = Annotated[
    int, typer.Option("--validation-tokens", min=2, metavar="N", help="Tokens of them.")
]
Work = Annotated[
    Path | None,
    typer.Option(
        "--work",
        metavar="DIR",
        help="Where curve and checkpoints are kept; .OUT.tuning beside OUT, if not given.",
        show_default=False,
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where a stopped run of the same options was.")
]
UseStep = Annotated[
    int | None,
    typer.Option(
        "--use-step",
        min=0,
        metavar="N",
        help="Train no further: write the checkpoint of this step; 0 for the newest.",
        show_default=False,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only estimate memory and time, and say what forbids it.")
]
