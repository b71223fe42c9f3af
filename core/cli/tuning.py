"""What `seer tune` and a tune recipe have in common: a request, and how it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.terminal import Terminal
from core.cli.texts import packed
from core.cli.words import count, duration, size

if TYPE_CHECKING:
    from rich.table import Table

    from core.calibration import CalibrationSet
    from core.planning import Plan
    from core.runtime.ranks import Ranks
    from core.tuning import TuneEstimate, TuneOptions, TuneResult


@dataclass(frozen=True, kw_only=True)
class TuneRequest:
    """A whole tuning job: model, texts, options, places.

    Attributes:
        model: As on the command line.
        sources: Training texts, as on the command line.
        output: The new folder.
        options: How.
        plan: A plan file.
        teacher: The unpruned model, as on the command line.
        validation: Held-out texts; empty for demo's own, or a part of the sources.
        seq_len: Tokens per sequence.
        max_tokens: Budget of training texts.
        validation_tokens: Budget of held-out texts.
        pack: Join documents and cut them.
        chat_template: Format documents by the tokenizer's template.
        work: Where curve and checkpoints are kept.
        force: Accept a plan of another fingerprint.
    """

    model: str
    sources: tuple[str, ...]
    output: Path
    options: TuneOptions
    plan: Path | None = None
    teacher: str | None = None
    validation: tuple[str, ...] = ()
    seq_len: int = 256
    max_tokens: int = 1_000_000
    validation_tokens: int = 20_000
    pack: bool = True
    chat_template: bool = False
    work: Path | None = None
    force: bool = False

    def command(self) -> str:
        """The command line that does the same."""
        return _command(self)


def run_tuning(
    request: TuneRequest,
    *,
    resume: bool = False,
    use_step: int | None = None,
    dry_run: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Carry a request out, on all processes that a launcher started, and print the result."""
    from core.cli.ranks import launched

    with launched(as_json=as_json, quiet=quiet) as (ranks, terminal):
        request.options.check()
        if dry_run:
            _estimate(request, terminal)
            return
        result = _tune(request, ranks, terminal, resume=resume, use_step=use_step)
        terminal.show(result.to_json(), lambda: tune_table(result))


def _tune(
    request: TuneRequest,
    ranks: Ranks,
    terminal: Terminal,
    *,
    resume: bool,
    use_step: int | None,
) -> TuneResult:
    """Pack the texts, then train."""
    from core.checkpoint import locate_model

    folder = locate_model(request.model)
    teacher = locate_model(request.teacher) if request.teacher is not None else None
    plan = _plan(request)
    from core.tuning import tune
    from core.tuning.request import check_early

    check_early(
        folder,
        request.options,
        output=request.output,
        plan=plan,
        seq_len=request.seq_len,
        force=request.force,
        ranks=ranks,
    )
    texts, validation = texts_of(request, folder, terminal)

    return tune(
        folder,
        texts,
        request.options,
        output=request.output,
        validation=validation,
        plan=plan,
        teacher=teacher,
        work=request.work,
        resume=resume,
        use_step=use_step,
        force=request.force,
        ranks=ranks,
        run=terminal.run,
    )


def texts_of(
    request: TuneRequest, folder: Path, terminal: Terminal
) -> tuple[CalibrationSet, CalibrationSet | None]:
    """Training texts, and held-out ones where they have a source of their own."""

    def pack(words: tuple[str, ...], held_out: bool, tokens: int) -> CalibrationSet:
        return packed(
            folder,
            list(words),
            "heldout" if held_out else "calibration",
            terminal,
            max_tokens=tokens,
            seq_len=request.seq_len,
            seed=request.options.seed,
            pack=request.pack,
            chat_template=request.chat_template,
        )

    words = request.validation
    if not words and all(word.rpartition("=")[2] == "demo" for word in request.sources):
        words = request.sources
    texts = pack(request.sources, False, request.max_tokens)
    return texts, pack(words, True, request.validation_tokens) if words else None


def _plan(request: TuneRequest) -> Plan | None:
    from core.planning import Plan

    return Plan.load(request.plan) if request.plan is not None else None


