"""Layers that keep different numbers: per_layer_config, the bundled loader, the masked logits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers

from core.checkpoint import inspect_model
from core.errors import PlanError
from core.export.reload import check_reload
from core.planning import Plan
from core.pruning import masked
from core.run import Run
from core.runtime import load_model
from tests.core.export.plans import export, odd, plan_of
from tests.core.live import KINDS
from tests.raw import mixtral, mixtral_config, tensor_bytes, write_folder
from tests.tiny import tiny_model, tiny_multimodal
from tests.tiny_towers import TOWERS

ROOT = Path(__file__).resolve().parents[3]


def ragged_plan(folder: Path) -> Plan:
    """Fewer experts with every layer, the same number from each group of four."""
    per_group = iter((3, 2, 3, 2))

    def keep(count: int) -> Sequence[int]:
        some = next(per_group)
        return [i for i in range(count) if i % 4 < some]

    plan = plan_of(folder, keep)
    hashed = inspect_model(folder).hash_layers
    kept = [
        tuple(range(count)) if layer in hashed else ids
        for layer, count, ids in zip(plan.layer_ids, plan.experts, plan.keep, strict=True)
    ]
    return replace(plan, keep=tuple(kept))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "model", mixtral_config(layers=3), mixtral(layers=3))


def config_of(folder: Path) -> dict[str, object]:
    config: dict[str, object] = json.loads((folder / "config.json").read_text())
    return config


def test_config_says_each_layers_number(tmp_path: Path, model: Path) -> None:
    counts = iter((5, 8, 2))
    result = export(model, tmp_path / "out", plan_of(model, lambda _: range(next(counts))))
    config = config_of(tmp_path / "out")
    assert config["num_local_experts"] == 8
    assert config["per_layer_config"] == {
        "0": {"num_local_experts": 5},
        "2": {"num_local_experts": 2},
    }
    assert config["auto_map"] == {"AutoModelForCausalLM": "modeling_seer.SeerForCausalLM"}
    assert not result.uniform
    assert result.verified
    info = inspect_model(tmp_path / "out")
    assert (info.experts, info.problems) == ((5, 8, 2), ())


@pytest.mark.timeout(600)  # the first one imports torch
@pytest.mark.parametrize("model_type", KINDS)
def test_ragged_model_has_the_masked_models_logits(model_type: str, tmp_path: Path) -> None:
    folder = tiny_model(model_type, tmp_path)
    plan = ragged_plan(folder)
    assert not plan.uniform
    export(folder, tmp_path / "out", plan)
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.complete
    assert check.max_difference is not None
    assert check.max_difference < 1e-5
    assert check.top1_agreement == 1.0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("model_type", "named"),
    [
        ("bailing_hybrid", "BailingMoeV3ForCausalLM"),
        ("exaone_moe", "ExaoneMoEForCausalLM"),
        ("jetmoe", "JetMoEForCausalLM"),
        ("phimoe", "PhiMoEForCausalLM"),
        ("sarvam_mla", "SarvamMLAForCausalLM"),
        ("sarvam_moe", "SarvamMoEForCausalLM"),
    ],
)
def test_a_file_that_names_a_class_of_its_own_code_is_ragged_under_the_stock_one(
    model_type: str, named: str, tmp_path: Path
) -> None:
    folder = tiny_model(model_type, tmp_path, tokenizer=False)
    config = config_of(folder) | {"architectures": [named]}
    if model_type.startswith("sarvam"):  # as the published files spell them
        for key in ("experts", "shared_experts"):
            own = "n_routed_experts" if key == "experts" else f"n_{key}"
            config[f"num_{key}"] = config.pop(own)
    (folder / "config.json").write_text(json.dumps(config))
    plan = ragged_plan(folder)
    export(folder, tmp_path / "out", plan)
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.complete
    assert check.max_difference is not None
    assert check.max_difference < 1e-5
    assert named not in (tmp_path / "out" / "modeling_seer.py").read_text(encoding="utf-8")
    stock = transformers.AutoModelForCausalLM.from_pretrained(folder)
    for stream in ("never", "always"):
        live = load_model(folder, device="cpu", dtype="float32", stream=stream, run=Run())
        assert type(live.model.config) is type(stock.config)
        shapes = {name: tensor.shape for name, tensor in live.model.state_dict().items()}
        assert shapes == {name: tensor.shape for name, tensor in stock.state_dict().items()}


STOCK = """
import sys, torch, transformers
auto_class = getattr(transformers, sys.argv[3])
model = auto_class.from_pretrained(sys.argv[1], trust_remote_code=True).eval()
ids = torch.arange(3, 19)[None]
with torch.inference_mode():
    torch.save(model(input_ids=ids, use_cache=False).logits, sys.argv[2])
print(type(model).__module__.split(".")[-1])
"""


def by_stock_auto_class(folder: Path, tmp_path: Path) -> torch.Tensor:
    """Logits of a model loaded as a stranger loads it, with the file that lies beside."""
    target = tmp_path / "logits.pt"
    done = subprocess.run(
        [sys.executable, "-c", STOCK, str(folder), str(target), inspect_model(folder).auto_class],
        env=os.environ | {"HF_MODULES_CACHE": str(tmp_path / "modules")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "modeling_seer", done.stderr
    return torch.load(target)


STRANGER = """
import sys, torch, transformers

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("core", "app", "resources"):
            raise ImportError(name)

