"""Whether a pass will load its model whole or stream it, and what that takes, before it starts.

From the headers alone: the pass itself plans again with the live model's own numbers. No torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.checkpoint.info import ModelInfo
from core.errors import ResourceError
from core.runtime.memory import HEADROOM
from core.runtime.streaming_plan import (
    Footprint,
    StreamPlan,
    batch_bytes,
    plan_stream,
)


@dataclass(frozen=True, kw_only=True)
class RunEstimate:
    """What a pass will do with memory.

    Attributes:
        whole: Bytes that the whole model needs, with headroom.
        free: Free bytes where it would run.
        streams: Whether it goes through memory layer by layer.
        plan: How, if it streams.
        refused: Why it cannot run at all, in words; empty if it can.
        remedy: What to try then.
    """

    whole: int
    free: int
    streams: bool
    plan: StreamPlan | None = None
    refused: str = ""
    remedy: str = ""


def estimate_run(
    info: ModelInfo,
    *,
    stream: str,
    device: str,
    free: int,
    free_host: int,
    sequences: int,
    rows: int,
    length: int,
    logits: bool = False,
) -> RunEstimate:
    """Estimate one pass.

    Args:
        info: The model.
        stream: The user's choice: "auto", "always" or "never".
        device: "cpu" or "cuda".
        free: Free bytes on the device.
        free_host: Free bytes of RAM.
        sequences: Sequences in all.
        rows: Sequences of a batch.
        length: Tokens of a sequence.
        logits: Whether logits are computed (evaluation).
    """
    parameters = info.parameters.total
    # As `choose_dtype` does: float32 where that fits on the CPU, else what is stored.
    wide = device == "cpu" and parameters * 4 * HEADROOM <= free
    itemsize = 4 if wide or info.dtype == "float32" else 2
    whole = int(parameters * itemsize * HEADROOM)
    fits = whole <= free
    if stream == "never" or (stream == "auto" and fits):
        refused = "" if fits else "the model does not fit into memory whole"
        remedy = "" if fits else "streaming it layer by layer"
        return RunEstimate(whole=whole, free=free, streams=False, refused=refused, remedy=remedy)
    footprint = _footprint(info, rows, length, itemsize, logits=logits)
    try:
        plan = plan_stream(
            footprint,
            max(1, math.ceil(sequences / rows)),
            device=device,
            free=free,
            free_host=free_host,
        )
    except ResourceError as error:
        return RunEstimate(
            whole=whole, free=free, streams=True, refused=error.what, remedy=error.remedy
        )
    return RunEstimate(whole=whole, free=free, streams=True, plan=plan)


def _footprint(
    info: ModelInfo, rows: int, length: int, itemsize: int, *, logits: bool
) -> Footprint:
    """The parts of a streamed pass, by the headers."""
    parts = info.parameters
    routed = [one * count for one, count in zip(info.expert_parameters, info.experts, strict=True)]
    rest = (parts.total - parts.embedding - parts.routed_experts) // max(info.layers, 1)
    quantised = "quantization_config" in info.config
    working, parked = batch_bytes(info, rows, length, itemsize, logits=logits, eager=False)
    return Footprint(
        layers=info.layers,
        layer=(max(routed, default=0) + rest) * itemsize,
        copies=3 if quantised else 2,
        working=working + parts.embedding * itemsize,  # the pass has loaded these before it plans
        parked=parked,
    )
