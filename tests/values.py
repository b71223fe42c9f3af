"""ModelInfo and Profile values made up for tests: no files, no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.checkpoint.info import Geometry, ModelInfo, ParameterCount
from core.profiling.profile import Profile, array_shapes, empty_arrays, exists


def made_info(
    *,
    experts: tuple[int, ...] = (8, 8, 8, 8),
    first_layer: int = 0,
    top_k: int = 2,
    n_group: int = 1,
    topk_group: int = 1,
    hidden: int = 16,
    inner: int = 32,
    hash_layers: tuple[int, ...] = (),
    fingerprint: str = "f" * 64,
) -> ModelInfo:
    """A model of bf16 weights whose parts add up exactly."""
    layers = first_layer + len(experts)
    expert = 3 * hidden * inner
    routed, router = expert * sum(experts), hidden * sum(experts)
    attention, embedding, dense, norms = 4 * hidden * hidden * layers, 2 * 100 * hidden, 700, 50
    total = routed + router + attention + embedding + dense + norms
    parameters = ParameterCount(
        total=total,
        active=total - routed + expert * top_k * len(experts),
        routed_experts=routed,
        shared_experts=0,
        router=router,
        attention=attention,
        embedding=embedding,
        other=dense + norms,
    )
    return ModelInfo(
        path=Path("made-up"),
        model_type="mixtral",
        layers=layers,
        moe_layers=tuple(range(first_layer, layers)),
        experts=experts,
        top_k=top_k,
        routing="softmax",
        n_group=n_group,
        topk_group=topk_group,
        shared_experts=0,
        hidden_size=hidden,
        dtype="bfloat16",
        parameters=parameters,
        expert_parameters=(expert,) * len(experts),
        router_parameters=(hidden,) * len(experts),
        expert_bytes=(2 * expert,) * len(experts),
        router_bytes=(2 * hidden,) * len(experts),
        dense_mlp_parameters=dense,
        head_parameters=100 * hidden,
        bytes=2 * total,
        bytes_by_dtype={"bfloat16": 2 * total},
        bytes_by_part={"routed_experts": 2 * routed, "other": 2 * (total - routed)},
        files=1,
        tensors=10,
        fingerprint=fingerprint,
        problems=(),
        geometry=Geometry(
            hidden_size=hidden,
            num_heads=4,
            num_kv_heads=2,
            qk_head_dim=4,
            v_head_dim=4,
            windows=(None,) * layers,
            vocab_size=100,
            tied=False,
        ),
        mtp=None,
        hash_layers=hash_layers,
        config={},
    )


def made_profile(
    *,
    experts: tuple[int, ...] = (8, 8, 8, 8),
    domains: tuple[str, ...] = ("prose", "code"),
    top_k: int = 2,
    tokens: int = 1000,
    seed: int = 0,
    fingerprint: str = "f" * 64,
    options: dict[str, object] | None = None,
) -> Profile:
    """Statistics that a pass could have given: counts sum to K × tokens, nothing is negative."""
    rng = np.random.default_rng(seed)
    exists_LE = exists(experts)
    arrays = empty_arrays(len(domains), experts)
    for d in range(len(domains)):
        for row, width in enumerate(experts):
            share = rng.dirichlet(np.full(width, 0.5))
            chosen = rng.multinomial(tokens * top_k, share)
            arrays["count"][d, row, :width] = chosen
            arrays["soft_count"][d, row, :width] = tokens * rng.dirichlet(share * 20 + 0.1)
            arrays["gate_sum"][d, row, :width] = chosen * rng.uniform(0.2, 0.8, width)
            norm = rng.uniform(0.5, 4.0, width)
            arrays["norm_sum"][d, row, :width] = chosen * norm
            arrays["norm_sq_sum"][d, row, :width] = chosen * norm**2 * 1.1
            arrays["gated_norm_sum"][d, row, :width] = chosen * norm * 0.4
            arrays["norm_max"][d, row, :width] = (chosen > 0) * norm * 2
            arrays["peak_max"][d, row, :width] = (chosen > 0) * norm
    arrays["tokens"][:] = tokens
    arrays["entropy_sum"][:] = tokens * 1.2
    total_LE = arrays["count"].sum(axis=0)
    for row, width in enumerate(experts):
        for e in range(width):
            arrays["coactivation"][row, e, e] = total_LE[row, e]
    assert exists_LE.shape == total_LE.shape
    assert set(arrays) == set(array_shapes(1, (1,)))
    return Profile(
        model_fingerprint=fingerprint,
        model_type="mixtral",
        layer_ids=tuple(range(len(experts))),
        experts=experts,
        top_k=top_k,
        domains=domains,
        options=options or {},
        batches=1,
        batches_total=1,
        sequences=len(domains),
        seconds=1.0,
        **arrays,
    )
