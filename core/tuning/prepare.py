"""The model as it is trained: loaded, smaller, with a dial for its Top-K and trainable parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.calibration import CalibrationSet
from core.checkpoint import inspect_model
from core.planning import Plan
from core.pruning import shrink
from core.run import Run
from core.runtime import LiveModel, choose_device, load_model
from core.runtime.ranks import Ranks
from core.tuning import experts
from core.tuning.dial import TopKDial
from core.tuning.options import TuneOptions
from core.tuning.scope import changing, set_trainable
from core.tuning.together import sharded
from core.tuning.validate import Validation, validate


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """What is trained.

    Attributes:
        live: The model, its plan applied.
        model: The same, or LoRA's wrapper around it.
        dial: Turns its Top-K; hooked in.
        changing: Names of the parameters of `live.model` that training changes in the end.
        autocast: Whether it computes in bf16.
        original: What the model as it came was measured to be, if a plan was applied since.
    """

    live: LiveModel
    model: nn.Module
    dial: TopKDial
    changing: frozenset[str]
    autocast: bool
    original: Validation | None

    @property
    def device(self) -> torch.device:
        """Where it is now."""
        return self.live.model.get_input_embeddings().weight.device


def load(folder: Path, options: TuneOptions, ranks: Ranks, run: Run) -> LiveModel:
    """Load a model in the dtype that it is trained in.

    The checkpoint's own on a GPU, but bf16 for float16, whose range gradients leave; float32 where
    FSDP shards it, since all parameters of a shard must have one dtype.
    """
    device, dtype = ranks.device(options.device), options.dtype
    if sharded(ranks):
        device, dtype = "cpu", "float32"
    if dtype == "auto" and inspect_model(folder).dtype.lower() in {"float16", "f16"}:
        dtype = "bfloat16" if choose_device(device).type == "cuda" else dtype
    live = load_model(folder, device=device, dtype=dtype, run=run)
    experts.register()
    live.model.set_experts_implementation(experts.NAME)
    return live


def prepare(
    folder: Path,
    options: TuneOptions,
    plan: Plan | None,
    *,
    target: int,
    ranks: Ranks,
    validation: CalibrationSet | None,
    run: Run,
) -> Prepared:
    """Load a model and make it what is trained.

    Args:
        folder: The checkpoint.
        options: With nothing left to a default.
        plan: What stays.
        target: Top-K to reach.
        ranks: Those who train it together.
        validation: Measures the model before the plan is applied; None leaves that out.
        run: Takes progress.

    Raises:
        PlanError: The plan cannot be applied.
        UnsupportedModelError: The model has no Top-K to turn or nothing that can be trained.
    """
    live = load(folder, options, ranks, run)
    dial = TopKDial(live, target, run)
    autocast = live.dtype != torch.float32 or (
        sharded(ranks) and torch.cuda.is_available() and options.device != "cpu"
    )
    dial.__enter__()
    original = None
    if plan is not None and plan.dropped:
        if validation is not None and not sharded(ranks):
            original = measuring(live, dial, validation, autocast=autocast, run=run)(
                live.model, dial.highest
            )
        # Top-K is the dial's matter.
        live = shrink(live, replace(plan, top_k=None))
    changed = frozenset(changing(live, options))
    torch.manual_seed(options.seed)  # LoRA begins at random
    return Prepared(
        live=live,
        model=set_trainable(live, options),
        dial=dial,
        changing=changed,
        autocast=autocast,
        original=original,
    )


def measuring(
    live: LiveModel, dial: TopKDial, texts: CalibrationSet, *, autocast: bool, run: Run
) -> Callable[[Any, int], Validation]:
    """How to validate `live`, or what is wrapped around it, at a Top-K."""
    scores = tuple(layer.score for layer in live.moe)

    def measure(model: Any, top_k: int) -> Validation:
        device = next(iter(model.parameters())).device
        with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
            return validate(
                model,
                texts,
                dial,
                top_k=top_k,
                vocabulary=live.info.geometry.vocab_size,
                device=device,
                scores=scores,
                run=run,
            )

    return measure
