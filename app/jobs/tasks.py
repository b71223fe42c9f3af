"""What each button runs: pure functions that turn frozen values into tasks.

A task's function runs on a worker thread and touches nothing but its arguments; torch and
transformers are imported there, never on the GUI thread. Every task carries the `seer …` line that
does the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs import lines
from app.jobs.measuring import (
    Measure,
    Subject,
    exported_variant,
    load,
    measure_checkpoint,
    measure_variants,
    pack,
)
from app.jobs.recipe import lasting
from app.jobs.task import Task
from app.jobs.warm import wait_for_libraries
from core.evaluation.kept import Kept
from core.run import Run

if TYPE_CHECKING:
    from app.jobs.measuring import DemoSplit
    from core.calibration import CalibrationOptions, CalibrationSet, Tokenizer
    from core.evaluation.variant import Variant
    from core.export import ExportOptions, ExportResult
    from core.export.reload import ReloadCheck
    from core.planning import Plan
    from core.profiling import Profile

translate = QCoreApplication.translate  # the name that lupdate looks for

PREVIEW_SEQUENCES = 24
PREVIEW_TOKENS = 120
LONGEST_CHARACTER = 4  # bytes of a UTF-8 character
# A larger budget is previewed by its beginning, so that the preview is there in a moment.
PREVIEW_BUDGET = 300_000


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The beginning of a packed calibration set.

    Attributes:
        sequences: (domain, valid tokens, padded positions, [(token text, is special)]) of some.
        tokens_by_domain: Tokens of the whole set.
        total_sequences: Sequences of the whole set.
        batches: Batches of the whole set.
        chat_template: Whether the tokenizer has one.
    """

    sequences: tuple[tuple[str, int, int, tuple[tuple[str, bool], ...]], ...]
    tokens_by_domain: tuple[tuple[str, int], ...]
    total_sequences: int
    batches: int
    chat_template: bool = False

    @property
    def tokens(self) -> int:
        """Tokens of the whole set."""
        return sum(count for _, count in self.tokens_by_domain)


def preview_task(subject: Subject, options: CalibrationOptions, split: DemoSplit) -> Task:
    """Pack the texts and decode the first tokens of some sequences; never touches the model."""

    def work(run: Run) -> Preview:
        brief = replace(options, max_tokens=min(options.max_tokens, PREVIEW_BUDGET))
        packed, tokenizer = pack(subject.folder, brief, split, run)
        return preview_of(packed, tokenizer, run)

    title = translate("Tasks", "Pack the preview")
    return Task(title=title, kind="preview", function=work, heavy=False, quiet=True)


def preview_of(packed: CalibrationSet, tokenizer: Tokenizer, run: Run) -> Preview:
    """Decode the beginning of some sequences, the domains taking turns."""
    special = frozenset(getattr(tokenizer, "all_special_ids", ()))
    rows = []
    for sequence in packed.preview(PREVIEW_SEQUENCES):
        run.check()
        pieces = _pieces(sequence.ids[:PREVIEW_TOKENS], tokenizer, special)
        rows.append((sequence.domain, len(sequence.ids), sequence.padded, pieces))
    return Preview(
        sequences=tuple(rows),
        tokens_by_domain=tuple(zip(packed.domains, packed.tokens_by_domain, strict=True)),
        total_sequences=packed.sequences,
        batches=len(packed),
        chat_template=bool(tokenizer.chat_template),
    )


def _pieces(
    ids: tuple[int, ...], tokenizer: Tokenizer, special: frozenset[int]
) -> tuple[tuple[str, bool], ...]:
    """Tokens as text; tokens that only together make a character are one piece."""
    out: list[tuple[str, bool]] = []
    waiting: list[int] = []
    for token in ids:
        if token in special:
            out.append((str(tokenizer.decode([token])), True))
            waiting = []
            continue
        waiting.append(token)
        text = str(tokenizer.decode(waiting))
        # The replacement character ends what is not a whole character yet.
        if not text.endswith("\ufffd") or len(waiting) >= LONGEST_CHARACTER:
            out.append((text, False))
            waiting = []
    return tuple(out)


