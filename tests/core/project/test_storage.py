"""What a project holds and what uses it; taking it away, and never more than was asked."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Cancelled, InputError, LockedError, ProjectError
from core.planning import MadeBy, Plan
from core.project import (
    Project,
    ProjectLock,
    Storage,
    choose,
    create_project,
    drop_old_logs,
    open_project,
    recover_project,
    remove_items,
    storage,
    take_out,
)
from core.run import Run
from tests.values import made_info, made_profile


def put(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def add_run(folder: Path, name: str, state: str = "done", start: str = "model") -> Path:
    """A tuning run with two checkpoints, a teacher, a curve and its model."""
    run = folder / "runs" / name
    put(run / "work" / "checkpoint-9" / "weights.safetensors", 900)
    put(run / "work" / "checkpoint-10" / "weights.safetensors", 1000)
    put(run / "work" / "teacher.safetensors", 500)
    put(run / "work" / "curve.jsonl", 50)
    put(run / "model" / "model.safetensors", 7000)
    (run / "run.json").write_text(json.dumps({"state": state, "start": start}))
    return run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A profile that is open, one that a plan was made with, one that nothing names; and more."""
    made = create_project(tmp_path / "study", model="demo", model_fingerprint="f" * 64)
    used, free, now = (made_profile(seed=seed) for seed in (1, 2, 3))
    for profile in (used, free):
        made = made.with_profile(profile)
    plan = replace(
        Plan.keep_all(made_info()),
        made_by=MadeBy(metric="soft-count", scope="layer", profile=used.fingerprint),
    )
    made = made.with_profile(now).with_plan(plan, name="six")
    folder = made.folder
    add_run(folder, "run-1")
    add_run(folder, "run-2", state="cancelled", start="run-1")
    put(folder / "runs" / "search" / "run-1" / "run.json", 30)
    put(folder / "runs" / "paper" / "result.json", 40)
    put(folder / "runs" / "profile-abc.safetensors", 300)
    put(folder / "runs" / ".choice-def.json.measured", 20)
    for day in (1, 2):
        put(folder / "runs" / f"2026110{day}-080000-profile" / "log.txt", 10)
    put(folder / "reports" / "one.html", 60)
    put(folder / "project.damaged.json", 5)
    made = replace(
        made,
        variants=(
            {"name": "tuned", "path": str(folder / "runs" / "run-1" / "model")},
            {"name": "measured", "provenance": {"profile": used.fingerprint}},
        ),
        unfinished=(
            {"title": "Profile tiny", "log": "runs/20261102-080000-profile/log.txt",
             "command": "seer profile demo -o profile-abc.safetensors"},
        ),
    )  # fmt: skip
    made.save()
    return made


def titles(found: Storage) -> dict[str, int]:
    return {item.title: item.bytes for item in found.items}


def uses(found: Storage, title: str) -> set[tuple[str, str]]:
    item = next(item for item in found.items if item.title == title)
    return {(use.why, use.name) for use in item.uses}


def profiles(project: Project) -> tuple[str, str, str]:
    """Titles of the used, the free and the open profile."""
    found = [made_profile(seed=seed).fingerprint[:16] for seed in (1, 2, 3)]
    return tuple(f"profile/{stem}" for stem in found)  # type: ignore[return-value]


def everything(folder: Path) -> int:
    """Bytes of all files that are the project's own, counted another way."""
    own = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(p.stat().st_size for p in own if not p.name.startswith((".project", "project.json")))


def test_every_byte_is_listed_once_under_what_it_is(project: Project) -> None:
    found = storage(project.folder)
    sizes = titles(found)
    assert sizes["model/run-1"] == 7000
    assert sizes["checkpoint/run-1/checkpoint-9"] == 900
    assert sizes["teacher/run-2"] == 500
    assert sizes["run/run-1"] == 50 + (project.folder / "runs/run-1/run.json").stat().st_size
    assert sizes["search/run-1"] == 30
    assert sizes["paper/paper"] == 40
    assert sizes["cache/profile-abc.safetensors"] == 300
    assert sizes["cache/.choice-def.json.measured"] == 20
    assert sizes["log/20261101-080000-profile"] == 10
    assert (sizes["report/one.html"], sizes["copy/project.damaged.json"]) == (60, 5)
    assert found.bytes == everything(project.folder)
    assert sum(found.to_json()["kinds"].values()) == found.bytes


