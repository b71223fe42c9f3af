"""JetMoe: the router sorts, the block computes, and attention has experts of its own.

Reasons for code: the router returns pairs sorted by expert with the experts' sizes instead of
(logits, weights, indices), and the experts are two linear modules of the block. Experts in
attention share the config's number with these; they are left whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from core.runtime.contract import Contract, Layer, widened
from core.runtime.sink import Sink


class JetMoe(Contract):
    """See the module."""

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The block itself: router and experts' linear modules are its children."""
        return [("", block)] if type(block).__name__ == "JetMoeMoE" else []

    def expert_modules(self, experts_name: str) -> tuple[str, ...]:
        """The two linear modules."""
        del experts_name
        return ("input_linear", "output_linear")

    def count(self, experts: nn.Module) -> int:
        """Number of experts that are there now."""
        return int(experts.get_submodule("input_linear").num_experts)

    def widen(self, output: Any, keep: Sequence[int], experts: int) -> object:
        """Dropped experts get no tokens; the order of the others does not change."""
        order_S, token_S, gate_S, sizes, logits = output
        wide = [0] * experts
        for expert, size in zip(keep, sizes, strict=True):
            wide[expert] = size
        return order_S, token_S, gate_S, wide, widened(logits, keep, experts, self.fill)[0]

    @contextlib.contextmanager
    def observe(self, layer: Layer, sink: Sink) -> Iterator[None]:
        """Read the choice from the router, outputs from the second linear module."""
        chosen: list[Any] = []

        def choice(_: nn.Module, __: object, output: Any) -> None:
            chosen.append(output)

        def report(_: nn.Module, __: object, output: torch.Tensor) -> None:
            order_S, _, gate_S, sizes, logits = chosen.pop()
            K = order_S.shape[0] // logits.shape[0]
            lengths_E = torch.tensor(sizes, device=order_S.device)
            expert_S = torch.repeat_interleave(lengths_E)
            sink.experts(
                index_TK=torch.empty_like(order_S).scatter_(0, order_S, expert_S).view(-1, K),
                gate_TK=torch.empty_like(gate_S).scatter_(0, order_S, gate_S).view(-1, K),
                order_S=order_S,
                lengths_E=lengths_E,
                output_SH=output,
            )

        handles = (
            layer.router.register_forward_hook(choice),
            layer.experts.get_submodule("output_linear").register_forward_hook(report),
        )
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
