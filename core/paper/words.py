"""What arms and ways of dropping are called; the window hands in its own language. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

VERDICTS = MappingProxyType({"yes": "yes", "no": "no", "unclear": "within the spread"})
WAYS = (
    ("actual-count", "layer"),
    ("actual-count", "global"),
    ("soft-count", "layer"),
    ("soft-count", "global"),
    ("random", "layer"),
)
_ARMS = MappingProxyType(
    {
        "top-2": "Top-2, tuned as long (control)",
        "plain": "Top-1, plain fine-tuning",
        "entropy": "Top-1, entropy penalty",
        "annealing": "Top-1, Top-K falls in whole steps",
        "fractional": "Top-1, Top-K falls with a fading gate",
        "both": "Top-1, fading gate and entropy penalty",
        "distilled": "Top-1, distillation",
        "all": "Top-1, all of these",
    }
)
_WAYS = MappingProxyType(
    dict(
        zip(
            WAYS,
            (
                "actual count, layer-wise",
                "actual count, global",
                "soft count, layer-wise",
                "soft count, global",
                "random",
            ),
            strict=True,
        )
    )
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """Every word of the plot.

    Attributes:
        arms: Of each arm.
        ways: Of each metric and scope.
        drops_title: Over the left panel.
        arms_title: Over the right panel; {steps} is filled in.
        stay: A heading; {share} is filled in.
        original: The line of the model as it came, in the left panel.
        original_two: The same in the right panel.
        untuned: The line of one expert per token without tuning.
    """

    arms: Mapping[str, str] = field(default_factory=lambda: _ARMS)
    ways: Mapping[tuple[str, str], str] = field(default_factory=lambda: _WAYS)
    drops_title: str = "Perplexity after dropping experts"
    arms_title: str = "Perplexity at one expert per token, {steps} steps"
    stay: str = "{share} % of the experts stay"
    original: str = "original"
    original_two: str = "Top-2 original"
    untuned: str = "Top-1 untuned"


ENGLISH = Words()