@lasting("profile")
def profile_task(
    subject: Subject, options: CalibrationOptions, *, output: Path, resume: bool = True
) -> Task:
    """Run the model over the texts and collect every statistic; snapshots while it runs."""

    def work(run: Run) -> Profile:
        wait_for_libraries(run)
        from core.profiling import profile_model

        packed, _ = pack(subject.folder, options, "calibration", run)
        run.check()
        live = load(subject, subject.folder, run)
        output.parent.mkdir(parents=True, exist_ok=True)
        return profile_model(live, packed, output=output, resume=resume, run=run)

    line = lines.profile_line(
        subject.name, options, place=lines.place_words(subject), output=output
    )
    return Task(
        title=translate("Tasks", "Profile"),
        kind="profile",
        function=work,
        command=line,
        on_result="set_profile",
        parks=resume,
    )


@lasting("evaluate")
def evaluate_task(subject: Subject, measure: Measure) -> Task:
    """Quick check: perplexity, KL and agreement of the masked model; nothing is written.

    The original is measured in the same pass. Without a plan it is measured alone.
    """
    plan = measure.plan
    line = lines.evaluate_line(
        subject.name,
        measure.packing,
        place=lines.place_words(subject),
        plan=None if plan is None else measure.plan_file,
        reference=None if plan is None else subject.name,
        questions=measure.questions,
    )

    kept = Kept()

    def work(run: Run) -> tuple[Variant, ...]:
        return measure_variants(subject, measure, line, kept=kept, run=run)

    title = translate("Tasks", "Measure the original")
    if plan is not None:
        title = translate("Tasks", "Quick check: {name}").format(name=measure.name)
    return _measuring(title, work, line)


@lasting("measure-checkpoint")
def checkpoint_task(subject: Subject, variant: Variant, measure: Measure) -> Task:
    """Measure an exported or tuned checkpoint as it lies on the disk, against the original."""
    folder = variant.path or ""
    place = lines.place_words(subject)
    line = lines.evaluate_line(
        folder,
        measure.packing,
        place=place,
        reference=subject.name,
        questions=measure.questions,
    )

    kept = Kept()

    def work(run: Run) -> tuple[Variant, ...]:
        return measure_checkpoint(subject, variant, measure, line, kept=kept, run=run)

    title = translate("Tasks", "Measure {name}").format(name=variant.name)
    return _measuring(title, work, line)


def _measuring(title: str, work: Callable[[Run], object], line: str) -> Task:
    return Task(
        title=title,
        kind="evaluate",
        function=work,
        command=line,
        on_result="add_variants",
        parks=True,
    )


def folder_task(subject: Subject, folder: Path) -> Task:
    """Put a checkpoint of any origin into the table, from its headers alone."""

    def work(_run: Run) -> Variant:
        from core.evaluation.folder import variant_of_folder

        return variant_of_folder(folder, subject.info)

    title = translate("Tasks", "Add {name}").format(name=folder.name)
    return Task(title=title, kind="add", function=work, on_result="add_variant", heavy=False)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A written checkpoint, and its row in the table of variants."""

    result: ExportResult
    variant: Variant


@lasting("export")
def export_task(
    subject: Subject,
    options: ExportOptions,
    *,
    plan_file: str | Path,
    shard_size: str,
    variants: tuple[Variant, ...] = (),
) -> Task:
    """Write the smaller checkpoint; cancelled or killed, it leaves nothing behind.

    Measurements of the plan, where `variants` has them, go into its model card.
    """

    def work(run: Run) -> Exported:
        from core.export import export_checkpoint
        from core.report import model_card

        card = partial(model_card, variants=variants)
        result = export_checkpoint(subject.folder, replace(options, card=card), run)
        return Exported(result=result, variant=exported_variant(subject, options, result, line))

    line = lines.export_line(
        subject.name,
        plan=plan_file,
        output=options.output,
        shard_size=shard_size,
        verify=options.verify,
    )
    title = translate("Tasks", "Export {name}").format(name=options.output.name)
    return Task(title=title, kind="export", function=work, command=line, on_result="take_exported")


@lasting("reload")
def reload_task(subject: Subject, *, output: Path, plan: Plan) -> Task:
    """Load the export with stock transformers; compare its logits with the masked original's."""

    def work(run: Run) -> ReloadCheck:
        from core.export.reload import check_reload

        wait_for_libraries(run)
        return check_reload(
            output, source=subject.folder, plan=plan, device=subject.device, run=run
        )

    return Task(
        title=translate("Tasks", "Reload {name} in transformers").format(name=output.name),
        kind="reload",
        function=work,
        parks=True,
    )
