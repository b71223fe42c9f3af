"""Turn a live model's Top-K, also to a fraction, and hear its routers while it runs.

Shapes: T tokens, E experts, K chosen ones.

The numbers that Top-K stands in are found by comparison (`core.runtime.structure`), so every family
turns the same way. For a fraction the router is asked once more with one expert less, and the two
answers are blended. So nothing is said here about how a family chooses and normalises: a correction
bias that decides the choice but not the gate, unsorted choices, shared experts in the same softmax.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import nn

from core.errors import UnsupportedModelError
from core.families import family_for
from core.run import Run
from core.runtime.layers import MoeLayer
from core.runtime.live import LiveModel
from core.runtime.structure import changes
from core.tuning.schedule import TopK

# Gates that sum to one number up to rounding in bfloat16.
_CONSTANT = 1e-2


@dataclass(frozen=True, kw_only=True)
class _Number:
    """One integer of a module or a config that follows Top-K."""

    holder: Any
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
            for undo in gate.hook():
                self._undo.callback(undo)
        return self

    def __exit__(self, *_: object) -> None:
        """Unhook them."""
        self._undo.close()

    @contextlib.contextmanager
    def hearing(self) -> Iterator[list[torch.Tensor]]:
        """Collect the logits [T, R] of every layer of one forward pass, with their gradient.

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
        """Stop here if the run was cancelled, or its memory is wanted back."""
        self._run.check()

    def hear(self, position: int, logits: torch.Tensor) -> None:
        """Keep one router's logits, if anybody listens."""
        if self._heard is not None and self._heard[position] is None:
            self._heard[position] = logits

    def _of(self, layer: MoeLayer) -> list[_Number]:
        """The numbers at or below one layer's block, and those of configs."""
        inside = set(map(id, layer.block.modules()))
        return [
            number
            for (module, _), number in self._settings.items()
            if module.startswith("config ") or id(number.holder) in inside
        ]


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
        self._logits: torch.Tensor | None = None

    def hook(self) -> list[Callable[[], None]]:
        """Listen to router and experts; what undoes it."""
        router = self.layer.router.register_forward_hook(self.after_router, with_kwargs=True)
        experts = self.layer.experts.register_forward_pre_hook(self.before_experts)
        return [router.remove, experts.remove]

    def after_router(self, router: nn.Module, args: Any, kwargs: Any, output: Any) -> Any:
        """The forward hook of a router: hear it, and blend its gates."""
        layer, dial = self.layer, self._dial
        dial.check()
        logits = layer.contract.logits(layer, output)
        if logits.requires_grad:
            # The way back is the longer one: a run stops there as well.
            logits.register_hook(lambda _: dial.check())
        dial.hear(self._position, logits)
        if torch.is_tensor(output):
            self._logits = output  # its block chooses: `before_experts` sees the gates
            return None
        if self.constant is None:
            self.constant = _constant(output, layer.contract.logits_index)
        if dial.now.last_gate == 1.0 or dial.now.experts == 1:
            return None
        # Not the module itself, whose hooks this is one of.
        fewer = self._with_fewer(lambda: router.forward(*args, **kwargs))
        return blended(output, fewer, dial.now.last_gate, without=layer.contract.logits_index)

    def before_experts(self, _: nn.Module, args: Any) -> Any:
        """The forward pre-hook of experts whose block chooses: DBRX's."""
        logits, self._logits = self._logits, None
        if logits is None:
            return None
        hidden, index_TK, gates_TK = args
        if self.constant is None:
            self.constant = _constant((index_TK, gates_TK), -1)
        if self._dial.now.last_gate == 1.0 or self._dial.now.experts == 1:
            return None
        block: Any = self.layer.block
        gates_Tk, index_Tk = self._with_fewer(lambda: block.route_tokens_to_experts(logits))
        both = blended(
            (index_TK, gates_TK), (index_Tk, gates_Tk), self._dial.now.last_gate, without=-1
        )
        return (hidden, *both)

    def _with_fewer(self, call: Callable[[], Any]) -> Any:
        """What a call gives with one expert per token less."""
        experts = self._dial.now.experts
        for number in self._numbers:
            _set(number, experts - 1)
        try:
            return call()
        finally:
            for number in self._numbers:
                _set(number, experts)


