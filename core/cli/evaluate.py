"""`seer evaluate`: perplexity by domain, agreement with the original, multiple choice."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
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
    Stream,
    StreamChoice,
    TopK,
)
from core.cli.texts import packed

if TYPE_CHECKING:
    from rich.table import Table

    from core.evaluation import Evaluation, TaskResult
    from core.evaluation.paired import PairedTask
    from core.runtime import LiveModel


class StyleChoice(Enum):
    """How questions with choices are put."""

    LETTERS = "letters"
    TEXT = "text"


EvaluationSources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        "-s",
        metavar="[DOMAIN=]SOURCE[#FIELD]",
        help="Texts for perplexity, as for seer profile; demo means the bundled held-out texts. "
        "May be given several times.",
        show_default=False,
    ),
]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task",
        "-t",
        metavar="[NAME=]TASK",
        help="Multiple choice: a .jsonl, .csv or .parquet file or a folder of them, "
        "hub:ID[:CONFIG][:SPLIT], or demo. Rows have question, choices and answer (MMLU); context, "
        "choices and answer; or text and label (SST-5). May be given several times.",
        show_default=False,
    ),
]
Stride = Annotated[
    int | None,
    typer.Option(
        "--stride",
        min=1,
        metavar="N",
        help="Let windows of --seq-len tokens begin every N tokens: each token is scored once, "
        "with at least --seq-len minus N tokens before it. Costs seq-len/N times as much.",
        show_default=False,
    ),
]
TaskStyle = Annotated[
    StyleChoice,
    typer.Option(
        "--task-style",
        help="Whether choices of a question are lettered and letters are scored, or their text.",
    ),
]
TaskLimit = Annotated[
    int | None,
    typer.Option(
        "--task-limit",
        min=1,
        metavar="N",
        help="Ask only the first N questions of each task.",
        show_default=False,
    ),
]
LengthNormalised = Annotated[
    bool,
    typer.Option("--length-normalised", help="Divide each choice's log-likelihood by its bytes."),
]
Harness = Annotated[
    list[str] | None,
    typer.Option(
        "--lm-eval",
        metavar="TASK",
        help="A task of lm-evaluation-harness, which is an optional extra: "
        "pip install 'seer-studio[lm-eval]'. May be given several times.",
        show_default=False,
    ),
]
HarnessPath = Annotated[
    Path | None,
    typer.Option(
        "--lm-eval-path",
        metavar="DIR",
        help="A folder with harness tasks of your own.",
        show_default=False,
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Where scores of questions are kept, so that a stopped run goes on; the user's cache "
        "if not given.",
        show_default=False,
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep no scores and use none.")]


def evaluate(
    model: Model,
    *,
    source: EvaluationSources = None,
    task: Tasks = None,
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
    stride: Stride = None,
    batch_size: BatchSize = 8,
    seed: Seed = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    stream: Stream = StreamChoice.AUTO,
    chat_template: ChatTemplate = False,
    no_pack: NoPack = False,
    task_style: TaskStyle = StyleChoice.LETTERS,
    task_limit: TaskLimit = None,
    length_normalised: LengthNormalised = False,
    lm_eval: Harness = None,
    lm_eval_path: HarnessPath = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure a model, or what a plan would make of it, without writing anything.

    --plan masks the dropped experts, which routes exactly as the pruned model would. At least one
    --source, --task or --lm-eval is needed.

    Several GPUs or machines share the work under torchrun:
    torchrun --nproc-per-node 4 --no-python seer evaluate …
    """
    if not source and not task and not lm_eval:
        raise typer.BadParameter("give a --source, a --task, or both")
    from core.cli.ranks import launched

    with launched(as_json=as_json, quiet=quiet) as (ranks, terminal):
        from core.checkpoint import inspect_model, locate_model
        from core.evaluation import Evaluation
        from core.evaluation.tasks import load_task
        from core.evaluation.tasks.cache import default_folder
        from core.planning import Plan

        folder = locate_model(model)
        chosen = None
        if plan is not None:
            chosen = Plan.load(plan).for_model(inspect_model(folder), force=force)
        compared = locate_model(reference) if reference is not None else None
        asked = [load_task(word, style=task_style.value, limit=task_limit) for word in task or ()]
        texts = None
        if source:
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
                stride=stride,
            )
        from core.evaluation import evaluate as measure
        from core.evaluation.lm_eval_adapter import HarnessOptions, check_harness, run_harness
        from core.runtime import load_model

        harness = HarnessOptions(
            tasks=tuple(lm_eval or ()),
            include=lm_eval_path,
            batch_size=batch_size,
            limit=task_limit,
        )
        if lm_eval:
            check_harness(harness, ranks)

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
        result = Evaluation(perplexity={}, tokens=0)
        if texts is not None:
            result = measure(
                live,
                texts,
                reference=original,
                plan=chosen,
                top_k=top_k,
                ranks=ranks,
                run=terminal.run,
            )
        from core.calibration import load_tokenizer

        if asked:
            from core.evaluation.tasks.score import TaskOptions, run_tasks

            found, theirs = run_tasks(
                live,
                asked,
                load_tokenizer(folder),
                reference=original,
                plan=chosen,
                top_k=top_k,
                options=TaskOptions(
                    batch_size=batch_size,
                    normalised=length_normalised,
                    cache=None if no_cache else cache or default_folder(),
                ),
                ranks=ranks,
                run=terminal.run,
            )
            result = replace(result, tasks=found, reference_tasks=theirs)
        shown = {**result.to_json(), "paired": paired_json(result)}
        if lm_eval:
            shown["lm_eval"] = run_harness(
                live, load_tokenizer(folder), harness, plan=chosen, top_k=top_k, run=terminal.run
            )
        terminal.show(shown, lambda: evaluation_table(result, shown.get("lm_eval")))


