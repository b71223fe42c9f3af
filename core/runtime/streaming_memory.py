"""Memory of layers that come and go, and their way to the device while it computes."""

from __future__ import annotations

import threading
from collections import defaultdict

import torch
from torch import Tensor

# Host buffers that may be on their way at once: one is filled from the disk while one is sent.
IN_FLIGHT = 2


class TensorPool:
    """Memory of freed layers for the next ones: no page is asked of the system twice."""

    def __init__(self) -> None:
        self._free: dict[tuple[object, ...], list[Tensor]] = defaultdict(list)
        self._lock = threading.Lock()

    def take(
        self,
        shape: tuple[int, ...],
        dtype: torch.dtype,
        device: torch.device,
        *,
        pinned: bool = False,
    ) -> Tensor:
        """A contiguous tensor with anything in it; page-locked host memory if `pinned`."""
        found = self.find(shape, dtype, device)
        if found is not None:
            return found
        return torch.empty(shape, dtype=dtype, device=device, pin_memory=pinned)

    def find(
        self, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device
    ) -> Tensor | None:
        """A tensor that was given back, if there is one of this kind."""
        with self._lock:
            free = self._free[shape, dtype, device]
            return free.pop() if free else None

    def give(self, tensor: Tensor) -> None:
        """Take a tensor back."""
        with self._lock:
            self._free[tuple(tensor.shape), tensor.dtype, tensor.device].append(tensor)

    def clear(self) -> None:
        """Return the memory to the system."""
        with self._lock:
            self._free.clear()


class Upload:
    """Copies host tensors to a CUDA device on a stream of its own, beside the one that computes.

    The reading thread sends, the computing thread releases. Three rules keep the bytes right: a
    host buffer is used again when its copy has arrived; a device tensor is overwritten when what
    was queued with it has run; a layer counts as loaded when all its copies have arrived.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)
        self._flying: list[tuple[torch.cuda.Event, Tensor]] = []
        self._released: torch.cuda.Event | None = None
        self._lock = threading.Lock()

    def send(self, host: Tensor, pool: TensorPool) -> Tensor:
        """A tensor on the device that will hold what a pinned host tensor holds."""
        moved = pool.find(tuple(host.shape), host.dtype, self._device)
        if moved is None:
            moved = torch.empty_like(host, device=self._device)
            # Fresh memory of the allocator may have served the computing stream a moment ago.
            self._stream.wait_stream(torch.cuda.default_stream(self._device))
        with self._lock:
            released = self._released
        if released is not None:
            self._stream.wait_event(released)
        with torch.cuda.stream(self._stream):
            moved.copy_(host, non_blocking=True)
            arrived = torch.cuda.Event()
            arrived.record(self._stream)
        self._flying.append((arrived, host))
        while len(self._flying) >= IN_FLIGHT:
            self._land(pool)
        return moved

    def finish(self, pool: TensorPool) -> None:
        """Wait until everything that was sent has arrived."""
        while self._flying:
            self._land(pool)

    def released(self) -> None:
        """Note that what is queued on the computing stream now is the last to use a freed layer."""
        event = torch.cuda.Event()
        event.record(torch.cuda.current_stream(self._device))
        with self._lock:
            self._released = event

    def _land(self, pool: TensorPool) -> None:
        arrived, host = self._flying.pop(0)
        arrived.synchronize()
        pool.give(host)
