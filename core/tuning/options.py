"""What a tuning run is asked to do, as a frozen value. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from core.errors import InputError

Schedule = Literal["none", "linear", "cosine"]
Scope = Literal["routers", "lora", "experts", "all"]
Decay = Literal["cosine", "linear", "constant"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
SCOPES: tuple[Scope, ...] = get_args(Scope)
DECAYS: tuple[Decay, ...] = get_args(Decay)


@dataclass(frozen=True, kw_only=True)
class TuneOptions:
    """How to fine-tune. What is None is chosen by the model's size: see `resolve`.

    The loss, each term a mean over the tokens that have a next token to predict:

        loss = CE + λ · mean over MoE layers of H(p) + α · KL(teacher ‖ student)

    λ is `entropy_weight`, α is `distill`, p the router's distribution over all experts.

    Attributes:
        top_k: Experts per token in the end; the plan's, or the model's own, if None.
        schedule: How Top-K falls to it: "none" at once, "linear", "cosine".
        fractional: Scale the last gate from 1 to 0 instead of dropping it in one step.
        anneal_fraction: Share of the steps over which Top-K falls, above 0 to 1.
        entropy_weight: λ; 0 leaves the term out (entropy is still measured).
        train: What may change: routers alone, routers and LoRA on the experts, routers and
            experts, or everything.
        lora_rank: Rank of the LoRA matrices.
        lora_alpha: Scale of their product, divided by the rank; twice the rank if None.
        lora_attention: LoRA on the attention projections too.
        distill: α; 0 does without a teacher. The teacher is the model before its plan.
        distill_cache: Likeliest tokens of the teacher kept per position in a file, so that teacher
            and student are never in memory together; 0 runs the teacher alongside.
        steps: Optimiser steps.
        learning_rate: Its highest value.
        warmup_steps: Steps over which the learning rate rises.
        decay: How it falls after that.
        weight_decay: AdamW's, on matrices; norms and biases are left out.
        max_grad_norm: Gradients are scaled down to this norm; 0 leaves them.
        batch_size: Sequences per forward pass on one device.
        grad_accum: Forward passes per step.
        seed: Order of the data and LoRA's beginning.
        device: "auto", "cpu", "cuda", "cuda:<i>".
        dtype: What the model is loaded as: "auto" or a torch name.
        checkpointing: Recompute activations in the backward pass to save memory.
        eval_every: Steps between validations; 0 validates only before and after.
        save_every: Steps between checkpoints; 0 keeps none, so nothing can be resumed.
        keep_checkpoints: How many checkpoints are kept; older ones are deleted.
        patience: Stop after this many validations without a better one; 0 never stops early. The
            best checkpoint is then written.
        log_every: Steps between two points of the curve.
    """

    top_k: int | None = None
    schedule: Schedule = "linear"
    fractional: bool = True
    anneal_fraction: float = 0.5
    entropy_weight: float = 0.01
    train: Scope | None = None
    lora_rank: int = 16
    lora_alpha: float | None = None
    lora_attention: bool = False
    distill: float = 0.0
    distill_cache: int = 0
    steps: int | None = None
    learning_rate: float | None = None
    warmup_steps: int | None = None
    decay: Decay = "cosine"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    batch_size: int | None = None
    grad_accum: int | None = None
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"
    checkpointing: bool | None = None
    eval_every: int = 50
    save_every: int = 50
    keep_checkpoints: int = 2
    patience: int = 0
    log_every: int = 1

    def check(self) -> None:
        """Refuse what cannot be trained with.

        Raises:
            InputError: A choice that does not exist, or a number out of its range.
        """
        for name, value, known in (
            ("schedule", self.schedule, SCHEDULES),
            ("train", self.train, (None, *SCOPES)),
            ("decay", self.decay, DECAYS),
        ):
            if value not in known:
                words = ", ".join(str(word) for word in known if word is not None)
                raise InputError(f"there is no {name} '{value}'", remedy=f"one of {words}")
        for field, (least, most) in _RANGES.items():
            value = getattr(self, field)
            if value is None:
                continue
            # Written so that NaN is refused too.
            if not least <= value <= most:
                bounded = f"{least:g} to {most:g}"
                raise InputError(
                    f"the tuning option {field} is {value}",
                    remedy=bounded if most != _MOST else f"{least:g} or more",
                )
        if self.patience and not (self.eval_every and self.save_every):
            raise InputError(
                "stopping early needs validations and checkpoints, and they are off",
                remedy="--eval-every and --save-every above 0",
            )
        if self.patience and self.eval_every % self.save_every:
            raise InputError(
                f"stopping early needs a checkpoint at each validation: every {self.eval_every} "
                f"steps is not a multiple of {self.save_every}",
                remedy=f"--save-every {self.eval_every}",
            )
        if self.distill_cache and not self.distill:
            raise InputError(
                "teacher logits would be cached, but distillation is off", remedy="--distill 1"
            )

    def to_json(self) -> dict[str, object]:
        """Every option by name; `from_json` gives it back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> TuneOptions:
        """Read what `to_json` wrote; what is absent has its default.

        Raises:
            InputError: An unknown option, one of another type, or one that `check` refuses.
        """
        types = get_type_hints(cls)
        unknown = sorted(set(data) - set(types))
        if unknown:
            raise InputError(
                f"there is no tuning option '{unknown[0]}'", remedy=f"one of {', '.join(types)}"
            )
        found = cls(**{name: _typed(name, value, types[name]) for name, value in data.items()})  # type: ignore[arg-type]
        found.check()
        return found


_MOST = 1e12
# Least and most of each number; the most only where more is surely a slip.
_RANGES: Mapping[str, tuple[float, float]] = {
    "top_k": (1, _MOST),
    "anneal_fraction": (1e-9, 1),
    "entropy_weight": (0, 100),
    "lora_rank": (1, 1024),
    "lora_alpha": (1e-9, 1e6),
    "distill": (0, 1000),
    "distill_cache": (0, _MOST),
    "steps": (1, _MOST),
    "learning_rate": (1e-12, 10),
    "warmup_steps": (0, _MOST),
    "weight_decay": (0, 10),
    "max_grad_norm": (0, 1e6),
    "batch_size": (1, _MOST),
    "grad_accum": (1, _MOST),
    "seed": (0, 2**32 - 1),
    "eval_every": (0, _MOST),
    "save_every": (0, _MOST),
    "keep_checkpoints": (1, _MOST),
    "patience": (0, _MOST),
    "log_every": (1, _MOST),
}


def _typed(name: str, value: object, hint: object) -> object:
    """The value, if JSON gave the type that the option has."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if value is None and type(None) in kinds:
        return None
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # A word: `check` knows which there are.
    if isinstance(value, str) and any(get_origin(kind) is Literal for kind in kinds):
        return value
    if type(value) in kinds:
        return value
    raise InputError(f"the tuning option {name} is {value!r}", remedy="a value of its type")
