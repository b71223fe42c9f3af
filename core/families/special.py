"""Families that are their own case; what code their blocks need is in core/runtime/adapters."""

from __future__ import annotations

from core.families.family import Family
from core.families.words import SHARED, assumed

SPECIAL = (
    Family(
        model_type="gemma4_text",
        multimodal="gemma4",
        routing="softmax",
        remarks="Experts stand beside a dense feed-forward in each layer.",
        experts_keys=("num_experts",),
        per_layer_key="num_experts",
        top_k_keys=("top_k_experts",),
        expert_size_keys=("moe_intermediate_size",),
        tied=True,
        experts=("experts", "moe"),
        routers=("router",),
        router_bodies=("router.scale",),
    ),
    Family(
        model_type="deepseek_v4",
        routing="sqrtsoftplus+bias",
        score_key="scoring_func",
        remarks=(
            "The first layers route by a hash of the token; they keep all their experts, so that "
            "every plan is ragged."
        ),
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=6),
        experts=("ffn.experts", "mlp.experts"),
        routers=("ffn.gate", "mlp.gate"),
        fixed_top_k="the tables of its hash-routed layers name as many experts for each token",
        hash_tables=("ffn.gate.tid2eid", "mlp.gate.tid2eid"),
        shared=("ffn.shared_experts", *SHARED),
        attention=("attn", "self_attn"),
        dense=("ffn", "mlp"),
        embeddings=("embed_tokens", "embed", "lm_head", "head"),
    ),
    Family(
        model_type="inkling_text",
        routing="sigmoid+bias",
        remarks="Router rows beyond the experts weigh the shared experts; they stay.",
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=256, num_experts_per_tok=6),
        shared=SHARED,
        extra_router_rows=True,
    ),
    Family(
        model_type="inkling2_text",
        routing="sigmoid+bias",
        score_key="scoring_func",
        per_layer_key="n_routed_experts",
        defaults=assumed(n_routed_experts=384, num_experts_per_tok=8),
        decoders=("model.llm.layers", "model.layers"),
        attention=("attn", "self_attn"),
        embeddings=("embed_tokens", "embed", "lm_head", "unembed"),
    ),
    Family(
        model_type="zaya",
        routing="softmax+bias",
        remarks="The router's last row lets a token skip the experts; it stays.",
        per_layer_key="num_experts",
        defaults=assumed(num_experts=16, num_experts_per_tok=1),
        routers=("mlp.gate.router_mlp.out_proj", "mlp.gate.balancing_biases", "mlp.gate"),
        router_bodies=(
            "mlp.gate.down_proj",
            "mlp.gate.router_states_scale",
            "mlp.gate.router_mlp.fc1",
            "mlp.gate.router_mlp.fc2",
            "mlp.gate.router_mlp.norm",
        ),
        extra_router_rows=True,
    ),
    Family(
        model_type="longcat_flash",
        routing="softmax+bias",
        remarks="Router rows beyond the experts are of zero-compute experts; they stay. "
        "transformers' loop over experts fails with a single choice.",
        experts_keys=("n_routed_experts", "num_local_experts"),
        per_layer_key="n_routed_experts",
        top_k_keys=("moe_topk", "num_experts_per_tok"),
        layers_keys=("num_layers", "num_hidden_layers"),
        expert_size_keys=("expert_ffn_hidden_size", "moe_intermediate_size"),
        defaults=assumed(n_routed_experts=512, moe_topk=12, num_layers=28),
        routers=("mlp.router",),
        dense=("mlps", "mlp"),
        least_top_k=2,
        extra_router_rows=True,
    ),
    Family(
        model_type="dbrx",
        routing="softmax",
        experts_keys=("ffn_config.moe_num_experts",),
        per_layer_key="ffn_config.moe_num_experts",
        top_k_keys=("ffn_config.moe_top_k",),
        layers_keys=("n_layers", "num_hidden_layers"),
        expert_size_keys=("ffn_config.ffn_hidden_size",),
        decoders=("transformer.blocks",),
        experts=("ffn.experts.mlp", "ffn.experts"),
        flattened=True,
        never_ragged="its number of experts is in a config of its own, which no layer can override",
        routers=("ffn.router",),
        attention=("norm_attn_norm.attn",),
        embeddings=("wte", "lm_head"),
    ),
    Family(
        model_type="jetmoe",
        routing="softmax after top-k",
        remarks=(
            "Attention has experts too, under the same number; they are left whole, and every plan "
            "needs the bundled loader."
        ),
        defaults=assumed(num_local_experts=8, num_experts_per_tok=2),
        experts=("mlp.input_linear", "mlp.output_linear"),
        shared_count=True,
        fixed_top_k="attention has experts too, and as many of them are chosen",
        routers=("mlp.router",),
        attention=("self_attention",),
    ),
    Family(
        model_type="llama4_text",
        multimodal="llama4",
        routing="sigmoid after top-k",
        remarks="Gates weigh what goes into an expert; ‖f‖ is of the weighed input.",
        defaults=assumed(num_local_experts=16, num_experts_per_tok=1),
        experts=("feed_forward.experts",),
        routers=("feed_forward.router",),
        shared=("feed_forward.shared_expert",),
        dense=("feed_forward",),
    ),
)