def test_what_refers_to_a_thing_is_named(project: Project) -> None:
    found = storage(project.folder)
    used, free, now = profiles(project)
    plan = next(iter(project.plans.values())).removeprefix("plans/").removesuffix(".json")
    assert uses(found, used) == {("plan", "six"), ("variant", "measured")}
    assert uses(found, free) == set()
    assert uses(found, now) == {("open", "")}
    assert uses(found, f"plan/{plan}") == {("open", "six")}
    assert uses(found, "model/run-1") == {("variant", "tuned"), ("run", "run-2")}
    assert uses(found, "run/run-1") == {("variant", "tuned"), ("run", "run-2")}
    # A run that was stopped goes on from its newest checkpoint; one that is done from none.
    assert uses(found, "checkpoint/run-2/checkpoint-10") == {("resume", "run-2")}
    assert uses(found, "checkpoint/run-2/checkpoint-9") == set()
    assert uses(found, "checkpoint/run-1/checkpoint-10") == set()
    assert uses(found, "cache/profile-abc.safetensors") == {("job", "Profile tiny")}
    assert uses(found, "log/20261102-080000-profile") == {("job", "Profile tiny")}
    assert uses(found, "log/20261101-080000-profile") == set()


def test_jobs_that_the_window_has_count_instead_of_those_on_disk(project: Project) -> None:
    job = {"title": "Tune", "recipe": {"folder": "runs/run-2"}}
    found = storage(project.folder, unfinished=(job,))
    assert uses(found, "cache/profile-abc.safetensors") == set()
    assert ("job", "Tune") in uses(found, "teacher/run-2")
    assert uses(found, "teacher/run-1") == set()


def test_what_nothing_uses_goes_and_frees_what_was_said(project: Project) -> None:
    found = storage(project.folder)
    _, free, _ = profiles(project)
    size = titles(found)[free]
    items = choose(found, [free, "checkpoint/run-1/checkpoint-9"])
    gone = remove_items(found, items)
    assert [item.title for item in gone.items] == [free, "checkpoint/run-1/checkpoint-9"]
    assert gone.bytes == size + 900
    left = storage(project.folder)
    assert left.bytes == found.bytes - gone.bytes == everything(project.folder)
    assert not list(project.folder.glob(".removed*"))
    assert open_project(project.folder) == project
    assert open_project(project.folder).load_profile() is not None


def test_a_kind_alone_is_all_of_it_that_nothing_uses(project: Project) -> None:
    found = storage(project.folder)
    chosen = {item.title for item in choose(found, ["checkpoint", "log"])}
    assert chosen == {
        "checkpoint/run-1/checkpoint-9", "checkpoint/run-1/checkpoint-10",
        "checkpoint/run-2/checkpoint-9", "log/20261101-080000-profile",
    }  # fmt: skip
    assert len(choose(found, ["checkpoint"], force=True)) == 4


def test_what_is_in_use_is_refused_by_name_and_nothing_goes(project: Project) -> None:
    found = storage(project.folder)
    _, free, _ = profiles(project)
    with pytest.raises(ProjectError, match="model/run-1 by the tuning run run-2, which") as caught:
        remove_items(found, choose(found, [free, "model/run-1"]))
    assert "--force" in caught.value.remedy
    assert storage(project.folder) == found


def test_by_force_project_json_lets_go_first(project: Project) -> None:
    found = storage(project.folder)
    _, _, now = profiles(project)
    plan = f"plan/{Path(next(iter(project.plans.values()))).stem}"
    gone = remove_items(found, choose(found, [now, plan], force=True), force=True)
    assert {item.title for item in gone.items} == {now, plan}
    again = open_project(project.folder)
    assert (again.profile, again.plans) == ("", {})
    assert recover_project(project.folder)[1] == ()  # nothing is missed
    assert again.variants == project.variants


