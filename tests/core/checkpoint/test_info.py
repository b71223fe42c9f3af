"""ModelInfo is exact: it is compared with live models and with published figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from tests.core.live import KINDS
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
from tests.tiny import tiny_model


@pytest.mark.timeout(600)  # the first one imports torch
@pytest.mark.parametrize("model_type", KINDS)
def test_figures_are_those_of_the_live_model(model_type: str, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = tiny_model(model_type, tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    info = inspect_model(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    state = model.state_dict()
    assert info.parameters.total == sum(tensor.numel() for tensor in state.values())
    assert info.bytes == sum(len(data) for _, _, data in tensor_bytes(folder).values())
    blocks = {name: module for name, module in model.named_modules() if name.endswith(".experts")}
    assert info.moe_layers == tuple(int(name.split(".")[2]) for name in blocks)
    assert info.experts == tuple(module.num_experts for module in blocks.values())
    for row, module in enumerate(blocks.values()):
        size = sum(p.numel() for p in module.parameters())
        assert info.expert_parameters[row] * info.experts[row] == size
        assert info.expert_bytes[row] == 2 * info.expert_parameters[row]
    routers = [t.numel() for name, t in state.items() if ".gate." in name or ".router." in name]
    assert info.parameters.router == sum(routers)
    rows = zip(info.router_parameters, info.experts, strict=True)
    assert sum(each * count for each, count in rows) == sum(routers)
    assert info.top_k == model.config.num_experts_per_tok
    assert info.problems == ()


@pytest.mark.parametrize("model_type", KINDS)
def test_parts_sum_to_the_total(model_type: str, tmp_path: Path) -> None:
    info = inspect_model(tiny_model(model_type, tmp_path, tokenizer=False))
    parts = info.to_json()["parameters"]
    assert isinstance(parts, dict)
    total, active = parts.pop("total"), parts.pop("active")
    assert sum(parts.values()) == total
    assert sum(info.bytes_by_part.values()) == info.bytes == sum(info.bytes_by_dtype.values())
    idle = sum(
        each * (count - info.top_k)
        for each, count in zip(info.expert_parameters, info.experts, strict=True)
    )
    assert total - active == idle > 0


def test_deepseek_v3_as_published_has_671_and_37_billion_parameters(tmp_path: Path) -> None:
    config = deepseek_config()
    folder = write_folder(tmp_path / "v3", config, deepseek(config), shards=163, sparse=True)
    info = inspect_model(folder)
    assert info.parameters.total / 1e9 == pytest.approx(671.0, abs=0.1)
    assert info.parameters.active / 1e9 == pytest.approx(37.6, abs=0.5)
    assert (len(info.moe_layers), info.moe_layers[0], set(info.experts)) == (58, 3, {256})
    assert (info.n_group, info.topk_group, info.shared_experts) == (8, 4, 1)
    assert (info.geometry.qk_head_dim, info.geometry.v_head_dim) == (192, 128)
    assert info.dtype == "float8_e4m3"
    assert info.mtp is not None
    assert info.mtp.layers == 1
    assert info.mtp.parameters / 1e9 == pytest.approx(13.4, abs=0.2)
    assert any("multi-token-prediction" in problem for problem in info.problems)


def test_gpt_oss_20b_as_published_has_20_9_and_3_6_billion_parameters(tmp_path: Path) -> None:
    config = gpt_oss_config()
    info = inspect_model(write_folder(tmp_path / "oss", config, gpt_oss(config), sparse=True))
    assert info.parameters.total / 1e9 == pytest.approx(20.9, abs=0.05)
    # The published 3.6 leaves the input embedding out.
    embedding = info.geometry.vocab_size * info.hidden_size
    assert (info.parameters.active - embedding) / 1e9 == pytest.approx(3.6, abs=0.05)
    assert info.bytes / 1e9 == pytest.approx(13.76, abs=0.05)
    assert info.dtype == "mxfp4"
    assert info.geometry.windows[:2] == (128, None)


def test_int4_weights_are_counted_as_the_numbers_they_stand_for(tmp_path: Path) -> None:
    config = mixtral_config(quantization_config={"quant_method": "gptq", "bits": 4})
    plain = mixtral(dtype="F16")
    packed: list[Raw] = []
    for raw in plain:
        if ".experts." not in raw.name:
            packed.append(raw)
            continue
        stem = raw.name.removesuffix(".weight")
        rows, columns = raw.shape
        packed += [
            Raw(f"{stem}.qweight", "I32", (columns // 8, rows)),
            Raw(f"{stem}.qzeros", "I32", (1, rows // 8)),
            Raw(f"{stem}.scales", "F16", (1, rows)),
            Raw(f"{stem}.g_idx", "I32", (columns,)),
        ]
    info = inspect_model(write_folder(tmp_path / "int4", config, packed))
    reference = inspect_model(write_folder(tmp_path / "fp16", mixtral_config(), plain))
    assert info.parameters == reference.parameters
    assert info.bytes < reference.bytes


def test_a_tied_head_counts_once_even_when_the_file_has_both(tmp_path: Path) -> None:
    untied = inspect_model(write_folder(tmp_path / "a", mixtral_config(), mixtral()))
    config = mixtral_config(tie_word_embeddings=True)
    both = inspect_model(write_folder(tmp_path / "b", config, mixtral()))
    tensors = [raw for raw in mixtral() if raw.name != "lm_head.weight"]
    one = inspect_model(write_folder(tmp_path / "c", config, tensors))
    assert untied.parameters.embedding == 2 * both.parameters.embedding
    assert both.parameters == one.parameters
    assert both.bytes - one.bytes == 2 * 32 * 64


def test_damage_that_headers_show_is_told_as_problems(tmp_path: Path) -> None:
    gone = ("model.layers.0.block_sparse_moe.experts.3.", "model.layers.1.")
    tensors = [raw for raw in mixtral() if not raw.name.startswith(gone)]
    info = inspect_model(write_folder(tmp_path / "model", mixtral_config(), tensors))
    text = "\n".join(info.problems)
    assert "expert 3 of 8 has no tensors" in text
    assert "1 of 2 layers have no tensors, 1 first" in text
    assert "layer 0 has 7 experts, config.json says 8" in text


def test_router_of_another_count_is_told_as_problem(tmp_path: Path) -> None:
    gate = "model.layers.0.block_sparse_moe.gate.weight"
    tensors = [raw._replace(shape=(5, 64)) if raw.name == gate else raw for raw in mixtral()]
    info = inspect_model(write_folder(tmp_path / "model", mixtral_config(), tensors))
    assert f"{gate}: shape [5, 64] does not count 8 experts" in info.problems


def test_fingerprint_tells_models_apart_and_copies_not(tmp_path: Path) -> None:
    def fingerprint(name: str, seed: int = 0, **more: object) -> str:
        folder = write_folder(tmp_path / name, mixtral_config(**more), mixtral(), seed=seed)
        return inspect_model(folder).fingerprint

    first = fingerprint("first")
    assert fingerprint("copy", transformers_version="5.0") == first
    assert fingerprint("tuned", seed=1) != first
    assert fingerprint("top1", num_experts_per_tok=1) != first


def test_json_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    value = json.loads(json.dumps(inspect_model(folder).to_json()))
    contract = (
        "model_type layers moe_layers experts top_k routing shared_experts dtype parameters bytes "
        "files fingerprint problems"
    )
    assert set(contract.split()) <= set(value)
    parts = "total active routed_experts shared_experts router attention embedding other"
    assert set(value["parameters"]) == set(parts.split())


def test_inspecting_never_imports_torch(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    code = (
        "import sys; from pathlib import Path; from core.checkpoint import inspect_model;"
        f"inspect_model(Path({str(folder)!r}));"
        "sys.exit(bool({'torch', 'transformers', 'PySide6'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("Mixtral-8x7B", "Mixtral-8x7B"),
        ("demo/model", "demo"),
        ("models--someone--small-moe/snapshots/0123abcd", "someone/small-moe"),
    ],
)
def test_a_model_is_called_what_people_call_it(tmp_path: Path, place: str, name: str) -> None:
    folder = write_folder(tmp_path / place, mixtral_config(), mixtral(layers=1))
    assert inspect_model(folder).name == name


@pytest.mark.timeout(600)  # imports torch in a process of its own
def test_config_alone_gives_mixtral_its_published_parameters() -> None:
    import resources

    folder = Path(resources.__file__).parent / "configs" / "mixtral-8x7b"
    info = inspect_model(folder)
    assert round(info.parameters.total / 1e9, 1) == 46.7
    assert round(info.parameters.active / 1e9, 1) == 12.9
    assert (info.files, info.has_weights, info.dtype) == (0, False, "bfloat16")
    assert info.bytes == 2 * info.parameters.total


@pytest.mark.timeout(600)  # imports torch in a process of its own
def test_config_that_transformers_cannot_build_is_refused_with_its_reason(tmp_path: Path) -> None:
    from core.errors import CheckpointError

    config = mixtral_config(vocab_size="many")
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="transformers cannot build"):
        inspect_model(tmp_path)
