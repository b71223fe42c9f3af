"""Measuring on a worker thread: texts packed, model loaded, numbers turned into variants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.jobs.warm import wait_for_libraries
from app.widgets.questions import Questions
from core.evaluation.variant import Provenance, Variant
from core.run import Run

if TYPE_CHECKING:
    from core.calibration import CalibrationOptions, CalibrationSet, Tokenizer
    from core.checkpoint.info import ModelInfo
    from core.evaluation import Evaluation
    from core.evaluation.kept import Kept
    from core.evaluation.lm_eval_adapter import HarnessOptions
    from core.export import ExportOptions, ExportResult
    from core.planning import Plan
    from core.runtime import LiveModel

DemoSplit = Literal["calibration", "heldout"]
Stream = Literal["auto", "always", "never"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The model that a task works on.

    Attributes:
        name: As the user named it: a folder, a hub id, or "demo".
        folder: Where its files are.
        info: What its headers say.
        device: "auto", "cpu" or "cuda…".
        stream: Whether it passes layer by layer: "auto" where it does not fit, "always", "never".
    """

    name: str
    folder: Path
    info: ModelInfo
    device: str = "auto"
    stream: Stream = "auto"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What to measure, and what the row is called.

    Attributes:
        name: Of the variant.
        options: Texts and packing.
        plan: The plan to mask; None for the model itself.
        plan_file: Where the command line finds the plan.
        questions: What is asked beside the texts.
    """

    name: str
    options: CalibrationOptions
    plan: Plan | None = None
    plan_file: str | Path = "plan.json"
    questions: Questions = field(default_factory=Questions)

    @property
    def packing(self) -> CalibrationOptions:
        """The texts as they are packed, windows overlapping where that was asked for."""
        return replace(self.options, stride=self.questions.stride(self.options.seq_len))


def pack(
    folder: Path, options: CalibrationOptions, split: DemoSplit, run: Run
) -> tuple[CalibrationSet, Tokenizer]:
    """The packed set and the tokenizer that made it."""
    from core.calibration import build_calibration, load_tokenizer

    wait_for_libraries(run)
    tokenizer = load_tokenizer(folder)
    return build_calibration(options, tokenizer, demo_split=split, run=run), tokenizer


def load(subject: Subject, folder: Path, run: Run) -> LiveModel:
    """A live model on the subject's device, streamed as the subject says."""
    from core.runtime import load_model

    return load_model(folder, device=subject.device, stream=subject.stream, run=run)


def measure_variants(
    subject: Subject, measure: Measure, line: str, *, kept: Kept, run: Run
) -> tuple[Variant, ...]:
    """Measure the original and, batch by batch in turn, the masked model.

    Called again with what it kept, after a pause that released the model, it goes on.
    """
    wait_for_libraries(run)

    packed, tokenizer = pack(subject.folder, measure.packing, "heldout", run)
    run.check()
    live = load(subject, subject.folder, run)
    plan, first = measure.plan, original_variant(subject)
    pair = _Pair(live=live, reference=None if plan is None else live, plan=plan, kept=kept)
    found = _measured(pair, packed, tokenizer, measure, run)
    kept.clear()
    if plan is None:
        return (_with_numbers(first, found, packed, measure, live=live, line=line),)
    row = plan_variant(subject, plan, measure.name)
    return (
        _with_numbers(first, _reference_of(found), packed, measure, live=live, line=line),
        _with_numbers(row, found, packed, measure, live=live, line=line),
    )


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """What is measured, and the original beside it."""

    live: LiveModel
    reference: LiveModel | None
    kept: Kept
    plan: Plan | None = None


def _measured(
    pair: _Pair, packed: CalibrationSet, tokenizer: Tokenizer, measure: Measure, run: Run
) -> Evaluation:
    """Perplexity on the texts, then the questions."""
    from core.evaluation import evaluate
    from core.evaluation.lm_eval_adapter import HarnessOptions, check_harness
    from core.evaluation.tasks import load_task
    from core.evaluation.tasks.cache import default_folder
    from core.evaluation.tasks.score import TaskOptions, run_tasks

    asked = measure.questions
    # A file that cannot be read says so before an hour of perplexity.
    tasks = [load_task(word, style=asked.style) for word in asked.own]  # type: ignore[arg-type]
    harness = HarnessOptions(tasks=asked.harness, batch_size=measure.options.batch_size)
    if harness.tasks:
        check_harness(harness)
    top_k = None if pair.plan is None else pair.plan.top_k
    sides = {"reference": pair.reference, "plan": pair.plan, "top_k": top_k, "run": run}
    found = evaluate(pair.live, packed, kept=pair.kept, **sides)  # type: ignore[arg-type]
    if harness.tasks:
        found = _with_harness(found, pair, tokenizer, harness, run)
    if not tasks:
        return found
    options = TaskOptions(
        batch_size=measure.options.batch_size,
        normalised=asked.normalised,
        cache=default_folder(),
    )
    waits = pair.kept.beside
    mine, theirs = run_tasks(pair.live, tasks, tokenizer, options=options, waits=waits, **sides)  # type: ignore[arg-type]
    return replace(
        found,
        tasks={**found.tasks, **mine},
        reference_tasks={**found.reference_tasks, **theirs},
    )


