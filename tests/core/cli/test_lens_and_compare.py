"""`seer lens` and `seer compare` as a script uses them."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from core.profiling import load_lens, load_profile
from core.scoring import compare, layer_use, score


def test_a_lens_names_every_tokens_experts_and_what_a_plan_drops(seer, model, profile, tmp_path):
    plan = tmp_path / "plan.json"
    seer("plan", profile, "--keep", "4", "--model", model, "-o", plan)
    kept = json.loads(plan.read_text())["layers"]
    out = tmp_path / "lens.safetensors"
    words = ("lens", model, "--text", "The quick brown fox.", "--plan", plan, "-o", out)
    found = seer(*words, "--device", "cpu", "--json").json
    assert "".join(t["text"] for t in found["tokens"] if not t["special"]) == "The quick brown fox."
    some_lost = 0
    for token in found["tokens"]:
        assert [row["layer"] for row in token["layers"]] == found["layer_ids"]
        for row in token["layers"]:
            dropped = [e for e in row["experts"] if e not in kept[str(row["layer"])]["keep"]]
            assert row["lost"] == dropped
            gates = dict(zip(row["experts"], row["gates"], strict=True))
            expected = sum(gates[e] for e in dropped) / sum(gates.values())
            assert row["share_lost"] == pytest.approx(expected, abs=1e-5)
            some_lost += len(dropped)
    assert some_lost
    assert load_lens(out).text == "The quick brown fox."
    assert " fo " in seer(*words[:4], "--device", "cpu").out  # of its tokens


def test_a_lens_reads_a_file_and_stdin_and_says_what_it_left_out(
    seer, model, tmp_path, monkeypatch
):
    file = tmp_path / "text.txt"
    file.write_text("one two three four five six seven eight nine ten", encoding="utf-8")
    short = seer("lens", model, "--file", file, "--max-tokens", "4", "--device", "cpu", "--json")
    assert len(short.json["tokens"]) == 4
    assert "reads the first 4 of" in short.err
    stdin = SimpleNamespace(buffer=io.BytesIO("안녕".encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    found = seer("lens", model, "--file", "-", "--device", "cpu", "--json").json
    assert "".join(t["text"] for t in found["tokens"] if not t["special"]) == "안녕"
    file.write_bytes(b"\xff\xfe\xfa")
    assert "not UTF-8" in seer("lens", model, "--file", file).err
    assert seer("lens", model).code == 2
    assert seer("lens", model, "--text", " ").code == 1


def test_compare_of_two_domains_is_the_engines_own(seer, profile):
    found = seer(
        "compare", profile, "--domain-a", "prose", "--domain-b", "code", "--metric", "reap",
        "--top", "3", "--json",
    ).json  # fmt: skip
    made = load_profile(profile)
    expected = compare(
        score(made, "reap", {"code": 0.0}), score(made, "reap", {"prose": 0.0}), top=3
    )
    np.testing.assert_allclose(found["difference"], expected.difference_LE, rtol=1e-9)
    assert found["spearman"] == pytest.approx(expected.spearman)
    assert [(one["layer"], one["expert"]) for one in found["only_in_b"]] == [
        (made.layer_ids[one.row], one.expert) for one in expected.only_b
    ]


def test_compare_says_what_it_cannot_do(seer, profile):
    assert seer("compare", profile).code == 2
    wrong = seer("compare", profile, "--domain-a", "klingon")
    assert wrong.code == 1
    assert "klingon" in wrong.err
    same = seer("compare", profile, profile)
    assert "rank correlation 1.000" in same.out


def test_compare_puts_layers_beside_each_other(seer, profile):
    sides = ("--domain-a", "prose", "--domain-b", "code")
    found = seer("compare", profile, *sides, "--json").json["by_layer"]
    made = load_profile(profile)
    a, b = layer_use(made, {"code": 0.0}), layer_use(made, {"prose": 0.0})
    assert [row["layer"] for row in found] == list(made.layer_ids)
    assert [row["entropy_a"] for row in found] == pytest.approx(a.entropy_L.tolist())
    assert [row["effective_experts_b"] for row in found] == pytest.approx(b.effective_L.tolist())
    said = seer("compare", profile, *sides).out
    assert "entropy of the router in nats" in said
    assert f"{a.entropy_L[0]:.3f}" in said


def test_compare_takes_a_pruned_models_experts_for_those_that_they_are(
    seer, model, profile, tmp_path
):
    plan = tmp_path / "plan.json"
    seer("plan", profile, "--keep", "4", "--model", model, "-o", plan)
    smaller = tmp_path / "smaller"
    assert seer("export", model, "--plan", plan, "-o", smaller).code == 0
    after = tmp_path / "after.safetensors"
    made = load_profile(profile)
    words = [word for source in made.sources for word in ("--source", source)]
    assert seer("profile", smaller, *words, "--device", "cpu", "-o", after).code == 0
    assert seer("compare", profile, after).code == 1  # other experts
    found = seer("compare", profile, after, "--plan", plan, "--json").json
    kept = json.loads(plan.read_text())["layers"]
    for layer, row in zip(found["layers"], found["difference"], strict=True):
        there = [expert for expert, value in enumerate(row) if value is not None]
        assert there == kept[str(layer)]["keep"]
    assert len(found["by_layer"]) == len(found["layers"])
