"""The `seer …` line that does what a button does, quoted for a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.jobs.measuring import Subject
    from app.widgets.questions import Questions
    from core.calibration import CalibrationOptions, Source


def line(*words: str | Path | float) -> str:
    """Words as one shell line that a person can paste."""
    return shlex.join(str(word) for word in words)


def source_words(sources: Iterable[Source]) -> list[str]:
    """`--source S` for each source."""
    return [word for source in sources for word in ("--source", str(source))]


def text_words(options: CalibrationOptions) -> list[str | int]:
    """The options of text packing that `profile` and `evaluate` share."""
    words: list[str | int] = [
        "--max-tokens",
        options.max_tokens,
        "--seq-len",
        options.seq_len,
        "--batch-size",
        options.batch_size,
        "--seed",
        options.seed,
    ]
    if options.chat_template:
        words.append("--chat-template")
    if not options.pack:
        words.append("--no-pack")
    if options.stride is not None:
        words += ["--stride", options.stride]
    return words


def question_words(questions: Questions) -> list[str]:
    """The options that name questions and how they are put."""
    words = [word for task in questions.own for word in ("--task", task)]
    if words and questions.style != "letters":
        words += ["--task-style", questions.style]
    if words and questions.normalised:
        words.append("--length-normalised")
    for name in questions.harness:
        words += ["--lm-eval", name]
    return words


def place_words(subject: Subject) -> list[str]:
    """Where a model runs, and whether it is streamed."""
    words = ["--device", subject.device]
    if subject.stream != "auto":
        words += ["--stream", subject.stream]
    return words


def profile_line(
    model: str, options: CalibrationOptions, *, place: Sequence[str], output: str | Path
) -> str:
    """What "Run" on the Calibrate page does."""
    return line(
        "seer",
        "profile",
        model,
        *source_words(options.sources),
        *text_words(options),
        *place,
        "-o",
        output,
    )


def evaluate_line(
    model: str,
    options: CalibrationOptions,
    *,
    place: Sequence[str],
    plan: str | Path | None = None,
    reference: str | None = None,
    questions: Questions | None = None,
) -> str:
    """What "Quick check" and "Measure" do."""
    extra: list[str | Path] = []
    if plan is not None:
        extra += ["--plan", plan]
    if reference is not None:
        extra += ["--reference", reference]
    return line(
        "seer",
        "evaluate",
        model,
        *extra,
        *source_words(options.sources),
        *text_words(options),
        *(question_words(questions) if questions is not None else ()),
        *place,
    )


def speed_line(
    model: str,
    *,
    place: Sequence[str],
    plan: str | Path | None = None,
    against: str | None = None,
    context: int,
) -> str:
    """What "Measure speed" does."""
    extra: list[str | Path | int] = ["--context", context]
    if plan is not None:
        extra += ["--plan", plan]
    if against is not None:
        extra += ["--against", against]
    return line("seer", "speed", model, *extra, *place)


def export_line(
    model: str, *, plan: str | Path, output: str | Path, shard_size: str, verify: bool
) -> str:
    """What "Export" does."""
    words: Sequence[str | Path] = ["--shard-size", shard_size]
    if not verify:
        words = [*words, "--no-verify"]
    return line("seer", "export", model, "--plan", plan, "-o", output, *words)


def unfolded(command: str) -> str:
    """A long line broken before each option, as a shell takes it."""
    words = shlex.split(command)
    lines: list[list[str]] = [[]]
    for word in words:
        if word.startswith("-") and len(lines[-1]) > 1:
            lines.append([])
        lines[-1].append(word)
    return " \\\n  ".join(shlex.join(part) for part in lines)


def load_snippet(
    folder: str | Path, *, uniform: bool = True, auto_class: str = "AutoModelForCausalLM"
) -> str:
    """Python that loads an exported checkpoint; layers that differ need the loader beside them."""
    trust = "" if uniform else ", trust_remote_code=True"
    return (
        f"from transformers import {auto_class}, AutoTokenizer\n"
        "\n"
        f"folder = {str(folder)!r}\n"
        "tokenizer = AutoTokenizer.from_pretrained(folder)\n"
        f'model = {auto_class}.from_pretrained(folder, dtype="auto"{trust})\n'
    )
