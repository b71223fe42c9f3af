"""The tuning run from request to checkpoint."""

from __future__ import annotations

import gc
import json
import shutil
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

from core.calibration import CalibrationSet
from core.errors import InputError, Parked, ResourceError
from core.planning import Plan
from core.planning.files import write_atomically
from core.run import Run
from core.runtime.ranks import ALONE, Ranks
from core.tuning import trap
from core.tuning.arguments import training_arguments
from core.tuning.data import SequenceStream
from core.tuning.finish import BEFORE, finished
from core.tuning.options import TuneOptions
from core.tuning.prepare import Prepared, load, measuring, prepare
from core.tuning.progress import Progress
from core.tuning.request import Request, checked
from core.tuning.result import TuneResult
from core.tuning.task import Task
from core.tuning.teacher import (
    CachedTeacher,
    LiveTeacher,
    Teacher,
    cache_fingerprint,
    cache_is_valid,
    write_cache,
)
from core.tuning.together import sharded, shared
from core.tuning.trainer import SeerTrainer
from core.tuning.validate import Validation
from core.tuning.weights import WEIGHTS, load_trained, save_trained, sync
from core.tuning.work import OPTIMISER, Work, writing


def tune(
    folder: Path,
    texts: CalibrationSet,
    options: TuneOptions,
    *,
    output: Path,
    validation: CalibrationSet | None = None,
    plan: Plan | None = None,
    teacher: Path | None = None,
    work: Path | None = None,
    resume: bool = False,
    use_step: int | None = None,
    force: bool = False,
    ranks: Ranks = ALONE,
    run: Run,
) -> TuneResult:
    """Fine-tune a model and write the result as a checkpoint that stock transformers loads.

    Args:
        folder: The model: any safetensors checkpoint of the table, exported ones included.
        texts: Packed training texts.
        options: How; what is None is chosen by `resolve`.
        output: The new folder; it appears whole or not at all.
        validation: Held-out texts; a part of `texts` if None (`hold_out`).
        plan: Experts that stay; applied in memory before training.
        teacher: The unpruned model to distil from; `folder`, before its plan, if None.
        work: Where curve, checkpoints and cached logits are kept; `work_folder(output)` if None.
        resume: Go on from the newest checkpoint in `work`, to the same curve.
        use_step: Train no further; write the checkpoint of this step (0: the newest) as output.
        force: Accept a plan that was made for another fingerprint.
        ranks: Processes that train together, entered; `batch_size` is each one's.
        run: Checked in every MoE layer of every pass. Gets `Progress` ("tune", steps), snapshots
            named "tuning" (`StepReport`), notes. A cancel leaves checkpoints and curve in `work`
            and nothing at `output`.

    Raises:
        Cancelled: The run was stopped; `resume` goes on from its last checkpoint.
        Parked: It was paused and gives its memory back; `resume` goes on after the last whole step,
            or with the writing if all steps were done. Lost are the step, the batch of a validation
            or of the teacher's pass, and the part of the output that were under way. A run
            of several processes does not give its memory back.
        InputError: An option, a text or the target cannot be used.
        PlanError: The plan does not fit the model.
        ResourceError: Too little memory or disk; both numbers are said.
        UnsupportedModelError: A quantised checkpoint, or a model type without a row.
        StudioError: The loss became NaN.
    """
    request = checked(
        folder,
        texts,
        options,
        output=output,
        validation=validation,
        plan=plan,
        teacher=teacher,
        work=work,
        force=force,
        ranks=ranks,
        run=run,
    )
    start = 0
    if ranks.leads:
        start = request.work.begin(request.identity(), resume=resume or use_step is not None)
    start = shared(ranks, start)
    if use_step is not None:
        start = _chosen(request, use_step)
    try:
        return _run(request, start, finish=use_step is not None)
    except torch.cuda.OutOfMemoryError as error:
        raise ResourceError(
            f"the GPU ran out of memory with {request.options.batch_size} sequences at once",
            remedy="a smaller --batch-size with a larger --grad-accum, or --train lora; then "
            "--resume",
        ) from error


