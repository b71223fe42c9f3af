"""Memory, disk and work of a tuning run, from the headers and the options. No torch.

Memory in bytes, with P parameters of the student, P_t of them trained, b bytes of a frozen weight,
T tokens of a forward pass, H hidden, V vocabulary, K experts per token, I an expert's inner width:

    weights      b · (P − P_t) + 4 · P_t: what is trained is kept in float32
    gradients    4 · P_t
    optimiser    8 · P_t (AdamW's two moments in float32)
    teacher      b · P_original when it runs alongside
    activations  layers · T · (17 H + K (3 I + 2 H)) · b', or layers · T · H · b' and one layer
                 whole with checkpointing; b' is 2 bytes under bf16 autocast, else 4. 17 H is the
                 attention block of Korthikanti et al. (arXiv 2205.05198) in elements, its scores
                 left to fused kernels
    logits       3 · T · V · 4 (logits, log-probabilities, their gradient), 5 with a teacher

Work per token in FLOPs: forward, as much again for the activations' gradient, a share P_t / P of it
for the weights' gradient, forward again with checkpointing, and the teacher's forward.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from core.planning.cost import cost
from core.tuning.options import TuneOptions
from core.tuning.schedule import TopKSchedule

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning.plan import Plan


def trained_parameters(info: ModelInfo, options: TuneOptions, plan: Plan | None = None) -> int:
    """How many parameters a scope trains; those of LoRA are counted at their rank."""
    whole = cost(info, plan).parameters
    if options.train == "all":
        return whole.total
    if options.train == "experts":
        return whole.router + whole.routed_experts
    if options.train == "routers":
        return whole.router
    hidden, rank = info.hidden_size, options.lora_rank
    counts = info.experts if plan is None else plan.kept_L.tolist()
    lora = 0
    for experts, size in zip(counts, info.expert_parameters, strict=True):
        inner = size // (3 * hidden)
        # Two pairs: hidden → gate and up, inner → hidden.
        lora += experts * rank * ((hidden + 2 * inner) + (inner + hidden))
    if options.lora_attention and info.geometry.num_heads:
        lora += info.layers * rank * 8 * hidden  # query, key, value, output: at most square
    return whole.router + lora


def memory(
    info: ModelInfo, options: TuneOptions, plan: Plan | None, *, tokens: int, cuda: bool
) -> dict[str, int]:
    """Bytes by what they are for; see the module's formula."""
    parameters = cost(info, plan).parameters.total
    trained = trained_parameters(info, options, plan)
    width = _width(info, options, cuda=cuda)
    inside = 2 if cuda else 4
    hidden = info.hidden_size
    inner = max(info.expert_parameters, default=0) // (3 * hidden)
    layer = tokens * (17 * hidden + info.top_k * (3 * inner + 2 * hidden)) * inside
    kept = tokens * hidden * inside
    activations = info.layers * kept + layer if options.checkpointing else info.layers * layer
    online = bool(options.distill) and not options.distill_cache
    inside_scope = options.train in {"experts", "all"}
    frozen = parameters - (trained if inside_scope else 0)
    return {
        "weights": frozen * width + 4 * trained,
        "gradients": 4 * trained,
        "optimiser": 8 * trained,
        "teacher": info.parameters.total * width if online else 0,
        "activations": activations,
        "logits": (5 if online else 3) * tokens * info.geometry.vocab_size * 4,
    }


def _width(info: ModelInfo, options: TuneOptions, *, cuda: bool) -> int:
    """Bytes of a frozen weight as it is loaded."""
    if options.dtype != "auto":
        return 4 if options.dtype == "float32" else 2
    return 2 if cuda and info.dtype != "float32" else 4


def disk(options: TuneOptions, result: int, trained: int, tokens: int | None) -> int:
    """Bytes of the result, of checkpoints that may be there at once, of the teacher's cache."""
    checkpoints = (options.keep_checkpoints + 1) * 12 * trained if options.save_every else 0
    # A token id and a float16 log-probability for each kept candidate.
    cached = (tokens or 0) * options.distill_cache * 6
    return result + checkpoints + cached


def flops(
    info: ModelInfo, options: TuneOptions, plan: Plan | None, target: int, seq_len: int
) -> float:
    """FLOPs per trained token, averaged over the anneal."""

    def forward(k: int, what: Plan | None = plan) -> float:
        return float(cost(info, what, top_k=k, context=seq_len // 2).flops.total)

    share = trained_parameters(info, options, plan) / max(cost(info, plan).parameters.total, 1)
    passes = 2 + share + (1 if options.checkpointing else 0)
    mean = float(forward(target))
    if options.steps and 1 <= target <= info.top_k:
        kinds = _schedule(options, info.top_k, target)
        counts = np.bincount([kinds.at(step).experts for step in range(min(options.steps, 1000))])
        mean = sum(float(n) * forward(k) for k, n in enumerate(counts) if n) / counts.sum()
    teacher = forward(info.top_k, None) if options.distill else 0.0
    return mean * passes + teacher


def _schedule(options: TuneOptions, start: int, target: int) -> TopKSchedule:
    assert options.steps is not None
    return TopKSchedule(
        start=start,
        target=target,
        kind=options.schedule,
        fractional=options.fractional,
        anneal_fraction=options.anneal_fraction,
        steps=min(options.steps, 1000),
    )


@cache
def cpu_flops_per_second() -> float:
    """Speed of float32 matrix products on this machine as it is now, measured for about 0.1 s."""
    a = np.ones((512, 512), dtype=np.float32)
    a @ a  # the first product starts the threads
    best, began = float("inf"), time.perf_counter()
    while time.perf_counter() - began < 0.1:
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * 512**3 / best
