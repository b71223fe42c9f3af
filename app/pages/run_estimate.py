"""What a run will do with memory, in a sentence under the choice of streaming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.pages.select.costs import read_memory
from app.widgets import numbers
from app.widgets.forms import sentence
from app.widgets.said import said
from app.widgets.text_form import TextChoice
from core.runtime.estimate import RunEstimate, estimate_run
from core.runtime.memory import free_ram_bytes

if TYPE_CHECKING:
    from core.checkpoint import ModelInfo

translate = QCoreApplication.translate  # the name that lupdate looks for


def estimate_of(info: ModelInfo, choice: TextChoice) -> RunEstimate:
    """The estimate for a form's choice on this machine as it is now."""
    host = free_ram_bytes()
    there = read_memory() if choice.device != "cpu" else None
    on_card = there is not None and there.name == "VRAM"
    return estimate_run(
        info,
        stream=choice.stream,
        device="cuda" if on_card else "cpu",
        free=there.free if there is not None and on_card else host,
        free_host=host,
        sequences=-(-choice.max_tokens // choice.seq_len),
        rows=choice.batch_size,
        length=choice.seq_len,
    )


def estimate_text(found: RunEstimate) -> str:
    """One or two sentences."""
    free = numbers.size(max(found.free, 0))
    if found.refused:
        text = translate("RunEstimate", "{what}. Try: {remedy}.")
        return text.format(what=sentence(said(found.refused)), remedy=said(found.remedy))
    if found.plan is None:
        text = translate("RunEstimate", "Loads whole: about {needed} of {free} that are free.")
        return text.format(needed=numbers.size(found.whole), free=free)
    plan = found.plan
    passes = (
        translate("RunEstimate", "reads the checkpoint once")
        if plan.groups == 1
        else translate("RunEstimate", "reads the checkpoint {n} times").format(n=plan.groups)
    )
    text = translate(
        "RunEstimate",
        "Streams {layers} layers of {layer}: about {needed} of {free} that are free, "
        "{batches} batches at once; {passes}.",
    )
    return text.format(
        layers=plan.footprint.layers,
        layer=numbers.size(plan.footprint.layer),
        needed=numbers.size(plan.needed),
        free=free,
        batches=plan.at_once,
        passes=passes,
    )
