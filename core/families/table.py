"""The family table. A new family is a row here; one that needs code is the exception and says why.

Names were read from checkpoints on the hub and from tiny models saved by transformers 5, which
writes the hub's names again (its loader fuses them, its saver undoes that).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.errors import UnsupportedModelError
from core.families.config import text_section
from core.families.family import Family

_ROWS = (
    Family(
        model_type="mixtral",
        routing="softmax",
        defaults=MappingProxyType({"num_local_experts": 8, "num_experts_per_tok": 2}),
        experts=("block_sparse_moe.experts", "mlp.experts"),
        routers=("block_sparse_moe.gate", "mlp.gate"),
    ),
    Family(
        model_type="qwen2_moe",
        routing="softmax",
        per_layer_key="num_experts",
        defaults=MappingProxyType({"num_experts": 60, "num_experts_per_tok": 4}),
        shared=("mlp.shared_expert", "mlp.shared_expert_gate"),
    ),
    Family(
        model_type="qwen3_moe",
        routing="softmax",
        defaults=MappingProxyType({"num_experts": 128, "num_experts_per_tok": 8}),
    ),
    Family(
        model_type="olmoe",
        routing="softmax",
        per_layer_key="num_experts",
        defaults=MappingProxyType({"num_experts": 64, "num_experts_per_tok": 8}),
        expert_size_keys=("intermediate_size",),
    ),
    Family(
        model_type="deepseek_v3",
        routing="sigmoid+bias, groups",
        per_layer_key="n_routed_experts",
        defaults=MappingProxyType(
            {"n_routed_experts": 256, "num_experts_per_tok": 8, "n_group": 8, "topk_group": 4}
        ),
        group_keys=("n_group", "topk_group"),
        shared=("mlp.shared_experts",),
    ),
    Family(
        model_type="gpt_oss",
        routing="softmax after top-k",
        top_k_keys=("num_experts_per_tok", "experts_per_token"),
        defaults=MappingProxyType({"num_local_experts": 128, "num_experts_per_tok": 4}),
        routers=("mlp.router",),
        expert_size_keys=("intermediate_size",),
    ),
    Family(
        model_type="granitemoe",
        routing="softmax after top-k",
        defaults=MappingProxyType({"num_local_experts": 8, "num_experts_per_tok": 2}),
        experts=(
            "block_sparse_moe.input_linear",
            "block_sparse_moe.output_linear",
            "block_sparse_moe.experts",
        ),
        routers=("block_sparse_moe.router", "block_sparse_moe.gate"),
        expert_size_keys=("intermediate_size",),
    ),
)

FAMILIES: Mapping[str, Family] = MappingProxyType({row.model_type: row for row in _ROWS})


def known_model_types() -> tuple[str, ...]:
    """The model types that have a row, in alphabetical order."""
    return tuple(sorted(FAMILIES))


def family_for(config: Mapping[str, object]) -> Family:
    """The row for a config.json.

    Raises:
        UnsupportedModelError: No row has this model type; the message lists those that there are.
    """
    outer = config.get("model_type")
    inner = text_section(config)[1].get("model_type")
    for name in (outer, inner):
        if isinstance(name, str) and name in FAMILIES:
            return FAMILIES[name]
    for row in FAMILIES.values():
        if row.text_type and row.text_type == inner:
            return row
    named = f"model type {outer!r}" if outer else "a config.json without model_type"
    raise UnsupportedModelError(
        f"{named} is not supported", remedy=f"a model of {', '.join(known_model_types())}"
    )
