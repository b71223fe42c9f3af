"""Move the states of waiting batches out of the device's memory and back.

A waiting coroutine's frames hold their tensors, so these cannot be replaced. Their storage can:
it is copied to the host, emptied, and filled again before the coroutine goes on.
"""

from __future__ import annotations

import weakref
from collections import defaultdict

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from core.runtime.streaming_state import Call


class Parking:
    """Host copies of device storages, by the storage they belong to."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._parked: dict[int, Tensor] = {}
        self._owned: dict[int, list[weakref.ref[Tensor]]] = defaultdict(list)

    def park(self, batch: int, call: Call) -> None:
        """Empty the storages of a batch's next layer call, and of what its frames still hold."""
        leaves = [leaf for leaf in tree_leaves(call) if isinstance(leaf, Tensor)]
        held = [tensor for ref in self._owned.pop(batch, ()) if (tensor := ref()) is not None]
        for tensor in (*leaves, *held):
            storage = tensor.untyped_storage()
            if tensor.device != self._device:
                continue
            self._owned[batch].append(weakref.ref(tensor))
            if storage.nbytes():
                self._parked[_key(tensor)] = _bytes(tensor).to("cpu", copy=True)
                storage.resize_(0)

    def fetch(self, batch: int) -> None:
        """Fill the storages of a batch again."""
        for ref in self._owned[batch]:
            tensor = ref()
            # A storage that is not empty was filled for another batch that shares it, or is a new
            # one at the place of one that is gone.
            if tensor is None or tensor.untyped_storage().nbytes():
                continue
            copy = self._parked.pop(_key(tensor), None)
            if copy is not None:
                tensor.untyped_storage().resize_(copy.nbytes)
                _bytes(tensor).copy_(copy)

    def copy_of(self, tensor: Tensor) -> Tensor:
        """A parked tensor's values on the host, or the tensor itself if it is not parked."""
        copy = self._parked.get(_key(tensor))
        if copy is None or tensor.untyped_storage().nbytes():
            return tensor
        view = torch.empty(0, dtype=tensor.dtype)
        return view.set_(
            copy.untyped_storage(), tensor.storage_offset(), tensor.shape, tensor.stride()
        )

    def clear(self) -> None:
        """Forget everything."""
        self._parked.clear()
        self._owned.clear()


def _key(tensor: Tensor) -> int:
    """The identity of a tensor's storage."""
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - it has no public name


def _bytes(tensor: Tensor) -> Tensor:
    """The whole storage of a tensor as bytes."""
    empty = torch.empty(0, dtype=torch.uint8, device=tensor.device)
    return empty.set_(tensor.untyped_storage())
