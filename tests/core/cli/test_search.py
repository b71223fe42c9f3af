"""`seer search`: the contract's object, and a plan that keeps its promise."""

from pathlib import Path

import pytest

from core.planning import Plan
from tests.core.cli.conftest import Seer

PLAN_KEYS = {
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


def source(texts: Path) -> tuple[object, ...]:
    return ("--source", texts, "--max-tokens", 600, "--seq-len", 64, "--device", "cpu")


@pytest.mark.parametrize("more", [(), ("--scope", "global", "--floor", 3)])
def test_search_writes_a_plan_whose_measured_loss_is_within_the_limit(
    *, seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path, more: tuple
) -> None:
    path = tmp_path / "plan.json"
    words = ("--metric", "weighted-ean-sum", *source(texts), *more, "-o", path)
    found = seer("search", model, profile, *words, "--max-ppl-increase", "1%", "--json").json
    assert set(found) >= PLAN_KEYS | {"perplexity", "perplexity_original", "increase", "trials"}
    assert found["increase"] <= found["max_increase"] == 0.01
    assert found["trials"]
    plan = Plan.load(path)
    assert plan.kept_L.tolist() == found["kept"]
    assert plan.made_by.options["max_ppl_increase"] == "1%"
    measured = seer("evaluate", model, "--plan", path, *source(texts), "--json").json
    assert measured["perplexity"] == pytest.approx(found["perplexity"])
    assert measured["reference_perplexity"] == pytest.approx(found["perplexity_original"])
    assert not list(tmp_path.glob(".*")), "nothing is left beside the plan"


@pytest.mark.slow
def test_a_looser_limit_never_finds_a_larger_plan(
    seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path
) -> None:
    dropped = []
    for limit in ("0.1%", "300%"):
        path = tmp_path / "plan.json"
        words = (*source(texts), "-o", path, "--max-ppl-increase", limit, "--json")
        dropped.append(seer("search", model, profile, *words).json["dropped"])
    assert dropped[0] <= dropped[1] == 12, "2 of 8 experts are the least that Top-2 allows"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-ppl-increase", "much"), "is not an increase"),
        (("--max-ppl-increase", "-3%"), "is not an increase"),
        (("--max-ppl-increase", "5%", "--metric", "best"), "no metric 'best'"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_is_loaded(
    *, seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path, words, said
) -> None:
    out = seer("search", model, profile, *source(texts), *words, "-o", tmp_path / "p.json")
    assert out.code == 1
    assert said in out.err
    assert "try:" in out.err
    assert not list(tmp_path.iterdir())


def test_a_profile_of_another_model_is_refused(
    seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path
) -> None:
    from core.profiling import save_profile
    from tests.values import made_profile

    other = tmp_path / "other.safetensors"
    save_profile(made_profile(experts=(8, 8)), other)
    words = (*source(texts), "--max-ppl-increase", "5%", "-o", tmp_path / "p.json")
    out = seer("search", model, other, *words)
    assert out.code == 1
    assert "fingerprint" in out.err
    assert not (tmp_path / "p.json").exists()
