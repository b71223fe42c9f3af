"""What `seer plan` does with its flags."""

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint import inspect_model
from core.planning import Plan
from core.profiling import load_profile, save_profile
from core.report.origin import plan_command
from tests.core.cli.conftest import Seer
from tests.tiny import tiny_model
from tests.values import made_profile


def made(seer: Seer, profile: Path, tmp_path: Path, *words: object) -> tuple[Plan, dict]:
    path = tmp_path / "plan.json"
    found = seer("plan", profile, *words, "-o", path, "--json").json
    return Plan.load(path), found


def test_global_scope_keeps_the_same_number_on_average(
    seer: Seer, profile: Path, tmp_path: Path
) -> None:
    plan, found = made(
        seer, profile, tmp_path, "--keep", 5, "--scope", "global", "--floor", 3, "--metric", "reap"
    )
    assert plan.kept_L.sum() == 10
    assert plan.kept_L.min() >= 3
    assert found["scope"] == "global"


def test_coverage_reaches_what_was_asked_for(seer: Seer, profile: Path, tmp_path: Path) -> None:
    _, found = made(seer, profile, tmp_path, "--coverage", "0.9", "--metric", "gate-sum")
    assert found["coverage"] >= 0.9
    assert found["dropped"] > 0
    _, percent = made(seer, profile, tmp_path, "--coverage", "90%", "--metric", "gate-sum")
    assert percent["kept"] == found["kept"]


def test_locks_win_and_are_written_down(seer: Seer, profile: Path, tmp_path: Path) -> None:
    plan, _ = made(
        *(seer, profile, tmp_path, "--keep", 4),
        *("--lock-keep", "0:0,0:1,0:2,0:3", "--lock-drop", "1:7"),
    )
    assert plan.keep[0] == (0, 1, 2, 3)
    assert 7 not in plan.keep[1]
    assert plan.locks.drop == {(1, 7)}


def test_super_experts_are_kept_unless_protection_is_off(
    seer: Seer, profile: Path, tmp_path: Path
) -> None:
    protected, _ = made(seer, profile, tmp_path, "--keep", 2, "--metric", "random", "--seed", 3)
    free, _ = made(
        *(seer, profile, tmp_path, "--keep", 2, "--metric", "random", "--seed", 3),
        "--no-protect",
    )
    assert protected.made_by.protected
    assert all(protected.kept_LE[cell] for cell in protected.made_by.protected)
    assert not free.made_by.protected


def test_uniform_evens_a_ragged_choice_out(seer: Seer, profile: Path, tmp_path: Path) -> None:
    words = ("--keep", 5, "--scope", "global", "--lock-keep", "0:0,0:1,0:2,0:3,0:4,0:5,0:6")
    ragged, found = made(seer, profile, tmp_path, *words)
    assert not found["uniform"]
    assert [problem["kind"] for problem in found["problems"]] == ["ragged"]
    even, found = made(seer, profile, tmp_path, *words, "--uniform")
    assert found["uniform"]
    assert even.kept_L.tolist() == [7, 7]
    assert ragged.made_by.options != even.made_by.options


def test_the_same_command_gives_the_same_file(seer: Seer, profile: Path, tmp_path: Path) -> None:
    one, _ = made(seer, profile, tmp_path, "--keep", 4, "--metric", "man")
    other, _ = made(seer, profile, tmp_path, "--keep", 4, "--metric", "man")
    assert one == other


def test_a_grouped_router_keeps_its_groups_equal_down_to_the_exported_model(
    seer: Seer, tmp_path: Path
) -> None:
    folder = tiny_model("deepseek_v3", tmp_path, tokenizer=False)
    info = inspect_model(folder)
    observed = replace(
        made_profile(experts=info.experts, top_k=info.top_k, options={"model": str(folder)}),
        model_fingerprint=info.fingerprint,
        model_type=info.model_type,
        layer_ids=info.moe_layers,
    )
    save_profile(observed, tmp_path / "p.safetensors")
    path = tmp_path / "plan.json"
    result = seer("plan", tmp_path / "p.safetensors", "--keep", 9, "-o", path, "--json")
    assert result.json["kept"] == [12, 12]  # 4 groups: the next multiple
    assert "keeps 12 per layer instead of 9" in result.err
    by_group = Plan.load(path).kept_LE.reshape(2, 4, 4).sum(axis=2)
    assert (by_group == 3).all()
    seer("export", folder, "--plan", path, "-o", tmp_path / "out")
    after = inspect_model(tmp_path / "out")
    assert (after.experts, after.problems) == ((12, 12), ())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--keep", 1), "a token chooses 2 experts, so a layer cannot keep 1; try: --keep 2"),
        (("--keep", "0%"), "cannot keep '0%' experts"),
        (("--keep", "some"), "cannot keep 'some' experts"),
        (("--threshold", "nan"), "nan is no score to compare with"),
        (("--coverage", "95"), "'95' is not a share"),
        (("--keep", 4, "--metric", "magic"), "no metric 'magic'; try: one of soft-count"),
        (("--keep", 4, "--domain-weight", "latin=1"), "no domain 'latin'; try: one of prose, code"),
        (("--keep", 4, "--domain-weight", "latin"), "'latin' is not DOMAIN=WEIGHT"),
        (("--keep", 4, "--lock-keep", "9:1"), "layer 9 has no routed experts"),
        (("--keep", 4, "--lock-keep", "0:99"), "expert 99"),
        (("--keep", 4, "--lock-keep", "one"), "'one' is not LAYER:EXPERT"),
        (("--keep", 4, "--lock-drop", "0:0,0:1,0:2,0:3,0:4,0:5,0:6"), "locks leave no more"),
        (("--keep", 4, "--lock-drop", "0:0", "--lock-keep", "0:0"), "to stay and to go"),
    ],
)
def test_a_request_that_cannot_be_met_is_one_line_with_a_remedy(
    seer: Seer, profile: Path, tmp_path: Path, words: tuple[object, ...], message: str
) -> None:
    result = seer("plan", profile, *words, "-o", tmp_path / "plan.json", "--json")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1
    assert message in result.err
    assert not (tmp_path / "plan.json").exists()


