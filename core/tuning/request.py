"""A tuning run that passed every check and has not loaded anything."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.calibration import CalibrationSet
from core.checkpoint import ModelInfo, inspect_model
from core.errors import InputError, PlanError, ResourceError, StudioError, UnsupportedModelError
from core.export.staging import check_target
from core.planning import Plan, check_plan
from core.run import Run
from core.runtime.device import choose_device, free_bytes
from core.runtime.ranks import Ranks
from core.tuning.data import check_ids
from core.tuning.estimate import TuneEstimate, estimate
from core.tuning.obstacles import TuneProblem
from core.tuning.options import TuneOptions
from core.tuning.schedule import TopKSchedule
from core.tuning.texts import hold_out
from core.tuning.work import Work, work_folder

_ERRORS: Mapping[str, type[StudioError]] = {
    "quantized": UnsupportedModelError,
    "too_few_experts": PlanError,
    "too_little_memory": ResourceError,
    "too_little_disk": ResourceError,
}
# Options that change nothing about the curve: a resumed run may have others.
_FREE = ("device", "log_every", "keep_checkpoints", "checkpointing")
_LIBRARIES = ("torch", "transformers", "accelerate", "peft")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What will be done.

    Attributes:
        info: The model as its headers tell it.
        plan: What of it stays, None for all.
        options: With nothing left to a default.
        target: Top-K to reach.
        texts: Training texts.
        validation: Held-out texts.
        output: The new folder.
        work: Curve and checkpoints.
        teacher: The unpruned model; None without distillation.
        force: Accept a plan of another fingerprint.
        ranks: Those who train it together.
        run: Who started it.
        notes: What the user was told.
    """

    info: ModelInfo
    plan: Plan | None
    options: TuneOptions
    target: int
    texts: CalibrationSet
    validation: CalibrationSet
    output: Path
    work: Work
    teacher: ModelInfo | None
    force: bool
    ranks: Ranks
    run: Run
    notes: list[str] = field(default_factory=list)

    @property
    def schedule(self) -> TopKSchedule:
        """Top-K over the run."""
        options = self.options
        assert options.steps is not None
        return TopKSchedule(
            start=self.info.top_k,
            target=self.target,
            kind=options.schedule,
            fractional=options.fractional,
            anneal_fraction=options.anneal_fraction,
            steps=options.steps,
        )

    def warn(self, text: str) -> None:
        """Tell the user, and keep it for the result."""
        self.notes.append(text)
        self.run.note(text, "warning")

    def identity(self) -> dict[str, object]:
        """What decides the curve: a run is resumed only if all of this is the same."""
        options = {k: v for k, v in self.options.to_json().items() if k not in _FREE}
        return {
            "seer_tuning": 1,
            "model": self.info.fingerprint,
            "plan": None if self.plan is None else self.plan.to_json(),
            "top_k": self.target,
            "texts": self.texts.fingerprint,
            "validation": self.validation.fingerprint,
            "teacher": None if self.teacher is None else self.teacher.fingerprint,
            "processes": self.ranks.size,
            **{f"option {name}": value for name, value in options.items()},
        }


def libraries() -> dict[str, str]:
    """Versions of what computes."""
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


def check_early(
    folder: Path,
    options: TuneOptions,
    *,
    output: Path,
    plan: Plan | None,
    seq_len: int,
    force: bool,
    ranks: Ranks,
) -> None:
    """Refuse what needs no text, before any is downloaded and packed.

    Raises:
        StudioError: What `core.tuning.tune` says of the folder, the plan, Top-K, memory and disk.
    """
    info, plan = _opened(folder, options, output=output, plan=plan, force=force)
    _guess(info, options, output=output, plan=plan, seq_len=seq_len, ranks=ranks)


def checked(
    folder: Path,
    texts: CalibrationSet,
    options: TuneOptions,
    *,
    output: Path,
    validation: CalibrationSet | None,
    plan: Plan | None,
    teacher: Path | None,
    work: Path | None,
    force: bool,
    ranks: Ranks,
    run: Run,
) -> Request:
    """Refuse everything that can be refused before a weight is read.

    Raises:
        StudioError: What `core.tuning.tune` says.
    """
    info, plan = _opened(folder, options, output=output, plan=plan, force=force)
    if validation is None:
        texts, validation = hold_out(texts, seed=options.seed)
    for one in (texts, validation):
        check_ids(one, info.geometry.vocab_size)
    seq_len = texts.options.seq_len
    guess = _guess(
        info, options, output=output, plan=plan, seq_len=seq_len, ranks=ranks, tokens=texts.tokens
    )
    taught = inspect_model(teacher or folder) if options.distill else None
    if taught is not None and taught.geometry.vocab_size != info.geometry.vocab_size:
        raise InputError(
            f"the teacher has {taught.geometry.vocab_size:,} tokens, the model "
            f"{info.geometry.vocab_size:,}",
            remedy="the unpruned original of this model as --teacher",
        )
    steps, batch = guess.options.steps or 1, guess.options.batch_size or 1
    return Request(
        info=info,
        plan=plan,
        options=replace(guess.options, steps=steps, batch_size=batch),
        target=guess.top_k,
        texts=texts,
        validation=validation,
        output=output,
        work=Work(folder=work or work_folder(output)),
        teacher=taught,
        force=force,
        ranks=ranks,
        run=run,
    )


def _opened(
    folder: Path, options: TuneOptions, *, output: Path, plan: Plan | None, force: bool
) -> tuple[ModelInfo, Plan | None]:
    """The model as its headers tell it, and the plan for it, if they can be trained at all."""
    options.check()
    info = inspect_model(folder)
    check_target(output, folder)
    if plan is not None:
        plan = _checked_plan(plan.for_model(info, force=force), info)
    return info, plan


def _guess(
    info: ModelInfo,
    options: TuneOptions,
    *,
    output: Path,
    plan: Plan | None,
    seq_len: int,
    ranks: Ranks,
    tokens: int | None = None,
) -> TuneEstimate:
    """What the run would take, if nothing is in its way."""
    device = choose_device(ranks.device(options.device))
    found = estimate(
        info,
        options,
        plan=plan,
        seq_len=seq_len,
        texts_tokens=tokens,
        # Shards of several devices add up.
        device_free=free_bytes(device) * ranks.size,
        cuda=device.type == "cuda",
        flops_per_second=1.0,  # nobody asks for the time here
        output=output,
    )
    for problem in found.errors:
        raise _refusal(problem)
    return found


def _checked_plan(plan: Plan, info: ModelInfo) -> Plan:
    for problem in check_plan(plan, info):
        if problem.severity == "error":
            raise PlanError(problem.text.rstrip("."), remedy=problem.fix_text.lower())
    return plan


def _refusal(problem: TuneProblem) -> StudioError:
    return _ERRORS.get(problem.code, InputError)(problem.text, remedy=problem.fix)
