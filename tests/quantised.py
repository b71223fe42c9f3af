"""Tiny checkpoints in the quantised layouts of the hub: names, dtypes, shapes and configs.

`quantised("fp8", folder)` builds a tiny model, saves it as transformers does and replaces weights
by what the format stores. Values are really quantised where stock loaders can read them back,
seeded bytes elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from tests.tiny import tiny_model

Tensors = dict[str, torch.Tensor]

BLOCK = 128  # rows and columns that share an fp8 scale
GROUP = 32  # columns that share an int4 scale
SIZES = {
    "hidden_size": 128, "head_dim": 32, "moe_intermediate_size": 256, "intermediate_size": 256,
    "num_hidden_layers": 2, "mlp_only_layers": [],
}  # fmt: skip
LAYOUTS = ("fp8", "fp8_f32", "mxfp4", "pack", "pack_zero", "gptq", "awq", "nvfp4", "bnb8")


def quantised(layout: str, folder: Path, **overrides: object) -> Path:
    """A tiny model in one of `LAYOUTS`; the plain bf16 model lies beside it as `plain`."""
    if layout == "mxfp4":
        return _mxfp4(folder, **overrides)
    family = "deepseek_v3" if layout == "fp8_f32" else "qwen3_moe"
    own = {"head_dim", "mlp_only_layers"} if family == "deepseek_v3" else set()
    sizes = {key: value for key, value in SIZES.items() if key not in own}
    plain = tiny_model(
        family, folder, dtype="bfloat16", tokenizer=False, name="plain", **{**sizes, **overrides}
    )
    packer, config = _PACKERS[layout]
    tensors: Tensors = {}
    for name, tensor in _load(plain).items():
        if name.endswith("_proj.weight") and ".layers." in name:
            stem = name.removesuffix(".weight")
            packed = packer(tensor.float(), len(tensors))
            tensors |= {f"{stem}.{word}": value.contiguous() for word, value in packed.items()}
        else:
            tensors[name] = tensor
    return _save(folder / layout, plain, tensors, config(plain))


def _load(folder: Path) -> Tensors:
    files = sorted(folder.glob("*.safetensors"))
    return {name: tensor for file in files for name, tensor in load_file(file).items()}


def _save(folder: Path, plain: Path, tensors: Tensors, quantization: Mapping[str, Any]) -> Path:
    """Two shards with an index, as converters of the hub write them."""
    folder.mkdir()
    config = json.loads((plain / "config.json").read_text())
    config["quantization_config"] = quantization
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    names, weight_map = sorted(tensors), {}
    for i in range(2):
        part = names[i * len(names) // 2 : (i + 1) * len(names) // 2]
        file = f"model-{i + 1:05d}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, folder / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def _fp8(scale_dtype: torch.dtype) -> Callable[[torch.Tensor, int], Tensors]:
    def pack(weight: torch.Tensor, _seed: int) -> Tensors:
        rows, columns = weight.shape
        down, across = -(-rows // BLOCK), -(-columns // BLOCK)
        padded = weight.new_zeros(down * BLOCK, across * BLOCK)
        padded[:rows, :columns] = weight
        blocks = padded.view(down, BLOCK, across, BLOCK)
        scale = (blocks.abs().amax(dim=(1, 3)) / 448).clamp_min(1e-8).to(scale_dtype)
        eight = (blocks / scale.float()[:, None, :, None]).to(torch.float8_e4m3fn)
        stored = eight.view(padded.shape)[:rows, :columns]
        return {"weight": stored, "weight_scale_inv": scale}

    return pack


def _int4(weight: torch.Tensor, *, zero: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Values 0 … 15 [out, in], scales and zero points [out, groups]."""
    grouped = weight.view(len(weight), -1, GROUP)
    low, high = grouped.amin(-1), grouped.amax(-1)
    if zero:
        scale = ((high - low) / 15).clamp_min(1e-6).bfloat16()
        point = (-low / scale.float()).round().clamp(0, 15)
    else:
        scale = (torch.maximum(high, -low) / 7).clamp_min(1e-6).bfloat16()
        point = torch.full_like(low, 8)
    values = (grouped / scale.float()[..., None]).round() + point[..., None]
    return values.clamp(0, 15).view(weight.shape).int(), scale, point.int()


def _packed(values: torch.Tensor, dim: int) -> torch.Tensor:
    """Eight values of four bits in an int32, the first one lowest, along a dimension."""
    values = values.movedim(dim, -1)
    eights = values.reshape(*values.shape[:-1], -1, 8).long()
    whole = (eights << torch.arange(0, 32, 4)).sum(-1)
    return whole.to(torch.int32).movedim(-1, dim)


def _pack(*, zero: bool) -> Callable[[torch.Tensor, int], Tensors]:
    """compressed-tensors' pack-quantized."""

    def pack(weight: torch.Tensor, _seed: int) -> Tensors:
        values, scale, point = _int4(weight, zero=zero)
        out = {
            "weight_packed": _packed(values, 1),
            "weight_scale": scale,
            "weight_shape": torch.tensor(weight.shape, dtype=torch.int64),
        }
        return out | ({"weight_zero_point": _packed(point, 0)} if zero else {})

    return pack


