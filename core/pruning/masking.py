"""Dropping experts from the choice only: the quick check, reversible and free.

Masking writes −inf over the dropped experts' logits before the router's softmax or choice. Written
into a buffer of E columns that would agree with removal only up to rounding: a softmax over E
numbers adds in another order than one over the n that stay. So the router really computes with its
n surviving rows, and what comes out is put back among E columns: logits with −inf where an expert
is dropped, indices renumbered. For every kind of router (softmax before or after the choice,
sigmoid with correction bias, groups) this is the shrunk model's routing to the last bit, and the
experts are not touched, unless the plan merges some: then the ones that stay hold their group's
mean for as long as the mask is on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.planning.plan import Plan
from core.pruning.fits import fitted
from core.pruning.merging import RowSwap, averages
from core.runtime.contract import Undo, survivors
from core.runtime.layers import MoeLayer
from core.runtime.live import LiveModel
from core.runtime.structure import Changes, TensorChange, changes, held, own_configs


@contextlib.contextmanager
def masked(live: LiveModel, plan: Plan | None, *, top_k: int | None = None) -> Iterator[LiveModel]:
    """Run a live model without the experts that a plan drops; all is as before on leaving.

    Args:
        live: The original model.
        plan: What stays; None keeps all (to change Top-K only).
        top_k: Experts per token; the plan's, or the model's, if None.

    Raises:
        PlanError: The plan is another model's, or its router cannot take it.
    """
    with Rerouting(live, plan, top_k=top_k):
        yield live


class Rerouting(contextlib.AbstractContextManager[None]):
    """A mask that was prepared once and can be put on and taken off at no cost."""

    def __init__(
        self,
        live: LiveModel,
        plan: Plan | None,
        *,
        top_k: int | None = None,
        known: dict[tuple[int, int | None], Changes] | None = None,
        rows: Collection[int] | None = None,
    ) -> None:
        """Cut the routers' surviving rows; nothing changes until it is entered.

        Args:
            live: The original model.
            plan: What stays; None keeps all.
            top_k: Experts per token; the plan's, or the model's, if None.
            known: What changes with the number of experts and Top-K, filled as it is found out;
                who masks one model many times hands in the same dictionary each time.
            rows: The layers that are masked, of a plan that was checked; all of a new one if None.

        Raises:
            PlanError: The plan is another model's, or its router cannot take it.
        """
        plan = fitted(live, plan, top_k) if rows is None or plan is None else plan
        self._swaps: list[_Swap | RowSwap] = []
        self._masks: list[tuple[MoeLayer, Sequence[int]]] = []
        self._undo: list[Undo] = []
        known = {} if known is None else known
        for row, (layer, keep) in enumerate(zip(live.moe, plan.keep, strict=True)):
            count = len(keep)
            if rows is not None and row not in rows:
                continue
            if (count, plan.top_k) not in known:
                known[count, plan.top_k] = changes(live, experts=count, top_k=plan.top_k)
            differing = known[count, plan.top_k]
            routing = differing.within(layer.name, without=layer.expert_paths)
            self._swaps.extend(_swaps(live.model, routing, keep, layer.count))
            for module, config in own_configs(live, layer, experts=count, top_k=plan.top_k):
                self._swaps.append(_Swap(holder=vars(module), name="config", other=config))
            if plan.merges:
                self._swaps.extend(averages(live, layer, differing, plan.merges[row], kept=count))
            if count < layer.count:
                self._masks.append((layer, keep))
        self._on = False

    def __enter__(self) -> None:
        """Put the mask on.

        Raises:
            RuntimeError: It is on already.
        """
        if self._on:
            raise RuntimeError("this mask is on already")
        self._on = True
        for swap in self._swaps:
            swap.toggle()
        for layer, keep in self._masks:
            self._undo.extend(layer.contract.put_mask(layer, keep))

    def __exit__(self, *_: object) -> None:
        """Take the mask off."""
        while self._undo:
            self._undo.pop()()
        for swap in self._swaps:
            swap.toggle()
        self._on = False


@dataclass(kw_only=True)
class _Swap:
    """A value in a module's dictionary, and the other one that waits to take its place."""

    holder: dict[str, Any]
    name: str
    other: object

    def toggle(self) -> None:
        self.holder[self.name], self.other = self.other, self.holder[self.name]


def cut(tensor: torch.Tensor, change: TensorChange, keep: Sequence[int], experts: int) -> Any:
    """The surviving part of an expert tensor, as a parameter if it was one."""
    rows = tensor.shape[change.axis]
    # One matrix may hold several rows of each expert (DBRX).
    step = (rows - change.extent) // (experts - len(keep))
    wanted = survivors(keep, experts, rows // step, tensor.device)
    index = (wanted[:, None] * step + torch.arange(step, device=tensor.device)).reshape(-1)
    part = tensor.detach().index_select(change.axis, index)
    return part if change.buffer else nn.Parameter(part, requires_grad=tensor.requires_grad)


def _swaps(model: nn.Module, routing: Changes, keep: Sequence[int], experts: int) -> list[_Swap]:
    found = []
    for change in routing.tensors:
        holder = held(model.get_submodule(change.module), buffers=change.buffer)
        part = cut(holder[change.name], change, keep, experts)
        found.append(_Swap(holder=holder, name=change.name, other=part))
    for number in routing.numbers:
        holder = vars(model.get_submodule(number.module))
        found.append(_Swap(holder=holder, name=number.name, other=number.value))
    return found
