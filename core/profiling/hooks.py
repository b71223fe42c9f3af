"""Observers put into a live model for the time of a pass; the model is as before afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from torch import nn

from core.runtime.live import LiveModel
from core.runtime.sink import Sink


class Observer(Sink, Protocol):
    """What watches one layer: its router and its experts."""

    def router(self, module: nn.Module, args: object, output: object, /) -> None:
        """Forward hook of the layer's router."""


@contextlib.contextmanager
def observed_by(live: LiveModel, observers: Sequence[Observer]) -> Iterator[None]:
    """Let one observer per row watch the model's routers and experts."""
    with contextlib.ExitStack() as undo:
        for layer, observer in zip(live.moe, observers, strict=True):
            undo.callback(layer.router.register_forward_hook(observer.router).remove)
            undo.enter_context(layer.contract.observe(layer, observer))
        yield
