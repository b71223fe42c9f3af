"""The numbers of attention that headers do not tell, from config.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import CheckpointError
from core.families import MoeConfig

# Layer types without a score for every pair of tokens.
_NO_SCORES = ("linear_attention", "mamba", "mamba2", "conv", "recurrent", "moe", "mlp")
_SLIDING = ("sliding_attention", "chunked_attention", "hybrid_sliding")
# A learned index picks so many tokens; what the index itself costs is not counted.
_INDEXED = ("indexed_attention",)
# Nemotron-H's hub configs spell the layers as one word.
_LETTERS = {"M": "mamba", "*": "full_attention", "E": "moe", "-": "mlp"}


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """What the FLOPs of attention and head depend on.

    Attributes:
        hidden_size: Width of the residual stream.
        num_heads: Query heads.
        num_kv_heads: Key and value heads.
        qk_head_dim: Width of a query and a key.
        v_head_dim: Width of a value.
        windows: Per attention, in the order of layers, the tokens that a query looks back at: None
            for all of them, 0 for a layer without attention scores.
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
        windows=_windows(text, moe.layers, moe.family.attentions),
        vocab_size=_whole(text, "vocab_size"),
        tied=moe.tied,
    )


def _windows(text: Mapping[str, object], layers: int, each: int) -> tuple[int | None, ...]:
    """How far each attention looks back; some families have more than one in a layer."""
    window = _whole(text, "sliding_window", "sliding_window_size", "attention_chunk_size") or None
    if text.get("use_sliding_window") is False:
        window = None
    types = _types(text, layers)
    if types is None:
        return (window,) * layers * each
    kinds: dict[object, int | None] = dict.fromkeys(_NO_SCORES, 0)
    kinds.update(dict.fromkeys(_SLIDING, window))
    kinds.update(dict.fromkeys(_INDEXED, _whole(text, "index_topk") or None))
    windows = [kinds.get(kind) if isinstance(kind, str) else None for kind in types[:layers]]
    return tuple(window for window in windows for _ in range(each))


def _types(text: Mapping[str, object], layers: int) -> list[object] | None:
    """What each layer is, in whichever of their words a config says it; None where it does not.

    `layer_types` or `layers_block_type` name every layer; `hybrid_override_pattern` has a letter
    for each; `attn_type_list` a 1 for attention; `full_attn_idxs` its places; Jamba gives a period
    and an offset, Qwen3-Next's hub configs an interval whose last layer attends to everything.
    """
    for key in ("layer_types", "layers_block_type"):
        listed = text.get(key)
        if isinstance(listed, list) and len(listed) >= layers:
            return listed
    word = text.get("hybrid_override_pattern")
    if isinstance(word, str) and len(word) >= layers:
        return [_LETTERS.get(letter, "full_attention") for letter in word]
    flags = text.get("attn_type_list")
    if isinstance(flags, list) and len(flags) >= layers:
        return ["full_attention" if flag == 1 else "linear_attention" for flag in flags]
    places = text.get("full_attn_idxs")
    period, interval = _whole(text, "attn_layer_period"), _whole(text, "full_attention_interval")
    if isinstance(places, list):
        full = {i for i in places if isinstance(i, int)}
    elif period:
        full = set(range(_whole(text, "attn_layer_offset"), layers, period))
    elif interval:
        full = set(range(interval - 1, layers, interval))
    else:
        return None
    return ["full_attention" if i in full else "linear_attention" for i in range(layers)]


def _whole(text: Mapping[str, object], *keys: str) -> int:
    """The first non-negative integer under the keys, else 0."""
    for key in keys:
        value = text.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return 0
