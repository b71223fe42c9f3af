"""Options and obstacles of a run in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.pages.tune import topics
from app.widgets import numbers
from app.widgets.forms import sentence
from app.widgets.said import said

if TYPE_CHECKING:
    from core.tuning import TuneEstimate
    from core.tuning.obstacles import TuneProblem

translate = QCoreApplication.translate  # the name that lupdate looks for

# Options whose name is the title of their help.
_TOPICS = {
    "start": "start",
    "top_k": "top_k",
    "schedule": "schedule",
    "fractional": "fractional",
    "anneal_fraction": "anneal",
    "entropy_weight": "entropy",
    "distill": "distill",
    "distill_cache": "cache",
    "train": "train",
    "steps": "steps",
    "learning_rate": "rate",
    "batch_size": "batch",
    "seed": "seed",
    "grad_accum": "grad_accum",
    "warmup_steps": "warmup",
    "decay": "decay",
    "weight_decay": "weight_decay",
    "max_grad_norm": "grad_norm",
    "lora_rank": "lora_rank",
    "checkpointing": "checkpointing",
    "eval_every": "eval_every",
    "save_every": "save_every",
    "patience": "patience",
    "dtype": "dtype",
}


def option_name(name: str) -> str:
    """What a person calls an option of the engine; an unknown one as the engine does."""
    known = (
        topics.goal_topics()
        | topics.loss_topics()
        | topics.text_topics()
        | topics.advanced_topics()
    )
    topic = known.get(_TOPICS.get(name, ""))
    return name.replace("_", " ") if topic is None else topic.title


def option_text(name: str, value: object) -> str:
    """An option's value as it is read."""
    if value is None:
        return translate("TuneWords", "automatic")
    if isinstance(value, bool):
        return translate("TuneWords", "yes") if value else translate("TuneWords", "no")
    if isinstance(value, float):
        return numbers.percent(value, 0) if name == "anneal_fraction" else f"{value:g}"
    if isinstance(value, int):
        return f"{value:,}"
    return {
        "none": translate("TuneWords", "at once"),
        "linear": translate("TuneWords", "linear"),
        "cosine": translate("TuneWords", "cosine"),
        "constant": translate("TuneWords", "constant"),
        "routers": translate("TuneWords", "routers"),
        "lora": translate("TuneWords", "routers and LoRA"),
        "experts": translate("TuneWords", "routers and experts"),
        "all": translate("TuneWords", "everything"),
        "plan": translate("TuneWords", "current plan"),
        "model": translate("TuneWords", "whole model"),
    }.get(str(value), str(value))


def obstacle_text(found: TuneEstimate, wrong: TuneProblem) -> str:
    """What stands against a run, with the number and the way out."""
    need, free = numbers.size(found.memory_low), numbers.size(found.memory_free)
    texts = {
        "too_little_memory": translate(
            "TuneWords",
            "Tuning needs about {need}, {free} are free. Train less (LoRA or routers alone), halve "
            "the batch size, or keep the teacher's answers in a file.",
        ).format(need=need, free=free),
        "too_little_disk": translate(
            "TuneWords",
            "Result and checkpoints need {need} on the disk. Save the project on another disk.",
        ).format(need=numbers.size(found.disk)),
        "top_k_above": translate(
            "TuneWords", "Top-{target} is above the model's Top-{start}: Top-K can only fall."
        ).format(target=found.top_k, start=found.top_k_before),
        "too_few_experts": translate(
            "TuneWords",
            "A layer of the plan keeps fewer experts than the Top-{start} that training begins "
            "with. Keep more of them.",
        ).format(start=found.top_k_before),
        "quantized": translate(
            "TuneWords",
            "This checkpoint is quantised, and quantised weights cannot be trained. Open its "
            "bfloat16 version.",
        ),
        "no_weights": translate("TuneWords", "The folder holds no weights, only a config.json."),
    }
    return texts.get(wrong.code) or f"{sentence(said(wrong.text))}. {sentence(said(wrong.fix))}."


def trap_text(found: TuneEstimate) -> str:
    """The trap of stage 2, where a fading gate avoids it; empty where there is none."""
    options = found.options
    trapped = any(p.code == "router_without_gradient" for p in found.problems)
    fixable = options.schedule == "none" or not options.fractional
    if not (trapped and fixable and found.top_k_before > 1):
        return ""
    return translate(
        "TuneWords",
        "With one expert per token its gate is always 1, so the texts teach the router "
        "nothing; only the entropy term moves it.",
    )
