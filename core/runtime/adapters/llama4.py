"""Llama 4: every expert runs on every token, and gates weigh what goes in.

Reasons for code: the router returns (scores, logits) with a score of zero for experts that are not
chosen, and the block multiplies inputs by it. What an expert puts out is weighed already, so that
‖f‖ is ‖f(g·x)‖ and g·‖f‖ is the same number. The block computes it anyway: it is only read here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from core.runtime.contract import Contract, Layer, widened
from core.runtime.sink import Sink


class Llama4(Contract):
    """See the module."""

    gated_input = True

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The child with the fused weights."""
        return [
            (name, child)
            for name, child in block.named_children()
            if type(child).__name__ == "Llama4TextExperts"
        ]

    def widen(self, output: Any, keep: Sequence[int], experts: int) -> object:
        """Dropped experts get a score of zero, as those that are not chosen have."""
        scores, logits = output
        return (
            widened(scores, keep, experts, 0.0)[0],
            widened(logits, keep, experts, self.fill)[0],
        )

    @contextlib.contextmanager
    def observe(self, layer: Layer, sink: Sink) -> Iterator[None]:
        """Read choice and scores from the router, outputs from the experts."""
        router: Any = layer.router
        chosen: list[tuple[torch.Tensor, torch.Tensor]] = []

        def choice(_: nn.Module, __: object, output: tuple[torch.Tensor, torch.Tensor]) -> None:
            scores_TE, logits_TE = output
            index_TK = torch.topk(logits_TE, router.top_k, dim=1).indices
            chosen.append((index_TK, scores_TE.gather(1, index_TK)))

        def report(_: nn.Module, __: object, output: torch.Tensor) -> None:
            index_TK, gate_TK = chosen.pop()
            T, K = index_TK.shape
            expert_S, order_S = torch.sort(index_TK.reshape(-1))
            sink.experts(
                index_TK=index_TK,
                gate_TK=gate_TK,
                order_S=order_S,
                lengths_E=torch.bincount(expert_S, minlength=layer.count),
                output_SH=output.view(layer.count, T, -1)[expert_S, order_S // K],
            )

        handles = (
            layer.router.register_forward_hook(choice),
            layer.experts.register_forward_hook(report),
        )
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
