"""`seer evaluate --task` and `--stride` as a script uses them."""

import json
import sys

from tests.core.cli.conftest import Seer

ROWS = [
    {"question": "What is 2 + 2?", "choices": ["3", "4"], "answer": n % 2, "subject": "maths"}
    for n in range(6)
]


def test_tasks_need_no_texts_and_answer_as_the_contract_says(seer: Seer, model, tmp_path):
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    words = ("evaluate", model, "--task", tmp_path / "sums.jsonl", "--cache", tmp_path / "c")
    found = seer(*words, "--json").json
    assert found["tasks"]["sums"]["n"] == 6
    assert found["tasks"]["sums"]["accuracy"] == 0.5  # one answer to six equal questions
    assert found["tasks"]["sums"]["by_subject"] == {"maths": {"accuracy": 0.5, "n": 6}}
    assert found["perplexity"] == {}
    again = seer(*words)
    assert "6 of 6 questions were answered before" in again.err
    assert "accuracy 50.0 ± 22.4 % of 6, guessing 50.0 %" in again.out
    styled = seer(*words, "--task-style", "text", "--length-normalised", "--task-limit", "2")
    assert "of 2, guessing" in styled.out
    assert len(list((tmp_path / "c").iterdir())) == 2


def test_texts_tasks_and_a_plan_are_measured_in_one_command(seer: Seer, model, texts, tmp_path):
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    found = seer(
        *("evaluate", model, "--source", texts / "prose.txt", "--top-k", 1),
        *("--task", f"mine={tmp_path / 'sums.jsonl'}", "--no-cache", "--json"),
        *("--max-tokens", 400, "--seq-len", 64, "--stride", 32),
    ).json
    assert set(found["tasks"]) == set(found["reference_tasks"]) == {"mine"}
    assert found["perplexity"]["prose"] > 1
    assert found["tokens"] == 399  # each token but the first, once


def test_nothing_to_measure_is_wrong_usage(seer: Seer, model):
    outcome = seer("evaluate", model)
    assert outcome.code == 2
    assert "--source, a --task" in outcome.err


def test_the_harness_is_an_extra_whose_absence_is_said_before_loading(
    seer: Seer, model, monkeypatch
):
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    outcome = seer("evaluate", model, "--lm-eval", "hellaswag")
    assert outcome.code == 1
    assert "try: pip install 'seer-studio[lm-eval]'" in outcome.err
    assert "loading" not in outcome.err
