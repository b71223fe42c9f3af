"""`seer demo`: everything once, on the bundled model."""

from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from core.planning import Plan
from core.profiling import load_profile
from resources import demo_model_dir, demo_texts_dir
from tests.core.cli.conftest import Seer

bundled = pytest.mark.skipif(
    not (demo_model_dir() / "model.safetensors").exists() or not demo_texts_dir("heldout").exists(),
    reason="the demo model is not there yet",
)


@bundled
@pytest.mark.timeout(600)
def test_the_demo_goes_from_profile_to_a_verified_checkpoint(seer: Seer, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    found = seer("demo", "--max-tokens", 1800, "-o", out, "--json", "--quiet").json
    assert set(found) >= {"profile", "plan", "evaluate", "export", "output"}
    info, after = inspect_model(demo_model_dir()), inspect_model(out / "model")
    kept = round(0.75 * info.experts[0])
    assert after.experts == (kept,) * len(info.experts)
    assert found["plan"]["kept"] == list(after.experts)
    assert found["profile"]["tokens"] == 1800
    original, pruned = found["evaluate"]["original"], found["evaluate"]["pruned"]
    assert set(original["perplexity"]) == set(pruned["perplexity"])
    assert pruned["kl"] > 0
    assert found["export"]["verified"]
    assert found["reload"]["max_difference"] < 1e-4
    assert not found["reload"]["missing"]
    assert Plan.load(out / "plan.json").made_by.profile == (
        load_profile(out / "profile.safetensors").fingerprint
    )


@bundled
def test_the_demo_refuses_a_folder_with_something_in_it(seer: Seer, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = seer("demo", "-o", tmp_path)
    assert result.code == 1
    assert "is not empty" in result.err


@bundled
def test_demo_is_a_model_like_any_other(seer: Seer) -> None:
    assert seer("inspect", "demo", "--json").json["model_type"] == "mixtral"
    assert seer("cost", "demo", "--json").json["bytes"] == inspect_model(demo_model_dir()).bytes