def test_a_run_takes_its_checkpoints_and_its_model_along(project: Project) -> None:
    found = storage(project.folder)
    run = project.folder / "runs" / "run-2"
    whole = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    items = choose(found, ["run/run-2", "model/run-2"], force=True)
    gone = remove_items(found, items, force=True)
    assert gone.bytes == whole
    assert not run.exists()
    assert {item.kind for item in gone.items} == {"run", "model", "checkpoint", "teacher"}


@pytest.mark.parametrize(
    "name", ["profile/../../outside", "log/..", "nothing", "profile/", "../secret", "run/run-9"]
)
def test_only_what_is_listed_can_be_named(project: Project, name: str) -> None:
    found = storage(project.folder)
    with pytest.raises(InputError, match="there is no"):
        choose(found, [name])


def test_links_are_neither_followed_nor_counted_as_what_they_lead_to(
    project: Project, tmp_path: Path
) -> None:
    outside = put(tmp_path / "elsewhere" / "big.bin", 50_000)
    folder = project.folder
    (folder / "profiles" / "linked.safetensors").symlink_to(outside)
    (folder / "runs" / "mine").symlink_to(outside.parent, target_is_directory=True)
    (folder / "runs" / "run-1" / "work" / "checkpoint-9" / "out").symlink_to(outside.parent)
    found = storage(folder)
    assert titles(found)["profile/linked"] < 1000
    assert titles(found)["cache/mine"] < 1000
    names = ["profile/linked", "cache/mine", "checkpoint/run-1/checkpoint-9"]
    gone = remove_items(found, choose(found, names))
    assert gone.bytes < 3000
    assert outside.read_bytes() == b"x" * 50_000
    assert not (folder / "runs" / "mine").is_symlink()


def test_a_folder_of_the_project_that_is_a_link_is_none_of_its(
    project: Project, tmp_path: Path
) -> None:
    found = storage(project.folder)
    runs = project.folder / "runs"
    away = tmp_path / "away"
    runs.rename(away)
    runs.symlink_to(away, target_is_directory=True)
    assert not [item for item in storage(project.folder).items if item.path.startswith("runs/")]
    # Nor if it became one after the look.
    with pytest.raises(ProjectError, match="no longer inside"):
        remove_items(found, choose(found, ["paper/paper"]))
    assert (away / "paper" / "result.json").exists()


def test_one_thing_is_taken_out_by_its_place_and_never_through_a_link(
    project: Project, tmp_path: Path
) -> None:
    take_out(project.folder, "runs/run-1")
    assert not (project.folder / "runs" / "run-1").exists()
    assert not list(project.folder.glob(".removed*"))
    away = tmp_path / "away"
    put(away / "run-1" / "mine.txt", 10)
    (project.folder / "runs" / "link").symlink_to(away, target_is_directory=True)
    for place in ("runs/link/run-1", "../away/run-1"):
        with pytest.raises(ProjectError):
            take_out(project.folder, place)
    assert (away / "run-1" / "mine.txt").exists()


def test_a_folder_that_may_not_be_written_says_so_and_keeps_everything() -> None:
    """Run as somebody who owns nothing of it, so that no test has to be root, or must not be."""
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        folder = create_project(Path(temporary) / "study").folder
        put(folder / "reports" / "one.html", 60)
        code = """
import os, sys
from pathlib import Path
from core.errors import ProjectError
from core.project import ProjectLock, choose, remove_items, storage
folder = Path(sys.argv[1])
found = storage(folder)
if os.geteuid() == 0:
    os.seteuid(65534)
for work in (lambda: ProjectLock(folder).acquire(),
             lambda: remove_items(found, choose(found, ["report/one.html"]))):
    try:
        work()
    except ProjectError as error:
        print(error.what)
"""
        for path in (folder, folder / "reports"):
            path.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            capture_output=True, text=True, timeout=100, check=True,
        )  # fmt: skip
        for path in (folder, folder / "reports"):
            path.chmod(0o755)
        locked, refused = done.stdout.splitlines()
        assert locked.startswith(f"cannot write into {folder}")
        assert refused.startswith(f"cannot remove report/one.html from {folder}: ")
        assert (folder / "reports" / "one.html").stat().st_size == 60


