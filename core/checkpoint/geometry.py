"""The numbers of attention that headers do not tell, from config.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import CheckpointError
from core.families import MoeConfig

# Layer types without a score for every pair of tokens.
_NO_SCORES = ("linear_attention", "mamba", "mamba2", "conv", "recurrent", "moe", "mlp")
_SLIDING = ("sliding_attention", "chunked_attention")


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """What the FLOPs of attention and head depend on.

    Attributes:
        hidden_size: Width of the residual stream.
        num_heads: Query heads.
        num_kv_heads: Key and value heads.
        qk_head_dim: Width of a query and a key.
        v_head_dim: Width of a value.
        windows: Per decoder layer the tokens that a query looks back at: None for all of them,
            0 for a layer without attention scores.
        vocab_size: Rows of the embedding.
        tied: Whether the head is the embedding.
    """

    hidden_size: int
    num_heads: int
    num_kv_heads: int
    qk_head_dim: int
    v_head_dim: int
    windows: tuple[int | None, ...]
    vocab_size: int
    tied: bool


def read_geometry(text: Mapping[str, object], moe: MoeConfig) -> Geometry:
    """Read the geometry from the language model's part of a config.

    Raises:
        CheckpointError: The hidden size or the number of heads is missing.
    """
    hidden = _whole(text, "hidden_size", "n_embd", "d_model")
    heads = _whole(text, "num_attention_heads", "n_heads", "n_head")
    if not hidden or not heads:
        raise CheckpointError(
            "config.json has no hidden_size or num_attention_heads",
            remedy="a complete config.json of this model",
        )
    head_dim = _whole(text, "head_dim") or hidden // heads
    split = _whole(text, "qk_nope_head_dim") + _whole(text, "qk_rope_head_dim")
    return Geometry(
        hidden_size=hidden,
        num_heads=heads,
        num_kv_heads=_whole(text, "num_key_value_heads") or heads,
        qk_head_dim=split or head_dim,
        v_head_dim=_whole(text, "v_head_dim") or head_dim,
        windows=_windows(text, moe.layers),
        vocab_size=_whole(text, "vocab_size"),
        tied=moe.tied,
    )


def _windows(text: Mapping[str, object], layers: int) -> tuple[int | None, ...]:
    """How far each layer looks back."""
    window = _whole(text, "sliding_window", "attention_chunk_size") or None
    if text.get("use_sliding_window") is False:
        window = None
    types = text.get("layer_types")
    if not isinstance(types, list) or len(types) < layers:
        return (window,) * layers
    kinds: dict[object, int | None] = dict.fromkeys(_NO_SCORES, 0)
    kinds.update(dict.fromkeys(_SLIDING, window))
    return tuple(kinds.get(kind) if isinstance(kind, str) else None for kind in types[:layers])


def _whole(text: Mapping[str, object], *keys: str) -> int:
    """The first non-negative integer under the keys, else 0."""
    for key in keys:
        value = text.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return 0
