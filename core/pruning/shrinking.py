"""Dropping experts for good: every expert tensor, router row and count of a live model is cut."""

from __future__ import annotations

from dataclasses import replace

from core.errors import InputError
from core.planning.checks import loads_anywhere
from core.planning.plan import Plan
from core.pruning.fits import fitted
from core.pruning.masking import cut
from core.pruning.merging import averages
from core.runtime.live import LiveModel
from core.runtime.structure import Changes, changes, held, own_configs, set_counts


def shrink(live: LiveModel, plan: Plan, *, top_k: int | None = None) -> LiveModel:
    """Remove the dropped experts from memory, in place, one layer after the other.

    A uniform plan also sets the config's numbers, so that the model can be saved as it is; a ragged
    one leaves the config's expert count alone, since no single number is true.

    Args:
        live: The original model; its modules are changed.
        plan: What stays.
        top_k: Experts per token; the plan's, or the model's, if None.

    Returns:
        The same model as a value that knows it is smaller; `info` is still the checkpoint's.

    Raises:
        PlanError: The plan is another model's, or its router cannot take it.
        UnsupportedModelError: The class cannot be built with these numbers.
        InputError: The model is streamed: its experts are not there to be cut.
    """
    if live.stream is not None:
        raise InputError(
            f"{live.folder.name} is streamed, so its experts cannot be cut in memory",
            remedy="masking it, or exporting the plan",
        )
    plan = fitted(live, plan, top_k)
    by_count = {
        count: changes(live, experts=count, top_k=plan.top_k)
        for count in {len(keep) for keep in plan.keep}
    }
    blocks = [layer.name for layer in live.moe]
    for row, (layer, keep) in enumerate(zip(live.moe, plan.keep, strict=True)):
        experts = layer.count
        inside = by_count[len(keep)].within(layer.name)
        if plan.merges:
            for swap in averages(live, layer, inside, plan.merges[row], kept=len(keep)):
                swap.toggle()
        for change in inside.tensors:
            holder = held(live.model.get_submodule(change.module), buffers=change.buffer)
            holder[change.name] = cut(holder[change.name], change, keep, experts)
        _set_numbers(live, inside)
        for module, config in own_configs(live, layer, experts=len(keep), top_k=plan.top_k):
            vars(module)["config"] = config
    if loads_anywhere(plan):
        count = len(plan.keep[0])
        _set_numbers(live, by_count[count].outside(blocks))
        set_counts(live, live.model.config, experts=count, top_k=plan.top_k)
    elif plan.top_k is not None:
        set_counts(live, live.model.config, top_k=plan.top_k)
    return replace(live)


def _set_numbers(live: LiveModel, what: Changes) -> None:
    for number in what.numbers:
        setattr(live.model.get_submodule(number.module), number.name, number.value)
