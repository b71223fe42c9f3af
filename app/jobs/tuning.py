"""What the Tune page runs: a run of stage 2, its estimate, the list of runs, a checkpoint's use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs.measuring import Subject, pack, versions
from app.jobs.recipe import MAKERS
from app.jobs.task import Recipe, Task
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning_lines import tune_line, validation_tokens
from app.jobs.warm import wait_for_libraries
from core.checkpoint import inspect_model
from core.errors import Cancelled, Parked, StudioError
from core.evaluation.variant import Provenance, Variant
from core.run import Event, Relay, Run, Snapshot
from core.tuning import StepReport, TuneEstimate, TuneResult, estimate
from core.tuning.history import RECORD, RunRecord, RunRow, list_runs, now

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

translate = QCoreApplication.translate  # the name that lupdate looks for

KIND = "tune"
# The snapshot that carries the curve so far: the mailbox keeps only the newest of a name, and a
# step that was overtaken must not be lost.
REPORTS = "reports"
STARTS = ("plan", "model")  # any other start is the name of an earlier run


def new_record(request: TuneRequest) -> RunRecord:
    """The record of a run that begins now."""
    record = RunRecord(
        folder=request.folder,
        model=request.model.name,
        start=request.start,
        plan="" if request.plan is None else request.plan.fingerprint,
        kept=None if request.plan is None else request.plan.keep,
        options=request.options,
        texts=request.record_texts,
        made_at=now(),
        versions=versions(),
    )
    return replace(record, command=tune_line(replace(request, plan_file=record.plan_file)))


@dataclass(frozen=True, kw_only=True)
class TuneTask(Task):
    """A task that knows which run it is.

    Attributes:
        record: As it begins.
        to_use: Whether it only writes a checkpoint that somebody wants to use.
    """

    record: RunRecord
    to_use: bool = False


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A run that came through."""

    record: RunRecord
    result: TuneResult


class _Reporting(Relay):
    """A run whose step reports go out as the whole list so far."""

    def __init__(self, whole: Run) -> None:
        super().__init__(whole)
        self._reports: list[StepReport] = []

    def emit(self, event: Event) -> None:
        """Hand on; a step report as all of them: the list only grows, so readers need no lock."""
        if isinstance(event, Snapshot) and isinstance(event.value, StepReport):
            self._reports.append(event.value)
            event = Snapshot(name=REPORTS, value=self._reports)
        self.whole.emit(event)


def tune_task(
    request: TuneRequest, *, resume: bool = False, use_step: int | None = None
) -> TuneTask:
    """Tune a model; the curve comes as snapshots, and the record says how it ended.

    Args:
        request: The run.
        resume: Go on from the newest checkpoint of the run's folder; the task does so by itself
            when it is run again.
        use_step: Train no further, but write the checkpoint of this step; 0 is the newest.
    """
    record = new_record(request)
    if resume or use_step is not None:
        record = replace(RunRecord.load(request.folder), state="started", error="")

    def work(run: Run) -> Tuned:
        again = resume or (record.folder / RECORD).exists()
        record.save()
        if request.plan is not None and not record.plan_file.exists():
            request.plan.save(record.plan_file)
        with kept_end(record, run):
            wait_for_libraries(run)
            result = _tune(request, record, _Reporting(run), resume=again, use_step=use_step)
        ended = record.ended("done", result=result.to_json())
        ended.save()
        return Tuned(record=ended, result=result)

    name = request.folder.name
    title = translate("Tasks", "Tune {name}").format(name=name)
    if use_step is not None:
        title = translate("Tasks", "Write the checkpoint of {name}").format(name=name)
    command = record.command + (" --resume" if resume else "")
    # A checkpoint that is only written for use is asked for again with one click.
    recipe = None if use_step is not None else recipe_of(request)
    return TuneTask(
        title=title,
        kind=KIND,
        function=work,
        command=command,
        record=record,
        to_use=use_step is not None,
        parks=True,
        recipe=recipe,
    )


@contextmanager
def kept_end(record: RunRecord, run: Run) -> Iterator[None]:
    """Write down how a run ends that does not end well; a parked one has not ended."""
    try:
        yield
    except Parked:
        raise
    except Cancelled:
        _keep_end(record.ended("cancelled"), run)
        raise
    except BaseException as error:
        expected = isinstance(error, StudioError)
        why = error.what if expected else f"{type(error).__name__}: {error}"
        _keep_end(record.ended("failed", error=why), run)
        raise


def _keep_end(record: RunRecord, run: Run) -> None:
    """Write how a run ended; a full disk, which may be why, must not hide it."""
    try:
        record.save()
    except StudioError as error:
        run.note(error.what, "warning")


