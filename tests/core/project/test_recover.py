"""Damaged projects come back as far as they can be read, and the damaged file is kept."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ProjectError
from core.planning import Plan
from core.project import Project, create_project, open_project, recover_project
from core.project.project import MOST_DAMAGED, PREVIOUS
from tests.values import made_info, made_profile

# As version 1 wrote it. This text must be read for as long as projects are: do not edit it.
PROJECT_1 = """{
 "seer_project": 1,
 "model": {"path": "/models/미스트랄", "fingerprint": "c0ffee"},
 "pages": {"calibrate": {"max_tokens": 1000}, "window": {"page": "select"}},
 "variants": [{"name": "original", "kind": "original"}],
 "profile": "profiles/0123456789abcdef.safetensors",
 "plan": "plans/0123456789abcdef.json",
 "plans": {"half": "plans/fedcba9876543210.json"},
 "unfinished": [{"title": "Profile", "kind": "profile", "recipe": {"maker": "profile"}}]
}"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = create_project(tmp_path / "p", model="/models/a", model_fingerprint="f")
    made = made.with_page("calibrate", {"max_tokens": 1000})
    made = made.with_plan(Plan.keep_all(made_info())).with_plan(
        Plan.keep_all(made_info()), name="all"
    )
    made.save()
    return made


def damaged(project: Project, change: dict[str, object] | str) -> Path:
    path = project.folder / "project.json"
    if isinstance(change, dict):
        change = json.dumps(json.loads(path.read_text()) | change)
    path.write_text(change)
    return path


def test_a_project_of_version_1_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "project.json").write_text(PROJECT_1, encoding="utf-8")
    project, lost = recover_project(tmp_path)
    assert not lost
    assert project == open_project(tmp_path)
    assert project.to_json() == json.loads(PROJECT_1)
    project.save()
    assert json.loads((tmp_path / "project.json").read_text(encoding="utf-8")) == json.loads(
        PROJECT_1
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"variants": {}}, "variants is not a list"),
        ({"variants": [{"name": "a"}, 3]}, "variants[1] is not an object"),
        ({"pages": {"calibrate": {"max_tokens": 1000}, "tune": []}}, "pages.tune"),
        ({"profile": "../../secret.safetensors"}, "points outside the project"),
        ({"plans": {"all": "/etc/passwd"}}, "points outside the project"),
        ({"unfinished": "none"}, "unfinished is not a list"),
    ],
)
def test_a_damaged_field_is_left_out_and_the_rest_is_there(project, change, said) -> None:
    path = damaged(project, change)
    text = path.read_text()
    found, lost = recover_project(project.folder)
    assert len(lost) == 1
    assert said in lost[0]
    assert found.model == "/models/a"
    assert found.pages["calibrate"] == {"max_tokens": 1000}
    assert found.load_plan() == Plan.keep_all(made_info())
    assert path.read_text() == text, "opening writes nothing"
    found.save()
    assert open_project(project.folder) == found
    assert (project.folder / "project.damaged.json").read_text() == text


@pytest.mark.parametrize("text", ["", "\0" * 500, '{"seer_project": 1, "mod', "[]", "{}"])
def test_a_file_that_is_no_project_gives_way_to_the_one_before(project, text) -> None:
    project.with_page("tune", {"steps": 3}).save()
    damaged(project, text)
    found, lost = recover_project(project.folder)
    assert found == project, "as it was before the last save"
    assert lost[-1] == "what had changed at the last save"
    found.save()
    assert (project.folder / "project.damaged.json").read_text() == text
    assert not list(project.folder.glob(".*~"))


def test_without_any_file_profile_and_plans_tell_what_the_project_was(tmp_path: Path) -> None:
    project = create_project(tmp_path / "p")
    made = made_profile()
    profile = replace(made, options={**made.options, "model": "/models/a"})
    plan = Plan.keep_all(made_info(fingerprint=profile.model_fingerprint))
    few = plan.kept_LE.copy()
    few[0, 0] = False
    project = project.with_profile(profile).with_plan(plan, name="all")
    project = project.with_plan(plan.with_kept(few))
    project.save()
    for age, file in enumerate((project.plan, project.plans["all"])):
        os.utime(project.folder / file, (1e9 - age, 1e9 - age))
    damaged(project, "not JSON")
    (project.folder / PREVIOUS).unlink(missing_ok=True)
    found, lost = recover_project(project.folder)
    assert found.model == "/models/a"
    assert found.load_profile().fingerprint == profile.fingerprint
    assert found.load_plan() == plan.with_kept(few)
    assert len(found.plans) == 2
    assert "names of plans" in lost[-1]
    found.save()
    assert open_project(project.folder).load_plan() == plan.with_kept(few)


def test_a_damaged_project_without_anything_beside_it_is_refused(tmp_path: Path) -> None:
    project = create_project(tmp_path / "p", model="/models/a")
    damaged(project, "not JSON")
    (project.folder / PREVIOUS).unlink(missing_ok=True)
    with pytest.raises(ProjectError, match="no profile beside it") as caught:
        recover_project(project.folder)
    assert "backup" in caught.value.remedy


def test_a_newer_project_is_never_recovered_from(project: Project) -> None:
    damaged(project, {"seer_project": 99, "variants": {}})
    with pytest.raises(ProjectError, match="schema 99"):
        recover_project(project.folder)


def test_a_folder_without_a_project_is_no_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        recover_project(tmp_path)


def test_only_a_few_damaged_files_are_kept(project: Project) -> None:
    for number in range(MOST_DAMAGED + 2):
        damaged(project, f"not JSON {number}")
        project.save()
    kept = sorted(path.read_text() for path in project.folder.glob("project.damaged*.json"))
    assert kept == [f"not JSON {number}" for number in range(MOST_DAMAGED)]


@pytest.mark.parametrize(
    "text",
    [
        '{"seer_project": 1, "plans": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"seer_project": 1, "variants": [' + "[]," * 50_000 + "[]]}",
        '{"seer_project": 1, "model": {"path": 1e999, "fingerprint": NaN}}',
        '{"seer_project": 1, "plan": "plans/\\u0000.json", "model": {"path": "a"}}',
    ],
)
def test_a_hostile_project_is_an_error_or_a_project_without_it(project, text) -> None:
    path = damaged(project, text)
    before = {p: p.read_bytes() for p in project.folder.rglob("*") if p.is_file()}
    found, lost = recover_project(project.folder)
    assert lost
    assert found.plan in {"", project.plan}
    assert {p: p.read_bytes() for p in project.folder.rglob("*") if p.is_file()} == before
    found.save()
    assert open_project(project.folder) == found
    assert path.stat().st_size < 10_000
