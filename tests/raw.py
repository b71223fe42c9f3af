"""Safetensors folders written by hand: without torch, at any size, damaged on request.

`write_folder` fills tensors with seeded bytes; with `sparse=True` it only reserves their place, so
that the headers of a model of hundreds of gigabytes cost no disk.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from core.checkpoint.header import BITS


class Raw(NamedTuple):
    """A tensor to write."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * BITS[self.dtype] // 8


def header(tensors: Sequence[Raw], metadata: Mapping[str, str] | None = None) -> bytes:
    """Length prefix and JSON of a file that holds these tensors in this order."""
    entries: dict[str, object] = {"__metadata__": dict(metadata or {"format": "pt"})}
    at = 0
    for raw in tensors:
        entries[raw.name] = {
            "dtype": raw.dtype,
            "shape": list(raw.shape),
            "data_offsets": [at, at + raw.nbytes],
        }
        at += raw.nbytes
    return framed(json.dumps(entries).encode())


def framed(text: bytes) -> bytes:
    """A header's JSON with its length before it."""
    return len(text).to_bytes(8, "little") + text


def write_file(path: Path, tensors: Sequence[Raw], *, seed: int = 0, sparse: bool = False) -> None:
    """One safetensors file."""
    head = header(tensors)
    with path.open("wb") as file:
        file.write(head)
        if sparse:
            file.truncate(len(head) + sum(raw.nbytes for raw in tensors))
            return
        for raw in tensors:
            file.write(random.Random(f"{seed} {raw.name}").randbytes(raw.nbytes))


