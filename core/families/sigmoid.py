"""Families whose gates are sigmoids, most with a correction bias that affects the choice only."""

from __future__ import annotations

from core.families.family import Family
from core.families.words import SHARED, SPARSE_EXPERTS, SPARSE_ROUTERS, assumed

SIGMOID = (
    Family(
        model_type="flint",
        routing="sigmoid",
        per_layer_key="num_experts",
        defaults=assumed(num_experts=256, num_experts_per_tok=6),
        shared=("mlp.shared_expert",),
    ),
    Family(
        model_type="minimax_m2",
        routing="sigmoid+bias",
        defaults=assumed(num_local_experts=256, num_experts_per_tok=8),
        experts=SPARSE_EXPERTS,
        routers=SPARSE_ROUTERS,
        choice_biases=(
            "block_sparse_moe.e_score_correction_bias",
            "mlp.e_score_correction_bias",
        ),
    ),
    Family(
        model_type="minimax_m3_vl_text",
        multimodal="minimax_m3_vl",
        causal_class="MiniMaxM3SparseForConditionalGeneration",
        image_text=("minimax_m3_vl",),
        routing="sigmoid+bias",
        defaults=assumed(num_local_experts=128, num_experts_per_tok=4),
        experts=SPARSE_EXPERTS,
        routers=SPARSE_ROUTERS,
        choice_biases=("block_sparse_moe.e_score_correction_bias",),
        shared=("block_sparse_moe.shared_experts", *SHARED),
    ),
    Family(
        model_type="muse_spark_text",
        multimodal="muse_spark",
        causal_class="MuseSparkForConditionalGeneration",
        image_text=("muse_spark",),
        nested=True,
        routing="sigmoid+bias",
        defaults=assumed(num_local_experts=256, num_experts_per_tok=8),
        # A norm of what every expert puts out.
        router_bodies=("mlp.experts.post_expert_norm",),
    ),
    Family(
        model_type="lfm2_moe",
        routing="sigmoid+bias",
        per_layer_key="num_experts",
        tied=True,
        defaults=assumed(num_experts=32, num_experts_per_tok=4),
        experts=("feed_forward.experts",),
        routers=("feed_forward.gate",),
        choice_biases=("feed_forward.expert_bias",),
        attention=("self_attn", "conv"),
        dense=("feed_forward",),
    ),
    Family(
        model_type="afmoe",
        routing="sigmoid+bias",
        per_layer_key="num_experts",
        defaults=assumed(num_experts=64, num_experts_per_tok=6),
        routers=("mlp.router",),
        choice_biases=("mlp.expert_bias",),
        shared=SHARED,
    ),
    Family(
        model_type="hy_v3",
        routing="sigmoid+bias",
        per_layer_key="num_experts",
        defaults=assumed(num_experts=192, num_experts_per_tok=8),
        routers=("mlp.router", "mlp.gate"),
        choice_biases=("mlp.expert_bias", "mlp.e_score_correction_bias"),
        shared=("mlp.shared_mlp", "mlp.shared_experts"),
    ),
    Family(
        model_type="laguna",
        routing="sigmoid+bias",
        per_layer_key="num_experts",
        defaults=assumed(num_experts=256, num_experts_per_tok=8),
        choice_biases=("mlp.experts.e_score_correction_bias",),
        shared=("mlp.shared_expert", "mlp.shared_experts"),
    ),
)
