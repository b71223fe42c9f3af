"""The what-if strip's figures, worded."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.jobs.warm import loading
from app.widgets import numbers
from app.widgets.whatif import Figure, Tone
from core.planning import Cost, Plan, VramEstimate, loads_anywhere
from core.planning.coverage import Coverage

translate = QCoreApplication.translate  # the name that lupdate looks for

SHORT_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float8_e4m3fn": "fp8"}
LOW_COVERAGE = 0.80  # below it a layer loses a fifth of what it routed


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Where a model would be loaded.

    Attributes:
        name: "VRAM" or "RAM".
        free: Bytes free now.
    """

    name: str
    free: int


def figures(
    plan: Plan,
    *,
    now: Cost,
    whole: Cost,
    needs: VramEstimate,
    memory: Memory,
    covered: Coverage | None,
    dtype: str,
    checked: Figure,
) -> tuple[Figure, ...]:
    """All figures of a plan, against the whole model; `checked` is what was measured of it."""
    return (
        Figure(
            key="plan.parameters",
            name=translate("WhatIf", "Parameters"),
            value=numbers.count(now.parameters.total),
            note=numbers.change(_ratio(now.parameters.total, whole.parameters.total)),
            tone=_tone(now.parameters.total, whole.parameters.total),
            tip=translate("WhatIf", "All weights that are loaded, exact from the headers."),
        ),
        Figure(
            key="plan.active",
            name=translate("WhatIf", "Active per token"),
            value=numbers.count(now.parameters.active),
            note=numbers.change(_ratio(now.parameters.active, whole.parameters.active)),
            tone=_tone(now.parameters.active, whole.parameters.active),
            tip=translate(
                "WhatIf",
                "Weights that a token meets: Top-K experts of every layer, the rest once.",
            ),
        ),
        Figure(
            key="plan.bytes",
            name=translate("WhatIf", "Checkpoint"),
            value=numbers.size(now.bytes),
            note=f"{_bytes_change(now.bytes - whole.bytes)}, {SHORT_DTYPES.get(dtype, dtype)}",
            tone=_tone(now.bytes, whole.bytes),
            tip=translate("WhatIf", "Bytes that export would write."),
        ),
        _memory_figure(needs, memory),
        _flops_figure(now, whole),
        _coverage_figure(plan, covered),
        checked,
        _loads_figure(plan),
    )


def _memory_figure(needs: VramEstimate, memory: Memory) -> Figure:
    fits = needs.high <= memory.free
    tight = not fits and needs.low <= memory.free
    note: str
    if fits:
        note, tone = translate("WhatIf", "fits"), "good"
    elif tight:
        note, tone = translate("WhatIf", "tight"), "warn"
    else:
        note, tone = translate("WhatIf", "does not fit"), "warn"
    return Figure(
        key="plan.memory",
        name=translate("WhatIf", "Needs {memory} / free").format(memory=memory.name),
        value=_of_free(needs.high, memory.free),
        note=note,
        tone=tone,  # type: ignore[arg-type]
        tip=translate(
            "WhatIf", "Weights, keys and values and workspace: {low} to {high}; {free} are free."
        ).format(
            low=numbers.size(needs.low),
            high=numbers.size(needs.high),
            free=numbers.size(memory.free),
        ),
    )


def _flops_figure(now: Cost, whole: Cost) -> Figure:
    share = _ratio(now.flops.total, whole.flops.total)
    same = now.top_k == whole.top_k
    note = (
        translate("WhatIf", "still Top-{top_k}").format(top_k=now.top_k)
        if same
        else translate("WhatIf", "{change}, Top-{top_k}").format(
            change=numbers.change(share), top_k=now.top_k
        )
    )
    return Figure(
        key="plan.flops",
        name=translate("WhatIf", "FLOPs per token"),
        value=_flops(now.flops.total),
        note=note,
        tone="text_dim" if same else _tone(now.flops.total, whole.flops.total),
        tip=translate(
            "WhatIf",
            "Dropping experts at the same Top-K saves memory, not FLOPs: a token still meets "
            "{top_k} experts per layer. Lowering Top-K saves FLOPs. Counted at {context} tokens "
            "of context.",
        ).format(top_k=now.top_k, context=f"{now.context:,}"),
    )