def _estimate(request: TuneRequest, terminal: Terminal) -> None:
    """Say what the run would take; nothing is loaded."""
    from core.checkpoint import inspect_model, locate_model
    from core.tuning import estimate

    info = inspect_model(locate_model(request.model))
    plan = _plan(request)
    if plan is not None:
        plan = plan.for_model(info, force=request.force)
    from core.runtime.device import choose_device, free_bytes

    device = choose_device(request.options.device)
    found = estimate(
        info,
        request.options,
        plan=plan,
        seq_len=request.seq_len,
        device_free=free_bytes(device),
        cuda=device.type == "cuda",
        output=request.output,
    )
    for problem in found.problems:
        terminal.warn(f"{problem.text}; try: {problem.fix}")
    terminal.show(found.to_json(), lambda: estimate_table(found))


def estimate_table(found: TuneEstimate) -> Table:
    """Memory, time and work of a run."""
    from core.cli.tables import facts

    options = found.options
    time = "known after some steps"
    if found.seconds_low is not None and found.seconds_high is not None:
        time = f"{duration(found.seconds_low)} to {duration(found.seconds_high)}"
    return facts(
        [
            ("trains", f"{options.train}, {count(found.trained_parameters)} parameters"),
            ("Top-K", f"{found.top_k_before} → {found.top_k}"),
            ("steps", f"{options.steps:,} of {found.tokens_per_step:,} tokens"),
            ("learning rate", f"{options.learning_rate:g}"),
            ("memory", f"{size(found.memory_low)} to {size(found.memory_high)}"),
            ("free", size(found.memory_free)),
            ("disk", size(found.disk)),
            ("time", time),
        ]
    )


def tune_table(result: TuneResult) -> Table:
    """What came of it."""
    from core.cli.tables import facts

    speed = result.tokens / result.seconds if result.seconds > 0 else 0.0
    rows = [
        ("Top-K", f"{result.top_k_before} → {result.top_k}"),
        ("trained", f"{result.train}, {count(result.trained_parameters)} parameters"),
        ("steps", f"{result.steps:,}, {count(result.tokens)} tokens"),
        ("time", f"{duration(result.seconds)}, {count(speed)} tokens/s"),
        ("perplexity before", f"{result.perplexity_before:.2f} at Top-{result.top_k}"),
        ("perplexity after", f"{result.perplexity_after:.2f} at Top-{result.top_k}"),
    ]
    if result.perplexity_original == result.perplexity_original:
        original = f"{result.perplexity_original:.2f} at Top-{result.top_k_before}"
        rows.append(("perplexity of the source", original))
    rows += [
        ("router entropy", f"{result.entropy_before:.2f} → {result.entropy_after:.2f} nats"),
        ("folder", str(result.output)),
        ("curve and checkpoints", str(result.work)),
    ]
    return facts(rows)


# Options whose word on the command line is not their name.
_WORDS = {"learning_rate": "lr", "warmup_steps": "warmup"}
_NO_FLAG = ("max_grad_norm", "log_every", "lora_alpha")


def _command(request: TuneRequest) -> str:
    import shlex

    from core.tuning.options import TuneOptions

    words = ["seer", "tune", request.model]
    for source in request.sources:
        words += ["--source", source]
    for source in request.validation:
        words += ["--validation", source]
    words += ["-o", str(request.output)]
    for name in ("plan", "teacher", "work"):
        if getattr(request, name) is not None:
            words += [f"--{name}", str(getattr(request, name))]
    for name, default in (
        ("seq_len", 256),
        ("max_tokens", 1_000_000),
        ("validation_tokens", 20_000),
    ):
        if getattr(request, name) != default:
            words += [f"--{name.replace('_', '-')}", str(getattr(request, name))]
    words += [flag for flag, on in _flags(request).items() if on]
    plain = TuneOptions()
    for name, value in request.options.to_json().items():
        if name in _NO_FLAG or value == getattr(plain, name) or isinstance(value, bool):
            continue
        words += [f"--{_WORDS.get(name, name).replace('_', '-')}", f"{value}"]
    return shlex.join(words)


def _flags(request: TuneRequest) -> dict[str, bool]:
    options = request.options
    return {
        "--integer": not options.fractional,
        "--lora-attention": options.lora_attention,
        "--checkpointing": options.checkpointing is True,
        "--no-checkpointing": options.checkpointing is False,
        "--no-pack": not request.pack,
        "--chat-template": request.chat_template,
        "--force": request.force,
    }
