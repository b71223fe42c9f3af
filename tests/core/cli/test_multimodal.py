"""A language model inside of a multimodal one, from the command line: only its experts change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import transformers

from core.checkpoint import Checkpoint, inspect_model
from core.planning import Plan
from core.pruning import masked
from core.run import Run
from core.runtime import load_model
from tests.core.cli.conftest import Seer
from tests.core.export.plans import export, plan_of
from tests.raw import tensor_bytes
from tests.tiny import COMMON, FAMILIES, randomize, tiny_multimodal, tiny_tokenizer

pytestmark = pytest.mark.timeout(600)  # the first one imports torch

SEEING = "model.visual."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Qwen3-VL: 2 layers of 8 experts, Top-2, and a vision tower."""
    made = tiny_multimodal("qwen3_vl_moe", tmp_path_factory.mktemp("seeing"))
    return tiny_tokenizer(made) and made


def test_a_seeing_model_is_profiled_planned_measured_and_exported(
    seer: Seer, folder: Path, texts: Path, tmp_path: Path
) -> None:
    profile, plan, out = tmp_path / "p.safetensors", tmp_path / "plan.json", tmp_path / "out"
    words = ("--source", texts, "--seq-len", 16, "--max-tokens", 128, "--device", "cpu", "--json")
    whole = seer("profile", folder, *words, "-o", profile).json
    again = seer("profile", folder, *words, "--stream", "always", "-o", tmp_path / "q.safetensors")
    assert again.json["streamed"] is True
    assert again.json["tokens"] == whole["tokens"] > 0
    made = seer(
        "plan", profile, "--metric", "soft-count", "--keep", 6, "--no-protect", "-o", plan, "--json"
    ).json
    assert made["uniform"] is True
    measured = ("evaluate", folder, *words[:-1], "--plan", plan, "--json")
    masked_ppl = seer(*measured).json["perplexity"]["overall"]
    done = seer("export", folder, "--plan", plan, "-o", out, "--json").json
    assert done["verified"] is True
    cost = seer("cost", folder, "--plan", plan, "--json").json
    assert cost["bytes"] == inspect_model(out).bytes
    assert cost["parameters"]["total"] == inspect_model(out).parameters.total
    exported = seer("evaluate", out, *words).json["perplexity"]["overall"]
    assert exported == pytest.approx(masked_ppl, rel=1e-5)

    config = json.loads((out / "config.json").read_text())
    assert config["text_config"]["num_local_experts"] == 6
    assert (
        config["vision_config"] == json.loads((folder / "config.json").read_text())["vision_config"]
    )
    card = (out / "README.md").read_text()
    assert "AutoModelForImageTextToText.from_pretrained(" in card
    assert "AutoModelForCausalLM" not in card
    tower = [name for name in Checkpoint.open(folder).tensors if name.startswith(SEEING)]
    assert len(tower) > 10
    assert {n: tensor_bytes(out)[n] for n in tower} == {n: tensor_bytes(folder)[n] for n in tower}


@pytest.mark.slow
@pytest.mark.parametrize("model_type", ["qwen3_vl_moe", "qwen3_omni_moe"])
def test_a_config_alone_of_a_seeing_model_has_the_parameters_of_its_files(
    seer: Seer, model_type: str, tmp_path: Path
) -> None:
    made = tiny_multimodal(model_type, tmp_path)
    (tmp_path / "config.json").write_bytes((made / "config.json").read_bytes())
    alone = seer("inspect", tmp_path, "--json").json
    assert alone["parameters"] == seer("inspect", made, "--json").json["parameters"]


def test_a_multimodal_type_without_a_row_is_known_by_the_language_model_it_wraps(
    tmp_path: Path,
) -> None:
    """InternVL around Qwen3-MoE: the class that config.json names, and stock loads the result."""
    text = {**COMMON, **FAMILIES["qwen3_moe"], "model_type": "qwen3_moe"}
    config = transformers.InternVLConfig(
        text_config=text,
        vision_config={
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": [16, 16],
            "patch_size": [8, 8],
        },
    )
    source = tmp_path / "internvl"
    model = transformers.InternVLForConditionalGeneration(config).eval()
    randomize(model)
    model.save_pretrained(source)

    plan = plan_of(source, lambda count: range(0, count, 2))
    live = load_model(source, device="cpu", dtype="float32", run=Run())
    expected = logits(live.model, plan, live)
    export(source, tmp_path / "out", plan)
    stock = transformers.AutoModelForImageTextToText.from_pretrained(tmp_path / "out").eval()
    torch.testing.assert_close(logits(stock), expected, rtol=1e-5, atol=1e-5)
    streamed = load_model(source, device="cpu", dtype="float32", stream="always", run=Run())
    assert streamed.experts == live.experts == (8, 8)


@torch.inference_mode()
def logits(model, plan: Plan | None = None, live=None) -> torch.Tensor:
    ids = torch.arange(3, 19)[None]
    if live is None:
        return model(input_ids=ids, use_cache=False).logits
    with masked(live, plan):
        return model(input_ids=ids, use_cache=False).logits


def test_of_a_checkpoint_of_three_models_the_thinker_is_pruned_and_the_others_stay(
    seer: Seer, tmp_path: Path
) -> None:
    source = tiny_multimodal("qwen3_omni_moe", tmp_path)
    plan = plan_of(source, lambda count: range(1, count))
    live = load_model(source, device="cpu", dtype="float32", run=Run())
    expected = logits(live.model, plan, live)
    plan.save(tmp_path / "plan.json")
    words = ("export", source, "--plan", tmp_path / "plan.json", "-o", tmp_path / "out", "--json")
    assert seer(*words).json["verified"] is True

    before, after = tensor_bytes(source), tensor_bytes(tmp_path / "out")
    others = [name for name in before if not name.startswith("thinker.model.layers.")]
    assert sum(name.startswith("talker.model.layers.0.mlp.experts.") for name in others) == 12
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["thinker_config"]["text_config"]["num_experts"] == 7
    assert config["talker_config"]["text_config"]["num_local_experts"] == 4
    stock = transformers.Qwen3OmniMoeForConditionalGeneration.from_pretrained(tmp_path / "out")
    torch.testing.assert_close(logits(stock.thinker.eval()), expected, rtol=1e-5, atol=1e-5)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "import Qwen3OmniMoeThinkerForConditionalGeneration, AutoTokenizer" in card