def _gptq(weight: torch.Tensor, _seed: int) -> Tensors:
    values, scale, point = _int4(weight, zero=True)
    columns = weight.shape[1]
    return {
        "qweight": _packed(values.T, 0),
        "qzeros": _packed((point - 1).clamp_min(0).T, 1),
        "scales": scale.T.half(),
        "g_idx": torch.arange(columns, dtype=torch.int32) // GROUP,
    }


def _awq(weight: torch.Tensor, _seed: int) -> Tensors:
    values, scale, point = _int4(weight, zero=True)
    return {
        "qweight": _packed(values.T, 1), "qzeros": _packed(point.T, 1), "scales": scale.T.half(),
    }  # fmt: skip


def _nvfp4(weight: torch.Tensor, seed: int) -> Tensors:
    rows, columns = weight.shape
    generator = torch.Generator().manual_seed(seed)
    blocks = torch.rand(rows, columns // 16, generator=generator)
    return {
        "weight": torch.randint(
            0, 256, (rows, columns // 2), dtype=torch.uint8, generator=generator
        ),
        "weight_scale": blocks.to(torch.float8_e4m3fn),
        "weight_scale_2": torch.tensor(0.25),
        "input_scale": torch.tensor(0.5),
    }


def _bnb8(weight: torch.Tensor, _seed: int) -> Tensors:
    most = weight.abs().amax(dim=1)
    return {
        "weight": (weight / most[:, None] * 127).round().to(torch.int8),
        "SCB": most,
        "weight_format": torch.tensor(0, dtype=torch.uint8),
    }


def _mxfp4(folder: Path, **overrides: object) -> Path:
    """A gpt-oss: fused experts as blocks of sixteen bytes with a scale each."""
    sizes = {"hidden_size": 64, "intermediate_size": 64, "head_dim": 16}
    plain = tiny_model(
        "gpt_oss", folder, dtype="bfloat16", tokenizer=False, name="plain", **{**sizes, **overrides}
    )
    generator = torch.Generator().manual_seed(0)
    tensors: Tensors = {}
    for name, tensor in _load(plain).items():
        if not name.endswith(("gate_up_proj", "down_proj")):
            tensors[name] = tensor
            continue
        experts, rows, columns = tensor.shape
        shape = (experts, columns, rows // 32)
        bits = {"dtype": torch.uint8, "generator": generator}
        tensors[f"{name}_blocks"] = torch.randint(0, 256, (*shape, 16), **bits)
        tensors[f"{name}_scales"] = torch.randint(118, 124, shape, **bits)
    whole = ["model.layers.*.self_attn", "model.layers.*.mlp.router", "embed_tokens", "lm_head"]
    quantization = {"quant_method": "mxfp4", "modules_to_not_convert": whole}
    return _save(folder / "mxfp4", plain, tensors, quantization)


def _fp8_config(plain: Path) -> dict[str, Any]:
    config = json.loads((plain / "config.json").read_text())
    whole = [f"model.layers.{i}.mlp.gate" for i in range(config["num_hidden_layers"])]
    return {
        "activation_scheme": "dynamic", "fmt": "e4m3", "quant_method": "fp8",
        "weight_block_size": [BLOCK, BLOCK], "modules_to_not_convert": ["lm_head", *whole],
    }  # fmt: skip


def _pack_config(*, zero: bool) -> Callable[[Path], dict[str, Any]]:
    def config(plain: Path) -> dict[str, Any]:
        layers = json.loads((plain / "config.json").read_text())["num_hidden_layers"]
        weights = {
            "num_bits": 4, "type": "int", "symmetric": not zero, "strategy": "group",
            "group_size": GROUP, "dynamic": False, "actorder": None, "block_structure": None,
            "observer": "minmax", "observer_kwargs": {},
        }  # fmt: skip
        group = {
            "targets": ["Linear"], "weights": weights, "input_activations": None,
            "output_activations": None,
        }  # fmt: skip
        return {
            "quant_method": "compressed-tensors", "format": "pack-quantized",
            "quantization_status": "compressed", "config_groups": {"group_0": group},
            "ignore": ["lm_head", *(f"model.layers.{i}.mlp.gate" for i in range(layers))],
            "kv_cache_scheme": None, "global_compression_ratio": None,
        }  # fmt: skip

    return config


def _same(**config: Any) -> Callable[[Path], dict[str, Any]]:
    return lambda _: config


_PACKERS: Mapping[
    str, tuple[Callable[[torch.Tensor, int], Tensors], Callable[[Path], dict[str, Any]]]
] = {
    "fp8": (_fp8(torch.bfloat16), _fp8_config),
    "fp8_f32": (_fp8(torch.float32), _fp8_config),
    "pack": (_pack(zero=False), _pack_config(zero=False)),
    "pack_zero": (_pack(zero=True), _pack_config(zero=True)),
    "gptq": (
        _gptq,
        _same(
            quant_method="gptq", bits=4, group_size=GROUP, desc_act=False, sym=False,
            checkpoint_format="gptq", dynamic={"-:.*mlp\\.gate$": {}},
        ),
    ),
    "awq": (
        _awq,
        _same(
            quant_method="awq", bits=4, group_size=GROUP, zero_point=True, version="gemm",
            modules_to_not_convert=["gate", "lm_head"],
        ),
    ),
    "nvfp4": (_nvfp4, _same(quant_method="modelopt", quant_algo="NVFP4", ignore=["lm_head"])),
    "bnb8": (_bnb8, _same(quant_method="bitsandbytes", load_in_8bit=True)),
}  # fmt: skip
