"""Several processes that train one model: beyond what a shared pass needs."""

from __future__ import annotations

import os
from typing import TypeVar

from core.runtime.ranks import Ranks

T = TypeVar("T")


def sharded(ranks: Ranks) -> bool:
    """Whether `accelerate launch` asks for FSDP: the model is then loaded on the host."""
    asked = os.environ.get("ACCELERATE_USE_FSDP", "false").lower() in {"true", "1"}
    return asked and not ranks.alone


def shared(ranks: Ranks, value: T) -> T:
    """The leader's value, on all of them."""
    if ranks.alone:
        return value
    from torch import distributed

    box = [value]
    distributed.broadcast_object_list(box, src=0)
    return box[0]
