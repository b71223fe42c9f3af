"""Whatever is typed after `seer plan`, `score` and `cost`: a true result, or one line of error."""

import contextlib
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.checkpoint import inspect_model
from core.cli import main
from core.planning import Plan
from core.scoring import metrics
from tests.core.cli.conftest import Outcome

EXPERTS, LAYERS, TOP_K = 8, 2, 2
METRICS = tuple(metric.name for metric in metrics())
FEW = settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.generate,))


def typed(*words: object) -> Outcome:
    """`seer` in this process; a fixture would be one for all examples."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["seer", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.argv = before
    return Outcome(code=code, out=out.getvalue(), err=err.getvalue())


def refused_in_one_line(outcome: Outcome) -> bool:
    """Whether this is an error as the contract has it; a result is none."""
    if outcome.code == 0:
        return False
    assert outcome.out == ""
    assert outcome.code in {1, 2}, outcome.err
    assert "Traceback" not in outcome.err
    if outcome.code == 1:
        last = outcome.err.splitlines()[-1]
        assert last.startswith("error: "), outcome.err
    return True


cells = st.sets(st.tuples(st.integers(0, LAYERS - 1), st.integers(0, EXPERTS - 1)), max_size=6)
amounts = st.one_of(
    st.integers(1, EXPERTS + 2).map(lambda n: ("--keep", str(n))),
    st.integers(1, 100).map(lambda n: ("--keep", f"{n}%")),
    st.floats(0, 1).map(lambda x: ("--coverage", repr(x))),
    st.floats(-10, 1000).map(lambda x: (f"--threshold={x!r}",)),
)
weights = st.dictionaries(st.sampled_from(["prose", "code"]), st.floats(0, 1e6), max_size=2)


def weight_words(chosen: dict[str, float]) -> list[str]:
    return [word for name, x in chosen.items() for word in ("--domain-weight", f"{name}={x!r}")]


def cell_words(option: str, chosen: set[tuple[int, int]]) -> list[str]:
    return [option, ",".join(f"{layer}:{expert}" for layer, expert in sorted(chosen))]


rules = st.fixed_dictionaries(
    {
        "amount": amounts,
        "metric": st.sampled_from(METRICS),
        "scope": st.sampled_from(["layer", "global"]),
        "floor": st.integers(1, EXPERTS + 2),
        "stay": cells,
        "go": cells,
        "uniform": st.booleans(),
        "protect": st.booleans(),
        "weighted": weights,
        "seed": st.integers(0, 2**70),
    }
)


@given(rule=rules)
@FEW
def test_a_plan_is_what_was_asked_for_or_is_refused(
    model: Path, profile: Path, rule: dict[str, Any]
) -> None:
    amount, floor, stay, go = (rule[name] for name in ("amount", "floor", "stay", "go"))
    uniform, protect, scope = (rule[name] for name in ("uniform", "protect", "scope"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        outcome = typed(
            *("plan", profile, "-o", path, *amount, "--metric", rule["metric"], "--scope", scope),
            *("--floor", floor, *cell_words("--lock-keep", stay), *cell_words("--lock-drop", go)),
            *(["--uniform"] * uniform), *(["--no-protect"] * (not protect)),
            *weight_words(rule["weighted"]), *("--seed", rule["seed"], "--json"),
        )  # fmt: skip
        if refused_in_one_line(outcome):
            assert outcome.code == 1
            assert list(Path(folder).iterdir()) == []
            return
        found, plan = outcome.json, Plan.load(path)
        info = inspect_model(model)
        priced = typed("cost", model, "--plan", path, "--json").json
    assert plan.for_model(info) == plan
    assert found["kept"] == [len(row) for row in plan.keep]
    assert found["dropped"] == sum(found["experts"]) - sum(found["kept"])
    assert found["uniform"] == (len(set(found["kept"])) == 1)
    assert found["uniform"] or not uniform
    assert 0 <= found["coverage"] <= 1 + 1e-12
    assert found["parameters"] == priced["parameters"]
    assert found["bytes"] == priced["bytes"]
    for layer, kept in enumerate(plan.keep):
        gone = {expert for row, expert in go if row == layer}
        assert {expert for row, expert in stay if row == layer} <= set(kept)
        assert not gone & set(kept)
        if not (uniform and go):  # one number for all may be below the floor that locks leave
            assert len(kept) >= min(max(TOP_K, floor), EXPERTS - len(gone))
    if amount[0] == "--keep" and scope == "layer" and not stay | go and not protect:
        word = amount[1]
        wanted = int(EXPERTS * int(word[:-1]) / 100 + 0.5) if "%" in word else int(word)
        assert set(found["kept"]) == {min(max(wanted, TOP_K, floor), EXPERTS)}


@given(data=st.data())
@FEW
def test_no_word_makes_a_traceback_of_a_plan(profile: Path, data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
    word = st.one_of(words, st.from_regex(r"-?[0-9.,:%=eEinfa]{0,9}", fullmatch=True))
    option = st.sampled_from(
        ["--keep", "--coverage", "--threshold", "--floor", "--lock-keep", "--lock-drop", "--metric",
         "--domain-weight", "--seed", "--scope"]
    )  # fmt: skip
    chosen = data.draw(st.lists(st.builds("{}={}".format, option, word), min_size=1, max_size=3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        outcome = typed("plan", profile, *chosen, "-o", path, "--json")
        if refused_in_one_line(outcome):
            assert list(Path(folder).iterdir()) == []
        else:
            assert Plan.load(path).keep


@given(metric=st.sampled_from(METRICS), weighted=weights, seed=st.integers(0, 2**70))
@FEW
def test_scores_are_numbers_of_every_expert_and_add_up_over_domains(
    profile: Path, metric: str, weighted: dict[str, float], seed: int
) -> None:
    words = ("score", profile, "--metric", metric, "--seed", seed, "--json")
    outcome = typed(*words, *weight_words(weighted))
    if refused_in_one_line(outcome):
        assert list(weighted.values()) == [0, 0]
        return
    scores = outcome.json["scores"]
    assert [len(row) for row in scores] == [EXPERTS] * LAYERS
    never = set(outcome.json["never_routed"])
    for layer, row in enumerate(scores):
        for expert, value in enumerate(row):
            assert value is not None or f"{layer}:{expert}" in never
    if metric not in {"actual-count", "soft-count", "gate-sum", "ean-sum", "weighted-ean-sum"}:
        return
    alone = [typed(*words, "--domain-weight", f"{name}=0").json["scores"] for name in
             ("prose", "code")]  # fmt: skip
    of_code, of_prose = weighted.get("code", 1.0), weighted.get("prose", 1.0)
    for row, code, prose in zip(scores, *alone, strict=True):
        expected = [of_code * a + of_prose * b for a, b in zip(code, prose, strict=True)]
        assert row == pytest.approx(expected, rel=1e-9)


@given(
    top_k=st.integers(1, EXPERTS),
    context=st.integers(0, 2**80),
    share=st.floats(0.01, 0.99),
)
@FEW
def test_costs_add_up_and_grow_with_top_k_and_context(
    model: Path, top_k: int, context: int, share: float
) -> None:
    words = ("cost", model, "--share", share, "--json")
    found = typed(*words, "--top-k", top_k, "--context", context).json
    parts = {**found["flops_per_token"]}
    assert parts.pop("total") == pytest.approx(sum(parts.values()))
    assert found["expert_share"] == pytest.approx(
        parts["routed_experts"] / found["flops_per_token"]["total"]
    )
    counted = {**found["parameters"]}
    total, active = counted.pop("total"), counted.pop("active")
    assert total == sum(counted.values())
    assert active <= total
    assert (found["context"], found["top_k"]) == (context, top_k)
    assert found["vram"]["low"] <= found["vram"]["high"]
    longer = typed(*words, "--top-k", top_k, "--context", context + 1).json["flops_per_token"]
    assert longer["attention_scores"] >= parts["attention_scores"]
    if top_k > 1:
        fewer = typed(*words, "--top-k", top_k - 1, "--context", context).json
        assert fewer["flops_per_token"]["routed_experts"] < parts["routed_experts"]
        assert fewer["parameters"]["active"] < active
    at_share = found["context_for_share"]
    if at_share["context"] is not None:
        there = typed(*words, "--top-k", top_k, "--context", at_share["context"]).json
        assert there["expert_share"] >= share - 1e-9
