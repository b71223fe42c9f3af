"""The expert forward of training: transformers' grouped matmul, in the compute dtype of autocast.

Grouped matmuls are not part of autocast: they run in the dtype of their weights. Experts that are
trained are kept in float32, and a float32 product is several times slower on a GPU. So under
autocast the weights go through one cast, whose gradient comes back in float32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

NAME = "seer_tuned"


def register() -> None:
    """Make transformers know this forward; it is used only where a model's config says so."""
    from transformers.integrations.moe import ALL_EXPERTS_FUNCTIONS

    ALL_EXPERTS_FUNCTIONS.register(NAME, tuned_experts_forward)


def tuned_experts_forward(
    module: nn.Module, hidden_TH: torch.Tensor, index_TK: torch.Tensor, gate_TK: torch.Tensor
) -> torch.Tensor:
    """`grouped_mm`, with float32 weights cast while autocast is on."""
    from transformers.integrations.moe import grouped_mm_experts_forward as grouped

    kind = hidden_TH.device.type
    if torch.is_autocast_enabled(kind):
        module = _Cast(module, torch.get_autocast_dtype(kind))
    return grouped(module, hidden_TH, index_TK, gate_TK)


class _Cast:
    """An experts module whose float32 tensors read as another dtype."""

    def __init__(self, module: nn.Module, dtype: torch.dtype) -> None:
        self._module = module
        self._dtype = dtype

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if torch.is_tensor(value) and value.dtype == torch.float32:
            return value.to(self._dtype)
        return value
