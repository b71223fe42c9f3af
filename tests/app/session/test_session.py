"""The session: one place for what is current, undo on the plan, a project behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.jobs.task import Task
from app.session import Session, keeper
from core.checkpoint import inspect_model
from core.errors import ProjectError
from core.evaluation.variant import Variant
from core.planning import Plan
from core.run import Run
from tests.app.folders import write_mixtral


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_mixtral(tmp_path / "models" / "tiny")


@pytest.fixture
def session(qapp):
    made = Session()
    yield made
    made.close()


@pytest.fixture
def opened(session, folder):
    session.set_model(inspect_model(folder), name=str(folder))
    return session


def without(plan: Plan, *cells: tuple[int, int]) -> Plan:
    kept = plan.kept_LE.copy()
    for cell in cells:
        kept[cell] = False
    return plan.with_kept(kept)


def test_opening_a_model_reads_its_headers_beside_the_window(session, folder, qtbot):
    with qtbot.waitSignal(session.model_changed, timeout=5000):
        job = session.open_model(folder)
    assert session.info is not None
    assert session.info.experts == (8, 8, 8)
    assert session.plan is not None
    assert session.plan.dropped == 0
    assert job.task.command == f"seer inspect {folder}"


def test_opening_what_is_no_model_fails_with_a_remedy(session, tmp_path, qtbot):
    job = session.open_model(tmp_path)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.expected
    assert session.info is None


def test_a_plan_is_undone_and_redone_under_its_name(opened):
    whole = opened.plan
    smaller = without(whole, (0, 1))
    opened.apply_plan(smaller, "Drop L0 · 1")
    assert opened.plan is smaller
    assert opened.undo_stack.undoText() == "Drop L0 · 1"
    opened.undo_stack.undo()
    assert opened.plan is whole
    opened.undo_stack.redo()
    assert opened.plan is smaller


def test_the_same_plan_again_is_no_step(opened):
    opened.apply_plan(opened.plan, "Nothing")
    opened.apply_plan(opened.plan.with_kept(opened.plan.kept_LE), "Nothing again")
    assert opened.undo_stack.count() == 0


def test_cost_and_problems_follow_the_plan(opened):
    whole = opened.base_cost.bytes
    assert opened.cost.bytes == whole
    opened.apply_plan(without(opened.plan, (0, 1), (0, 2)), "Drop two")
    expert = opened.info.expert_bytes[0] + opened.info.router_bytes[0]
    assert whole - opened.cost.bytes == 2 * expert
    assert "ragged" in {problem.kind for problem in opened.problems}


def test_cost_is_computed_once_per_plan(opened):
    assert opened.cost is opened.cost
    first = opened.cost
    opened.apply_plan(without(opened.plan, (0, 1)), "Drop")
    assert opened.cost is not first


def test_another_model_forgets_what_belonged_to_the_first(opened, tmp_path):
    opened.apply_plan(without(opened.plan, (0, 1)), "Drop")
    opened.add_variant(Variant(name="original", kind="original"))
    other = inspect_model(write_mixtral(tmp_path / "other", experts=4))
    opened.set_model(other)
    assert opened.variants == ()
    assert opened.undo_stack.count() == 0
    assert opened.plan.experts == (4, 4, 4)


def test_a_running_profile_is_shown_until_it_ends(opened, qtbot):
    shown = []
    opened.profile_changed.connect(lambda: shown.append(opened.shown_profile))
    marker = object()

    def work(run: Run) -> None:
        run.snapshot("profile", marker)
        raise ProjectError("stopped half-way")

    job = opened.start(Task(title="Profile", kind="profile", function=work))
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert shown[0] is marker
    assert opened.shown_profile is None


def test_a_result_comes_back_to_the_method_that_the_task_names(opened, qtbot):
    variant = Variant(name="original", kind="original", perplexity={"overall": 12.5})
    task = Task(
        title="Check", kind="evaluate", function=lambda run: variant, on_result="add_variant"
    )
    with qtbot.waitSignal(opened.variants_changed, timeout=5000):
        opened.start(task)
    assert opened.variants == (variant,)


def test_an_unsaved_session_lives_in_a_temporary_project(qapp, folder, tmp_path, qtbot):
    session = Session(data_dir=tmp_path / "data")
    session.set_model(inspect_model(folder), name=str(folder))
    assert session.temporary
    assert session.folder is not None
    assert session.folder.parent == tmp_path / "data" / "unsaved"
    session.apply_plan(without(session.plan, (1, 3)), "Drop")
    session.close()
    plans = list((tmp_path / "data" / "unsaved").glob("*/plans/*.json"))
    assert len(plans) == 1


def test_a_change_is_saved_by_itself_off_the_gui_thread(qapp, folder, tmp_path, qtbot):
    session = Session(data_dir=tmp_path / "data")
    session.set_model(inspect_model(folder), name=str(folder))
    saved = tmp_path / "mine"
    session.save_project(saved)
    session.apply_plan(without(session.plan, (1, 3)), "Drop")
    assert session.saved_text() == "saving…"
    qtbot.waitUntil(lambda: session.saved_text() == "saved", timeout=8000)
    assert list((saved / "plans").glob("*.json"))
    session.close()


def test_a_project_comes_back_as_it_was(qapp, folder, tmp_path, qtbot):
    saved = tmp_path / "mine"
    first = Session(data_dir=tmp_path / "data")
    first.set_model(inspect_model(folder), name=str(folder))
    first.apply_plan(without(first.plan, (1, 3)), "Drop")
    first.add_variant(Variant(name="original", kind="original", perplexity={"overall": 3.0}))
    first.set_metric("reap")
    first.set_page_options("calibrate", {"seed": 7})
    first.save_project(saved)
    plan = first.plan
    first.close()

    second = Session(data_dir=tmp_path / "data")
    with qtbot.waitSignal(second.model_changed, timeout=5000):
        second.open_project(saved)
    qtbot.waitUntil(lambda: second.folder == saved, timeout=2000)
    assert np.array_equal(second.plan.kept_LE, plan.kept_LE)
    assert second.variants[0].perplexity == {"overall": 3.0}
    assert second.metric == "reap"
    assert second.page_options("calibrate") == {"seed": 7}
    assert second.name == "mine"
    assert not second.temporary
    second.close()


def test_a_project_that_another_window_holds_is_refused(qapp, folder, tmp_path, qtbot):
    saved = tmp_path / "mine"
    first = Session()
    first.set_model(inspect_model(folder), name=str(folder))
    first.save_project(saved)
    second = Session()
    job = second.open_project(saved)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.state == "failed"
    assert "open" in job.error.what
    first.close()
    second.close()


def test_saving_into_a_folder_with_files_is_refused_and_loses_nothing(opened, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.tex").write_text("ten years of work")
    with pytest.raises(ProjectError, match="not empty"):
        opened.save_project(taken)
    assert (taken / "thesis.tex").read_text() == "ten years of work"
    assert opened.info is not None


def test_old_temporary_projects_are_removed_but_not_the_newest(qapp, folder, tmp_path):
    info = inspect_model(folder)
    session = Session(data_dir=tmp_path / "data")
    for _ in range(13):
        session.set_model(info, name=str(folder))
    left = list((tmp_path / "data" / "unsaved").iterdir())
    assert len(left) == 10
    assert session.folder in left
    session.close()


def test_a_tuned_checkpoint_is_followed_into_the_folder_that_a_project_is_saved_in(
    qtbot, tmp_path: Path
) -> None:
    session = Session(data_dir=tmp_path / "data")
    model = write_mixtral(tmp_path / "tiny")
    session.set_model(inspect_model(model), name=str(model))
    tuned = write_mixtral(session.folder / "runs" / "run-1" / "model")
    session.add_variant(Variant(name="run-1", kind="tuned", path=str(tuned)))
    session.add_variant(Variant(name="elsewhere", kind="exported", path=str(model)))
    session.save_project(tmp_path / "mine")
    assert not tuned.exists()
    paths = [variant.path for variant in session.variants]
    assert paths == [str(tmp_path / "mine" / "runs" / "run-1" / "model"), str(model)]
    session.close()


def test_what_a_move_leaves_behind_is_not_deleted(monkeypatch, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old / "runs" / "run-1", new / "runs", tmp_path / "third" / "runs"):
        folder.mkdir(parents=True)
    (old / "runs" / "run-1" / "weights").write_bytes(b"12345")
    (old / "runs" / "log").write_bytes(b"1")

    def across_disks(self: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", across_disks)
    monkeypatch.setattr(keeper, "MOST_COPIED_BYTES", 3)
    assert not keeper.bring_runs(old, new)
    assert (new / "runs" / "log").read_bytes() == b"1"
    assert (old / "runs" / "run-1" / "weights").exists()
    monkeypatch.setattr(keeper, "MOST_COPIED_BYTES", 9)
    assert keeper.bring_runs(old, tmp_path / "third")
