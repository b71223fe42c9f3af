"""Files of other schemas: older ones are brought up to date step by step, newer ones refused."""

from __future__ import annotations

import json

import pytest

from core.cli.recipe import FORM as RECIPE
from core.cli.recipe import read_recipe
from core.errors import InputError, PlanError, ProjectError, StudioError
from core.planning import Plan
from core.planning.plan_json import FORM as PLAN
from core.project.migrate import FORM as PROJECT
from core.schema import Schema

THREE = Schema(
    what="the thing",
    key="seer_thing",
    newest=3,
    steps={1: lambda data: {**data, "two": True}, 2: lambda data: {**data, "three": True}},
    wanted="a thing",
    error=PlanError,
)

# As version 1 wrote it. This text must be read for as long as plans are: do not edit it.
PLAN_1 = """{
  "seer_plan": 1,
  "model": {"fingerprint": "c0ffee", "model_type": "mixtral"},
  "layers": {
    "0": {"keep": [0, 2, 3], "experts": 4, "merge": {"2": {"1": 0.25, "2": 0.75}}},
    "2": {"keep": [1, 3], "experts": 4}
  },
  "top_k": 1,
  "made_by": {
    "metric": "reap", "scope": "layer", "options": {"keep": 3, "weight.math": 2.0},
    "profile": "abad1dea",
    "locks": {"keep": ["0:0"], "drop": ["2:0"]}, "protected": ["2:3"]
  }
}"""
RECIPE_1 = """{"seer_recipe": 1, "command": "plan",
 "arguments": {"profile": "p.safetensors", "metric": "reap", "keep": "75%", "output": "x.json"}}"""


def test_an_old_file_takes_every_step_and_the_original_stays() -> None:
    old = {"seer_thing": 1, "name": "a"}
    assert THREE.upgraded(old) == {"seer_thing": 3, "name": "a", "two": True, "three": True}
    assert old == {"seer_thing": 1, "name": "a"}
    assert THREE.upgraded({"seer_thing": 2}) == {"seer_thing": 3, "three": True}
    assert THREE.upgraded({"seer_thing": 3}) == {"seer_thing": 3}


@pytest.mark.parametrize("number", [0, None, True, "3", -1])
def test_a_file_that_does_not_say_its_schema_is_refused(number: object) -> None:
    with pytest.raises(PlanError, match="does not say which schema") as caught:
        THREE.upgraded({"seer_thing": number})
    assert caught.value.remedy == "a thing"


@pytest.mark.parametrize(
    ("form", "error"), [(PLAN, PlanError), (RECIPE, InputError), (PROJECT, ProjectError)]
)
def test_newer_files_are_refused_with_the_remedy(form: Schema, error: type[StudioError]) -> None:
    with pytest.raises(error, match=f"has schema {form.newest + 1}") as caught:
        form.upgraded({form.key: form.newest + 1})
    assert caught.value.remedy == "a newer SEER Studio"
    assert sorted(form.steps) == list(range(form.oldest, form.newest)), "a step for each"


def test_a_plan_of_version_1_is_read_as_it_was_written(tmp_path) -> None:
    (tmp_path / "plan.json").write_text(PLAN_1)
    plan = Plan.load(tmp_path / "plan.json")
    assert plan.layer_ids == (0, 2)
    assert plan.keep == ((0, 2, 3), (1, 3))
    assert plan.experts == (4, 4)
    assert (plan.top_k, plan.merged, plan.model_fingerprint) == (1, 1, "c0ffee")
    assert plan.made_by.locks.keep == {(0, 0)}
    assert plan.made_by.locks.drop == {(1, 0)}
    assert plan.made_by.protected == {(1, 3)}
    assert plan.made_by.options == {"keep": 3, "weight.math": 2.0}
    assert plan.to_json()["layers"] == json.loads(PLAN_1)["layers"]


def test_a_recipe_of_version_1_is_read_as_it_was_written(tmp_path) -> None:
    (tmp_path / "job.json").write_text(RECIPE_1)
    command, words = read_recipe(tmp_path / "job.json")
    assert command.name == "plan"
    assert words[0] == str(tmp_path / "p.safetensors")
    assert words[words.index("--keep") + 1] == "75%"
