"""DBRX: experts outside of the interface, and a router that leaves the choice to its block.

Reasons for code: the experts' weights are one matrix of E·F rows; the router returns logits alone,
so a mask has to renumber what goes into the experts instead of what comes out of the router.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import nn

from core.runtime.adapters.each import report_each
from core.runtime.contract import Contract, Layer, Undo, forward_replaced, survivors, widened
from core.runtime.sink import Sink

_KEEP = "_seer_keep"  # under a mask, what the router's rows are of


class Dbrx(Contract):
    """See the module."""

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The child of a feed-forward block that has a GLU of all experts."""
        return [
            (name, child)
            for name, child in block.named_children()
            if type(child).__name__ == "DbrxExperts"
        ]

    def logits(self, layer: Layer, output: Any) -> torch.Tensor:
        """The router's only output, widened under a mask."""
        keep = vars(layer.router).get(_KEEP)
        if keep is None:
            return output
        return widened(output, keep, layer.count, self.fill)[0]

    def put_mask(self, layer: Layer, keep: Sequence[int]) -> list[Undo]:
        """Renumber the choice on its way into the experts."""

        def renumber(_: nn.Module, args: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            hidden, index_TK, gate_TK = args
            return hidden, survivors(keep, 0, 0, index_TK.device)[index_TK], gate_TK

        vars(layer.router)[_KEEP] = tuple(keep)
        handle = layer.experts.register_forward_pre_hook(renumber)
        return [handle.remove, lambda: vars(layer.router).pop(_KEEP)]

    def observe(self, layer: Layer, sink: Sink) -> AbstractContextManager[object]:
        """Run the stock loop over chosen experts, and report."""
        experts: Any = layer.experts

        def forward(
            hidden: torch.Tensor, index_TK: torch.Tensor, gate_TK: torch.Tensor
        ) -> torch.Tensor:
            flat_TH = hidden.reshape(-1, experts.hidden_size)
            shape = (-1, experts.ffn_hidden_size, experts.hidden_size)
            w1, v1, w2 = (getattr(experts.mlp, name).view(shape) for name in ("w1", "v1", "w2"))

            def compute(e: int, tokens: torch.Tensor) -> torch.Tensor:
                out: torch.Tensor = experts.mlp(flat_TH[tokens], w1[e], v1[e], w2[e])
                return out

            total = report_each(
                sink, index_TK=index_TK, gate_TK=gate_TK, experts=layer.count, compute=compute
            )
            return total.view(hidden.shape)

        return forward_replaced(experts, forward)
