"""The paper's claims, and what was tried for them, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.theme import theme, ui_font
from core.paper.picture import Inks
from core.paper.words import WAYS, Words

translate = QCoreApplication.translate  # the name that lupdate looks for


def claim_text(key: str, fallback: str) -> str:
    """One claim; an unknown one as the engine has it."""
    return {
        "counting": translate(
            "Claims", "Dropping the least used experts costs less than dropping random ones."
        ),
        "soft": translate("Claims", "Soft counting ranks experts better than actual counting."),
        "global": translate(
            "Claims", "One ranking over all layers is better than the same number in each layer."
        ),
        "recovers": translate("Claims", "Fine-tuning recovers what one expert per token loses."),
        "entropy": translate(
            "Claims",
            "The entropy penalty makes fine-tuning at Top-1 better than plain fine-tuning.",
        ),
        "annealing": translate(
            "Claims",
            "Letting Top-K fall in whole steps is better than Top-1 from the first step.",
        ),
        "fractional": translate(
            "Claims",
            "Letting Top-K fall with a fading gate is better than Top-1 from the first step.",
        ),
        "both": translate(
            "Claims",
            "Entropy penalty and a fading gate together are better than plain fine-tuning.",
        ),
        "distilled": translate(
            "Claims", "Distillation from the original is better than plain fine-tuning."
        ),
        "all": translate("Claims", "Everything together is better than plain fine-tuning."),
        "parity": translate(
            "Claims",
            "With one expert per token the tuned model is as good as the original with two.",
        ),
        "control": translate(
            "Claims", "It is also as good as the model with two experts tuned for as many steps."
        ),
        "concentrates": translate(
            "Claims", "The entropy penalty makes the router surer of its choice."
        ),
        "saves": translate("Claims", "One expert instead of two saves computation and no storage."),
    }.get(key, fallback)


def plot_words() -> Words:
    """Every word of the plot."""
    ways = (
        translate("Claims", "actual count, layer-wise"),
        translate("Claims", "actual count, global"),
        translate("Claims", "soft count, layer-wise"),
        translate("Claims", "soft count, global"),
        translate("Claims", "random"),
    )
    return Words(
        arms={
            "top-2": translate("Claims", "Top-2, tuned as long (control)"),
            "plain": translate("Claims", "Top-1, plain fine-tuning"),
            "entropy": translate("Claims", "Top-1, entropy penalty"),
            "annealing": translate("Claims", "Top-1, Top-K falls in whole steps"),
            "fractional": translate("Claims", "Top-1, Top-K falls with a fading gate"),
            "both": translate("Claims", "Top-1, fading gate and entropy penalty"),
            "distilled": translate("Claims", "Top-1, distillation"),
            "all": translate("Claims", "Top-1, all of these"),
        },
        ways=dict(zip(WAYS, ways, strict=True)),
        drops_title=translate("Claims", "Perplexity after dropping experts"),
        arms_title=translate("Claims", "Perplexity at one expert per token, {steps} steps"),
        stay=translate("Claims", "{share} % of the experts stay"),
        original=translate("Claims", "original"),
        original_two=translate("Claims", "Top-2 original"),
        untuned=translate("Claims", "Top-1 untuned"),
    )


def plot_inks() -> Inks:
    """The theme's colours for the plot."""
    now = theme()
    return Inks(
        ground=now.surface,
        text=now.text,
        dim=now.text_dim,
        line=now.line,
        accent=now.accent,
        second=now.parts[1],
        family=", ".join(ui_font().families()) or "sans-serif",
    )
