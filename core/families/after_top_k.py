"""Families that choose Top-K logits first and make gates of the chosen ones only."""

from __future__ import annotations

from core.families.family import Family
from core.families.words import GRANITE_EXPERTS, GRANITE_ROUTERS, SHARED, assumed

AFTER_TOP_K = (
    Family(
        model_type="gpt_oss",
        routing="softmax after top-k",
        top_k_keys=("num_experts_per_tok", "experts_per_token"),
        defaults=assumed(num_local_experts=128, num_experts_per_tok=4),
        routers=("mlp.router",),
    ),
    Family(
        model_type="granitemoe",
        routing="softmax after top-k",
        defaults=assumed(num_local_experts=8, num_experts_per_tok=2),
        experts=GRANITE_EXPERTS,
        routers=GRANITE_ROUTERS,
    ),
    Family(
        model_type="granitemoeshared",
        routing="softmax after top-k",
        defaults=assumed(num_local_experts=8, num_experts_per_tok=2),
        experts=GRANITE_EXPERTS,
        routers=GRANITE_ROUTERS,
        shared=("shared_mlp",),
    ),
    Family(
        model_type="granitemoehybrid",
        routing="softmax after top-k",
        defaults=assumed(num_local_experts=8, num_experts_per_tok=2),
        experts=GRANITE_EXPERTS,
        routers=GRANITE_ROUTERS,
        shared=("shared_mlp",),
        attention=("self_attn", "mamba"),
    ),
    Family(
        model_type="granitemoe_swa",
        routing="softmax after top-k",
        defaults=assumed(num_local_experts=8, num_experts_per_tok=2),
        experts=GRANITE_EXPERTS,
        routers=GRANITE_ROUTERS,
        shared=("shared_mlp",),
    ),
    Family(
        model_type="aria_text",
        multimodal="aria",
        causal_class="AriaForConditionalGeneration",
        image_text=("aria",),
        routing="softmax after top-k",
        experts_keys=("moe_num_experts",),
        per_layer_key="moe_num_experts",
        top_k_keys=("moe_topk",),
        shared_keys=("moe_num_shared_experts",),
        defaults=assumed(moe_num_experts=8, moe_topk=2),
        routers=("mlp.router",),
        shared=SHARED,
    ),
    Family(
        model_type="cohere2_moe",
        routing="softmax after top-k",
        score_key="expert_selection_fn",
        per_layer_key="num_experts",
        tied=True,
        defaults=assumed(num_experts=8, num_experts_per_tok=2),
        shared=SHARED,
    ),
    Family(
        model_type="kolibri1",
        routing="sigmoid+bias after top-k",
        defaults=assumed(num_local_experts=384, num_experts_per_tok=6),
        choice_biases=("moe.router.expert_bias",),
        shared=SHARED,
    ),
)
