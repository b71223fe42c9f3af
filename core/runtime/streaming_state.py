"""What waiting batches hold, on disk: a killed run goes on at the layer where it was.

A coroutine cannot be saved, but what it waits with can: the call that it was about to make. A new
coroutine runs the model from the start with the finished layers left out, and at the layer where
the old one waited it is given the old one's tensors. What the model made before its first layer
(masks, rotary embeddings) is made again and not saved.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

from core.errors import ResourceError

Call = tuple[tuple[Any, ...], dict[str, Any]]

# In `Start.layers`: a batch that has not come to where it branches off from another one.
NOT_YET = -1
_PLAIN = (bool, int, float, str, type(None), torch.dtype, torch.device)
_KEY = "seer_stream"


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a stopped pass goes on.

    Attributes:
        first: Index of the first batch that is not through.
        batches: Batches of the group that was under way; 0 to begin a group.
        layer: The layer that they wait for, the first of them.
        layers: Per batch of the group the layer that it waits for, all of them for one that is
            through, `NOT_YET` for one that will branch off; empty where all wait for `layer`.
        outputs: Per finished layer the length of the tuple it returns, 0 for a bare tensor.
        states: What they wait with, by batch and place in the call. Whoever goes on takes it out,
            so that it is not in memory twice.
    """

    first: int = 0
    batches: int = 0
    layer: int = 0
    layers: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    states: dict[str, Tensor] = field(default_factory=dict, repr=False)

    @property
    def begins(self) -> bool:
        """Whether it is the beginning of a group, with nothing done of it."""
        return self.layer == 0 and not any(layer > 0 for layer in self.layers)

    def take(self) -> dict[int, dict[str, Tensor]]:
        """The states by batch, by their names; none are left."""
        taken: dict[int, dict[str, Tensor]] = {}
        for name in list(self.states):
            taken.setdefault(int(name.partition(".")[0]), {})[name] = self.states.pop(name)
        return taken

    def layer_of(self, number: int) -> int:
        """The layer that a batch waits for; 0 for one of a later group."""
        place = number - self.first
        if not 0 <= place < self.batches:
            return 0
        return self.layers[place] if self.layers else self.layer


class Prelude:
    """The tensors of a batch's first layer call, which any new run makes again."""

    def __init__(self, call: Call) -> None:
        leaves, _ = tree_flatten(call)
        self._seen = [weakref.ref(leaf) for leaf in leaves if isinstance(leaf, Tensor)]

    def holds(self, leaf: Tensor) -> bool:
        """Whether this very tensor was there before the first layer."""
        return any(ref() is leaf for ref in self._seen)


def states_of(call: Call, prelude: Prelude) -> dict[int, Tensor] | None:
    """What a waiting batch holds beyond its prelude, by place; None if it cannot be written."""
    leaves, _ = tree_flatten(call)
    found: dict[int, Tensor] = {}
    for place, leaf in enumerate(leaves):
        if isinstance(leaf, Tensor):
            if not prelude.holds(leaf):
                found[place] = leaf
        elif not isinstance(leaf, _PLAIN):
            return None
    return found


def named(batch: int, states: Mapping[int, Tensor]) -> dict[str, Tensor]:
    """States of one batch as they stand in a `Start`."""
    return {f"{batch}.{place}": tensor for place, tensor in states.items()}


def states_in(start: Start, number: int) -> dict[int, Tensor]:
    """States of one batch out of a `Start`, by place."""
    batch = f"{number - start.first}"
    split = ((name.partition("."), tensor) for name, tensor in start.states.items())
    return {int(place): tensor for (of, _, place), tensor in split if of == batch}


def replaced(batch: int, call: Call, states: Mapping[str, Tensor]) -> Call:
    """A layer call with a stopped run's tensors in it."""
    leaves, shape = tree_flatten(call)
    device = next(leaf.device for leaf in leaves if isinstance(leaf, Tensor))
    for place in range(len(leaves)):
        state = states.get(f"{batch}.{place}")
        if state is not None:
            leaves[place] = state.to(device)
    return tree_unflatten(leaves, shape)


def output_length(output: object) -> int:
    """How a layer returns its hidden states: the length of the tuple, 0 for a bare tensor."""
    return len(output) if isinstance(output, tuple) else 0


def left_out(length: int) -> Callable[..., object]:
    """A forward that hands its hidden states on and does nothing."""

    def forward(*args: Any, **kwargs: Any) -> object:
        hidden = args[0] if args else kwargs["hidden_states"]
        return (hidden, *(None,) * (length - 1)) if length else hidden

    return forward


def leave_out_some(
    layers: Iterable[nn.Module], outputs: Iterable[int], when: Callable[[], bool]
) -> None:
    """Make layers do nothing for whoever `when` is true of."""
    for layer, length in zip(layers, outputs, strict=True):
        layer.forward = _either(left_out(length), layer.forward, when)


def _either(
    one: Callable[..., object], other: Callable[..., object], when: Callable[[], bool]
) -> Callable[..., object]:
    def forward(*args: Any, **kwargs: Any) -> object:
        return (one if when() else other)(*args, **kwargs)

    return forward


def put_back(layers: Iterable[nn.Module]) -> None:
    """Make layers work again."""
    for layer in layers:
        vars(layer).pop("forward", None)


def save_start(path: Path, start: Start, *, durably: bool = True) -> None:
    """Write a start whole or not at all.

    Args:
        path: The file.
        start: What waits.
        durably: Wait until the disk has it; a file that dies with the program need not.

    Raises:
        ResourceError: The disk is full, or the folder cannot be written.
    """
    facts = {
        "first": start.first,
        "batches": start.batches,
        "layer": start.layer,
        "layers": start.layers,
        "outputs": start.outputs,
    }
    temporary = path.with_name(path.name + "~")
    states = {name: tensor.detach().contiguous().cpu() for name, tensor in start.states.items()}
    try:
        save_file(states, temporary, metadata={_KEY: json.dumps(facts)})
        if durably:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        temporary.unlink(missing_ok=True)
        size = sum(tensor.nbytes for tensor in states.values())
        raise ResourceError(
            f"cannot write {size:,} bytes of waiting batches to {path.parent}: {error}",
            remedy="another output folder, or free some space",
        ) from error


def load_start(path: Path) -> Start | None:
    """Read a start; None if there is none that can be used."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})[_KEY])
            # Copied, so that no page of the file stays mapped.
            states = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        return Start(
            first=int(facts["first"]),
            batches=int(facts["batches"]),
            layer=int(facts["layer"]),
            layers=tuple(int(layer) for layer in facts.get("layers", ())),
            outputs=tuple(int(length) for length in facts["outputs"]),
            states=states,
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None