def test_what_was_renamed_away_and_could_not_be_deleted_is_no_longer_the_projects(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = storage(project.folder)

    def stubborn(path: Path) -> None:
        raise OSError(16, "Device or resource busy", str(path))

    monkeypatch.setattr("shutil.rmtree", stubborn)
    names = ["paper/paper", "log/20261101-080000-profile"]
    with pytest.raises(ProjectError, match=r"paper/paper.*busy"):
        remove_items(found, choose(found, names))
    monkeypatch.undo()
    assert "paper/paper" not in titles(storage(project.folder))
    assert "log/20261101-080000-profile" in titles(storage(project.folder))
    with ProjectLock(project.folder):
        assert not list(project.folder.glob(".removed*"))


KILLED = """
import sys
from pathlib import Path
from core.project import choose, remove_items, storage
folder = Path(sys.argv[1])
found = storage(folder)
items = choose(found, ["checkpoint", "cache", "paper", "profile"], force=True)
print("ready", flush=True)
sys.stdin.readline()
import core.project.remove as remove
bury, count = remove.bury, int(sys.argv[2])
def slowly(path):
    global count
    count -= 1
    if count < 0:  # renamed away, not deleted
        print("amid", flush=True)
        sys.stdin.readline()
    bury(path)
remove.bury = slowly
remove_items(found, items, force=True)
print("done", flush=True)
"""


@pytest.mark.parametrize("after", [0, 2])
def test_killed_in_the_middle_the_project_opens_and_the_rest_is_cleared_away(
    project: Project, after: int
) -> None:
    folder = project.folder
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), str(after)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "amid\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert len(list(folder.glob(".removed*"))) == 1
    again, lost = recover_project(folder)
    assert lost == ()
    assert again.profile == ""  # it had let go before the first file went
    assert again.variants == project.variants
    with ProjectLock(folder):
        assert not list(folder.glob(".removed*"))
        found = storage(folder)
        remove_items(found, choose(found, ["checkpoint"], force=True), force=True)  # a retry
    assert not [item for item in storage(folder).items if item.kind == "checkpoint"]


def test_it_stops_between_two_items_when_it_is_cancelled(project: Project) -> None:
    found = storage(project.folder)
    run = Run(lambda _event: run.cancel())
    with pytest.raises(Cancelled):
        remove_items(found, choose(found, ["report", "copy"]), run)
    left = titles(storage(project.folder))
    assert ("report/one.html" in left) != ("copy/project.damaged.json" in left)


def test_a_damaged_project_is_still_looked_through(project: Project) -> None:
    path = project.folder / "project.json"
    path.write_text(path.read_text()[:40])
    found = storage(project.folder)
    assert titles(found)["model/run-1"] == 7000
    with pytest.raises(ProjectError, match="there is no project"):
        storage(project.folder / "runs")


def test_old_logs_go_beyond_the_newest_and_never_one_that_is_needed(project: Project) -> None:
    runs = project.folder / "runs"
    for minute in range(8):
        put(runs / f"20261105-08{minute:02}00-evaluate" / "log.txt", 10)
    put(runs / "20261001-080000-own" / "log.txt", 10)
    put(runs / "20261001-080000-own" / "notes.txt", 10)  # somebody put something there
    assert drop_old_logs(project.folder, keep=200) == 0
    assert drop_old_logs(project.folder, keep=3) == 6
    left = sorted(p.name for p in runs.iterdir() if p.name.startswith("2026"))
    assert left == [
        "20261001-080000-own", "20261102-080000-profile",  # a stopped job goes on with this log
        *(f"20261105-080{minute}00-evaluate" for minute in (5, 6, 7)),
    ]  # fmt: skip
    assert (runs / "run-1" / "model").is_dir()


@pytest.fixture
def held(project: Project) -> Iterator[Project]:
    with ProjectLock(project.folder):
        yield project


def test_a_project_that_is_open_elsewhere_is_looked_at_and_not_locked_twice(held: Project) -> None:
    assert storage(held.folder).bytes > 0
    with pytest.raises(LockedError):
        ProjectLock(held.folder).acquire()
