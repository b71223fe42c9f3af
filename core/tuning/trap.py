"""The trap of stage 2: settings under which the language-model loss does not reach the router.

With one expert per token and gates that are renormalised to sum to one, the gate is the constant 1:
its derivative, and so the router's whole gradient from the language-model loss, is exactly zero.
The router then moves by the entropy term alone, which narrows it blindly. A fading second gate
keeps the gradient alive until the anneal ends. No torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from core.families import text_section
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

WITHOUT_GRADIENT: Literal["router_without_gradient"] = "router_without_gradient"
# Config keys that say whether gates are renormalised after the choice.
_KEYS = ("norm_topk_prob", "moe_renormalize")
# Families without such a key, and what their code does; or with one, and its class's default.
_BY_FAMILY: Mapping[str, bool] = MappingProxyType(
    {
        "mixtral": True,
        "qwen2_moe": False,
        "qwen3_moe": False,
        "olmoe": False,
        "deepseek_v3": True,
    }
)


def renormalises(info: ModelInfo) -> bool | None:
    """Whether gates of the chosen experts always have one sum; None when headers do not tell.

    A live router tells for certain: `core.tuning.dial.gates_are_constant`.
    """
    if "after top-k" in info.routing:
        return True
    _, text = text_section(info.config)
    for key in _KEYS:
        if isinstance(value := text.get(key), bool):
            return value
    return _BY_FAMILY.get(info.model_type)


def without_gradient(options: TuneOptions, *, start: int, target: int) -> str:
    """When the router has no gradient from the language-model loss, in words; "" if always.

    Args:
        options: What will be trained, with steps resolved.
        start: Top-K of the model.
        target: Top-K to reach.
    """
    if target != 1:
        return ""
    steps = options.steps or 0
    falls = round(options.anneal_fraction * steps)
    what = "With one expert per token and renormalised gates the gate is always 1, so "
    if start == 1 or options.schedule == "none":
        when = "the router gets no gradient from the language-model loss in the whole run"
    else:
        when = (
            f"the router gets no gradient from the language-model loss after step {falls:,} of "
            f"{steps:,}, when Top-K has reached 1"
        )
    rest = (
        "; only the entropy term moves it"
        if options.entropy_weight
        else "; the router stands still"
    )
    return what + when + rest


def remedy(options: TuneOptions, *, start: int) -> str:
    """What to do about it."""
    if start > 1 and (options.schedule == "none" or not options.fractional):
        return "a fractional linear or cosine schedule, which keeps the gradient while Top-K falls"
    if options.anneal_fraction < 1 and start > 1:
        return "a longer anneal, if the router should learn longer"
    return "an entropy weight of 0, or a Top-K of 2"
