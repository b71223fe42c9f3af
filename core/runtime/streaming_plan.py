"""How much memory a streamed pass takes, and how many batches can wait at once. No torch.

Beside what is outside of the layers, which is loaded before, a streamed pass holds: the layer that
computes, the layer that is being read, the working memory of one batch, and the waiting ("parked")
states of all batches of a group. Each group reads the checkpoint once, so the fewer the better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.checkpoint import ModelInfo
from core.errors import ResourceError
from core.runtime.memory import gigabytes

# Allocators round up and fragment; a pass that is refused is better than one that is killed.
SHARE_OF_FREE = 0.85


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """Bytes of the parts of a streamed pass.

    Attributes:
        layers: Decoder layers.
        layer: The largest layer, loaded.
        copies: Layers in memory at once: two, or three where transformers converts them.
        working: Working memory of one batch within a layer.
        parked: What one waiting batch holds.
    """

    layers: int
    layer: int
    copies: int
    working: int
    parked: int

    @property
    def fixed(self) -> int:
        """All but the waiting batches."""
        return self.copies * self.layer + self.working


@dataclass(frozen=True, kw_only=True)
class StreamPlan:
    """How a streamed pass will use memory.

    Attributes:
        footprint: Its parts.
        batches: Batches in all.
        at_once: Batches of one group.
        park_on_host: Whether waiting states leave the device.
        device: Name of the device.
        free: Free bytes there.
        free_host: Free bytes of RAM.
    """

    footprint: Footprint
    batches: int
    at_once: int
    park_on_host: bool
    device: str
    free: int
    free_host: int

    @property
    def groups(self) -> int:
        """How often the checkpoint is read."""
        return math.ceil(self.batches / self.at_once)

    @property
    def needed(self) -> int:
        """Bytes on the device."""
        parked = 0 if self.park_on_host else self.at_once * self.footprint.parked
        return self.footprint.fixed + parked

    @property
    def text(self) -> str:
        """One line for the log."""
        part = self.footprint
        where = "in RAM" if self.park_on_host or self.device == "cpu" else f"on {self.device}"
        passes = "one pass" if self.groups == 1 else f"{self.groups} passes"
        return (
            f"streaming {part.layers} layers in {passes} over the checkpoint: {part.copies} "
            f"layers of {gigabytes(part.layer)}, {gigabytes(part.working)} to work in and "
            f"{gigabytes(self.at_once * part.parked)} for {self.at_once} waiting batches {where}: "
            f"{gigabytes(self.needed)} of {gigabytes(self.free)} free on {self.device}"
        )


def plan_stream(
    footprint: Footprint, batches: int, *, device: str, free: int, free_host: int
) -> StreamPlan:
    """Decide how many batches go through the layers together.

    Args:
        footprint: Bytes of the parts.
        batches: Batches in all.
        device: Name of the device, "cpu" when it is the host.
        free: Free bytes on the device.
        free_host: Free bytes of RAM.

    Raises:
        ResourceError: Not even one batch fits.
    """
    room = int(free * SHARE_OF_FREE) - footprint.fixed
    on_device = room // max(footprint.parked, 1)
    park_on_host = device != "cpu" and on_device < batches and room >= footprint.parked
    # A layer is staged in RAM on its way to the device.
    room_host = int(free_host * SHARE_OF_FREE) - footprint.layer
    at_once = room_host // max(footprint.parked, 1) if park_on_host else on_device
    if at_once < 1:
        kind = "RAM" if device == "cpu" or park_on_host else "VRAM"
        needed = footprint.layer if park_on_host else footprint.fixed
        there = free_host if park_on_host else free
        raise ResourceError(
            f"streaming needs {gigabytes(needed + footprint.parked)} of {kind} for "
            f"{footprint.copies} layers of {gigabytes(footprint.layer)} and one batch, "
            f"{gigabytes(there)} are free",
            remedy="a smaller --batch-size or --seq-len, --dtype bfloat16, or closing programs",
        )
    return StreamPlan(
        footprint=footprint,
        batches=batches,
        at_once=max(min(at_once, batches), 1),
        park_on_host=park_on_host,
        device=device,
        free=free,
        free_host=free_host,
    )


def batch_bytes(
    info: ModelInfo, rows: int, length: int, itemsize: int, *, logits: bool, eager: bool
) -> tuple[int, int]:
    """Upper estimates of what one batch works in and what it holds while it waits.

    Args:
        info: The model.
        rows: Sequences of the batch.
        length: Tokens of each.
        itemsize: Bytes of one number.
        logits: Whether the pass computes logits (evaluation) or none (profile).
        eager: Whether attention holds its scores and a mask of numbers, as gpt-oss' does.

    Returns:
        Working and parked bytes.
    """
    tokens, hidden = rows * length, info.hidden_size
    inner = max(info.expert_parameters, default=0) // max(hidden, 1)  # gate, up and down rows
    routed = tokens * info.top_k * (3 * hidden + inner) * itemsize
    scores = rows * info.geometry.num_heads * length * length * (itemsize + 4) if eager else 0
    head = 4 * tokens * info.geometry.vocab_size * itemsize if logits else 0
    working = max(routed + scores, head) + 8 * tokens * hidden * itemsize
    masks = 2 * rows * length * length * (itemsize if eager else 1)  # full and sliding
    parked = 3 * tokens * hidden * itemsize + masks + 64 * tokens
    return working, parked
