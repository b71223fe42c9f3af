"""LongCat-Flash: experts outside of the interface, and zero-compute experts among the choices.

Reasons for code: router rows beyond E are of experts that return their input; they have no weights,
stay under every plan, and are no rows of a profile.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import nn
from torch.nn.functional import linear

from core.runtime.adapters.each import report_each
from core.runtime.contract import Contract, Layer, forward_replaced
from core.runtime.sink import Sink


class LongcatFlash(Contract):
    """See the module."""

    may_choose_none = True

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The child that knows of zero-compute experts."""
        return [
            (name, child)
            for name, child in block.named_children()
            if hasattr(child, "num_routed_experts") and hasattr(child, "zero_expert_num")
        ]

    def count(self, experts: nn.Module) -> int:
        """Experts with weights."""
        return int(experts.num_routed_experts)

    def observe(self, layer: Layer, sink: Sink) -> AbstractContextManager[object]:
        """Run the stock loop over chosen experts, and report those with weights."""
        experts: Any = layer.experts

        def forward(
            hidden_TH: torch.Tensor, index_TK: torch.Tensor, gate_TK: torch.Tensor
        ) -> torch.Tensor:
            def compute(e: int, tokens: torch.Tensor) -> torch.Tensor:
                gate, up = linear(hidden_TH[tokens], experts.gate_up_proj[e]).chunk(2, dim=-1)
                return linear(experts.act_fn(gate) * up, experts.down_proj[e])

            total = report_each(
                sink, index_TK=index_TK, gate_TK=gate_TK, experts=layer.count, compute=compute
            )
            identity_T = gate_TK.masked_fill(index_TK < layer.count, 0.0).sum(dim=-1)
            return total + (hidden_TH * identity_T[:, None]).to(total.dtype)

        return forward_replaced(experts, forward)
