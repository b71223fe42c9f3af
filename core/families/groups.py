"""Families that may limit a token to some groups of experts, in the manner of DeepSeek-V3.

Gates are sigmoids; the correction bias affects the choice only. Each group is worth its best two
experts, so a group needs two survivors and all groups keep equally many.
"""

from __future__ import annotations

from core.families.family import Family
from core.families.words import GROUPS, LINEAR_ATTENTION, SHARED, assumed

_ROUTING = "sigmoid+bias, groups"

GROUP_LIMITED = (
    Family(
        model_type="deepseek_v3",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8, n_group=8, topk_group=4),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="deepseek_v32",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8, n_group=8, topk_group=4),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="glm4_moe",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=128, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="glm4_moe_lite",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=64, num_experts_per_tok=4),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="glm_moe_dsa",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="dots1",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="dots3_note_text",
        multimodal="dots3_note",
        causal_class="Dots3NoteForCausalLM",
        routing=_ROUTING,
        never_ragged="its config demands that all layers of one kind of attention are alike",
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="exaone_moe",
        routing=_ROUTING,
        per_layer_key="num_experts",
        defaults=assumed(num_experts=64, num_experts_per_tok=8),
        group_keys=GROUPS,
        choice_biases=("mlp.e_score_correction_bias",),
        shared=SHARED,
    ),
    Family(
        model_type="solar_open",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=128, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="axk1",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=192, num_experts_per_tok=8, n_group=8, topk_group=4),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="axk2",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=128, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="beam",
        routing=_ROUTING,
        per_layer_key="num_experts",
        defaults=assumed(num_experts=256, num_experts_per_tok=8, n_group=8, topk_group=4),
        group_keys=GROUPS,
    ),
    Family(
        model_type="hy_v4",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8),
        group_keys=GROUPS,
        shared=SHARED,
    ),
    Family(
        model_type="mimo_v2_flash",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=8),
        group_keys=GROUPS,
    ),
    Family(
        model_type="bailing_hybrid",
        routing=_ROUTING,
        per_layer_key="num_experts",
        top_k_keys=("num_experts_per_tok", "num_experts_per_token"),
        defaults=assumed(
            num_experts=512, num_experts_per_token=8, num_expert_group=8, topk_group=4
        ),
        group_keys=GROUPS,
        shared=SHARED,
        attention=("attention", "self_attn", "linear_attn"),
        embeddings=("embed_tokens", "word_embeddings", "lm_head"),
    ),
    Family(
        model_type="kimi_linear",
        routing=_ROUTING,
        per_layer_key="num_experts",
        top_k_keys=("num_experts_per_token", "num_experts_per_tok"),
        defaults=assumed(num_experts=256, num_experts_per_token=8),
        group_keys=GROUPS,
        experts=("block_sparse_moe.experts", "mlp.experts"),
        routers=("block_sparse_moe.gate", "mlp.gate"),
        shared=("block_sparse_moe.shared_experts", "mlp.shared_experts"),
        attention=LINEAR_ATTENTION,
        dense=("mlp", "block_sparse_moe"),
    ),
    Family(
        model_type="nemotron_h",
        routing=_ROUTING,
        per_layer_key="n_routed_experts",
        layers_keys=("num_hidden_layers", "layers_block_type", "hybrid_override_pattern"),
        defaults=assumed(n_routed_experts=8, num_experts_per_tok=2),
        group_keys=GROUPS,
        decoders=("backbone.layers", "model.layers"),
        experts=("mixer.experts",),
        routers=("mixer.gate",),
        shared=("mixer.shared_experts",),
        attention=(
            *(f"mixer.{name}_proj" for name in "qkvo"),
            *("mixer.in_proj", "mixer.conv1d", "mixer.out_proj", "mixer.norm"),
            *("mixer.A_log", "mixer.D", "mixer.dt_bias"),
        ),
        dense=("mixer",),
    ),
)