def recipe_of(request: TuneRequest, maker: str = KIND, **more: object) -> Recipe:
    """What a run is made of, so that it outlives the program."""
    return Recipe(
        maker=maker,
        device=request.model.device,
        stream=request.model.stream,
        arguments={
            "start": request.start,
            "options": request.options,
            "texts": request.texts,
            "record_texts": json.dumps(dict(request.record_texts)),
            "folder": request.folder,
            "plan": request.plan,
            "plan_file": request.plan_file,
            "teacher": request.teacher,
            **more,
        },
    )


def request_from(subject: Subject, runs: Path, arguments: dict[str, object]) -> TuneRequest:
    """The request of a recipe's arguments.

    Args:
        subject: The open model.
        runs: The project's runs.
        arguments: As `recipe_of` kept them.

    Raises:
        StudioError: The run that it started from is gone.
    """
    start = str(arguments["start"])
    if start not in STARTS:
        output = RunRecord.load(runs / start).output
        name = str(output)
        subject = replace(subject, name=name, folder=output, info=inspect_model(output))
    texts = json.loads(str(arguments.pop("record_texts")))
    return TuneRequest(model=subject, record_texts=texts, **arguments)  # type: ignore[arg-type]


def _tune_again(subject: Subject, **arguments: object) -> TuneTask:
    """The task of a recipe; a run that had begun goes on from its newest checkpoint."""
    folder = Path(str(arguments["folder"]))
    request = request_from(subject, folder.parent, arguments)
    return tune_task(request, resume=(folder / RECORD).exists())


MAKERS[KIND] = _tune_again


def _tune(
    request: TuneRequest, record: RunRecord, run: Run, *, resume: bool, use_step: int | None
) -> TuneResult:
    from core.tuning import tune

    packed, validation = texts_of(request, run)
    return tune(
        request.model.folder,
        packed,
        request.options,
        output=record.output,
        validation=validation,
        plan=request.plan,
        teacher=request.teacher,
        work=record.work.folder,
        resume=resume,
        use_step=use_step,
        run=run,
    )


def texts_of(request: TuneRequest, run: Run) -> tuple[CalibrationSet, CalibrationSet | None]:
    """What is trained on, and the held-out texts where the sources come with some."""
    folder = request.model.folder
    packed, _ = pack(folder, request.texts, "calibration", run)
    if any(source.path_or_id != "demo" for source in request.texts.sources):
        return packed, None
    brief = replace(request.texts, max_tokens=validation_tokens(request))
    validation, _ = pack(folder, brief, "heldout", run)
    return packed, validation


def estimate_task(request: TuneRequest, *, device_free: int | None = None) -> Task:
    """Memory, time and obstacles of a run; beside whatever runs."""

    def work(run: Run) -> TuneEstimate:
        run.check()
        return estimate(
            request.model.info,
            request.options,
            plan=request.plan,
            seq_len=request.texts.seq_len,
            texts_tokens=None,
            device_free=device_free,
            cuda=device_free is not None,
            output=request.folder,
        )

    title = translate("Tasks", "Estimate")
    return Task(title=title, kind="estimate", function=work, heavy=False, quiet=True)


def runs_task(runs: Path) -> Task:
    """Read the project's runs with their curves; beside whatever runs."""

    def work(run: Run) -> tuple[RunRow, ...]:
        rows = []
        for record in list_runs(runs):
            run.check()
            try:
                rows.append(RunRow.of(record))
            except StudioError as error:
                run.note(f"{record.name}: {error.what}", "warning")
        return tuple(rows)

    title = translate("Tasks", "Read the runs")
    return Task(title=title, kind="runs", function=work, heavy=False, quiet=True)


def tuned_variant_task(record: RunRecord) -> Task:
    """Look at a tuned checkpoint and make a row for the table of variants of it."""

    def work(run: Run) -> Variant:
        run.check()
        return tuned_variant(record)

    title = translate("Tasks", "Use {name}").format(name=record.name)
    return Task(
        title=title,
        kind="use",
        function=work,
        command=record.command,
        on_result="add_variant",
        heavy=False,
        quiet=True,
    )


def tuned_variant(record: RunRecord) -> Variant:
    """The row of a tuned checkpoint, not measured yet."""
    from core.checkpoint import inspect_model
    from core.planning import cost

    info = inspect_model(record.output)
    priced = cost(info)
    return Variant(
        name=f"{record.name} Top-{info.top_k}",
        kind="tuned",
        provenance=Provenance(
            model=str(record.output),
            model_fingerprint=info.fingerprint,
            plan=record.plan,
            command=record.command,
            made_at=now(),
        ),
        bytes=priced.bytes,
        parameters=priced.parameters.total,
        active=priced.parameters.active,
        flops_per_token=priced.flops.total,
        kept=record.kept,
        top_k=info.top_k,
        path=str(record.output),
    )
