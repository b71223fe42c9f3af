"""What a run does where nothing is said: chosen by the model's size and by what is trained.

Each number has its reason beside it; none is a result of a search over real models, which would
need more machines than one. `core.tuning.search` looks for better ones within a time budget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.tuning.options import Scope, TuneOptions

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

# Below this the experts themselves can be trained on anything: 16 bytes per parameter are 16 GB.
TRAIN_EXPERTS_BELOW = 1_000_000_000
# A trial on 10.5 M parameters recovered Top-1 from 36.9 to 33.7 with 5e-4 in 150 steps of 4,096
# tokens. Larger models want less; 1/√size meets the usual 1e-5 at 30 B.
REFERENCE_RATE, REFERENCE_SIZE = 5e-4, 10_500_000
LOWEST_RATE, HIGHEST_RATE = 5e-6, 1e-3
# LoRA wants about ten times the rate of full fine-tuning, whatever the rank (Schulman et al., "LoRA
# Without Regret", 2025). Routers alone are as few parameters and get the same.
SMALL_SCOPE_FACTOR = 10
# Steps, and tokens of each: small models take what the trial took, large ones see more text at a
# lower rate.
SMALL, MEDIUM = 100_000_000, 1_000_000_000
STEPS_SMALL, STEPS_LARGE = 200, 500
TOKENS_SMALL, TOKENS_MEDIUM, TOKENS_LARGE = 4_096, 8_192, 16_384
# Tokens of one forward pass: logits and activations of more outgrow the weights.
PASS_SMALL, PASS_MEDIUM, PASS_LARGE = 4_096, 4_096, 2_048
WARMUP_SHARE, MOST_WARMUP = 0.1, 100


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """The numbers for one model, scope and sequence length.

    Attributes:
        train: What is trained.
        steps: Optimiser steps.
        learning_rate: Highest learning rate.
        warmup_steps: Steps until it is reached.
        batch_size: Sequences per forward pass.
        grad_accum: Forward passes per step.
        checkpointing: Whether activations are recomputed.
    """

    train: Scope
    steps: int
    learning_rate: float
    warmup_steps: int
    batch_size: int
    grad_accum: int
    checkpointing: bool


def defaults_for(
    info: ModelInfo, *, train: Scope | None = None, seq_len: int = 256, steps: int | None = None
) -> Defaults:
    """The numbers for a model.

    Args:
        info: The model.
        train: What is trained; experts of models below a billion parameters, else LoRA, if None.
        seq_len: Tokens of a packed sequence.
        steps: Optimiser steps, when they are given; the warm-up follows them.
    """
    size = info.parameters.total
    chosen: Scope = train or ("experts" if size < TRAIN_EXPERTS_BELOW else "lora")
    rate = REFERENCE_RATE * (REFERENCE_SIZE / max(size, 1)) ** 0.5
    if chosen in {"routers", "lora"}:
        rate *= SMALL_SCOPE_FACTOR
    per_step, per_pass = TOKENS_LARGE, PASS_LARGE
    if size < SMALL:
        per_step, per_pass = TOKENS_SMALL, PASS_SMALL
    elif size < MEDIUM:
        per_step, per_pass = TOKENS_MEDIUM, PASS_MEDIUM
    batch = max(per_pass // seq_len, 1)
    many = steps or (STEPS_SMALL if size < SMALL else STEPS_LARGE)
    return Defaults(
        train=chosen,
        steps=many,
        learning_rate=float(f"{min(max(rate, LOWEST_RATE), HIGHEST_RATE):.1e}"),
        warmup_steps=min(round(many * WARMUP_SHARE), MOST_WARMUP),
        batch_size=batch,
        grad_accum=max(round(per_step / (batch * seq_len)), 1),
        checkpointing=size >= MEDIUM,
    )


def resolve(options: TuneOptions, info: ModelInfo, *, seq_len: int = 256) -> TuneOptions:
    """The options with nothing left to a default but `top_k`, which a plan may decide."""
    chosen = defaults_for(info, train=options.train, seq_len=seq_len, steps=options.steps)
    given = {
        name: value if (value := getattr(options, name)) is not None else getattr(chosen, name)
        for name in Defaults.__dataclass_fields__
    }
    alpha = 2.0 * options.lora_rank if options.lora_alpha is None else options.lora_alpha
    return replace(options, **given, lora_alpha=alpha)
