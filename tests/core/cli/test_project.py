"""`seer project`: lists what a project holds, removes what is named, and refuses what it must."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.planning import Plan
from core.project import Project, ProjectLock, create_project, open_project
from tests.core.cli.conftest import Seer
from tests.values import made_info, made_profile


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A profile and a plan that are open, a spare profile, two logs and a report."""
    made = create_project(tmp_path / "study", model="demo", model_fingerprint="f" * 64)
    made = made.with_profile(made_profile(seed=2)).with_profile(made_profile(seed=1))
    made = made.with_plan(Plan.keep_all(made_info()), name="all")
    made = replace(made, variants=({"name": "original"},))
    made.save()
    for name, size in (
        ("runs/20261101-080000-profile/log.txt", 10), ("runs/20261102-080000-tune/log.txt", 20),
        ("reports/[one].html", 600),
    ):  # fmt: skip
        path = made.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return made


def spare() -> str:
    return f"profile/{made_profile(seed=2).fingerprint[:16]}"


def opened() -> str:
    return f"profile/{made_profile(seed=1).fingerprint[:16]}"


def test_it_lists_kinds_items_and_what_uses_them(seer: Seer, project: Project) -> None:
    found = seer("project", project.folder, "--json").json
    assert found["folder"] == str(project.folder)
    assert found["kinds"]["log"] == 30
    assert found["bytes"] == sum(item["bytes"] for item in found["items"])
    items = {f"{item['kind']}/{item['name']}": item for item in found["items"]}
    assert items[opened()]["uses"] == [{"why": "open", "name": ""}]
    assert items[spare()]["uses"] == []
    assert items[spare()]["path"] == f"profiles/{spare().removeprefix('profile/')}.safetensors"
    assert items["report/[one].html"]["files"] == 1


def test_the_table_names_every_item_as_remove_takes_it(seer: Seer, project: Project) -> None:
    done = seer("project", project.folder)
    assert done.code == 0
    for name in (spare(), "log/20261102-080000-tune", "report/[one].html"):
        assert name in done.out
    assert "the project as it is" in done.out
    assert " in " in done.err


def test_what_is_named_is_removed_and_the_rest_opens(seer: Seer, project: Project) -> None:
    found = seer("project", project.folder, "--json").json
    done = seer(
        "project", project.folder, "--remove", spare(), "--remove", "log", "--remove",
        "report/[one].html", "--json",
    ).json  # fmt: skip
    assert {f"{gone['kind']}/{gone['name']}" for gone in done["removed"]} == {
        spare(), "log/20261101-080000-profile", "log/20261102-080000-tune", "report/[one].html",
    }  # fmt: skip
    assert done["freed"] == found["bytes"] - done["bytes"]
    assert "log" not in done["kinds"]
    assert open_project(project.folder) == project
    assert open_project(project.folder).load_profile() is not None
    assert "Removed" not in seer("project", project.folder).out


def test_what_is_in_use_needs_force_and_then_the_project_lets_go(
    seer: Seer, project: Project
) -> None:
    refused = seer("project", project.folder, "--remove", opened())
    assert refused.code == 1
    assert f"{opened()} by the project as it is" in refused.err
    assert "try: leave them, or --force" in refused.err
    assert open_project(project.folder).profile
    done = seer("project", project.folder, "--remove", opened(), "--force")
    assert done.code == 0
    assert "Removed 1 item" in done.out
    again = open_project(project.folder)
    assert again.profile == ""
    assert again.variants == project.variants


@pytest.mark.parametrize("name", ["../study", "profile/../../x", "weather", "log/"])
def test_only_what_is_listed_can_be_named(seer: Seer, project: Project, name: str) -> None:
    done = seer("project", project.folder, "--remove", name)
    assert done.code == 1
    assert f"there is no {name}" in done.err
    assert "kinds: profile, log, report, plan" in done.err


def test_a_project_that_is_open_in_a_window_is_listed_and_not_touched(
    seer: Seer, project: Project
) -> None:
    with ProjectLock(project.folder):
        assert seer("project", project.folder, "--json").json["bytes"] > 0
        refused = seer("project", project.folder, "--remove", spare())
    assert refused.code == 1
    assert "is open in another window" in refused.err
    assert "close that window first" in refused.err
    assert spare() in {
        f"{item['kind']}/{item['name']}"
        for item in seer("project", project.folder, "--json").json["items"]
    }


def test_a_folder_without_a_project_is_refused_and_stays_as_it_is(
    seer: Seer, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    for more in ((), ("--remove", "log")):
        done = seer("project", tmp_path / "mine", *more)
        assert done.code == 1
        assert "there is no project in" in done.err
    assert list((tmp_path / "mine").iterdir()) == []


def test_torch_is_not_needed_for_it(seer: Seer, project: Project) -> None:
    import subprocess

    code = (
        "import sys\n"
        "from core.cli import main\n"
        f"sys.argv = ['seer', 'project', {str(project.folder)!r}, '--quiet']\n"
        "try:\n    main()\n"
        "finally:\n    print('torch' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=True
    )
    assert done.stderr.strip() == "False"
