"""Turn a live model's Top-K, also to a fraction, and hear its routers while it runs.

Shapes: T tokens, E experts, K chosen ones.

The numbers that Top-K stands in are found by comparison (`core.runtime.structure`), so every family
turns the same way. A fraction needs one thing more: which of the K chosen experts is the one that
would not be chosen at K − 1. Gates are no sure sign (a correction bias decides the choice, not the
gate; some routers do not sort), so the router itself is asked once more with K − 1.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import nn

from core.errors import UnsupportedModelError
from core.run import Run
from core.runtime.live import LiveModel, MoeLayer
from core.runtime.structure import NumberChange, changes
from core.tuning.schedule import TopK

# Gates that sum to one number up to rounding in bfloat16.
_CONSTANT = 1e-2


@dataclass(frozen=True, kw_only=True)
class _Number:
    """One integer of a module that follows Top-K."""

    holder: nn.Module
    name: str


class TopKDial(contextlib.AbstractContextManager["TopKDial"]):
    """Top-K of a live model, to be turned between its own and a lower one.

    Between entering and leaving routers are heard; afterwards the model has the Top-K that was
    turned to last.
    """

    def __init__(self, live: LiveModel, lowest: int, run: Run) -> None:
        """Find the numbers to turn; nothing changes yet.

        Args:
            live: The model, before anything was cut from it or wrapped around it.
            lowest: The least Top-K that will be turned to.
            run: Checked whenever a router runs: a pass of a large model takes many seconds.

        Raises:
            UnsupportedModelError: The class cannot be built with a lower Top-K.
        """
        self.highest = live.info.top_k
        self.lowest = lowest
        self._run = run
        self._settings = _settings(live, lowest, self.highest)
        self._gates = [
            _Gate(layer, self._of(layer), self, position) for position, layer in enumerate(live.moe)
        ]
        self._undo = contextlib.ExitStack()
        self.now = TopK(self.highest, 1.0)
        self._heard: list[torch.Tensor | None] | None = None

    @property
    def constant_gates(self) -> bool | None:
        """Whether gates always have one sum, as seen in the first pass; None before it."""
        return self._gates[0].constant

    def turn(self, to: TopK) -> None:
        """Give every layer this Top-K.

        Raises:
            ValueError: It is not between the lowest and the model's own.
        """
        if not self.lowest <= to.experts <= self.highest:
            raise ValueError(f"Top-{to.experts} is not between {self.lowest} and {self.highest}")
        if to.experts != self.now.experts:
            for number in self._settings.values():
                _set(number, to.experts)
        self.now = to

    def __enter__(self) -> Self:
        """Hook the routers."""
        for gate in self._gates:
            router = gate.layer.router
            hook = router.register_forward_hook(gate.after, with_kwargs=True)
            self._undo.callback(hook.remove)
        return self

    def __exit__(self, *_: object) -> None:
        """Unhook them."""
        self._undo.close()

    @contextlib.contextmanager
    def hearing(self) -> Iterator[list[torch.Tensor]]:
        """Collect the logits [T, E] of every layer of one forward pass, with their gradient.

        The list is filled on leaving. Passes outside of this (the second forward of checkpointing,
        for one) are not heard.

        Raises:
            UnsupportedModelError: A router did not run.
        """
        self._heard = [None] * len(self._gates)
        logits: list[torch.Tensor] = []
        try:
            yield logits
            for gate, heard in zip(self._gates, self._heard, strict=True):
                if heard is None:
                    raise UnsupportedModelError(
                        f"the router of layer {gate.layer.layer_id} did not run in a forward pass"
                    )
                logits.append(heard)
        finally:
            self._heard = None

    def check(self) -> None:
        """Stop here if the run was cancelled."""
        self._run.check()

    def hear(self, position: int, logits: torch.Tensor) -> None:
        """Keep one router's logits, if anybody listens."""
        if self._heard is not None and self._heard[position] is None:
            self._heard[position] = logits

    def _of(self, layer: MoeLayer) -> list[_Number]:
        """The numbers at or below one layer's block."""
        inside = set(map(id, layer.block.modules()))
        return [number for number in self._settings.values() if id(number.holder) in inside]


