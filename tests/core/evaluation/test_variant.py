"""A variant survives the project, replaces its older measurement, and knows what it compares to."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from core.errors import ProjectError
from core.evaluation import TaskResult
from core.evaluation.sequences import SequenceLosses
from core.evaluation.speed import Speed
from core.evaluation.variant import Provenance, Variant, pareto, put


def make(name: str = "half", plan: str = "p1", **values: object) -> Variant:
    provenance = Provenance(plan=plan, sources=("demo",), texts="t1", tokens=1000, seed=3)
    defaults: dict[str, object] = {
        "kind": "plan",
        "perplexity": {"overall": 34.5, "korean": 55.0},
        "kl": 0.2,
        "top1_agreement": 0.8,
        "bytes": 100,
        "parameters": 50,
        "active": 20,
        "kept": ((0, 1), (2, 3)) if plan == "p1" else ((0, 1), (2, 4)),
    }
    return Variant(name=name, provenance=provenance, **{**defaults, **values})  # type: ignore[arg-type]


def test_a_variant_survives_json() -> None:
    variant = make(flops_per_token=1.5e9, top_k=2, path="/out", verified=True)
    assert Variant.from_json(json.loads(json.dumps(variant.to_json()))) == variant


def test_an_infinite_perplexity_survives_strict_json() -> None:
    variant = make(perplexity={"overall": math.inf})
    text = json.dumps(variant.to_json(), allow_nan=False)
    assert Variant.from_json(json.loads(text)).overall == math.inf


def test_a_field_of_a_newer_version_is_ignored() -> None:
    data = make().to_json()
    data["colour"] = "blue"
    assert Variant.from_json(data) == make()


@pytest.mark.parametrize("broken", [{"kept": 3}, {"perplexity": [1]}, {"kind": "dream"}])
def test_a_damaged_variant_is_named_with_a_remedy(broken: dict[str, object]) -> None:
    with pytest.raises(ProjectError) as caught:
        Variant.from_json({**make().to_json(), **broken})
    assert caught.value.remedy


def test_a_new_measurement_of_the_same_plan_replaces_the_older_in_its_place() -> None:
    rows = put(put((), make("a", "p1")), make("b", "p2"))
    rows = put(rows, make("a", "p1", kl=0.5))
    assert [row.name for row in rows] == ["a", "b"]
    assert rows[0].kl == 0.5


def test_another_plan_of_the_same_name_gets_a_number() -> None:
    rows = put(put((), make("half", "p1")), make("half", "p2"))
    assert [row.name for row in rows] == ["half", "half 2"]


def test_one_choice_of_experts_is_one_plan_whoever_made_it() -> None:
    rows = put(put((), make("by hand", "p1")), make("by rule", "p1"))
    assert [row.name for row in rows] == ["by rule"]
    assert rows[0].is_plan(((0, 1), (2, 3)), None)
    assert not rows[0].is_plan(((0, 1), (2, 3)), 1)


def test_variants_measured_on_other_texts_do_not_compare() -> None:
    other = Variant(name="x", kind="plan", provenance=Provenance(texts="t2"))
    assert make().comparable(make("b"))
    assert not make().comparable(other)
    assert not Variant(name="y", kind="plan").comparable(Variant(name="z", kind="plan"))


def test_the_pareto_front_keeps_only_what_nothing_beats() -> None:
    assert pareto((4.0, 2.0, 3.0, 1.0), (10.0, 30.0, 31.0, 50.0)) == (3, 1, 0)


def full(**changes: object) -> Variant:
    losses = {"korean": SequenceLosses(nll=(9.0, 7.0), tokens=(4, 3))}
    task = TaskResult(
        accuracy=0.5,
        n=2,
        stderr=0.5,
        chance=0.25,
        by_subject={"c": (0.5, 2)},
        right=(True, False),
        fingerprint="q",
    )
    return make(**{"losses": losses, "tasks": {"demo": task}, **changes})


def test_losses_tasks_and_speed_survive_json() -> None:
    speed = Speed(prefill=10.0, decode=1.0, first_token=0.1, per_token=1.0, decode_ratio=1.2)
    variant = full(speed=speed)
    again = Variant.from_json(json.loads(json.dumps(variant.to_json(), allow_nan=False)))
    assert again == variant
    assert again.tasks["demo"].right == (True, False)


def test_two_variants_on_the_same_texts_are_compared_in_pairs() -> None:
    better = full(losses={"korean": SequenceLosses(nll=(8.0, 7.0), tokens=(4, 3))})
    assert better.against(full())["korean"].delta == pytest.approx(-1 / 7)
    assert better.tasks_against(full())["demo"].delta == 0
    other = replace(full(), provenance=replace(full().provenance, texts="t2"))
    assert better.against(other) == {}


def test_questions_alone_do_not_forget_perplexity_but_a_new_checkpoint_does() -> None:
    (kept,) = put((full(),), full(perplexity={}, losses={}, kl=None, tasks={}, speed=SPEED))
    assert kept.overall == 34.5
    assert kept.losses == full().losses
    assert kept.provenance.texts == "t1"
    assert set(kept.tasks) == {"demo"}
    assert kept.speed == SPEED
    rewritten = make(perplexity={}, kl=None)
    assert put((full(),), rewritten) == (rewritten,)


SPEED = Speed(prefill=1.0, decode=1.0, first_token=1.0, per_token=1.0)
