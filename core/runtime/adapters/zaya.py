"""Zaya: the router's last row lets a token skip the experts.

Reason for code: a token that skips is given expert 0 with a gate of zero, and would be counted as
expert 0's.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch

from core.runtime.contract import Contract, Layer
from core.runtime.sink import Sink


class Zaya(Contract):
    """See the module."""

    may_choose_none = True

    def observe(self, layer: Layer, sink: Sink) -> AbstractContextManager[object]:
        """Report to a sink that does not see the tokens that skip."""
        return super().observe(layer, _WithoutSkips(layer, sink))


class _WithoutSkips:
    def __init__(self, layer: Layer, sink: Sink) -> None:
        self._layer = layer
        self._sink = sink

    def experts(
        self,
        *,
        index_TK: torch.Tensor,
        gate_TK: torch.Tensor,
        order_S: torch.Tensor,
        lengths_E: torch.Tensor,
        output_SH: torch.Tensor,
    ) -> None:
        """Report only pairs with a gate; a softmax's share is never zero by itself."""
        E = self._layer.count
        index_TK = index_TK.masked_fill(gate_TK == 0, E)
        expert_S = index_TK.reshape(-1)[order_S]
        real_S = expert_S < E
        self._sink.experts(
            index_TK=index_TK,
            gate_TK=gate_TK,
            order_S=order_S[real_S],
            lengths_E=torch.bincount(expert_S[real_S], minlength=lengths_E.shape[0]),
            output_SH=output_SH[real_S],
        )
