"""What is written is the source's bytes, under the right names, for every way to store experts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from core.export import shards as shards_module
from core.report import model_card
from tests.core.export.plans import export, odd, plan_of
from tests.raw import (
    Raw,
    deepseek,
    deepseek_config,
    gpt_oss,
    gpt_oss_config,
    mixtral,
    mixtral_config,
    tensor_bytes,
    write_folder,
)

SMALL_DEEPSEEK = {
    "hidden_size": 32, "intermediate_size": 64, "kv_lora_rank": 16, "moe_intermediate_size": 16,
    "n_routed_experts": 8, "n_group": 2, "topk_group": 1, "num_attention_heads": 2,
    "num_experts_per_tok": 2, "num_hidden_layers": 3, "first_k_dense_replace": 1, "q_lora_rank": 16,
    "qk_nope_head_dim": 8, "qk_rope_head_dim": 8, "v_head_dim": 8, "vocab_size": 32,
}  # fmt: skip
SMALL_GPT_OSS = {
    "hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1,
    "head_dim": 16, "vocab_size": 32,
}  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=3)


@pytest.fixture
def deepseek_model(tmp_path: Path) -> Path:
    config = deepseek_config(**SMALL_DEEPSEEK)
    return write_folder(tmp_path / "deepseek", config, deepseek(config), shards=2)


def rows(data: bytes, count: int, keep: list[int]) -> bytes:
    step = len(data) // count
    return b"".join(data[i * step : (i + 1) * step] for i in keep)


def test_keeping_everything_copies_every_tensor_and_the_config_byte_for_byte(
    tmp_path: Path, model: Path
) -> None:
    result = export(model, tmp_path / "out", plan_of(model, range))
    assert tensor_bytes(tmp_path / "out") == tensor_bytes(model)
    config = [(folder / "config.json").read_bytes() for folder in (model, tmp_path / "out")]
    assert config[0] == config[1]
    assert result.verified


def test_experts_of_their_own_are_renumbered_and_router_rows_follow(
    tmp_path: Path, model: Path
) -> None:
    export(model, tmp_path / "out", plan_of(model, lambda _: [0, 3, 7]))
    before, after = tensor_bytes(model), tensor_bytes(tmp_path / "out")
    moe = "model.layers.1.block_sparse_moe"
    for new, old in enumerate([0, 3, 7]):
        for weight in ("w1", "w2", "w3"):
            written = after.pop(f"{moe}.experts.{new}.{weight}.weight")
            assert written == before[f"{moe}.experts.{old}.{weight}.weight"]
    assert not [name for name in after if name.startswith(f"{moe}.experts.")]
    dtype, shape, data = before[f"{moe}.gate.weight"]
    assert after[f"{moe}.gate.weight"] == (dtype, (3, shape[1]), rows(data, 8, [0, 3, 7]))
    untouched = [name for name in before if "block_sparse_moe" not in name]
    assert all(after[name] == before[name] for name in untouched)
    assert json.loads((tmp_path / "out" / "config.json").read_text())["num_local_experts"] == 3


def test_layers_may_keep_different_experts(tmp_path: Path, model: Path) -> None:
    choice = iter([[0, 1, 2], [5, 6, 7]])
    export(model, tmp_path / "out", plan_of(model, lambda _: next(choice)))
    before, after = tensor_bytes(model), tensor_bytes(tmp_path / "out")
    name = "model.layers.{}.block_sparse_moe.experts.{}.w2.weight"
    assert after[name.format(0, 2)] == before[name.format(0, 2)]
    assert after[name.format(1, 2)] == before[name.format(1, 7)]


def test_fused_mxfp4_blocks_scales_and_biases_lose_the_same_rows(tmp_path: Path) -> None:
    config = gpt_oss_config(layers=2, experts=8, **SMALL_GPT_OSS)
    folder = write_folder(tmp_path / "oss", config, gpt_oss(config))
    export(folder, tmp_path / "out")
    before, after = tensor_bytes(folder), tensor_bytes(tmp_path / "out")
    assert set(before) == set(after)
    for name, (dtype, shape, data) in before.items():
        if ".experts." in name or ".router." in name:
            assert shape[0] == 8
            expected = (dtype, (4, *shape[1:]), rows(data, 8, [1, 3, 5, 7]))
        else:
            expected = (dtype, shape, data)
        assert after[name] == expected


def test_block_scales_follow_their_fp8_weights(tmp_path: Path, deepseek_model: Path) -> None:
    export(deepseek_model, tmp_path / "out")
    before, after = tensor_bytes(deepseek_model), tensor_bytes(tmp_path / "out")
    name = "model.layers.2.mlp.experts.{}.up_proj.weight_scale_inv"
    assert after[name.format(2)] == before[name.format(5)]
    bias = "model.layers.2.mlp.gate.e_score_correction_bias"
    assert after[bias] == ("F32", (4,), rows(before[bias][2], 8, [1, 3, 5, 7]))


def test_int4_companions_and_ignore_lists_follow_their_expert(tmp_path: Path) -> None:
    moe = "model.layers.0.block_sparse_moe.experts"
    ignored = ["lm_head", f"{moe}.2.w1", f"{moe}.3.w1", "re:.*gate$"]
    config = mixtral_config(
        layers=1, quantization_config={"quant_method": "compressed-tensors", "ignore": ignored}
    )
    tensors = [raw for raw in mixtral(layers=1) if ".experts." not in raw.name]
    for expert in range(8):
        tensors += [
            Raw(f"{moe}.{expert}.w1.weight_packed", "I32", (8, 2)),
            Raw(f"{moe}.{expert}.w1.weight_scale", "BF16", (8, 1)),
            Raw(f"{moe}.{expert}.w1.weight_shape", "I64", (2,)),
        ]
    folder = write_folder(tmp_path / "int4", config, tensors)
    export(folder, tmp_path / "out")
    before, after = tensor_bytes(folder), tensor_bytes(tmp_path / "out")
    for suffix in ("weight_packed", "weight_scale", "weight_shape"):
        assert after[f"{moe}.1.w1.{suffix}"] == before[f"{moe}.3.w1.{suffix}"]
    written = json.loads((tmp_path / "out" / "config.json").read_text())
    assert written["quantization_config"]["ignore"] == ["lm_head", f"{moe}.1.w1", "re:.*gate$"]


def test_multi_token_prediction_layers_are_sliced_along(
    tmp_path: Path, deepseek_model: Path
) -> None:
    choice = iter([[0, 1, 4, 5], [2, 3, 6, 7]])
    result = export(
        deepseek_model, tmp_path / "out", plan_of(deepseek_model, lambda _: next(choice))
    )
    before, after = tensor_bytes(deepseek_model), tensor_bytes(tmp_path / "out")
    name = "model.layers.3.mlp.experts.{}.up_proj.weight"
    assert after[name.format(0)] == before[name.format(2)]
    assert name.format(4) not in after
    assert after["model.layers.3.eh_proj.weight"] == before["model.layers.3.eh_proj.weight"]
    assert after["model.layers.3.mlp.gate.weight"][1] == (4, 32)
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert (config["n_routed_experts"], config["num_nextn_predict_layers"]) == (4, 1)
    assert "multi-token-prediction" in result.notes[0]


def test_multi_token_prediction_layers_are_dropped_on_request(
    tmp_path: Path, deepseek_model: Path
) -> None:
    export(deepseek_model, tmp_path / "out", drop_mtp=True)
    assert not [name for name in tensor_bytes(tmp_path / "out") if "layers.3." in name]
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["num_nextn_predict_layers"] == 0
    assert inspect_model(tmp_path / "out").mtp is None


def test_every_spelling_of_a_config_key_is_updated(tmp_path: Path) -> None:
    config = gpt_oss_config(layers=1, experts=8, **SMALL_GPT_OSS, num_experts=8)
    folder = write_folder(tmp_path / "oss", config, gpt_oss(config))
    export(folder, tmp_path / "out", plan_of(folder, odd, top_k=1))
    written = json.loads((tmp_path / "out" / "config.json").read_text())
    assert {written["num_local_experts"], written["num_experts"]} == {4}
    assert {written["num_experts_per_tok"], written["experts_per_token"]} == {1}
    assert {k for k in written if written[k] != config.get(k)} == {
        "num_local_experts", "num_experts", "num_experts_per_tok", "experts_per_token",
    }  # fmt: skip


def test_nested_text_config_is_edited_in_its_place(tmp_path: Path) -> None:
    config = {"model_type": "vision_thing", "text_config": mixtral_config()}
    folder = write_folder(tmp_path / "nested", config, mixtral())
    export(folder, tmp_path / "out")
    written = json.loads((tmp_path / "out" / "config.json").read_text())
    assert written["text_config"]["num_local_experts"] == 4
    assert "num_local_experts" not in written


def test_every_tensor_starts_at_a_multiple_of_its_element_size(tmp_path: Path) -> None:
    tensors = [*mixtral(), Raw("model.a.flag", "U8", (3,)), Raw("model.z.scale", "F32", (5,))]
    folder = write_folder(tmp_path / "model", mixtral_config(), sorted(tensors))
    export(folder, tmp_path / "out", shard_size=10**9)
    head = (tmp_path / "out" / "model.safetensors").read_bytes()
    length = int.from_bytes(head[:8], "little")
    assert length % 8 == 0
    entries = json.loads(head[8 : 8 + length])
    assert entries.pop("__metadata__") == {"format": "pt"}
    width = {"U8": 1, "BF16": 2, "F32": 4}
    assert all(e["data_offsets"][0] % width[e["dtype"]] == 0 for e in entries.values())
    assert tensor_bytes(tmp_path / "out")["model.z.scale"] == tensor_bytes(folder)["model.z.scale"]


def test_shards_respect_the_size_and_the_index_names_each_tensor(
    tmp_path: Path, model: Path
) -> None:
    result = export(model, tmp_path / "out", plan_of(model, range), shard_size=100_000)
    out = tmp_path / "out"
    index = json.loads((out / "model.safetensors.index.json").read_text())
    files = sorted(out.glob("*.safetensors"))
    assert len(files) == result.files > 1
    assert all(path.stat().st_size < 110_000 for path in files)
    assert sum(path.stat().st_size for path in files) == result.bytes_out
    assert set(index["weight_map"]) == set(tensor_bytes(out))
    assert index["metadata"]["total_size"] == sum(len(t[2]) for t in tensor_bytes(out).values())


def test_without_the_kernels_copy_the_result_is_the_same(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(model, tmp_path / "kernel")

    def refuse(*_: object) -> int:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "copy_file_range", refuse)
    monkeypatch.setattr(shards_module, "BUFFER", 100)
    export(model, tmp_path / "hand")
    assert tensor_bytes(tmp_path / "hand") == tensor_bytes(tmp_path / "kernel")


def test_side_files_are_copied_and_weights_of_other_kinds_are_not(
    tmp_path: Path, model: Path
) -> None:
    for name in ("tokenizer.json", "LICENSE.txt", "chat_template.jinja", "generation_config.json"):
        (model / name).write_text(f"text of {name}")
    for name in ("pytorch_model.bin", "training_args.bin", "old.safetensors", ".hidden"):
        (model / name).write_bytes(b"\x80")
    (model / "README.md").write_text("---\nlicense: mit\n---\nthe source's own card")
    (model / "original").mkdir()
    export(model, tmp_path / "out", card=model_card)
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"tokenizer.json", "LICENSE.txt", "chat_template.jinja", "seer.json"} <= left
    assert not left & {"pytorch_model.bin", "training_args.bin", "old.safetensors", ".hidden"}
    assert "license: mit" in (tmp_path / "out" / "README.md").read_text()
    assert (tmp_path / "out" / "tokenizer.json").read_text() == "text of tokenizer.json"


def test_seer_json_says_where_the_weights_come_from(tmp_path: Path, model: Path) -> None:
    plan = plan_of(model, odd)
    export(model, tmp_path / "out", plan)
    said = json.loads((tmp_path / "out" / "seer.json").read_text())
    assert said["plan"] == json.loads(json.dumps(plan.to_json()))
    assert said["source"]["fingerprint"] == inspect_model(model).fingerprint
    assert said["verified"] is True
    assert str(tmp_path) not in json.dumps(said)


def test_the_same_export_twice_gives_the_same_files(tmp_path: Path, model: Path) -> None:
    for name in ("a", "b"):
        export(model, tmp_path / name, card=model_card)
    contents = [
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab"
    ]
    assert contents[0] == contents[1]
