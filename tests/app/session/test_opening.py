"""Projects whose files or whose model are not what they were."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs.task import Task
from app.session.contents import Contents
from app.session.keeper import create, write
from app.session.opening import read
from core.checkpoint import inspect_model
from core.errors import ModelGoneError, ProjectError
from core.evaluation.variant import Variant
from core.planning import Plan
from core.project import ProjectLock, open_project
from core.run import Run
from tests.app.folders import write_mixtral


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_mixtral(tmp_path / "models" / "tiny")


@pytest.fixture
def contents(model: Path) -> Contents:
    info = inspect_model(model)
    kept = Plan.keep_all(info).kept_LE.copy()
    kept[0, :2] = False
    plan = Plan.keep_all(info).with_kept(kept)
    return Contents(
        model=str(model),
        info=info,
        plan=plan,
        plans={"all": Plan.keep_all(info)},
        variants=(Variant(name="first", kind="original"), Variant(name="second", kind="plan")),
    )


@pytest.fixture
def folder(tmp_path: Path, contents: Contents) -> Path:
    folder = tmp_path / "프로젝트 one 🧪"
    project, lock = create(folder, contents)
    write(project, contents)
    lock.release()
    return folder


def opened(folder: Path, **more):
    found = read(folder, Run(), **more)
    if found.lock is not None:
        found.lock.release()
    return found


def edit(folder: Path, **change: object) -> None:
    path = folder / "project.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change))


def test_a_whole_project_comes_back_whole(folder: Path, contents: Contents) -> None:
    found = opened(folder)
    assert not found.lost
    assert replace(found.contents, pages=None) == contents


def test_damaged_rows_and_files_are_left_out_by_name(folder: Path, contents: Contents) -> None:
    data = json.loads((folder / "project.json").read_text(encoding="utf-8"))
    edit(folder, variants=[data["variants"][0], {"name": 3}, data["variants"][1]])
    (folder / data["plans"]["all"]).write_text("{}")
    found = opened(folder)
    assert [v.name for v in found.contents.variants] == ["first", "second"]
    assert found.contents.plan == contents.plan
    assert found.contents.plans == {}
    assert [text.split(":")[0] for text in found.lost] == ["the plan “all”", "row 2 of variants"]
    write(found.project, found.contents)
    left_out = folder / "plans" / f"left-out-{Path(data['plans']['all']).name}"
    assert left_out.read_text() == "{}"


def test_a_project_whose_model_is_gone_says_so_and_opens_where_it_is_now(
    folder: Path, model: Path, contents: Contents, tmp_path: Path
) -> None:
    away = model.rename(tmp_path / "models" / "moved")
    with pytest.raises(ModelGoneError, match=r"the model of “프로젝트 one 🧪”") as caught:
        read(folder, Run())
    assert caught.value.folder == folder
    with ProjectLock(folder):
        pass  # nobody holds it after the failure
    found = opened(folder, model=away)
    assert not found.lost
    assert found.contents.model == str(away)
    assert found.contents.plan == contents.plan


def test_another_model_is_not_taken_for_the_moved_one(folder: Path, model, tmp_path: Path) -> None:
    other = write_mixtral(tmp_path / "models" / "other", hidden=64)
    shutil.rmtree(model)
    before = (folder / "project.json").read_bytes()
    with pytest.raises(ProjectError, match="another model") as caught:
        read(folder, Run(), model=other)
    assert not isinstance(caught.value, ModelGoneError)
    assert (folder / "project.json").read_bytes() == before


def test_a_model_that_changed_in_its_place_keeps_the_plans_that_fit(
    folder: Path, model: Path, contents: Contents
) -> None:
    with (model / "model.safetensors").open("rb+") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"otherwise")
    found = opened(folder)
    assert found.contents.info.fingerprint != contents.info.fingerprint
    assert found.contents.plan.keep == contents.plan.keep
    assert found.contents.plan.model_fingerprint == found.contents.info.fingerprint
    assert list(found.contents.plans) == ["all"]


def test_a_project_follows_its_model_to_another_folder(qapp, qtbot, model, contents, tmp_path):
    from app.session import Session

    session = Session(data_dir=tmp_path / "data")
    session.set_model(contents.info, name=str(model))
    session.apply_plan(contents.plan, "Drop two")
    away = model.rename(model.with_name("moved"))
    session.watch.look()
    qtbot.waitUntil(lambda: session.watch.standing == "gone", timeout=5000)
    job = session.follow_model(away)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.state == "done", job.error
    assert session.info.path == away
    assert session.plan == contents.plan
    assert session.undo_stack.undoText() == "Drop two", "history stays"
    session.watch.look()
    assert session.watch.standing == "same"
    session.save_project()
    assert open_project(session.folder).model == str(away)
    other = session.follow_model(write_mixtral(tmp_path / "other", experts=4))
    qtbot.waitUntil(lambda: other.over, timeout=5000)
    assert "another model" in other.error.what
    assert session.info.path == away
    session.close()


def test_a_job_that_fails_has_the_model_looked_at(qapp, qtbot, model, contents, tmp_path) -> None:
    from app.session import Session

    session = Session(data_dir=tmp_path / "data")
    session.set_model(contents.info, name=str(model))
    session.watch.look()
    qtbot.waitUntil(lambda: session.watch._job is None, timeout=5000)
    shutil.rmtree(model)

    def work(_run: Run) -> None:
        (model / "config.json").read_text()

    session.start(Task(title="Work", kind="work", function=work))
    qtbot.waitUntil(lambda: session.watch.standing == "gone", timeout=5000)
    session.close()
