"""Options that several commands share, said once."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A folder with safetensors, a Hugging Face id, or the word demo.",
        show_default=False,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Accept a plan that was made for a model of other weights."),
]
PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", metavar="PLAN", help="A plan file.", show_default=False),
]
TopK = Annotated[
    int | None,
    typer.Option(
        "--top-k", min=1, metavar="K", help="Experts per token instead of the model's own."
    ),
]
Sources = Annotated[
    list[str],
    typer.Option(
        "--source",
        "-s",
        metavar="[DOMAIN=]SOURCE[#FIELD]",
        help="A .txt, .jsonl, .parquet or .csv file, a folder of them, hub:ID[:CONFIG][:SPLIT], or "
        "demo for the bundled texts. May be given several times.",
        show_default=False,
    ),
]
MaxTokens = Annotated[
    int,
    typer.Option("--max-tokens", min=1, metavar="N", help="Tokens in all, split over the domains."),
]
SeqLen = Annotated[
    int, typer.Option("--seq-len", min=2, metavar="N", help="Tokens per packed sequence.")
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, metavar="N", help="Sequences per batch.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed of all that is drawn.")]
Device = Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda[:N]", help="Where to run.")]
Dtype = Annotated[
    str, typer.Option("--dtype", help="auto, float32, bfloat16 or float16: what to load as.")
]


class StreamChoice(Enum):
    """When a model goes through memory layer by layer."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


Stream = Annotated[
    StreamChoice,
    typer.Option(
        "--stream",
        help="Read the model layer by layer instead of loading it whole; auto does so when it does "
        "not fit into memory.",
    ),
]
ChatTemplate = Annotated[
    bool, typer.Option("--chat-template", help="Wrap each document in the model's chat template.")
]
NoPack = Annotated[
    bool, typer.Option("--no-pack", help="One document is one sequence, cut and padded.")
]