def _with_harness(
    found: Evaluation, pair: _Pair, tokenizer: Tokenizer, options: HarnessOptions, run: Run
) -> Evaluation:
    """What lm-eval says of both, under the names of its tasks."""
    from core.evaluation.lm_eval_adapter import as_result, run_harness

    top_k = None if pair.plan is None else pair.plan.top_k
    mine = run_harness(pair.live, tokenizer, options, plan=pair.plan, top_k=top_k, run=run)
    theirs = (
        {} if pair.reference is None else run_harness(pair.reference, tokenizer, options, run=run)
    )
    return replace(
        found,
        tasks={name: as_result(name, mine[name]) for name in options.tasks},
        reference_tasks={name: as_result(name, theirs[name]) for name in options.tasks if theirs},
    )


def _reference_of(found: Evaluation) -> Evaluation:
    """What the same pass says about the original."""
    from core.evaluation import Evaluation

    return Evaluation(
        perplexity=found.reference_perplexity,
        tokens=found.tokens,
        tokens_by_domain=found.tokens_by_domain,
        losses=found.reference_losses,
        tasks=found.reference_tasks,
    )


def measure_checkpoint(
    subject: Subject, variant: Variant, measure: Measure, line: str, *, kept: Kept, run: Run
) -> tuple[Variant, ...]:
    """Measure a checkpoint on the disk and the original beside it; goes on like the one above."""
    wait_for_libraries(run)

    packed, tokenizer = pack(subject.folder, measure.packing, "heldout", run)
    original = load(subject, subject.folder, run)
    live = load(subject, Path(variant.path or ""), run)
    pair = _Pair(live=live, reference=original, kept=kept)
    found = _measured(pair, packed, tokenizer, measure, run)
    kept.clear()
    first = original_variant(subject)
    return (
        _with_numbers(first, _reference_of(found), packed, measure, live=original, line=line),
        _with_numbers(variant, found, packed, measure, live=live, line=line),
    )


def original_variant(subject: Subject) -> Variant:
    """The original's row, not measured yet."""
    from core.planning import cost

    base = cost(subject.info)
    return Variant(
        name=Path(subject.name).name or subject.name,
        kind="original",
        provenance=_origin(subject),
        bytes=base.bytes,
        parameters=base.parameters.total,
        active=base.parameters.active,
        flops_per_token=base.flops.total,
    )


def plan_variant(subject: Subject, plan: Plan, name: str) -> Variant:
    """A plan's row, not measured yet."""
    from core.planning import cost

    spent = cost(subject.info, plan)
    origin = replace(
        _origin(subject),
        plan=plan.fingerprint,
        metric=plan.made_by.metric,
        profile=plan.made_by.profile,
    )
    return Variant(
        name=name,
        kind="plan",
        provenance=origin,
        bytes=spent.bytes,
        parameters=spent.parameters.total,
        active=spent.parameters.active,
        flops_per_token=spent.flops.total,
        kept=plan.keep,
        top_k=plan.top_k,
        merges=plan.merges,
    )


def exported_variant(
    subject: Subject, options: ExportOptions, result: ExportResult, line: str
) -> Variant:
    """The row of a checkpoint that was just written, not measured yet."""
    row = plan_variant(subject, options.plan, result.output.name)
    return replace(
        row,
        kind="exported",
        bytes=result.bytes_out,
        path=str(result.output),
        verified=result.verified,
        provenance=replace(row.provenance, command=line, made_at=now()),
    )


def _origin(subject: Subject) -> Provenance:
    return Provenance(model=subject.name, model_fingerprint=subject.info.fingerprint)


def _with_numbers(
    row: Variant,
    found: Evaluation,
    packed: CalibrationSet,
    measure: Measure,
    *,
    live: LiveModel,
    line: str,
) -> Variant:
    """A row with what was measured, and what made the measurement."""
    from core.evaluation.timing import place_of

    options = measure.packing
    origin = replace(
        row.provenance,
        sources=tuple(str(source) for source in options.sources),
        texts=packed.fingerprint,
        seed=options.seed,
        tokens=found.tokens,
        seq_len=options.seq_len,
        stride=options.stride or 0,
        dtype=place_of(live),
        versions=versions(),
        made_at=now(),
        command=line,
    )
    return replace(
        row,
        provenance=origin,
        perplexity=dict(found.perplexity),
        losses=dict(found.losses),
        tasks=dict(found.tasks),
        kl=found.kl,
        top1_agreement=found.top1_agreement,
    )


def versions() -> tuple[str, ...]:
    """The libraries that numbers may depend on."""
    return tuple(f"{name} {version(name)}" for name in ("torch", "transformers"))


def now() -> str:
    """UTC time."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