def _coverage_figure(plan: Plan, covered: Coverage | None) -> Figure:
    name = translate("WhatIf", "Coverage kept")
    tip = translate(
        "WhatIf",
        "Share of the gates on the calibration text that the kept experts carry.",
    )
    if plan.merged:
        tip += " " + translate(
            "WhatIf", "What merged experts carried is not in it: their router rows go."
        )
    worst = None if covered is None else covered.worst_row
    if covered is None or worst is None:
        return Figure(
            name=name, value=numbers.DASH, note=translate("WhatIf", "no profile yet"), tip=tip
        )
    share = float(covered.per_layer_L[worst])
    note = translate("WhatIf", "min L{layer} · {share}").format(
        layer=plan.layer_ids[worst], share=numbers.percent(share)
    )
    return Figure(
        key="plan.coverage",
        name=name,
        value=numbers.percent(covered.overall),
        note=translate("WhatIf", "in every layer") if plan.dropped == 0 else note,
        tone="warn" if share < LOW_COVERAGE else "text_dim",
        tip=tip,
    )


def _spread(plan: Plan) -> str:
    low, high = int(plan.kept_L.min()), int(plan.kept_L.max())
    if not plan.uniform:
        return translate("WhatIf", "ragged: {low} to {high}").format(low=low, high=high)
    return translate("WhatIf", "{kept} in every layer").format(kept=low)


def _goes(plan: Plan) -> str:
    """What becomes of the experts that do not stay; merging is not dropping."""
    gone = plan.dropped - plan.merged
    if not plan.merged:
        return translate("WhatIf", "{count} experts are dropped.").format(count=gone)
    return translate(
        "WhatIf",
        "{count} experts are dropped, {merged} are merged: averaged into one that stays.",
    ).format(count=gone, merged=plan.merged)


def _loads_figure(plan: Plan) -> Figure:
    name = translate("WhatIf", "Loads in")
    if plan.dropped == 0:
        return Figure(
            key="plan.loads",
            name=name,
            value=translate("WhatIf", "stock loaders"),
            note=translate("WhatIf", "unchanged"),
            tip=translate("WhatIf", "Nothing is dropped yet."),
        )
    if loads_anywhere(plan):
        return Figure(
            key="plan.loads",
            name=name,
            value=translate("WhatIf", "stock loaders"),
            note=_with_merged(_spread(plan), plan),
            tip=translate("WhatIf", "transformers and vLLM load it as it is.") + " " + _goes(plan),
        )
    return Figure(
        key="plan.loads",
        name=name,
        value=translate("WhatIf", "bundled loader"),
        note=_with_merged(_spread(plan), plan),
        tone="warn",
        tip=translate(
            "WhatIf", "Layers keep different numbers; stock loaders read one number for all."
        )
        + " "
        + _goes(plan),
    )


def _with_merged(note: str, plan: Plan) -> str:
    if not plan.merged:
        return note
    return translate("WhatIf", "{count} merged · {note}").format(note=note, count=plan.merged)


def _of_free(needed: int, free: int) -> str:
    """Two sizes with one unit: 48.1 / 22.4 GB."""
    upper = numbers.size(max(needed, free))
    unit = upper.split(" ")[-1]
    scale = {"TB": 1e12, "GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1.0}[unit]

    def shown(value: int) -> str:
        scaled = value / scale
        return (
            f"{scaled:.0f}"
            if scaled >= 100
            else f"{scaled:.1f}"
            if scaled >= 0.1
            else f"{scaled:.2f}"
        )

    return f"{shown(needed)} / {shown(free)} {unit}"


def _bytes_change(change: int) -> str:
    if change == 0:
        return translate("WhatIf", "unchanged")
    return f"{'−' if change < 0 else '+'}{numbers.size(abs(change))}"


def _flops(value: float) -> str:
    for step, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= step:
            return f"{value / step:.3g} {unit}"
    return f"{value:,.0f}"


def _ratio(now: float, whole: float) -> float:
    return now / whole - 1 if whole else 0.0


def _tone(now: float, whole: float) -> Tone:
    return "text_dim" if numbers.change(_ratio(now, whole)) == "0 %" else "good"


def read_memory() -> Memory:
    """Free video memory of the first NVIDIA device; without one, the machine's free memory.

    A device of which torch, once it is imported, says that it cannot use it is none: models run
    where torch can, whatever the driver lists.
    """
    import psutil

    try:
        import pynvml

        pynvml.nvmlInit()
        device = pynvml.nvmlDeviceGetHandleByIndex(0)
        free = int(pynvml.nvmlDeviceGetMemoryInfo(device).free)
        if _torch_can():
            return Memory(name="VRAM", free=free)
    except Exception:  # noqa: BLE001, S110 - no driver, no device, no library: all mean RAM
        pass
    return Memory(name="RAM", free=int(psutil.virtual_memory().available))


def _torch_can() -> bool:
    """Whether torch can use CUDA, or was not asked yet: importing it is not worth an estimate."""
    torch = sys.modules.get("torch")
    return torch is None or loading() or bool(torch.cuda.is_available())