def paired_json(result: Evaluation) -> dict[str, object]:
    """Differences from the original by domain and task, each with its standard error."""
    from core.evaluation.paired import paired_losses, paired_tasks

    losses = paired_losses(result.losses, result.reference_losses)
    tasks = paired_tasks(result.tasks, result.reference_tasks)
    return {
        "loss": {name: found.to_json() for name, found in losses.items()},
        "tasks": {name: found.to_json() for name, found in tasks.items()},
    }


def _perplexities(result: Evaluation) -> list[tuple[str, str]]:
    """A line a domain: perplexity, the original's, and what the pairs say of the difference."""
    from core.evaluation.paired import paired_losses

    pairs = paired_losses(result.losses, result.reference_losses)
    rows = []
    for name, value in result.perplexity.items():
        words = f"perplexity {value:.2f}"
        if name in pairs:
            pair = pairs[name]
            error = "" if pair.stderr is None else f" ± {pair.stderr:.4f}"
            before = result.reference_perplexity[name]
            words += f", original {before:.2f}, loss {pair.delta:+.4f}{error} nats"
        rows.append((name, words.replace("-", "−")))
    return rows


def evaluation_table(result: Evaluation, harness: object = None) -> Table:
    """Perplexity by domain, then what compares with the original, then the harness's numbers."""
    from core.cli.tables import facts
    from core.evaluation.paired import paired_tasks

    rows = _perplexities(result)
    if result.tokens:
        rows.append(("tokens", f"{result.tokens:,}"))
    if result.kl is not None:
        rows.append(("KL from the original", f"{result.kl:.4f} nats per token"))
    if result.top1_agreement is not None:
        rows.append(("top-1 agreement", f"{100 * result.top1_agreement:.1f} %"))
    pairs = paired_tasks(result.tasks, result.reference_tasks)
    for name, task in result.tasks.items():
        rows.append((name, accuracy_words(task)))
        if name in result.reference_tasks:
            rows.append(("  original", accuracy_words(result.reference_tasks[name])))
        if name in pairs:
            rows.append(("  difference", _difference_words(pairs[name])))
        rows += [
            (f"  {subject}", f"accuracy {100 * accuracy:.1f} % of {n:,}")
            for subject, (accuracy, n) in task.by_subject.items()
        ]
    if isinstance(harness, dict):
        rows += [
            (name, ", ".join(f"{key} {value:.4g}" for key, value in numbers.items()))
            for name, numbers in harness.items()
        ]
    return facts(rows)


def accuracy_words(task: TaskResult) -> str:
    """One task's result in a line."""
    error = "" if task.stderr is None else f" ± {100 * task.stderr:.1f}"
    chance = "" if task.chance is None else f", guessing {100 * task.chance:.1f} %"
    return f"accuracy {100 * task.accuracy:.1f}{error} % of {task.n:,}{chance}"


def _difference_words(pair: PairedTask) -> str:
    error = "" if pair.stderr is None else f" ± {100 * pair.stderr:.1f}"
    shown = f"{100 * pair.delta:+.1f}{error} points: {pair.won:,} won, {pair.lost:,} lost"
    return shown.replace("-", "−")