def try_out(
    folder: Path,
    texts: CalibrationSet,
    options: TuneOptions,
    *,
    work: Path,
    validation: CalibrationSet | None = None,
    plan: Plan | None = None,
    teacher: Path | None = None,
    force: bool = False,
    run: Run,
) -> float:
    """Train as `tune` does and say the validation perplexity; no checkpoint is written.

    Raises:
        Parked: The run was paused and gives its memory back; its last whole step is in `work`, and
            the next call for the same goes on there.
        StudioError: What `tune` raises.
    """
    request = checked(
        folder,
        texts,
        options,
        output=work / "none",
        validation=validation,
        plan=plan,
        teacher=teacher,
        work=work,
        force=force,
        ranks=ALONE,
        run=run,
    )
    same = request.work.is_of(request.identity())
    start = request.work.begin(request.identity(), resume=same)
    only_measure = _trained(request, start)
    taught = None if only_measure else _teacher(request, run)
    prepared = prepare(
        request.info.path,
        request.options,
        request.plan,
        target=request.target,
        ranks=ALONE,
        validation=None,
        run=run,
    )
    with prepared.dial:
        trainer = _trainer(request, prepared, taught, run, parks=True)
        if only_measure:
            _load_step(request, prepared, start)
        else:
            _go_on(request, trainer, start)
        try:
            found = trainer.task.validate(trainer.model_wrapped, request.target)
        except Parked:
            if not only_measure:
                _keep_last(request.work, trainer, trainer.state.global_step)
            raise
        _release(trainer)
    return found.overall


def _chosen(request: Request, step: int) -> int:
    """The checkpoint that is to be written without further training."""
    steps = request.work.checkpoints()
    if not steps or (step and step not in steps):
        known = ", ".join(map(str, steps)) or "none"
        raise InputError(
            f"there is no checkpoint of step {step or 'any'} in {request.work.folder}",
            remedy=f"one of these: {known}",
        )
    return step or steps[-1]


def _run(request: Request, start: int, *, finish: bool) -> TuneResult:
    """Load, train, write."""
    options, run, ranks = request.options, request.run, request.ranks
    # Several processes stop together, between two steps.
    inside = run if ranks.alone else Run()
    only_write = finish or (ranks.alone and _trained(request, start))
    taught = None if only_write else _teacher(request, inside)
    prepared = prepare(
        request.info.path,
        options,
        request.plan,
        target=request.target,
        ranks=ranks,
        validation=request.validation if start == 0 else None,
        run=inside,
    )
    with prepared.dial:
        if only_write:
            progress = Progress.from_json(request.work.checkpoint_state(start))
            written = start if finish else _written(request, progress, start)
            _load_step(request, prepared, written)
            result = finished(request, prepared, progress, step=start, written=written)
            if ranks.alone:
                _forget_last(request.work, start)
            return result
        trainer = _trainer(request, prepared, taught, inside, parks=ranks.alone)
        step, written = _train(request, prepared, trainer, start)
        progress = trainer.progress
        weights = trainer.trained_weights() if sharded(ranks) else None
        if weights is not None and written != step:
            weights = load_file(request.work.checkpoint(written) / WEIGHTS)
        _release(trainer)
        mine = None
        if ranks.leads:
            if weights is not None:
                prepared = _whole(request, weights)
            mine = finished(request, prepared, progress, step=step, written=written)
            if ranks.alone:
                _forget_last(request.work, step)
        ranks.agree()
        values = shared(ranks, None if mine is None else mine.values())
        assert values is not None
        return TuneResult(**values)


def _teacher(request: Request, run: Run) -> Teacher | None:
    """The teacher, loaded or as a file."""
    options, teacher, ranks = request.options, request.teacher, request.ranks
    if teacher is None:
        return None
    if not options.distill_cache:
        return LiveTeacher(load(teacher.path, options, ranks, run), run)
    path = request.work.teacher
    mark = cache_fingerprint(teacher.fingerprint, request.texts, options.distill_cache)
    if ranks.leads and not cache_is_valid(path, mark):
        live = load(teacher.path, options, ranks, run)
        write_cache(live, request.texts, path, mark, run)
        del live
        gc.collect()
    ranks.agree()
    return CachedTeacher(path)


