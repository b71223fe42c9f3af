"""Model folders that hold headers and nothing else: sparse files, made at once, no torch."""

from __future__ import annotations

import json
import struct
from pathlib import Path


def write_mixtral(folder: Path, *, layers: int = 3, experts: int = 8, hidden: int = 32) -> Path:
    """A Mixtral checkpoint whose weights are a hole in the file: enough for everything but running.

    Args:
        folder: Where to; made if it is not there.
        layers: Decoder layers, all with experts.
        experts: Experts of each layer.
        hidden: Width of the residual stream.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "mixtral",
        "architectures": ["MixtralForCausalLM"],
        "hidden_size": hidden,
        "intermediate_size": 48,
        "num_hidden_layers": layers,
        "num_local_experts": experts,
        "num_experts_per_tok": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "vocab_size": 256,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config))
    shapes: dict[str, list[int]] = {
        "model.embed_tokens.weight": [256, hidden],
        "model.norm.weight": [hidden],
    }
    for layer in range(layers):
        stem = f"model.layers.{layer}"
        for name in "qkvo":
            shapes[f"{stem}.self_attn.{name}_proj.weight"] = [hidden, hidden]
        shapes[f"{stem}.input_layernorm.weight"] = [hidden]
        shapes[f"{stem}.post_attention_layernorm.weight"] = [hidden]
        shapes[f"{stem}.block_sparse_moe.gate.weight"] = [experts, hidden]
        for expert in range(experts):
            part = f"{stem}.block_sparse_moe.experts.{expert}"
            shapes[f"{part}.w1.weight"] = [48, hidden]
            shapes[f"{part}.w2.weight"] = [hidden, 48]
            shapes[f"{part}.w3.weight"] = [48, hidden]
    _write_sparse(folder / "model.safetensors", shapes)
    return folder


def _write_sparse(path: Path, shapes: dict[str, list[int]]) -> None:
    header: dict[str, object] = {}
    end = 0
    for name, shape in shapes.items():
        size = 2
        for side in shape:
            size *= side
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    blob = json.dumps(header).encode()
    blob += b" " * (-len(blob) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(blob)) + blob)
        file.truncate(8 + len(blob) + end)
