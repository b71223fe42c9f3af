"""What stands against a tuning run, said before anything is loaded. No torch."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.families import FAMILIES
from core.runtime.memory import gigabytes
from core.tuning import trap
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning.plan import Plan

# Dtypes that matrix products can be differentiated in; everything else is quantised.
TRAINABLE = {"float32", "float16", "bfloat16", "f32", "f16", "bf16"}

Code = Literal[
    "quantized", "top_k_above", "top_k_fixed", "too_few_experts", "too_little_memory",
    "too_little_disk", "too_little_text", "no_weights", "router_without_gradient",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TuneProblem:
    """One thing that stands against a run.

    Attributes:
        code: Which.
        severity: An "error" is refused by `tune`, a "warning" is only said.
        text: What, with the number.
        fix: What to do about it, as an imperative phrase or a thing to use.
    """

    code: Code
    severity: Literal["error", "warning"]
    text: str
    fix: str


def of_model(
    info: ModelInfo, options: TuneOptions, plan: Plan | None, target: int
) -> Iterator[TuneProblem]:
    """What the checkpoint, the plan and the wanted Top-K forbid; then the trap."""
    if found := quantization(info):
        yield _error(
            "quantized",
            f"the checkpoint is quantised ({found}), and quantised weights cannot be trained",
            "the bf16 or float32 version of this model",
        )
    if not info.has_weights:
        yield _error("no_weights", "the folder holds config.json alone", "the whole model")
    if target > info.top_k:
        yield _error(
            "top_k_above",
            f"Top-{target} is above the model's Top-{info.top_k}: annealing only lowers it",
            f"--top-k {info.top_k} or less",
        )
    family = FAMILIES.get(info.model_type)
    if target < info.top_k and family is not None and family.fixed_top_k:
        yield _error(
            "top_k_fixed",
            f"Top-K of {info.model_type} cannot be lowered: {family.fixed_top_k}",
            f"--top-k {info.top_k}",
        )
    elif family is not None and target < family.least_top_k:
        yield _error(
            "top_k_fixed",
            f"Top-{target} is below the {family.least_top_k} that {info.model_type} can choose",
            f"--top-k {family.least_top_k}",
        )
    least = min(info.experts if plan is None else plan.kept_L.tolist(), default=0)
    if info.has_weights and least < info.top_k:
        yield _error(
            "too_few_experts",
            f"a layer keeps {least} experts, and training begins with Top-{info.top_k}",
            f"a plan that keeps at least {info.top_k}",
        )
    text = trap.without_gradient(options, start=info.top_k, target=target)
    if text and trap.renormalises(info):
        yield TuneProblem(
            code=trap.WITHOUT_GRADIENT,
            severity="warning",
            text=text,
            fix=trap.remedy(options, start=info.top_k),
        )


def of_machine(
    options: TuneOptions, *, needed: int, free: int, cuda: bool, disk: int, output: Path | None
) -> Iterator[TuneProblem]:
    """Too little memory, too little disk."""
    if needed > free:
        kind = "VRAM" if cuda else "RAM"
        yield _error(
            "too_little_memory",
            f"tuning needs about {gigabytes(needed)} of {kind}, {gigabytes(free)} are free",
            _smaller(options),
        )
    if output is not None and (room := _free_disk(output)) < disk:
        yield _error(
            "too_little_disk",
            f"result and checkpoints need {gigabytes(disk)} of disk, {gigabytes(room)} are free",
            "another disk, or --keep-checkpoints 1",
        )


def of_texts(tokens: int) -> Iterator[TuneProblem]:
    """Nothing to predict."""
    if tokens < 2:
        yield _error(
            "too_little_text", f"the texts hold {tokens} tokens", "a source with text in it"
        )


def _error(code: Code, text: str, fix: str) -> TuneProblem:
    return TuneProblem(code=code, severity="error", text=text, fix=fix)


def quantization(info: ModelInfo) -> str:
    """The name of the checkpoint's quantisation, "" when its weights can be trained."""
    config = info.config.get("quantization_config")
    if isinstance(config, Mapping):
        return str(config.get("quant_method") or config.get("format") or "quantised")
    odd = [name for name in info.bytes_by_dtype if name.lower() not in TRAINABLE]
    widest = max(odd, key=lambda name: info.bytes_by_dtype[name], default="")
    # Tables of integers beside the weights are no quantisation.
    return widest if widest and info.bytes_by_dtype[widest] * 10 > info.bytes else ""


def _smaller(options: TuneOptions) -> str:
    ways = []
    if options.train in {"experts", "all"}:
        ways.append("--train lora")
    if options.distill and not options.distill_cache:
        ways.append("--distill-cache 32")
    if (options.batch_size or 1) > 1:
        ways.append("a smaller --batch-size")
    return ", ".join([*ways, "dropping experts first"])


def _free_disk(output: Path) -> int:
    folder = output.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
