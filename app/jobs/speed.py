"""Timing on a worker thread: the original and a smaller model in turn, as rows of the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs import lines
from app.jobs.measuring import Subject, load, now, original_variant
from app.jobs.recipe import lasting
from app.jobs.task import Task
from app.jobs.warm import wait_for_libraries
from core.evaluation.speed import SpeedOptions
from core.run import Run

if TYPE_CHECKING:
    from core.evaluation.variant import Variant
    from core.planning import Plan

translate = QCoreApplication.translate  # the name that lupdate looks for


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What is timed beside the original.

    Attributes:
        row: Its row; None times the original alone.
        plan: What is really removed from a copy in memory; None for a checkpoint on the disk.
        plan_file: Where the command line finds the plan.
    """

    row: Variant | None = None
    plan: Plan | None = None
    plan_file: str | Path = "plan.json"


def speed_options(subject: Subject) -> SpeedOptions:
    """With a prompt of 512 tokens, or what the model takes."""
    from core.planning import default_context

    most = default_context(subject.info) - SpeedOptions().new_tokens
    return SpeedOptions(context=max(min(512, most), 1))


@lasting("speed")
def speed_task(subject: Subject, timed: Timed, options: SpeedOptions) -> Task:
    """Prefill and decoding of the original and one variant, paired in one run."""
    against = None
    if timed.row is not None and timed.plan is None:
        against = timed.row.path
    line = lines.speed_line(
        subject.name,
        place=["--device", subject.device],
        plan=None if timed.plan is None else timed.plan_file,
        against=against,
        context=options.context,
    )

    def work(run: Run) -> tuple[Variant, ...]:
        return _timed(subject, timed, options, line, run)

    title = translate("Tasks", "Time the original")
    if timed.row is not None:
        title = translate("Tasks", "Time {name}").format(name=timed.row.name)
    return Task(
        title=title,
        kind="speed",
        function=work,
        command=line,
        on_result="add_variants",
        parks=True,  # and times anew: a pause would be in the figures
    )


def _timed(
    subject: Subject, timed: Timed, options: SpeedOptions, line: str, run: Run
) -> tuple[Variant, ...]:
    wait_for_libraries(run)
    from core.calibration import load_tokenizer
    from core.evaluation.timing import compare_speed, prompt_ids
    from core.pruning import shrink

    place = replace(subject, stream="never")
    tokenizer = load_tokenizer(subject.folder)
    before = load(place, subject.folder, run)
    after = None
    if timed.row is not None:
        after = load(place, Path(timed.row.path or subject.folder), run)
    if after is not None and timed.plan is not None:
        after = shrink(after, timed.plan, top_k=timed.plan.top_k)
    smallest = min(live.vocabulary for live in (before, after) if live is not None)
    prompt = prompt_ids(tokenizer, options, smallest)
    found = compare_speed(before, after, prompt, options, run=run)
    first = replace(
        original_variant(subject), speed=replace(found.before, command=line, made_at=now())
    )
    if timed.row is None or found.after is None:
        return (first,)
    speed = replace(found.after, command=line, made_at=now())
    return first, replace(
        timed.row, perplexity={}, losses={}, tasks={}, kl=None, top1_agreement=None, speed=speed
    )
