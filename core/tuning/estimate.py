"""What a tuning run will take, and what stands against it, before anything is loaded. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.planning.cost import cost
from core.runtime.memory import free_ram_bytes
from core.tuning import footprint, obstacles
from core.tuning.defaults import resolve
from core.tuning.obstacles import TuneProblem
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning.plan import Plan

FRAGMENTS = 1.25
FRAMEWORK = 500_000_000
# Training reaches this share of a plain float32 product of large matrices (a small model less).
EFFICIENCY_LOW, EFFICIENCY_HIGH = 0.15, 0.6


@dataclass(frozen=True, kw_only=True)
class TuneEstimate:
    """What a run will take.

    Attributes:
        options: With every default filled in.
        top_k: Experts per token in the end.
        top_k_before: Experts per token of the model.
        parameters: Of the model that is trained, the plan applied.
        trained_parameters: Those that change.
        tokens: Tokens trained on.
        tokens_per_step: Tokens of one optimiser step.
        epochs: How often the texts are gone through; None when their size is unknown.
        memory_low: Bytes needed at least.
        memory_high: Bytes needed with room for fragments and the framework.
        memory: The parts in bytes: weights, gradients, optimiser, teacher, activations, logits.
        memory_free: Bytes free where it will run.
        disk: Bytes written at most at one time: the result, checkpoints, the teacher's cache.
        flops: Floating-point operations in all.
        seconds_low: Least time; None when the device's speed is unknown.
        seconds_high: Most time.
        problems: What stands against it, errors first.
    """

    options: TuneOptions
    top_k: int
    top_k_before: int
    parameters: int
    trained_parameters: int
    tokens: int
    tokens_per_step: int
    epochs: float | None
    memory_low: int
    memory_high: int
    memory: Mapping[str, int]
    memory_free: int
    disk: int
    flops: float
    seconds_low: float | None
    seconds_high: float | None
    problems: tuple[TuneProblem, ...]

    @property
    def errors(self) -> tuple[TuneProblem, ...]:
        """The problems that forbid the run."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def to_json(self) -> dict[str, object]:
        """The estimate as JSON."""
        out: dict[str, object] = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in {"options", "memory", "problems"}
        }
        out["options"] = self.options.to_json()
        out["memory"] = dict(self.memory)
        out["problems"] = [
            {"code": p.code, "severity": p.severity, "text": p.text, "fix": p.fix}
            for p in self.problems
        ]
        return out


def estimate(
    info: ModelInfo,
    options: TuneOptions,
    *,
    plan: Plan | None = None,
    seq_len: int = 256,
    texts_tokens: int | None = None,
    device_free: int | None = None,
    cuda: bool = False,
    flops_per_second: float | None = None,
    output: Path | None = None,
) -> TuneEstimate:
    """Memory, time and obstacles of a run; nothing is loaded.

    Args:
        info: The model as it came.
        options: What is wanted; defaults are filled in.
        plan: What of it stays.
        seq_len: Tokens of a packed sequence.
        texts_tokens: Tokens of the training texts, when they are packed already.
        device_free: Bytes free on the device; the machine's memory if None.
        cuda: Whether it will run on a GPU, in bf16.
        flops_per_second: Speed of the device; measured here for the CPU, unknown for CUDA, if None.
        output: Where the result will be, to see whether the disk holds it.
    """
    options = resolve(options, info, seq_len=seq_len)
    assert options.steps and options.batch_size and options.grad_accum  # noqa: PT018 - resolved
    target = options.top_k or (plan.top_k if plan is not None else None) or info.top_k
    smaller = cost(info, plan, context=seq_len)
    trained = footprint.trained_parameters(info, options, plan)
    per_step = options.batch_size * options.grad_accum * seq_len
    parts = footprint.memory(info, options, plan, tokens=options.batch_size * seq_len, cuda=cuda)
    low = sum(parts.values())
    free = free_ram_bytes() if device_free is None else device_free
    disk = footprint.disk(options, smaller.bytes, trained, texts_tokens)
    work = footprint.flops(info, options, plan, target, seq_len) * per_step * options.steps
    speed = flops_per_second or (None if cuda else footprint.cpu_flops_per_second())
    problems = [
        *obstacles.of_model(info, options, plan, target),
        *obstacles.of_machine(options, needed=low, free=free, cuda=cuda, disk=disk, output=output),
        *(obstacles.of_texts(texts_tokens) if texts_tokens is not None else ()),
    ]
    return TuneEstimate(
        options=options,
        top_k=target,
        top_k_before=info.top_k,
        parameters=smaller.parameters.total,
        trained_parameters=trained,
        tokens=per_step * options.steps,
        tokens_per_step=per_step,
        epochs=per_step * options.steps / texts_tokens if texts_tokens else None,
        memory_low=low,
        memory_high=int(low * FRAGMENTS) + FRAMEWORK,
        memory=parts,
        memory_free=free,
        disk=disk,
        flops=work,
        seconds_low=work / (speed * EFFICIENCY_HIGH) if speed else None,
        seconds_high=work / (speed * EFFICIENCY_LOW) if speed else None,
        problems=tuple(sorted(problems, key=lambda problem: problem.severity)),
    )
