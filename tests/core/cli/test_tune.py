"""`seer tune` and `seer run`: what scripts may rely on."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from tests.core.cli.conftest import Seer

QUICK = (
    "--steps", 2, "--batch-size", 2, "--seq-len", 16, "--max-tokens", 400, "--lr", "0.01",
    "--eval-every", 0, "--save-every", 1, "--validation-tokens", 100, "--device", "cpu",
)  # fmt: skip


def test_tune_prints_what_the_contract_names_and_writes_a_checkpoint(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    found = seer("tune", model, "-s", texts, "-o", out, "--top-k", 1, *QUICK, "--json").json
    assert {
        "steps", "final_loss", "perplexity_before", "perplexity_after", "entropy_before",
        "entropy_after", "top_k", "output",
    } <= set(found)  # fmt: skip
    assert (found["steps"], found["top_k"], found["output"]) == (2, 1, str(out))
    assert inspect_model(out).top_k == 1
    tuning = json.loads((out / "seer.json").read_text())["tuning"]
    assert tuning["perplexity_after"] == found["perplexity_after"]
    card = (out / "README.md").read_text()
    assert "Fine-tuned" in card
    assert "Top-2 to Top-1" in card
    again = seer("evaluate", out, "-s", texts, "--max-tokens", 200, "--device", "cpu", "--json")
    assert again.json["perplexity"]["overall"] > 1


def test_tuning_into_a_folder_that_holds_something_is_refused(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    outcome = seer("tune", model, "-s", texts, "-o", tmp_path, "--top-k", 1, *QUICK)
    assert outcome.code == 1
    assert "is not empty" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_needs_no_text_is_refused_before_any_is_packed(
    seer: Seer, model: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "not-even-looked-for.txt"
    outcome = seer("tune", model, "-s", nowhere, "-o", tmp_path / "out", "--top-k", 3, *QUICK)
    assert outcome.code == 1
    assert "Top-3 is above the model's Top-2" in outcome.err
    assert "pack" not in outcome.err


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = seer("tune", model, "-s", texts, "-o", out, "--top-k", 1, "--dry-run", "--json")
    found = outcome.json
    assert found["memory_low"] < found["memory_high"]
    assert found["options"]["steps"] > 0
    assert [problem["code"] for problem in found["problems"]] == ["router_without_gradient"]
    assert "router gets no gradient" in outcome.err
    assert not list(tmp_path.iterdir())


def recipe(folder: Path, **changes: object) -> Path:
    path = folder / "job.json"
    path.write_text(json.dumps({"seer_recipe": 1, "command": "tune", "arguments": {}} | changes))
    return path


def test_a_recipe_does_what_its_command_line_does(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    arguments = {
        "model": str(model), "source": [str(texts)], "output": "out", "top-k": 1,
        "fractional": False, "steps": 1, "batch_size": 2, "seq_len": 16, "max_tokens": 300,
        "validation_tokens": 100, "device": "cpu", "save_every": 0, "eval_every": 0,
    }  # fmt: skip
    found = seer("run", recipe(tmp_path, arguments=arguments), "--json").json
    assert found["output"] == str(tmp_path / "out")
    assert found["options"]["fractional"] is False
    assert inspect_model(tmp_path / "out").top_k == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seer_recipe": 2}, "schema 2"),
        ({"command": "rm"}, "names the command 'rm'"),
        ({"arguments": {"stepz": 1}}, "no option 'stepz'"),
        ({"arguments": {"steps": {"a": 1}}}, "is {'a': 1}"),
        ({"arguments": {"steps": True}}, "takes a value"),
        ({"arguments": 3}, "no arguments"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(
    seer: Seer, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    outcome = seer("run", recipe(tmp_path, **changes))
    assert outcome.code == 1
    assert said in outcome.err


def test_a_recipes_words_name_places_beside_it_and_nothing_else(tmp_path: Path) -> None:
    from core.cli.recipe import read_recipe

    (tmp_path / "mine.jsonl").touch()
    arguments = {
        "model": "demo", "task": ["demo", "own=mine.jsonl", "hub:some/set", "mine.jsonl"],
        "source": ["demo", "x=mine.jsonl#text"], "cache": "kept", "top-k": 1,
    }  # fmt: skip
    path = recipe(tmp_path, command="evaluate", arguments=arguments)
    _, words = read_recipe(path)
    beside = tmp_path / "mine.jsonl"
    assert [b for a, b in pairwise(words) if a == "--task"] == [
        *("demo", f"own={beside}", "hub:some/set", str(beside)),
    ]
    assert [b for a, b in pairwise(words) if a == "--source"] == ["demo", f"x={beside}#text"]
    assert str(tmp_path / "kept") in words


@pytest.mark.parametrize("command", ["report", "tune-search", "speed", "inspect"])
def test_a_recipe_names_any_command_that_makes_something(
    seer: Seer, tmp_path: Path, command: str
) -> None:
    outcome = seer("run", recipe(tmp_path, command=command))
    assert outcome.code == (2 if command in {"report", "tune-search"} else 1), outcome.err


def test_a_recipe_with_a_missing_argument_is_wrong_usage(seer: Seer, tmp_path: Path) -> None:
    outcome = seer("run", recipe(tmp_path, arguments={"model": "demo"}))
    assert outcome.code == 2


def test_a_search_lists_its_trials_and_the_best(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    pytest.importorskip("optuna")
    found = seer(
        "tune-search", model, "-s", texts, "--work", tmp_path / "search", "--minutes", 0,
        "--top-k", 1, "--steps", 1, "--batch-size", 2, "--seq-len", 16, "--max-tokens", 300,
        "--validation-tokens", 100, "--device", "cpu", "--json",
    ).json  # fmt: skip
    assert [trial["number"] for trial in found["trials"]] == [0]
    assert found["best"] == found["trials"][0]
    assert found["best"]["perplexity"] > 1