def write_folder(
    folder: Path,
    config: Mapping[str, object],
    tensors: Sequence[Raw],
    *,
    shards: int = 1,
    sparse: bool = False,
    seed: int = 0,
) -> Path:
    """A model folder: config.json, one file or several with an index."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    if shards == 1:
        write_file(folder / "model.safetensors", tensors, seed=seed, sparse=sparse)
        return folder
    size = -(-len(tensors) // shards)
    weight_map = {}
    for i in range(shards):
        name = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        part = tensors[i * size : (i + 1) * size]
        write_file(folder / name, part, seed=seed, sparse=sparse)
        weight_map |= {raw.name: name for raw in part}
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def tensor_bytes(folder: Path) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Every tensor of a folder read by the reference library, not by ours."""
    from safetensors import deserialize

    out: dict[str, tuple[str, tuple[int, ...], bytes]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        for name, entry in deserialize(path.read_bytes()):
            out[name] = (entry["dtype"], tuple(entry["shape"]), bytes(entry["data"]))
    return out


def mixtral_config(layers: int = 2, experts: int = 8, **more: object) -> dict[str, object]:
    """A config of the mixtral family."""
    return {
        "model_type": "mixtral",
        "architectures": ["MixtralForCausalLM"],
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_attention_heads": 2,
        "num_hidden_layers": layers,
        "num_local_experts": experts,
        "num_experts_per_tok": 2,
        "vocab_size": 32,
        **more,
    }


def mixtral(
    layers: int = 2, experts: int = 8, *, hidden: int = 64, inner: int = 96, dtype: str = "BF16"
) -> list[Raw]:
    """Tensors of the mixtral family, ordered by name as savers do."""
    out = [Raw("model.embed_tokens.weight", dtype, (32, hidden))]
    for layer in range(layers):
        stem = f"model.layers.{layer}"
        for expert in range(experts):
            moe = f"{stem}.block_sparse_moe.experts.{expert}"
            out += [
                Raw(f"{moe}.w1.weight", dtype, (inner, hidden)),
                Raw(f"{moe}.w2.weight", dtype, (hidden, inner)),
                Raw(f"{moe}.w3.weight", dtype, (inner, hidden)),
            ]
        out.append(Raw(f"{stem}.block_sparse_moe.gate.weight", dtype, (experts, hidden)))
        out += [
            Raw(f"{stem}.self_attn.{name}_proj.weight", dtype, (hidden, hidden)) for name in "qkvo"
        ]
    out.append(Raw("lm_head.weight", dtype, (32, hidden)))
    return sorted(out)


def deepseek_config(**more: object) -> dict[str, object]:
    """The config of DeepSeek-V3 as published, in the entries that matter here."""
    return {
        "model_type": "deepseek_v3",
        "architectures": ["DeepseekV3ForCausalLM"],
        "first_k_dense_replace": 3,
        "hidden_size": 7168,
        "intermediate_size": 18432,
        "kv_lora_rank": 512,
        "moe_intermediate_size": 2048,
        "n_group": 8,
        "n_routed_experts": 256,
        "n_shared_experts": 1,
        "num_attention_heads": 128,
        "num_experts_per_tok": 8,
        "num_hidden_layers": 61,
        "num_key_value_heads": 128,
        "num_nextn_predict_layers": 1,
        "q_lora_rank": 1536,
        "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64,
        "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]},
        "tie_word_embeddings": False,
        "topk_group": 4,
        "v_head_dim": 128,
        "vocab_size": 129280,
        **more,
    }


def deepseek(config: Mapping[str, object]) -> list[Raw]:
    """Tensors of DeepSeek-V3 as published: fp8 with block scales, MTP layers behind the last."""
    number = {key: value for key, value in config.items() if isinstance(value, int)}
    hidden, layers = number["hidden_size"], number["num_hidden_layers"]
    vocab = number["vocab_size"]
    out = [Raw("model.embed_tokens.weight", "BF16", (vocab, hidden))]
    for layer in range(layers + number["num_nextn_predict_layers"]):
        stem = f"model.layers.{layer}"
        out += _latent_attention(f"{stem}.self_attn", number)
        out += [
            Raw(f"{stem}.{norm}_layernorm.weight", "BF16", (hidden,))
            for norm in ("input", "post_attention")
        ]
        if layer < number["first_k_dense_replace"]:
            out += _gated(f"{stem}.mlp", hidden, number["intermediate_size"])
            continue
        experts, inner = number["n_routed_experts"], number["moe_intermediate_size"]
        for expert in range(experts):
            out += _gated(f"{stem}.mlp.experts.{expert}", hidden, inner)
        out += _gated(f"{stem}.mlp.shared_experts", hidden, inner)
        out += [
            Raw(f"{stem}.mlp.gate.weight", "BF16", (experts, hidden)),
            Raw(f"{stem}.mlp.gate.e_score_correction_bias", "F32", (experts,)),
        ]
        if layer >= layers:
            out += [
                Raw(f"{stem}.embed_tokens.weight", "BF16", (vocab, hidden)),
                Raw(f"{stem}.eh_proj.weight", "BF16", (hidden, 2 * hidden)),
                Raw(f"{stem}.shared_head.head.weight", "BF16", (vocab, hidden)),
            ]
    return [
        *out,
        Raw("model.norm.weight", "BF16", (hidden,)),
        Raw("lm_head.weight", "BF16", (vocab, hidden)),
    ]


def _latent_attention(stem: str, number: Mapping[str, int]) -> Iterator[Raw]:
    hidden, heads = number["hidden_size"], number["num_attention_heads"]
    q_rank, kv_rank = number["q_lora_rank"], number["kv_lora_rank"]
    nope, rope, value = (
        number["qk_nope_head_dim"],
        number["qk_rope_head_dim"],
        number["v_head_dim"],
    )
    yield from _fp8(f"{stem}.q_a_proj", q_rank, hidden)
    yield from _fp8(f"{stem}.q_b_proj", heads * (nope + rope), q_rank)
    yield from _fp8(f"{stem}.kv_a_proj_with_mqa", kv_rank + rope, hidden)
    yield from _fp8(f"{stem}.kv_b_proj", heads * (nope + value), kv_rank)
    yield from _fp8(f"{stem}.o_proj", hidden, heads * value)
    yield Raw(f"{stem}.q_a_layernorm.weight", "BF16", (q_rank,))
    yield Raw(f"{stem}.kv_a_layernorm.weight", "BF16", (kv_rank,))


def _gated(stem: str, hidden: int, inner: int) -> Iterator[Raw]:
    yield from _fp8(f"{stem}.gate_proj", inner, hidden)
    yield from _fp8(f"{stem}.up_proj", inner, hidden)
    yield from _fp8(f"{stem}.down_proj", hidden, inner)


def _fp8(stem: str, rows: int, columns: int) -> Iterator[Raw]:
    yield Raw(f"{stem}.weight", "F8_E4M3", (rows, columns))
    blocks = (-(-rows // 128), -(-columns // 128))
    yield Raw(f"{stem}.weight_scale_inv", "F32", blocks)


def gpt_oss_config(layers: int = 24, experts: int = 32, **more: object) -> dict[str, object]:
    """The config of gpt-oss-20b as published, in the entries that matter here."""
    kinds = ("sliding_attention", "full_attention")
    return {
        "model_type": "gpt_oss",
        "architectures": ["GptOssForCausalLM"],
        "experts_per_token": 4,
        "head_dim": 64,
        "hidden_size": 2880,
        "intermediate_size": 2880,
        "layer_types": [kinds[i % 2] for i in range(layers)],
        "num_attention_heads": 64,
        "num_experts_per_tok": 4,
        "num_hidden_layers": layers,
        "num_key_value_heads": 8,
        "num_local_experts": experts,
        "quantization_config": {"quant_method": "mxfp4"},
        "sliding_window": 128,
        "tie_word_embeddings": False,
        "vocab_size": 201088,
        **more,
    }


def gpt_oss(config: Mapping[str, object]) -> list[Raw]:
    """Tensors of gpt-oss as published: experts fused, in mxfp4 blocks with scales."""
    number = {key: value for key, value in config.items() if isinstance(value, int)}
    hidden, inner, experts = (
        number["hidden_size"],
        number["intermediate_size"],
        number["num_local_experts"],
    )
    queries = number["num_attention_heads"] * number["head_dim"]
    keys = number["num_key_value_heads"] * number["head_dim"]
    out = [Raw("model.embed_tokens.weight", "BF16", (number["vocab_size"], hidden))]
    for layer in range(number["num_hidden_layers"]):
        stem = f"model.layers.{layer}"
        for name, rows, columns in (("gate_up", 2 * inner, hidden), ("down", hidden, inner)):
            moe = f"{stem}.mlp.experts.{name}_proj"
            out += [
                Raw(f"{moe}_blocks", "U8", (experts, rows, columns // 32, 16)),
                Raw(f"{moe}_scales", "U8", (experts, rows, columns // 32)),
                Raw(f"{moe}_bias", "BF16", (experts, rows)),
            ]
        out += [
            Raw(f"{stem}.mlp.router.weight", "BF16", (experts, hidden)),
            Raw(f"{stem}.mlp.router.bias", "BF16", (experts,)),
            Raw(f"{stem}.self_attn.sinks", "BF16", (number["num_attention_heads"],)),
            Raw(f"{stem}.input_layernorm.weight", "BF16", (hidden,)),
            Raw(f"{stem}.post_attention_layernorm.weight", "BF16", (hidden,)),
        ]
        for name, rows, columns in (
            ("q", queries, hidden), ("k", keys, hidden), ("v", keys, hidden), ("o", hidden, queries)
        ):  # fmt: skip
            out += [
                Raw(f"{stem}.self_attn.{name}_proj.weight", "BF16", (rows, columns)),
                Raw(f"{stem}.self_attn.{name}_proj.bias", "BF16", (rows,)),
            ]
    return [
        *out,
        Raw("model.norm.weight", "BF16", (hidden,)),
        Raw("lm_head.weight", "BF16", (number["vocab_size"], hidden)),
    ]
