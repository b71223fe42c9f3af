"""The `seer tune …` and `seer tune-search …` lines of what the Tune page asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.jobs.lines import line, place_words, source_words, text_words
from app.jobs.tune_request import TuneRequest
from core.tuning import TuneOptions

# What `seer tune` takes of held-out text; of short training texts a fifth is enough.
VALIDATION_TOKENS, VALIDATION_SHARE = 20_000, 5

# Options of the command line, as far as they are not about the texts.
FLAGS = {
    "--top-k": "top_k",
    "--schedule": "schedule",
    "--anneal-fraction": "anneal_fraction",
    "--entropy-weight": "entropy_weight",
    "--train": "train",
    "--lora-rank": "lora_rank",
    "--distill": "distill",
    "--distill-cache": "distill_cache",
    "--steps": "steps",
    "--lr": "learning_rate",
    "--warmup": "warmup_steps",
    "--decay": "decay",
    "--weight-decay": "weight_decay",
    "--max-grad-norm": "max_grad_norm",
    "--batch-size": "batch_size",
    "--grad-accum": "grad_accum",
    "--eval-every": "eval_every",
    "--save-every": "save_every",
    "--patience": "patience",
    "--dtype": "dtype",
}
# A trial is validated at its end and keeps nothing.
SEARCH_FLAGS = {
    flag: name
    for flag, name in FLAGS.items()
    if name not in {"eval_every", "save_every", "patience"}
}


def validation_tokens(request: TuneRequest) -> int:
    """How much held-out text is read at each validation."""
    return min(VALIDATION_TOKENS, max(request.texts.max_tokens // VALIDATION_SHARE, 2))


def tune_line(request: TuneRequest) -> str:
    """The `seer tune …` line of a run."""
    folder = request.folder
    return line(
        "seer", "tune", *_words(request, FLAGS), "--work", folder / "work", "-o", folder / "model"
    )


def search_line(request: TuneRequest, minutes: float) -> str:
    """The `seer tune-search …` line of a search."""
    return line(
        "seer",
        "tune-search",
        *_words(request, SEARCH_FLAGS),
        "--minutes",
        f"{minutes:g}",
        "--work",
        request.folder / "work",
    )


def _words(request: TuneRequest, flags: Mapping[str, str]) -> list[str | Path | float]:
    """Model, texts, options and place, as both commands take them."""
    options, default = request.options, TuneOptions()
    words: list[str | Path | float] = []
    if request.plan is not None:
        words += ["--plan", request.plan_file]
    for flag, name in flags.items():
        value = getattr(options, name)
        if value is not None and value != getattr(default, name):
            words += [flag, value]
    if not options.fractional:
        words.append("--integer")
    if options.checkpointing is not None:
        words.append("--checkpointing" if options.checkpointing else "--no-checkpointing")
    if validation_tokens(request) != VALIDATION_TOKENS:
        words += ["--validation-tokens", validation_tokens(request)]
    packing = text_words(replace(request.texts, batch_size=1))
    at = packing.index("--batch-size")
    del packing[at : at + 2]  # here it is the training's own
    return [
        request.model.name,
        *source_words(request.texts.sources),
        *packing,
        *words,
        *place_words(request.model),
        *(["--teacher", request.teacher] if request.teacher and options.distill else []),
    ]