class _Gate:
    """One router: its logits are heard, the gate of its last choice is faded."""

    def __init__(
        self, layer: MoeLayer, numbers: Sequence[_Number], dial: TopKDial, position: int
    ) -> None:
        self.layer = layer
        self.constant: bool | None = None
        self._numbers = numbers
        self._dial = dial
        self._position = position

    def after(
        self, router: nn.Module, args: Any, kwargs: Mapping[str, Any], output: tuple[Any, ...]
    ) -> tuple[Any, ...] | None:
        """The forward hook of a router."""
        self._dial.check()
        logits = output[self.layer.logits_index]
        self._dial.hear(self._position, logits.reshape(-1, logits.shape[-1])[:, : self.layer.count])
        now = self._dial.now
        gates_at, index_at = _places(output, self.layer.logits_index)
        gates_TK = output[gates_at]
        if self.constant is None:
            self.constant = _constant(gates_TK)
        if now.last_gate == 1.0 or now.experts == 1:
            return None
        parts = list(output)
        last_TK = self._last(router, args, kwargs, output[index_at], index_at)
        parts[gates_at] = faded(gates_TK, last_TK, now.last_gate, constant=self.constant)
        return tuple(parts)

    def _last(
        self,
        router: nn.Module,
        args: Any,
        kwargs: Mapping[str, Any],
        index_TK: torch.Tensor,
        index_at: int,
    ) -> torch.Tensor:
        """Which of the chosen experts the router would not choose at K − 1, [T, K] bool."""
        experts = self._dial.now.experts
        for number in self._numbers:
            _set(number, experts - 1)
        try:
            with torch.no_grad():  # not the module itself, whose hooks this is one of
                fewer = router.forward(*args, **kwargs)[index_at]
        finally:
            for number in self._numbers:
                _set(number, experts)
        stays = (index_TK[..., :, None] == fewer[..., None, :]).any(dim=-1)
        return ~stays


def faded(
    gates_TK: torch.Tensor, last_TK: torch.Tensor, factor: float, *, constant: bool
) -> torch.Tensor:
    """The gates with the last choice's scaled by `factor`.

    Where the family renormalises its gates (`constant`), their sum stays what it was, so at factor
    0 they are those of K − 1 experts; where it does not, the others stay untouched.
    """
    scaled_TK = torch.where(last_TK, gates_TK * factor, gates_TK)
    if not constant:
        return scaled_TK
    before = gates_TK.sum(dim=-1, keepdim=True)
    return scaled_TK * (before / scaled_TK.sum(dim=-1, keepdim=True))


def _places(output: Sequence[Any], logits_index: int) -> tuple[int, int]:
    """Where a router's output holds the gates and the choice."""
    others = [i for i, part in enumerate(output) if i != logits_index and torch.is_tensor(part)]
    gates = [i for i in others if output[i].is_floating_point()]
    index = [i for i in others if not output[i].is_floating_point()]
    if len(gates) != 1 or len(index) != 1:
        raise UnsupportedModelError(
            f"a router puts out {len(gates)} groups of gates and {len(index)} of choices, "
            "needed is one of each"
        )
    return gates[0], index[0]


def _constant(gates_TK: torch.Tensor) -> bool:
    """Whether all tokens' gates have one sum. Waits for the device."""
    sums = gates_TK.detach().float().sum(dim=-1)
    return bool(sums.max() - sums.min() <= _CONSTANT * sums.mean().abs())


def _set(number: _Number, value: int) -> None:
    setattr(number.holder, number.name, value)


def _settings(live: LiveModel, lowest: int, highest: int) -> dict[tuple[str, str], _Number]:
    """The numbers that follow Top-K, by module and name."""
    if lowest == highest:
        found: tuple[NumberChange, ...] = ()
    else:
        found = changes(live, top_k=lowest).numbers
    numbers = {}
    for number in found:
        holder = live.model.get_submodule(number.module)
        if number.value != lowest or getattr(holder, number.name) != highest:
            raise UnsupportedModelError(
                f"{number.module}.{number.name} goes from {getattr(holder, number.name)} to "
                f"{number.value} when Top-K goes from {highest} to {lowest}: not Top-K itself"
            )
        numbers[number.module, number.name] = _Number(holder=holder, name=number.name)
    if found and not any(
        any(name.startswith(layer.name) for name, _ in numbers) for layer in live.moe
    ):
        raise UnsupportedModelError("no MoE layer follows the config's Top-K")
    if lowest != highest and not numbers:
        raise UnsupportedModelError(f"{live.info.model_type} has no Top-K to be turned")
    return numbers