def test_a_threshold_keeps_the_scores_from_it_up_in_all_layers(
    seer: Seer, profile: Path, tmp_path: Path
) -> None:
    words = ("--metric", "reap")
    scores = np.array(seer("score", profile, *words, "--json").json["scores"])
    at = float(np.sort(scores.ravel())[6])
    plan, found = made(seer, profile, tmp_path, "--threshold", at, *words, "--no-protect")
    assert plan.dropped == 6
    assert np.array_equal(plan.kept_LE, scores >= at)
    assert (found["scope"], plan.made_by.options["threshold"]) == ("global", at)
    # The line that the window copies makes the same plan.
    line = shlex.split(plan_command(plan, profile))
    assert line[line.index("--threshold") + 1] == repr(at)
    again, _ = made(seer, *(Path(line[2]), tmp_path), *line[3:-2], "--no-protect")
    assert again == plan


@pytest.mark.parametrize("option", ["policy", "max_ppl_increase"])
def test_a_plan_that_was_measured_is_not_offered_as_a_line_that_would_make_another(
    seer: Seer, profile: Path, tmp_path: Path, option: str
) -> None:
    plan, _ = made(seer, profile, tmp_path, "--keep", 4)
    assert plan_command(plan, profile).startswith("seer plan")
    by = replace(plan.made_by, options={**plan.made_by.options, option: "joint"})
    assert plan_command(replace(plan, made_by=by), profile) == ""


def test_a_threshold_keeps_a_floor(seer: Seer, profile: Path, tmp_path: Path) -> None:
    above = ("--threshold", 1e9, "--metric", "reap", "--no-protect")
    plan, _ = made(seer, profile, tmp_path, *above)
    assert plan.kept_L.tolist() == [2, 2]  # Top-K
    plan, _ = made(seer, profile, tmp_path, *above, "--floor", 4)
    assert plan.kept_L.tolist() == [4, 4]


def test_keep_and_coverage_together_are_wrong_usage(
    seer: Seer, profile: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    assert seer("plan", profile, "-o", path).code == 2
    assert seer("plan", profile, "--keep", 4, "--coverage", 0.9, "-o", path).code == 2
    assert seer("plan", profile, "--keep", 4, "--threshold", 1, "-o", path).code == 2
    assert seer("plan", profile, "--coverage", 0.9, "--threshold", 1, "-o", path).code == 2
    assert not path.exists()


def test_a_model_that_is_gone_leaves_its_figures_out_with_a_warning(
    seer: Seer, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = replace(load_profile(profile), options={"model": str(tmp_path / "gone")})
    save_profile(moved, tmp_path / "moved.safetensors")
    result = seer(
        "plan", tmp_path / "moved.safetensors", "--keep", 4, "-o", tmp_path / "plan.json", "--json"
    )
    assert result.json["parameters"] is None
    assert result.json["kept"] == [4, 4]
    assert "warning: no parameters and bytes" in result.err
    assert "--model" in result.err


def test_an_unfinished_profile_is_used_with_a_warning(
    seer: Seer, profile: Path, tmp_path: Path
) -> None:
    stopped = replace(load_profile(profile), batches_total=1000)
    save_profile(stopped, tmp_path / "p.safetensors")
    result = seer("score", tmp_path / "p.safetensors", "--json")
    assert result.json["metric"] == "soft-count"
    assert "warning: the profile is of a pass that stopped after batch" in result.err


def test_a_model_other_than_the_profiled_one_is_refused(
    seer: Seer, profile: Path, model: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(model, other)
    config = (other / "config.json").read_text()
    (other / "config.json").write_text(
        config.replace('"rms_norm_eps": 1e-05', '"rms_norm_eps": 1e-06')
    )
    result = seer("plan", profile, "--keep", 4, "--model", other, "-o", tmp_path / "plan.json")
    assert result.code == 1
    assert "the profile was made on" in result.err
