"""Observers put into a live model for the time of a pass; the model is as before afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import nn

from core.profiling import observed
from core.runtime.live import LiveModel


class Observer(observed.Sink, Protocol):
    """What watches one layer: its router and its experts."""

    def router(self, module: nn.Module, args: object, output: tuple[torch.Tensor, ...], /) -> None:
        """Forward hook of the layer's router."""


@contextlib.contextmanager
def observed_by(live: LiveModel, observers: Sequence[Observer]) -> Iterator[None]:
    """Let one observer per row watch the model's routers and experts."""
    observed.register()
    model = live.model
    with contextlib.ExitStack() as undo:
        undo.callback(model.set_experts_implementation, model.get_experts_implementation())
        for layer, observer in zip(live.moe, observers, strict=True):
            holder = vars(layer.experts)
            holder[observed.SINK] = observer
            undo.callback(holder.pop, observed.SINK)
            undo.callback(layer.router.register_forward_hook(observer.router).remove)
        model.set_experts_implementation(observed.NAME)
        yield
