"""Every command's JSON has the keys of the contract, and its figures are true."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint import inspect_model
from core.families import FAMILIES, REFUSED
from core.planning import Plan, cost
from core.profiling import load_profile
from core.scoring import routed_mass, score
from tests.core.cli.conftest import Seer
from tests.tiny import tiny_model

PARAMETERS = {
    "total",
    "active",
    "routed_experts",
    "shared_experts",
    "router",
    "attention",
    "embedding",
    "other",
}


def test_inspect_prints_what_the_contract_names(seer: Seer, model: Path) -> None:
    found = seer("inspect", model, "--json").json
    assert {
        "model_type",
        "layers",
        "moe_layers",
        "experts",
        "top_k",
        "routing",
        "shared_experts",
        "dtype",
        "parameters",
        "bytes",
        "files",
        "fingerprint",
        "problems",
    } <= set(found)
    assert set(found["parameters"]) >= PARAMETERS
    assert (found["model_type"], found["experts"], found["top_k"]) == ("mixtral", [8, 8], 2)
    assert found["bytes"] == 4 * found["parameters"]["total"]


def test_families_prints_every_row_and_every_refusal(seer: Seer) -> None:
    found = seer("families", "--json").json
    assert {row["model_type"] for row in found["families"]} == set(FAMILIES)
    assert found["refused"] == dict(REFUSED)
    text = seer("families").out
    assert all(name in text for name in FAMILIES)


def test_inspect_tells_what_is_particular_of_a_family(seer: Seer, tmp_path: Path) -> None:
    folder = tiny_model("phimoe", tmp_path, tokenizer=False)
    remarks = seer("inspect", folder, "--json").json["remarks"]
    assert any("No other Top-K" in remark for remark in remarks)
    assert "No other Top-K" in seer("inspect", folder).out
    assert seer("inspect", "demo", "--json").json["remarks"] == []


def test_cost_of_a_plan_is_what_the_checkpoint_will_weigh(
    seer: Seer, model: Path, plan: Path, tmp_path: Path
) -> None:
    found = seer("cost", model, "--plan", plan, "--context", 100, "--json").json
    assert set(found) >= {"parameters", "bytes", "flops_per_token", "expert_share", "context"}
    assert set(found["flops_per_token"]) == {
        "attention_projections",
        "attention_scores",
        "router",
        "routed_experts",
        "shared_experts",
        "dense_mlp",
        "head",
        "total",
    }
    assert found["context"] == 100
    written = seer("export", model, "--plan", plan, "-o", tmp_path / "out", "--json").json
    after = inspect_model(tmp_path / "out")
    assert found["parameters"] == after.parameters.to_json()
    assert found["bytes"] == after.bytes
    assert found["flops_per_token"] == cost(after, context=100).flops.to_json()
    assert written["uniform"] is True


def test_a_lower_top_k_costs_fewer_flops(seer: Seer, model: Path) -> None:
    two, one = (seer("cost", model, *more, "--json").json for more in ((), ("--top-k", 1)))
    routed = "routed_experts"
    assert two["flops_per_token"][routed] == 2 * one["flops_per_token"][routed]
    assert one["parameters"]["active"] < two["parameters"]["active"]


def test_nothing_is_counted_for_a_top_k_that_no_layer_has(
    seer: Seer, model: Path, plan: Path
) -> None:
    experts = inspect_model(model).experts[0]
    kept = min(map(len, Plan.load(plan).keep))
    for most, more in ((experts, ()), (kept, ("--plan", plan))):
        assert seer("cost", model, *more, "--top-k", most).code == 0
        refused = seer("cost", model, *more, "--top-k", most + 1)
        assert refused.code == 1
        assert f"cannot choose {most + 1} experts" in refused.err
        assert f"--top-k {most} or less" in refused.err


@pytest.mark.timeout(300)
def test_a_folder_with_nothing_but_a_config_has_a_cost(seer: Seer) -> None:
    config = Path(__file__).parents[3] / "resources" / "configs" / "mixtral-8x7b"
    found = seer("cost", config, "--json").json
    assert round(found["parameters"]["total"] / 1e9, 1) == 46.7
    assert round(found["parameters"]["active"] / 1e9, 1) == 12.9
    assert found["context_for_share"]["saved_by_top_1"] == pytest.approx(0.275, abs=0.001)


@pytest.mark.timeout(300)
def test_profile_prints_what_the_contract_names_and_writes_the_file(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    found = seer(
        *("profile", model, "--source", f"prose={texts / 'prose.txt'}"),
        *("--source", f"code={texts / 'code.jsonl'}#text", "--max-tokens", 600),
        *("--seq-len", 32, "-o", tmp_path / "p.safetensors", "--json", "--device", "cpu"),
    ).json
    assert set(found) >= {
        "tokens",
        "sequences",
        "domains",
        "seconds",
        "tokens_per_second",
        "streamed",
        "peak_rss_bytes",
        "peak_device_bytes",
        "output",
    }
    assert (found["tokens"], found["domains"]) == (600, ["prose", "code"])
    profile = load_profile(tmp_path / "p.safetensors")
    assert profile.total_tokens == 600
    assert profile.model_fingerprint == inspect_model(model).fingerprint
    assert [p.name for p in tmp_path.iterdir()] == ["p.safetensors"]


@pytest.mark.timeout(300)
def test_evaluate_measures_a_plan_by_masking_it(
    seer: Seer, model: Path, texts: Path, plan: Path
) -> None:
    source = ("--source", f"prose={texts / 'prose.txt'}", "--max-tokens", 400, "--seq-len", 64)
    whole = seer("evaluate", model, *source, "--json").json
    assert set(whole) >= {"perplexity", "tokens", "kl", "top1_agreement", "tasks"}
    assert set(whole["perplexity"]) == {"overall", "prose"}
    assert whole["kl"] is None
    masked = seer("evaluate", model, *source, "--plan", plan, "--json").json
    assert masked["kl"] > 0
    assert 0 <= masked["top1_agreement"] < 1
    assert masked["perplexity"]["overall"] != whole["perplexity"]["overall"]
    same = seer("evaluate", model, *source, "--reference", model, "--json").json
    assert same["kl"] == pytest.approx(0, abs=1e-6)
    assert same["top1_agreement"] == 1


@pytest.mark.timeout(300)
def test_streaming_changes_no_number(
    seer: Seer, model: Path, texts: Path, plan: Path, tmp_path: Path
) -> None:
    source = ("--source", f"prose={texts / 'prose.txt'}", "--max-tokens", 400, "--seq-len", 64)
    found = {}
    for how in ("never", "always"):
        path = tmp_path / f"{how}.safetensors"
        words = ("--stream", how, "--device", "cpu", "--dtype", "float32", "--json")
        profiled = seer("profile", model, *source, "-o", path, *words).json
        assert profiled["streamed"] is (how == "always")
        measured = seer("evaluate", model, *source, "--plan", plan, *words).json
        found[how] = (load_profile(path).fingerprint, measured["perplexity"], measured["kl"])
    assert found["never"] == found["always"]


@pytest.mark.timeout(300)
def test_the_exported_model_measures_as_the_masked_one_does(
    seer: Seer, model: Path, texts: Path, plan: Path, tmp_path: Path
) -> None:
    source = ("--source", f"prose={texts / 'prose.txt'}", "--max-tokens", 400, "--seq-len", 64)
    masked = seer("evaluate", model, *source, "--plan", plan, "--json").json
    seer("export", model, "--plan", plan, "-o", tmp_path / "out")
    reloaded = seer(
        "evaluate", tmp_path / "out", *source, "--reference", model, "--json", "--quiet"
    ).json
    assert reloaded["perplexity"]["overall"] == pytest.approx(
        masked["perplexity"]["overall"], rel=1e-5
    )
    assert reloaded["kl"] == pytest.approx(masked["kl"], rel=1e-4)


def test_score_prints_every_expert(seer: Seer, profile: Path) -> None:
    found = seer("score", profile, "--metric", "reap", "--domain-weight", "code=0", "--json").json
    expected = score(load_profile(profile), "reap", {"code": 0.0})
    got = np.array([[np.nan if x is None else x for x in row] for row in found["scores"]])
    np.testing.assert_allclose(got[np.isfinite(expected)], expected[np.isfinite(expected)])
    assert found["layers"] == [0, 1]
    assert found["formula"] == "Σ_{T_e} g‖f‖ / |T_e|"


def test_plan_prints_what_the_contract_names_and_writes_the_plan(
    seer: Seer, model: Path, profile: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    found = seer("plan", profile, "--metric", "soft-count", "--keep", "75%", "-o", path, "--json")
    found = found.json
    assert set(found) >= {
        "metric",
        "scope",
        "kept",
        "dropped",
        "coverage",
        "uniform",
        "parameters",
        "bytes",
        "problems",
        "output",
    }
    assert (found["metric"], found["scope"], found["kept"]) == ("soft-count", "layer", [6, 6])
    assert (found["dropped"], found["uniform"], found["output"]) == (4, True, str(path))
    plan, observed, info = Plan.load(path), load_profile(profile), inspect_model(model)
    assert plan.made_by.profile == observed.fingerprint
    mass = routed_mass(observed)
    assert found["coverage"] == pytest.approx(mass[plan.kept_LE].sum() / mass.sum())
    assert found["parameters"] == cost(info, plan).parameters.to_json()
    assert found["bytes"] == cost(info, plan).bytes
    scores = score(observed, "soft-count")
    for row, kept in enumerate(plan.keep):
        assert set(np.argsort(-scores[row])[:6].tolist()) == set(kept)


def test_export_prints_what_the_contract_names(
    seer: Seer, model: Path, plan: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    found = seer("export", model, "--plan", plan, "-o", out, "--shard-size", "200kB", "--json").json
    assert set(found) >= {
        "output",
        "bytes_in",
        "bytes_out",
        "seconds",
        "files",
        "uniform",
        "verified",
        "peak_rss_bytes",
    }
    assert (found["output"], found["verified"], found["uniform"]) == (str(out), True, True)
    assert found["files"] == len(list(out.glob("*.safetensors")))
    assert found["bytes_out"] < found["bytes_in"]
    assert json.loads((out / "config.json").read_text())["num_local_experts"] == 6
    assert json.loads((out / "seer.json").read_text())["plan"]["seer_plan"] == 1
    assert (out / "README.md").exists()


@pytest.fixture
def plan(seer: Seer, profile: Path, tmp_path: Path) -> Path:
    """Six of eight experts per layer by soft count."""
    path = tmp_path / "quarter.json"
    assert seer("plan", profile, "--keep", 6, "-o", path, "--quiet").code == 0
    return path
