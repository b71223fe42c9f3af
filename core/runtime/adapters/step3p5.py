"""Step 3.5: experts that have the interface's weights and gate, but are not registered with it.

Reason for code: transformers always runs its own loop over these experts, so that is what is
observed: the same experts, each on the tokens that chose it.
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


class Step3p5(Contract):
    """See the module."""

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The child with the fused weights."""
        return [
            (name, child)
            for name, child in block.named_children()
            if type(child).__name__ == "Step3p7Experts"
        ]

    def observe(self, layer: Layer, sink: Sink) -> AbstractContextManager[object]:
        """Run the stock loop over chosen experts, and report them."""
        experts: Any = layer.experts

        def forward(
            hidden_TH: torch.Tensor, index_TK: torch.Tensor, gate_TK: torch.Tensor
        ) -> torch.Tensor:
            def compute(e: int, tokens: torch.Tensor) -> torch.Tensor:
                gated = experts._apply_gate(linear(hidden_TH[tokens], experts.gate_up_proj[e]))  # noqa: SLF001
                return linear(gated, experts.down_proj[e])

            return report_each(
                sink, index_TK=index_TK, gate_TK=gate_TK, experts=layer.count, compute=compute
            )

        return forward_replaced(experts, forward)
