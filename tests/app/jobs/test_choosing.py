"""Jobs that choose experts by measuring, run without a window."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs.choosing import Choice, Chosen, choose_task
from app.jobs.measuring import Subject, load, pack
from app.jobs.recipe import recipe_json, remake
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import Cancelled
from core.planning import Locks, Plan
from core.profiling import Profile, profile_model, save_profile
from core.run import Note, Progress, Run
from tests.tiny import tiny_model

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> Subject:
    folder = tiny_model("mixtral", tmp_path_factory.mktemp("models"))
    return Subject(name=str(folder), folder=folder, info=inspect_model(folder), device="cpu")


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> CalibrationOptions:
    path = tmp_path_factory.mktemp("texts") / "english.txt"
    path.write_text("The quick brown fox jumps over the dog. " * 40, encoding="utf-8")
    return CalibrationOptions(
        sources=(Source(path_or_id=str(path)),), max_tokens=128, seq_len=32, batch_size=4
    )


@pytest.fixture(scope="module")
def profile(subject: Subject, options: CalibrationOptions) -> Profile:
    packed, _ = pack(subject.folder, options, "calibration", Run())
    return profile_model(load(subject, subject.folder, Run()), packed, run=Run())


def choose(subject, options, profile, output: Path, *rest) -> Chosen:
    choice, run = rest
    task = choose_task(
        subject,
        options,
        choice,
        profile=profile,
        profile_file=Path("p.safetensors"),
        start=Plan.keep_all(subject.info),
        output=output,
    )
    found = task.function(run)
    assert isinstance(found, Chosen)
    assert found.command == task.command
    return found


def test_a_stopped_choice_is_taken_up_again(subject, options, profile, tmp_path: Path) -> None:
    choice = Choice(way="joint", percent=75.0, scope="layer", floor=2, text="Keep 75 %, measured")
    output = tmp_path / "runs" / "choice.json"
    run = Run(lambda e: run.cancel() if isinstance(e, Progress) and e.unit == "experts" else None)
    with pytest.raises(Cancelled):
        choose(subject, options, profile, output, choice, run)
    notes: list[str] = []
    run = Run(lambda e: notes.append(e.text) if isinstance(e, Note) else None)
    found = choose(subject, options, profile, output, choice, run)
    assert found.plan.kept_L.tolist() == [6, 6]
    assert found.plan.made_by.options["policy"] == "joint"
    assert found.text == "Keep 75 %, measured"
    assert found.said.startswith("12 of 16 experts stay. Measured on ")
    assert found.said in notes
    assert not list(output.parent.iterdir()), "nothing is left of a finished choice"


def test_a_choice_outlives_the_program_in_a_project_that_was_moved(
    subject, options, profile, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "profiles").mkdir(parents=True)
    save_profile(profile, project / "profiles" / "p.safetensors")
    choice = Choice(
        way="joint",
        percent=75.0,
        scope="layer",
        floor=2,
        weights={"english": 2.0},
        text="Keep 75 %",
    )
    locks = Locks(keep=frozenset({(0, 1)}), drop=frozenset({(1, 2)}))
    task = choose_task(
        subject,
        options,
        choice,
        profile=profile,
        profile_file=project / "profiles" / "p.safetensors",
        start=Plan.keep_all(subject.info).with_locks(locks),
        output=project / "runs" / "choice.json",
    )
    run = Run(lambda e: run.cancel() if isinstance(e, Progress) and e.unit == "experts" else None)
    with pytest.raises(Cancelled):
        task.function(run)
    assert list((project / "runs").iterdir()), "what was measured is kept"

    note = json.loads(json.dumps(recipe_json(task.recipe, project)))
    moved = project.rename(tmp_path / "moved")
    again = remake(note, subject, moved)
    assert (again.title, again.kind, again.on_result) == (task.title, "choose", "take_chosen")
    assert again.command == task.command.replace(str(project), str(moved))
    found, fresh = again.function(Run()), task.function(Run())
    assert isinstance(found, Chosen)
    assert found.plan == fresh.plan
    assert 1 in found.plan.keep[0]
    assert 2 not in found.plan.keep[1]
    assert not list((moved / "runs").iterdir())


def test_a_streamed_model_can_be_chosen_from(subject, options, profile, tmp_path: Path) -> None:
    choice = Choice(way="allocate", percent=75.0, text="Share out")
    place = replace(subject, stream="always")
    notes: list[str] = []
    run = Run(lambda e: notes.append(e.text) if isinstance(e, Note) else None)
    found = choose(place, options, profile, tmp_path / "s.json", choice, run)
    inside = choose(subject, options, profile, tmp_path / "m.json", choice, Run())
    assert found.plan.keep == inside.plan.keep
    assert "--stream always" in found.command
    assert any("each reading of the model measures up to" in note for note in notes)


def test_a_search_ends_within_its_loss(subject, options, profile, tmp_path: Path) -> None:
    choice = Choice(way="search", loss=300.0, scope="layer", floor=2, metric="soft-count")
    found = choose(subject, options, profile, tmp_path / "s.json", choice, Run())
    made = found.plan.made_by.options
    assert found.plan.dropped > 0
    assert made["perplexity"] <= 4 * made["perplexity_original"]
    assert "perplexity" in found.said
