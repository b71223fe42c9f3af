"""What an observed layer reports to."""

from __future__ import annotations

from typing import Protocol

import torch


class Sink(Protocol):
    """What an observed layer reports to."""

    def experts(
        self,
        *,
        index_TK: torch.Tensor,
        gate_TK: torch.Tensor,
        order_S: torch.Tensor,
        lengths_E: torch.Tensor,
        output_SH: torch.Tensor,
    ) -> None:
        """Take note of one layer's outputs before gating, sorted by expert.

        Args:
            index_TK: The choice; E or above is a choice of no expert.
            gate_TK: The gates that are applied.
            order_S: Pairs (t, k) as t·K + k, sorted by expert, without choices of no expert.
            lengths_E: How many of them are each expert's.
            output_SH: f_e(x_t) of each of them.
        """
