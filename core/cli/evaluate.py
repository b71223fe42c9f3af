"""`seer evaluate`: perplexity by domain, agreement with the original, multiple choice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.asking import Asking
from core.cli.grouped import grouped
from core.cli.options import AsJson, Force, MaxTokens, Model, PlanFile, Quiet, SeqLen, TopK
from core.cli.running import Running

if TYPE_CHECKING:
    from rich.table import Table

    from core.evaluation import Evaluation, TaskResult
    from core.evaluation.paired import PairedTask


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


@grouped
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
    running: Running,
    asking: Asking,
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
    if not source and not task and not asking.lm_eval:
        raise typer.BadParameter("give a --source, a --task, or both")
    from core.cli.ranks import launched

    with launched(as_json=as_json, quiet=quiet) as (ranks, terminal):
        from core.checkpoint import inspect_model, locate_model
        from core.evaluation import Evaluation
        from core.planning import Plan

        folder = locate_model(model)
        chosen = None
        if plan is not None:
            chosen = Plan.load(plan).for_model(inspect_model(folder), force=force)
        compared = locate_model(reference) if reference is not None else None
        asked = asking.tasks(task or [])
        texts = None
        if source:
            sized: Any = {"max_tokens": max_tokens, "seq_len": seq_len, "stride": stride}
            texts = running.pack(folder, source, "heldout", terminal, **sized)
        from core.evaluation import evaluate as measure

        harness = asking.harness(running.batch_size, ranks)
        live = running.load(folder, terminal, ranks)
        original = live if chosen is not None or top_k is not None else None
        if compared is not None:
            original = live if compared == folder else running.load(compared, terminal, ranks)
        result = Evaluation(perplexity={}, tokens=0)
        sides: Any = {"reference": original, "plan": chosen, "top_k": top_k}
        common: Any = {"ranks": ranks, "run": terminal.run}
        if texts is not None:
            result = measure(live, texts, **sides, **common)
        from core.calibration import load_tokenizer

        if asked:
            from core.evaluation.tasks.score import run_tasks

            tokenizer, options = load_tokenizer(folder), asking.options(running.batch_size)
            found, theirs = run_tasks(live, asked, tokenizer, options=options, **sides, **common)
            result = replace(result, tasks=found, reference_tasks=theirs)
        shown = {**result.to_json(), "paired": paired_json(result)}
        if harness is not None:
            from core.evaluation.lm_eval_adapter import run_harness

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
