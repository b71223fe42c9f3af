"""A task outlives the program as JSON, and nothing else can be smuggled in that way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs.measuring import Measure, Subject, plan_variant
from app.jobs.paper import project_task
from app.jobs.recipe import decode, encode, recipe_json, remake
from app.jobs.speed import Timed, speed_task
from app.jobs.tasks import checkpoint_task, evaluate_task, export_task, profile_task
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning import tune_task
from app.widgets.questions import Questions
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import ProjectError
from core.evaluation.speed import SpeedOptions
from core.export import ExportOptions
from core.paper import PaperOptions
from core.planning import Plan
from core.tuning import TuneOptions
from tests.app.folders import write_mixtral


@pytest.fixture
def subject(tmp_path) -> Subject:
    folder = write_mixtral(tmp_path / "tiny")
    info = inspect_model(folder)
    return Subject(name=str(folder), folder=folder, info=info, device="cpu", stream="always")


OPTIONS = CalibrationOptions(
    sources=(Source(path_or_id="demo"), Source(path_or_id="a.txt", domain="law", field="body")),
    max_tokens=4096,
    seed=7,
)


def through_a_file(task, folder: Path) -> object:
    return json.loads(json.dumps(recipe_json(task.recipe, folder)))


def half(subject: Subject) -> Plan:
    kept = Plan.keep_all(subject.info).kept_LE.copy()
    kept[:, ::2] = False
    return Plan.keep_all(subject.info).with_kept(kept)


def tasks_of(subject: Subject, folder: Path):
    plan = half(subject)
    yield profile_task(subject, OPTIONS, output=folder / "runs" / "p.safetensors")
    yield evaluate_task(subject, Measure(name="half", options=OPTIONS, plan=plan))
    options = ExportOptions(plan=plan, output=folder.parent / "out", drop_mtp=True)
    yield export_task(subject, options, plan_file="plan.json", shard_size="5GB")
    asked = Questions(tasks=("demo", "/a/quiz.jsonl"), style="text", overlap=4)
    measure = Measure(name="out", options=OPTIONS, questions=asked)
    row = replace(plan_variant(subject, plan, "out"), kind="exported", path="/a/out")
    yield checkpoint_task(subject, row, measure)
    yield speed_task(subject, Timed(row=row), SpeedOptions(context=64))
    yield speed_task(subject, Timed(row=row, plan=plan), SpeedOptions(context=64))
    claims = PaperOptions(steps=7, arms=("plain", "all"), shares=(0.5,))
    yield project_task(subject, claims, folder / "runs" / "paper")


@pytest.mark.parametrize("number", range(7))
def test_a_task_is_made_again_from_its_json_with_every_option(subject, tmp_path, number) -> None:
    folder = tmp_path / "project"
    task = list(tasks_of(subject, folder))[number]
    plain = Subject(name=subject.name, folder=subject.folder, info=subject.info)
    again = remake(through_a_file(task, folder), plain, folder)
    assert again.command == task.command
    assert again.title == task.title
    assert again.recipe == task.recipe


def test_a_project_that_was_moved_takes_its_jobs_outputs_along(subject, tmp_path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    task = profile_task(subject, OPTIONS, output=old / "runs" / "p.safetensors")
    again = remake(through_a_file(task, old), subject, new)
    assert again.recipe.arguments["output"] == new / "runs" / "p.safetensors"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "no options"),
        ({"maker": "shell", "arguments": {}}, "does not know the job 'shell'"),
        ({"maker": "profile", "arguments": {"command": "rm"}}, "cannot be read"),
        ({"maker": "profile", "arguments": {"options": {"type": "os.system"}}}, "unknown type"),
        (
            {"maker": "profile", "arguments": {"output": {"type": "inside", "path": "../../x"}}},
            "outside the project",
        ),
    ],
)
def test_a_hostile_or_damaged_recipe_is_refused(subject, tmp_path, data, words) -> None:
    with pytest.raises(ProjectError, match=words):
        remake(data, subject, tmp_path)


def test_values_come_back_as_they_were(tmp_path) -> None:
    values = (1, 2.5, None, True, "text", (Path("/a/b"), tmp_path / "c"), {"k": (1, 2)})
    kept = json.loads(json.dumps(encode(values, tmp_path)))
    assert decode(kept, tmp_path) == values


def test_what_cannot_be_kept_is_said_at_once() -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        encode(object(), None)


def tune_request(subject: Subject, folder: Path) -> TuneRequest:
    return TuneRequest(
        model=subject,
        start="plan",
        options=TuneOptions(steps=7),
        texts=OPTIONS,
        record_texts={"sources": [{"where": "demo"}], "max_tokens": 4096},
        folder=folder / "runs" / "tune-1",
        plan=half(subject),
    )


def test_a_tuning_run_that_had_not_begun_is_made_again_from_its_json(subject, tmp_path) -> None:
    folder = tmp_path / "project"
    task = tune_task(tune_request(subject, folder))
    again = remake(through_a_file(task, folder), subject, folder)
    assert again.command == task.command
    assert "--resume" not in again.command
    assert again.record.options == task.record.options
    assert again.record.texts == {"sources": [{"where": "demo"}], "max_tokens": 4096}
    assert again.record.kept == half(subject).keep


def test_a_tuning_run_that_had_begun_goes_on(subject, tmp_path) -> None:
    folder = tmp_path / "project"
    task = tune_task(tune_request(subject, folder))
    task.record.save()  # as its first step does
    again = remake(through_a_file(task, folder), subject, folder)
    assert again.command.endswith("--resume")


def test_a_run_that_distils_goes_on_with_its_teacher(subject, tmp_path) -> None:
    folder = tmp_path / "project"
    options = TuneOptions(steps=7, distill=0.5)
    request = replace(tune_request(subject, folder), options=options, teacher=tmp_path / "teacher")
    again = remake(through_a_file(tune_task(request), folder), subject, folder)
    assert f"--teacher {tmp_path / 'teacher'}" in again.command


def test_writing_a_checkpoint_for_use_does_not_outlive_the_program(subject, tmp_path) -> None:
    request = tune_request(subject, tmp_path)
    tune_task(request).record.save()
    assert tune_task(request, use_step=0).recipe is None