def blended(
    output: Sequence[Any], fewer: Sequence[Any], share: float, *, without: int
) -> tuple[Any, ...]:
    """A router's output between two Top-Ks: g = share · g_K + (1 − share) · g_{K−1}, by expert.

    The last choice's gate is `share` of what it was, the others go to what they are without it,
    normalised as the family does; so does whatever else depends on K (weights of shared experts).

    Args:
        output: With K experts per token.
        fewer: With K − 1.
        share: Above 0 to 1.
        without: Place of the logits, which do not depend on K.

    Raises:
        UnsupportedModelError: A part of the output has a shape that nobody can align.
    """
    places = [i for i, part in enumerate(output) if _whole(part)]
    index = places[0] if len(places) == 1 else None
    parts = list(output)
    for i, (part, other) in enumerate(zip(output, fewer, strict=True)):
        if i == without or not torch.is_tensor(part) or not part.is_floating_point():
            continue
        if part.shape != other.shape:
            if index is None or part.shape != output[index].shape:
                raise UnsupportedModelError(
                    f"a router puts out {list(part.shape)} at one Top-K and {list(other.shape)} at "
                    "the next",
                    remedy="--integer",
                )
            same = output[index][..., :, None] == fewer[index][..., None, :]
            aligned = (same * other[..., None, :]).sum(dim=-1)
            # Zaya: a choice of no expert stands as expert 0 with a gate of 0, beside a true one.
            other = torch.where(part == 0, part, aligned)  # noqa: PLW2901 - it is the same thing
        parts[i] = (share * part + (1 - share) * other).to(part.dtype)
    return tuple(parts)


def _whole(part: Any) -> bool:
    """Whether a part of a router's output is numbers of experts."""
    return torch.is_tensor(part) and not part.is_floating_point()


def _constant(output: Sequence[Any], logits_index: int) -> bool:
    """Whether all tokens' gates have one sum. Waits for the device."""
    index = [part for part in output if _whole(part)]
    gates = [
        part
        for i, part in enumerate(output)
        if i != logits_index and torch.is_tensor(part) and part.is_floating_point()
        if not index or part.shape == index[0].shape
    ]
    if not gates:
        return False
    sums = gates[0].detach().float().sum(dim=-1)
    return bool(sums.max() - sums.min() <= _CONSTANT * sums.mean().abs())


def _set(number: _Number, value: int) -> None:
    setattr(number.holder, number.name, value)


def _settings(live: LiveModel, lowest: int, highest: int) -> dict[tuple[str, str], _Number]:
    """The numbers that follow Top-K, by module and name.

    Routers that read their config as they run (Gemma 4) have theirs in the config itself.
    """
    if lowest == highest:
        return {}
    numbers = {}
    for number in changes(live, top_k=lowest).numbers:
        holder = live.model.get_submodule(number.module)
        if number.value != lowest or getattr(holder, number.name) != highest:
            raise UnsupportedModelError(
                f"{number.module}.{number.name} goes from {getattr(holder, number.name)} to "
                f"{number.value} when Top-K goes from {highest} to {lowest}: not Top-K itself"
            )
        numbers[number.module, number.name] = _Number(holder=holder, name=number.name)
    return numbers | _config_numbers(live, highest)


def _config_numbers(live: LiveModel, highest: int) -> dict[tuple[str, str], _Number]:
    """Top-K in the model's config and in those that routers hold."""
    keys = family_for(live.info.config).top_k_keys
    routers = (module for layer in live.moe for module in layer.router.modules())
    held = [vars(module)["config"] for module in routers if "config" in vars(module)]
    found = {}
    for config in (live.model.config.get_text_config(), *held):
        for key in keys:
            *owners, name = key.split(".")
            owner = config
            for part in owners:
                owner = getattr(owner, part, None)
            if getattr(owner, name, None) == highest:
                found[f"config {id(owner)}", name] = _Number(holder=owner, name=name)
    return found
