"""Rules read well and say in the plan how it was made."""

from __future__ import annotations

import numpy as np
import pytest

from app.pages.select.rules import KINDS, Ground, Rule, apply_rule, layer_names, undo_text
from core.errors import StudioError
from core.planning import Plan
from core.scoring import comparable, routed_mass, score
from tests.values import made_info, made_profile

EXPERTS = (12, 12, 12, 12)


@pytest.fixture
def ground() -> Ground:
    info, profile = made_info(experts=EXPERTS), made_profile(experts=EXPERTS)
    scores = score(profile, "reap")
    return Ground(
        plan=Plan.keep_all(info), info=info, metric="reap", scores_LE=scores,
        comparable_LE=comparable(scores, "reap"), mass_LE=routed_mass(profile),
        count_LE=profile.count.sum(axis=0).astype(float), profile="p" * 64,
        weights={"code": 2.0, "prose": 1.0},
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_keeps_top_k_and_names_itself(ground: Ground, kind: str) -> None:
    rule = Rule(kind=kind, number=6, percent=60, floor=2, seed=1)  # type: ignore[arg-type]
    plan = apply_rule(rule, ground)
    if kind != "invert":
        assert (plan.kept_L >= 2).all()
    assert "{" not in rule.text + rule.title + undo_text(rule, ground)


def test_a_plan_records_metric_scope_options_and_weights(ground: Ground) -> None:
    made = apply_rule(Rule(kind="global", percent=50, floor=2), ground).made_by
    assert (made.metric, made.scope, made.profile) == ("reap", "global", "p" * 64)
    assert made.options == {"keep": "50%", "floor": 2, "weight.code": 2.0}


def test_a_global_share_keeps_that_share_of_all(ground: Ground) -> None:
    plan = apply_rule(Rule(kind="global", percent=50, floor=2), ground)
    assert int(plan.kept_L.sum()) == 24


def test_coverage_is_reached_in_every_layer(ground: Ground) -> None:
    plan = apply_rule(Rule(kind="cover", percent=90), ground)
    mass = np.nan_to_num(ground.mass_LE)
    kept = np.where(plan.kept_LE, mass, 0).sum(axis=1)
    assert (kept >= 0.9 * mass.sum(axis=1) - 1e-9).all()


def test_without_a_profile_a_ranking_rule_says_what_to_do() -> None:
    info = made_info(experts=EXPERTS)
    bare = Ground(plan=Plan.keep_all(info), info=info)
    with pytest.raises(StudioError) as caught:
        apply_rule(Rule(kind="number", number=6), bare)
    assert "Calibrate" in caught.value.remedy
    assert apply_rule(Rule(kind="random", number=6), bare).kept_L.tolist() == [6] * 4


def test_layers_are_named_briefly() -> None:
    ids = (1, 2, 3, 7, 9)
    assert layer_names(ids, (3,)) == "L7"
    assert layer_names(ids, (0, 1, 2)) == "L1–L3"
    assert layer_names(ids, (0, 2, 4)) == "3 layers"
