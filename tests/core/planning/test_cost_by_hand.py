"""Parameters and FLOPs of each kind of model, against arithmetic on its config's numbers alone."""

import pytest

from core.checkpoint import inspect_model
from core.planning import context_for_share, cost, share_curve
from tests.tiny import tiny_model
from tests.values import made_info

# Of the tiny models: hidden, vocabulary, heads, key-value heads, width of a head.
H, V, N, G, D = 32, 320, 4, 2, 8
CONTEXT = 100
DENSE, EXPERT = 3 * H * 64, 3 * H * 24
PROJECTIONS = H * N * D + 2 * H * G * D + N * D * H


def latent() -> int:
    """Multi-head latent attention: q and kv through a low rank (16), 8 + 8 wide heads, norms."""
    q = H * 16 + 16 + 16 * N * (8 + 8)
    kv = H * (16 + 8) + 16 + 16 * N * (8 + 8)
    return q + kv + N * 8 * H


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (
            "mixtral",
            {
                "attention_projections": 2 * PROJECTIONS,
                "attention_scores": 2 * N * (D + D) * CONTEXT,
                "router": 2 * H * 8,
                "routed_experts": 2 * 2 * EXPERT,
                "shared_experts": 0,
                "dense_mlp": 0,
            },
        ),
        (  # one dense layer of three; norms over queries and keys
            "qwen3_moe",
            {
                "attention_projections": 3 * (PROJECTIONS + 2 * D),
                "attention_scores": 3 * N * (D + D) * CONTEXT,
                "router": 2 * H * 8,
                "routed_experts": 2 * 2 * EXPERT,
                "shared_experts": 0,
                "dense_mlp": DENSE,
            },
        ),
        (  # a shared expert and its gate in each layer; biases on q, k and v
            "qwen2_moe",
            {
                "attention_projections": 2 * (PROJECTIONS + N * D + 2 * G * D),
                "attention_scores": 2 * N * (D + D) * CONTEXT,
                "router": 2 * H * 8,
                "routed_experts": 2 * 2 * EXPERT,
                "shared_experts": 2 * (3 * H * 40 + H),
                "dense_mlp": 0,
            },
        ),
        (  # latent attention, the first layer dense, one shared expert, bias of the choice
            "deepseek_v3",
            {
                "attention_projections": 3 * latent(),
                "attention_scores": 3 * N * (16 + 8) * CONTEXT,
                "router": 2 * (H * 16 + 16),
                "routed_experts": 2 * 3 * EXPERT,
                "shared_experts": 2 * EXPERT,
                "dense_mlp": DENSE,
            },
        ),
        (  # every other layer looks back 16 tokens; biases and sinks everywhere
            "gpt_oss",
            {
                "attention_projections": 2 * (PROJECTIONS + N * D + 2 * G * D + H + N),
                "attention_scores": N * (D + D) * (16 + CONTEXT),
                "router": 2 * (H * 8 + 8),
                "routed_experts": 2 * 2 * (EXPERT + 2 * 24 + H),
                "shared_experts": 0,
                "dense_mlp": 0,
            },
        ),
    ],
)
def test_every_part_is_two_per_multiply_add_of_the_config_s_numbers(family, expected, tmp_path):
    info = inspect_model(tiny_model(family, tmp_path, tokenizer=False))
    found = cost(info, context=CONTEXT)
    parts = {name: value // 2 for name, value in found.flops.to_json().items()}
    assert parts.pop("head") == V * H
    assert parts.pop("total") == sum(parts.values()) + V * H
    assert parts == expected
    experts = expected["routed_experts"] + expected["shared_experts"]
    assert found.expert_share == pytest.approx(experts / (sum(parts.values()) + V * H))
    met = sum(value for name, value in expected.items() if name != "attention_scores")
    embedding = info.parameters.embedding
    norms = info.parameters.other - info.dense_mlp_parameters
    assert found.parameters.active == met + embedding + norms


def test_the_curve_falls_with_the_context_and_meets_the_point_of_a_share():
    info = made_info()
    curve = share_curve(info, points=40)
    shares = [point.share for point in curve]
    assert shares == sorted(shares, reverse=True)
    assert [point.context for point in curve] == sorted({point.context for point in curve})
    assert curve[0].context == 256
    for point in curve:
        assert point.share == cost(info, context=point.context).expert_share
    found = context_for_share(info, share=(shares[10] + shares[11]) / 2)
    assert curve[10].context <= found.context < curve[11].context
    assert curve[11].saved <= found.saved <= curve[10].saved
    assert all(point.saved == 0 for point in share_curve(info, top_k=1, points=4))


@pytest.mark.parametrize(
    ("family", "attending", "shared"),
    [("qwen3_next", 1, 2 * (3 * H * 40 + H)), ("jamba", 2, 0)],
)
def test_layers_without_attention_have_no_scores(family, attending, shared, tmp_path):
    info = inspect_model(tiny_model(family, tmp_path, tokenizer=False))
    flops = cost(info, context=CONTEXT).flops
    heads = info.geometry.num_heads * (info.geometry.qk_head_dim + info.geometry.v_head_dim)
    assert len(info.geometry.windows) > attending
    assert flops.attention_scores == 2 * attending * heads * CONTEXT
    assert flops.shared_experts == 2 * shared
