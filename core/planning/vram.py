"""How much video memory inference takes, as a range.

    cache       = batch × Σ_layers kv_heads × (key width + value width) × min(context, window) × b
    activations = batch × context × (8 × hidden + K × (3 × inner + hidden)) × b
    low  = weights + least cache + 0.4 GB
    high = weights + (largest cache + activations) × 1.25 + 0.8 GB

b is 2 bytes, 4 for a float32 checkpoint. Activations are those of one prompt of `context` tokens
going through one layer: about eight copies of the hidden state (residual, norm, query, key, value,
scores' output, two for the next) and what the chosen experts make (gate, up, product, output). The
low end feeds the prompt in chunks. Latent-attention models keep either the latent (low) or the full
keys and values (high) in the cache, depending on the program that serves them. 1.25 is room for the
allocator's fragments, 0.4 and 0.8 GB what a CUDA context and its libraries take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.families import text_section
from core.planning.cost import cost, default_context

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning.plan import Plan

HIDDEN_COPIES = 8
FRAGMENTS = 1.25
CONTEXT_LOW, CONTEXT_HIGH = 400_000_000, 800_000_000


@dataclass(frozen=True, kw_only=True)
class VramEstimate:
    """Video memory for inference, as a range in bytes.

    Attributes:
        low: Weights, cache and the least workspace.
        high: The same with room for fragments and a whole prompt's activations.
        weights: Bytes of the tensors that are loaded.
        cache: Bytes of keys and values at the context, at most.
        activations: Bytes of the largest temporaries of a whole prompt.
    """

    low: int
    high: int
    weights: int
    cache: int
    activations: int


def vram_estimate(
    info: ModelInfo,
    plan: Plan | None = None,
    *,
    context: int | None = None,
    batch: int = 1,
    top_k: int | None = None,
) -> VramEstimate:
    """Video memory that inference needs: weights in the checkpoint's dtype, cache, activations.

    Args:
        info: The model.
        plan: Which experts stay; None for all.
        context: Tokens in the cache, and in the prompt; `default_context` if None.
        batch: Sequences at once.
        top_k: Experts per token; the plan's or the model's if None.
    """
    context = default_context(info) if context is None else context
    priced = cost(info, plan, top_k=top_k, context=context)
    prediction = info.mtp.bytes if info.mtp is not None else 0  # transformers does not load these
    weights = max(priced.bytes - prediction, 0)
    width = 4 if info.dtype == "float32" else 2
    positions = sum(context if w is None else min(context, w) for w in info.geometry.windows)
    geometry = info.geometry
    per_position = geometry.num_kv_heads * (geometry.qk_head_dim + geometry.v_head_dim)
    cache = batch * positions * per_position * width
    least = batch * positions * (_latent_width(info) or per_position) * width
    inner = max(info.expert_parameters, default=0) // (3 * geometry.hidden_size)
    per_token = HIDDEN_COPIES * geometry.hidden_size + priced.top_k * (
        3 * inner + geometry.hidden_size
    )
    activations = batch * context * per_token * width
    return VramEstimate(
        low=weights + least + CONTEXT_LOW,
        high=weights + int((cache + activations) * FRAGMENTS) + CONTEXT_HIGH,
        weights=weights,
        cache=cache,
        activations=activations,
    )


def _latent_width(info: ModelInfo) -> int:
    """Width of the cached latent of multi-head latent attention; 0 for other models."""
    _, config = text_section(info.config)
    latent, rope = config.get("kv_lora_rank"), config.get("qk_rope_head_dim")
    if isinstance(latent, int) and isinstance(rope, int):
        return latent + rope
    return 0