def _trainer(
    request: Request,
    prepared: Prepared,
    teacher: Teacher | None,
    run: Run,
    *,
    parks: bool = False,
) -> SeerTrainer:
    """Everything put together."""
    options, ranks = request.options, request.ranks
    assert options.steps and options.grad_accum and options.batch_size  # noqa: PT018 - resolved
    task = Task(
        live=prepared.live,
        dial=prepared.dial,
        schedule=request.schedule,
        options=options,
        teacher=teacher,
        validate=measuring(
            prepared.live,
            prepared.dial,
            request.validation,
            autocast=prepared.autocast,
            run=run,
        ),
        work=request.work,
        started=lambda before, own: _started(request, prepared, before, own),
        run=request.run,
        leads=ranks.leads,
        alone=ranks.alone,
        parks=parks,
    )
    device = torch.device("cuda", ranks.local_rank) if sharded(ranks) else prepared.device
    if sharded(ranks) and not torch.cuda.is_available():
        device = torch.device("cpu")
    arguments = training_arguments(
        options, request.work, device, autocast=prepared.autocast, alone=ranks.alone
    )
    length = options.steps * options.grad_accum * options.batch_size * ranks.size
    data = SequenceStream(request.texts, length=length, seed=options.seed)
    return SeerTrainer(task, prepared.model, arguments, data)


def _started(request: Request, prepared: Prepared, before: Validation, own: Validation) -> None:
    """Before the first step: keep the measurements, and warn of the trap where it is one."""
    original = prepared.original or (own if request.plan is None else None)
    if request.ranks.leads:
        kept = {
            "before": before.to_json(),
            "original": None if original is None else original.to_json(),
        }
        write_atomically(request.work.folder / BEFORE, json.dumps(kept))
    text = trap.without_gradient(request.options, start=request.info.top_k, target=request.target)
    if text and prepared.dial.constant_gates:
        fix = trap.remedy(request.options, start=request.info.top_k)
        request.warn(f"{text}; try: {fix}")


def _train(
    request: Request, prepared: Prepared, trainer: SeerTrainer, start: int
) -> tuple[int, int]:
    """Run to the end; the last step, and the one whose weights are in memory now."""
    _go_on(request, trainer, start)
    step = trainer.state.global_step
    if request.ranks.alone and step not in request.work.checkpoints():
        _keep_last(request.work, trainer, step)
    written = _written(request, trainer.progress, step)
    if written != step and not sharded(request.ranks):
        _load_step(request, prepared, written)
    return step, written


def _go_on(request: Request, trainer: SeerTrainer, start: int) -> None:
    """Train, from a step on."""
    checkpoint = None
    if start:
        trainer.resume(start)
        checkpoint = str(request.work.checkpoint(start))
        request.run.note(f"going on from step {start:,}")
    trainer.train(resume_from_checkpoint=checkpoint)


def _trained(request: Request, start: int) -> bool:
    """Whether a run has nothing left but to write what it came to."""
    if not start:
        return False
    progress = Progress.from_json(request.work.checkpoint_state(start))
    return progress.pending is None and (start == request.options.steps or progress.stopped)


def _written(request: Request, progress: Progress, step: int) -> int:
    """The step whose weights become the result: the last, or the best of those with patience."""
    best = progress.best_step
    if not request.options.patience or best == step or best not in request.work.checkpoints():
        return step
    request.run.note(f"step {best:,} had the best validation perplexity, {progress.best:.2f}")
    return best


def _keep_last(work: Work, trainer: SeerTrainer, step: int) -> None:
    """Let a run that is stopped while it writes have no more to do than that."""
    with writing(work.folder):
        save_trained(trainer.trained_weights(), work.checkpoint(step))
        sync(work.checkpoint(step))
    work.finish_checkpoint(step, trainer.progress.to_json())


def _forget_last(work: Work, step: int) -> None:
    """Nobody goes on with what has no optimiser, once the result is written."""
    if not (work.checkpoint(step) / OPTIMISER).exists():
        shutil.rmtree(work.checkpoint(step), ignore_errors=True)


def _load_step(request: Request, prepared: Prepared, step: int) -> None:
    """Put a checkpoint's weights into the model."""
    load_trained(prepared.model, load_file(request.work.checkpoint(step) / WEIGHTS))


def _whole(request: Request, weights: dict[str, torch.Tensor]) -> Prepared:
    """The trained model anew and unsharded, on the host of the leader."""
    prepared = prepare(
        request.info.path,
        replace(request.options, device="cpu", dtype="float32"),
        request.plan,
        target=request.target,
        ranks=ALONE,
        validation=None,
        run=request.run,
    )
    load_trained(prepared.model, weights)
    return prepared


def _release(trainer: SeerTrainer) -> None:
    """Give back what only training needs."""
    trainer.optimizer = None
    trainer.lr_scheduler = None
    trainer.task = replace(trainer.task, teacher=None)
    trainer.accelerator.free_memory()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
