"""Words that rows of the family table share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GROUPS = ("n_group", "num_expert_group")
SHARED = ("mlp.shared_experts",)
SHARED_GATED = ("mlp.shared_expert", "mlp.shared_expert_gate")
LINEAR_ATTENTION = ("self_attn", "linear_attn")
# The hub's names of Mixtral's block, which several families took over; transformers 5 says `mlp`.
SPARSE_EXPERTS = ("block_sparse_moe.experts", "mlp.experts")
SPARSE_ROUTERS = ("block_sparse_moe.gate", "mlp.gate")
GRANITE_EXPERTS = (
    "block_sparse_moe.input_linear",
    "block_sparse_moe.output_linear",
    "block_sparse_moe.experts",
)
GRANITE_ROUTERS = ("block_sparse_moe.router",)


def assumed(**numbers: int) -> Mapping[str, int]:
    """What a config class assumes when a file leaves a key out."""
    return MappingProxyType(numbers)