sys.meta_path.insert(0, Nothing())
folder, again = sys.argv[1:]
load = transformers.AutoModelForCausalLM.from_pretrained
common = {"trust_remote_code": True, "dtype": torch.float32}
model = load(folder, **common).eval()
assert model.config._experts_implementation == "grouped_mm", model.config._experts_implementation
ids = torch.arange(3, 19)[None]
expected = model(input_ids=ids).logits
assert model.generate(input_ids=ids, max_new_tokens=4, do_sample=False).shape == (1, 20)
model.save_pretrained(again)
for options in ({}, {"experts_implementation": "eager"}, {"attn_implementation": "eager"}):
    found, said = load(again, output_loading_info=True, **common, **options)
    assert not any(said.values()), said
    torch.testing.assert_close(found.eval()(input_ids=ids).logits, expected, rtol=1e-4, atol=1e-5)
    assert sum(p.numel() for p in found.parameters()) == sum(p.numel() for p in model.parameters())
"""


@pytest.mark.timeout(600)  # imports torch in a process of its own
def test_a_stranger_saves_a_ragged_model_and_loads_it_again(tmp_path: Path) -> None:
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    config = config_of(folder) | {"output_router_logits": True}
    (folder / "config.json").write_text(json.dumps(config))
    export(folder, tmp_path / "out", ragged_plan(folder))
    done = subprocess.run(
        [sys.executable, "-I", "-c", STRANGER, str(tmp_path / "out"), str(tmp_path / "again")],
        env=os.environ | {"HF_MODULES_CACHE": str(tmp_path / "modules")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = inspect_model(tmp_path / "again")
    assert (again.experts, again.problems) == (inspect_model(tmp_path / "out").experts, ())
    load_model(tmp_path / "again", device="cpu", run=Run())


@pytest.mark.timeout(600)  # imports torch in a process of its own
@pytest.mark.parametrize(
    "model_type",
    [
        "qwen3_moe",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in (
                *("bailing_hybrid", "deepseek_v4", "jetmoe", "qwen3_5_moe", "gemma4"),
                *("sarvam_mla", "sarvam_moe", "lara_mini"),
                *(
                    "qwen3_vl_moe",
                    "glm4v_moe",
                    "aria",
                    "minimax_m3_vl",
                    "step3p7",
                    "mistral_large4",
                ),
            )
        ),
    ],
)
def test_stock_auto_class_loads_it_with_the_file_that_lies_beside(
    model_type: str, tmp_path: Path
) -> None:
    build = tiny_multimodal if model_type in TOWERS else tiny_model
    folder = build(model_type, tmp_path)
    plan = ragged_plan(folder)
    export(folder, tmp_path / "out", plan)
    live = load_model(folder, device="cpu", dtype="float32", run=Run())
    with masked(live, plan), torch.inference_mode():
        expected = live.model(input_ids=torch.arange(3, 19)[None], use_cache=False).logits
    torch.testing.assert_close(
        by_stock_auto_class(tmp_path / "out", tmp_path), expected, rtol=1e-5, atol=1e-5
    )


def test_pruning_a_ragged_model_to_one_number_makes_it_stock_again(
    tmp_path: Path, model: Path
) -> None:
    counts = iter((5, 8, 4))
    export(model, tmp_path / "ragged", plan_of(model, lambda _: range(next(counts))))
    export(tmp_path / "ragged", tmp_path / "even", plan_of(tmp_path / "ragged", lambda _: range(4)))
    export(model, tmp_path / "direct", plan_of(model, lambda _: range(4)))
    assert config_of(tmp_path / "even") == config_of(tmp_path / "direct")
    assert tensor_bytes(tmp_path / "even") == tensor_bytes(tmp_path / "direct")
    assert not (tmp_path / "even" / "modeling_seer.py").exists()


def test_other_per_layer_entries_stay(tmp_path: Path) -> None:
    config = mixtral_config(per_layer_config={"1": {"sliding_window": 8, "num_experts": 8}})
    folder = write_folder(tmp_path / "model", config, mixtral())
    counts = iter((4, 3))
    export(folder, tmp_path / "out", plan_of(folder, lambda _: range(next(counts))))
    assert config_of(tmp_path / "out")["per_layer_config"] == {
        "1": {"sliding_window": 8, "num_local_experts": 3}
    }


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"model_type": "x", "text_config": mixtral_config()}, "names no causal language model"),
        (mixtral_config(architectures=None), "names no causal language model"),
        (mixtral_config(architectures=["os.system('x')ForCausalLM"]), "names no causal"),
    ],
)
def test_models_that_the_loader_cannot_extend_are_refused(
    tmp_path: Path, config: dict[str, object], word: str
) -> None:
    folder = write_folder(tmp_path / "model", config, mixtral())
    counts = iter((4, 3))
    with pytest.raises(PlanError, match=word) as caught:
        export(folder, tmp_path / "out", plan_of(folder, lambda _: range(next(counts))))
    assert "uniform" in caught.value.remedy
    assert export(folder, tmp_path / "out", plan_of(folder, odd)).uniform


@pytest.mark.timeout(600)
def test_ragged_model_can_be_loaded_measured_and_pruned_further(tmp_path: Path) -> None:
    import torch

    from core.pruning import masked, shrink
    from core.runtime import load_model

    folder = tiny_model("qwen3_moe", tmp_path)
    export(folder, tmp_path / "out", ragged_plan(folder))
    live = load_model(tmp_path / "out", device="cpu", run=Run())
    assert live.info.experts == (6, 4)
    ids = torch.arange(40)[None]
    plan = plan_of(tmp_path / "out", lambda count: range(0, count, 2))
    with torch.inference_mode():
        plain = live.model(ids).logits
        with masked(live, None):
            assert torch.equal(live.model(ids).logits, plain)
        with masked(live, plan):
            hidden = live.model(ids).logits
        assert not torch.equal(hidden, plain)
        assert torch.equal(shrink(live, plan).model(ids).logits, hidden)
