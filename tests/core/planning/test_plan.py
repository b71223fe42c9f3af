import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PlanError
from core.planning import Locks, MadeBy, Plan
from tests.values import made_info


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    layers = draw(st.lists(st.integers(0, 90), min_size=1, max_size=5, unique=True))
    experts = draw(st.lists(st.integers(1, 12), min_size=len(layers), max_size=len(layers)))
    cells = [(row, e) for row, count in enumerate(experts) for e in range(count)]
    states = draw(st.lists(st.sampled_from("kdKDp"), min_size=len(cells), max_size=len(cells)))
    chosen = {
        letter: frozenset(
            cell for cell, state in zip(cells, states, strict=True) if state == letter
        )
        for letter in "kdKDp"
    }
    kept = chosen["k"] | chosen["K"] | chosen["p"]
    return Plan(
        model_fingerprint=draw(st.text("0123456789abcdef", min_size=8, max_size=8)),
        model_type="mixtral",
        layer_ids=tuple(sorted(layers)),
        experts=tuple(experts),
        keep=tuple(
            tuple(e for e in range(count) if (row, e) in kept) for row, count in enumerate(experts)
        ),
        top_k=draw(st.none() | st.integers(1, 8)),
        made_by=MadeBy(
            metric=draw(st.sampled_from(["soft-count", "reap", "manual"])),
            scope=draw(st.sampled_from(["layer", "global", "manual"])),
            options=draw(
                st.dictionaries(
                    st.text(max_size=5),
                    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
                    max_size=3,
                )
            ),
            profile=draw(st.text(max_size=8)),
            locks=Locks(keep=chosen["K"], drop=chosen["D"]),
            protected=chosen["p"],
        ),
    )


@given(plans())
def test_a_plan_survives_json_unchanged(plan: Plan) -> None:
    text = json.dumps(plan.to_json())
    again = Plan.from_json(json.loads(text))
    assert again == plan
    assert again.fingerprint == plan.fingerprint
    np.testing.assert_array_equal(again.kept_LE, plan.kept_LE)


@given(plans(), st.randoms(use_true_random=False))
def test_with_kept_keeps_exactly_the_cells_of_the_mask(plan: Plan, random: object) -> None:
    rng = np.random.default_rng(random.randrange(2**32))
    mask = rng.random(plan.exists_LE.shape) < 0.5
    changed = plan.with_kept(mask)
    np.testing.assert_array_equal(changed.kept_LE, mask & plan.exists_LE)
    fresh = replace(changed)  # nothing cached
    np.testing.assert_array_equal(fresh.kept_LE, changed.kept_LE)
    assert changed.dropped == int(plan.exists_LE.sum() - changed.kept_LE.sum())


def test_unchanged_rows_are_shared_so_that_a_long_history_stays_small() -> None:
    plan = Plan.keep_all(made_info())
    mask = plan.kept_LE.copy()
    mask[2, 3] = False
    changed = plan.with_kept(mask)
    assert [a is b for a, b in zip(plan.keep, changed.keep, strict=True)] == [
        True,
        True,
        False,
        True,
    ]


def test_the_file_has_the_form_that_the_contract_names(tmp_path: Path) -> None:
    info = made_info(first_layer=1)
    plan = Plan.keep_all(info).with_kept(np.eye(4, 8, dtype=bool))
    plan.save(tmp_path / "plan.json")
    data = json.loads((tmp_path / "plan.json").read_text())
    assert data["seer_plan"] == 1
    assert data["model"] == {"fingerprint": info.fingerprint, "model_type": "mixtral"}
    assert {layer: row["keep"] for layer, row in data["layers"].items()} == {
        "1": [0],
        "2": [1],
        "3": [2],
        "4": [3],
    }
    assert data["top_k"] is None
    assert set(data["made_by"]) == {
        "metric",
        "scope",
        "options",
        "profile",
        "locks",
        "protected",
    }
    assert Plan.load(tmp_path / "plan.json") == plan
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_locks_are_written_with_layer_ids_and_read_back_as_rows() -> None:
    plan = Plan.keep_all(made_info(first_layer=3)).with_locks(
        Locks(keep=frozenset({(0, 7)}), drop=frozenset({(1, 2)}))
    )
    data = plan.to_json()
    assert data["made_by"]["locks"] == {"keep": ["3:7"], "drop": ["4:2"]}
    assert Plan.from_json(data).locks == plan.locks


def test_a_plan_without_expert_counts_takes_the_models() -> None:
    info = made_info()
    data = Plan.keep_all(info).to_json()
    data["layers"] = {str(layer): {"keep": [0, 1]} for layer in info.moe_layers}
    plan = Plan.from_json(data).for_model(info)
    assert plan.experts == info.experts
    assert plan.dropped == 24


def test_a_plan_for_another_fingerprint_is_refused_unless_forced() -> None:
    plan = Plan.keep_all(made_info())
    other = made_info(fingerprint="0" * 64)
    with pytest.raises(PlanError, match=r"ffffffffffff.*000000000000") as caught:
        plan.for_model(other)
    assert "--force" in caught.value.remedy
    assert plan.for_model(other, force=True) == plan


def test_force_does_not_accept_another_shape() -> None:
    plan = Plan.keep_all(made_info())
    with pytest.raises(PlanError, match=r"4 MoE layers of 8 experts.*4 MoE layers of 16"):
        plan.for_model(made_info(experts=(16,) * 4, fingerprint="0" * 64), force=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seer_plan": 2}, "schema 2"),
        ({"seer_plan": None}, "which schema"),
        ({"layers": {}}, "no layers"),
        ({"layers": {"0": {"keep": [1, 1], "experts": 8}}}, "ascending"),
        ({"layers": {"0": {"keep": [8], "experts": 8}}}, "experts are 0 to 7"),
        ({"layers": {"0": {"keep": [-1], "experts": 8}}}, "keeps expert -1"),
        ({"layers": {"x": {"keep": [1], "experts": 8}}}, "not a layer id"),
        ({"layers": {"0": {"keep": ["1"], "experts": 8}}}, "not a whole number"),
        ({"layers": {"0": {"keep": [0], "experts": 10**12}}}, "at most 65536"),
        ({"layers": {"0": {"keep": [0]}, "00": {"keep": [0]}}}, "not ascending"),
        ({"top_k": 0}, "top_k is 0"),
        ({"made_by": {"locks": {"keep": ["9:1"]}}}, "layer 9 has no routed experts"),
        ({"made_by": {"locks": {"keep": ["0:1"], "drop": ["0:1"]}}}, "to stay and to go"),
        ({"made_by": {"locks": {"keep": ["0:99"]}}}, "expert 99"),
    ],
)
def test_a_damaged_plan_is_refused_with_what_is_wrong(
    change: dict[str, object], message: str
) -> None:
    data = Plan.keep_all(made_info()).to_json() | change
    with pytest.raises(PlanError, match=message):
        Plan.from_json(data)


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=5))
def test_junk_in_any_place_is_a_plan_error(junk: object) -> None:
    base = Plan.keep_all(made_info()).to_json()
    for key in set(base) - {"top_k"}:
        with pytest.raises(PlanError):
            Plan.from_json({**base, key: junk})
    with pytest.raises(PlanError):
        Plan.from_json(junk)


def test_a_missing_or_broken_file_is_a_plan_error(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="No such file"):
        Plan.load(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text('{"seer_plan": 1,')
    with pytest.raises(PlanError, match="not JSON"):
        Plan.load(tmp_path / "broken.json")


def test_planning_never_imports_torch() -> None:
    import subprocess

    code = "import core.planning, core.scoring, core.project, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
