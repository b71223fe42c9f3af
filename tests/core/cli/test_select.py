"""`seer select`: the object of `seer plan` and what was measured; a plan that all commands take."""

from pathlib import Path

import pytest

from core.planning import Plan
from tests.core.cli.conftest import Seer
from tests.core.cli.test_search import PLAN_KEYS, source


@pytest.mark.parametrize(
    ("policy", "more", "kept"),
    [
        ("iterative", ("--rounds", 2), [6, 6]),
        pytest.param("merge", (), [6, 6], marks=pytest.mark.slow),
        pytest.param("merge", ("--scope", "global", "--floor", 2), None, marks=pytest.mark.slow),
        ("allocate", ("--scope", "global"), None),
    ],
)
def test_select_writes_a_plan_that_evaluates_and_exports(
    *, seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path, policy, more, kept
) -> None:
    path = tmp_path / "plan.json"
    words = ("--policy", policy, "--keep", "75%", *source(texts), *more, "-o", path)
    found = seer("select", model, profile, *words, "--json").json
    assert set(found) >= PLAN_KEYS | {"policy", "kl", "measured", "passes", "tokens", "merged"}
    assert found["policy"] == policy
    assert sum(found["kept"]) == 12
    assert kept is None or found["kept"] == kept
    plan = Plan.load(path)
    assert (plan.kept_L.tolist(), plan.merged) == (found["kept"], found["merged"])
    assert not list(tmp_path.glob(".*"))
    measured = seer("evaluate", model, "--plan", path, *source(texts), "--json").json
    if found["kl"] is not None:
        assert found["measured"] > 0
        assert found["kl"] <= measured["kl"] * (1 + 1e-3)
    exported = seer("export", model, "--plan", path, "-o", tmp_path / "out", "--json").json
    assert exported["verified"]


def test_a_streamed_model_is_read_once_for_many_masks_and_the_choice_is_the_same(
    *, seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    words = (model, profile, "--policy", "joint", "--keep", 7, *source(texts), "--json")
    inside = seer("select", *words, "--stream", "never", "-o", one)
    streamed = seer("select", *words, "--stream", "always", "-o", other)
    assert Plan.load(other).keep == Plan.load(one).keep
    assert streamed.json["measured"] == inside.json["measured"] > 8
    assert "each reading of the model measures up to" in streamed.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--policy", "best", "--keep", 6), "no policy 'best'"),
        (("--policy", "allocate", "--keep", 6), "--scope global"),
        (("--keep", 1), "--keep 2 or more"),
        (("--keep", "none"), "cannot keep 'none'"),
    ],
)
def test_what_cannot_be_selected_is_refused_with_a_remedy(
    *, seer: Seer, model: Path, profile: Path, texts: Path, tmp_path: Path, words, said
) -> None:
    out = seer("select", model, profile, *source(texts), *words, "-o", tmp_path / "p.json")
    assert out.code == 1
    assert said in out.err
    assert not list(tmp_path.iterdir())
