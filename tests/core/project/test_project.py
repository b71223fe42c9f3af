import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ProjectError
from core.planning import Plan, toggle
from core.project import SCHEMA, Project, create_project, is_project, open_project
from core.project.migrate import FORM
from tests.values import made_info, made_profile

SAVER = """
import sys
from dataclasses import replace
from pathlib import Path
from core.project import open_project
project = open_project(Path(sys.argv[1]))
saved = [
    replace(project, variants=tuple({"name": word, "n": n} for n in range(3000)))
    for word in ("old", "new")
]
saved[0].save()
print("ready", flush=True)
while True:
    for one in saved[::-1]:
        one.save()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(tmp_path / "study", model="demo", model_fingerprint="f" * 64)


def test_a_new_project_has_its_folders_and_opens_as_it_was_made(project: Project) -> None:
    assert is_project(project.folder)
    assert sorted(p.name for p in project.folder.iterdir()) == [
        "plans",
        "profiles",
        "project.json",
        "reports",
        "runs",
    ]
    assert open_project(project.folder) == project


def test_everything_comes_back_after_saving(project: Project) -> None:
    full = replace(
        project.with_page("calibrate", {"sources": ["demo"], "note": "한국어"}),
        variants=({"name": "original", "perplexity": {"overall": 27.5}},),
        unfinished=({"kind": "profile"},),
    )
    full.save()
    assert open_project(project.folder) == full


def test_profiles_and_plans_are_kept_by_content(project: Project) -> None:
    profile, plan = made_profile(), Plan.keep_all(made_info())
    saved = project.with_profile(profile).with_plan(plan)
    saved.save()
    again = open_project(project.folder)
    assert again.load_plan() == plan
    assert again.load_profile().fingerprint == profile.fingerprint
    written = (project.folder / again.profile).stat().st_mtime_ns
    again.with_profile(profile)
    assert (project.folder / again.profile).stat().st_mtime_ns == written


def test_a_project_can_let_go_of_its_profile_and_plan(project: Project) -> None:
    full = project.with_profile(made_profile()).with_plan(Plan.keep_all(made_info()))
    bare = full.with_profile(None).with_plan(None)
    assert bare.load_profile() is None
    assert bare.load_plan() is None
    assert bare.name == "study"


def test_only_plans_that_are_named_stay(project: Project) -> None:
    plan = Plan.keep_all(made_info())
    project = project.with_plan(plan, name="whole")
    for expert in range(8):
        plan = toggle(plan, 0, expert)
        project = project.with_plan(plan)
        project.save()
    assert len(list((project.folder / "plans").iterdir())) == 2
    again = open_project(project.folder)
    assert again.load_plan() == plan
    assert again.load_plan("whole") == Plan.keep_all(made_info())
    assert again.load_plan("no such name") is None


def test_plans_that_people_put_there_are_left_alone(project: Project) -> None:
    mine = project.folder / "plans" / "mine.json"
    mine.write_text("{}")
    project.save()
    assert mine.exists()


def test_schema_0_is_migrated_and_kept_as_a_copy(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = {
        "seer_project": 0,
        "model": "/models/mixtral",
        "fingerprint": "abc",
        "options": {"calibrate": {"max_tokens": 1000}},
        "variants": [{"name": "original"}],
    }
    (folder / "project.json").write_text(json.dumps(old))
    project = open_project(folder)
    assert (project.model, project.model_fingerprint) == ("/models/mixtral", "abc")
    assert project.pages == {"calibrate": {"max_tokens": 1000}}
    assert project.variants == ({"name": "original"},)
    assert json.loads((folder / "project.json").read_text()) == old  # opening changes nothing
    project.save()
    assert json.loads((folder / "project.json").read_text())["seer_project"] == SCHEMA
    assert json.loads((folder / "project.schema0.json").read_text()) == old
    assert open_project(folder) == project


def test_there_is_a_step_from_every_older_schema() -> None:
    assert sorted(FORM.steps) == list(range(SCHEMA))


def test_a_newer_schema_is_refused_and_left_as_it_is(project: Project) -> None:
    path = project.folder / "project.json"
    text = json.dumps({**project.to_json(), "seer_project": SCHEMA + 1})
    path.write_text(text)
    with pytest.raises(ProjectError, match=f"schema {SCHEMA + 1}") as caught:
        open_project(project.folder)
    assert "newer" in caught.value.remedy
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[]", "JSON object"),
        ("{}", "which schema"),
        ('{"seer_project": true}', "which schema"),
        ('{"seer_project": 1, "variants": {}}', "variants is not a list"),
        ('{"seer_project": 1, "plan": "../../elsewhere.json"}', "outside the project"),
        ('{"seer_project": 1, "profile": "/etc/passwd"}', "outside the project"),
        ('{"seer_project": 1, "plans": {"a": "C:\\\\x.json"}}', "outside the project"),
        ('{"seer_project": 1, "model": 3}', "model is not an object"),
    ],
)
def test_a_damaged_project_is_an_error_that_says_what(
    project: Project, text: str, message: str
) -> None:
    (project.folder / "project.json").write_text(text)
    with pytest.raises(ProjectError, match=message):
        open_project(project.folder)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        open_project(tmp_path)
    assert not is_project(tmp_path)


def test_a_project_is_not_made_over_something_else(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="project already"):
        create_project(project.folder)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    with pytest.raises(ProjectError, match="not empty"):
        create_project(tmp_path / "full")


def test_a_save_that_cannot_be_written_leaves_the_old_one(project: Project) -> None:
    before = (project.folder / "project.json").read_bytes()
    code = (
        "import resource, signal, sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from core.errors import ProjectError\n"
        "from core.project import open_project\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "project = open_project(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    replace(project, variants=({'name': 'x' * 10_000},)).save()\n"
        "except ProjectError as error:\n"
        "    print(error.line())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "File too large" in done.stdout
    assert (project.folder / "project.json").read_bytes() == before
    assert not list(project.folder.glob(".*~"))


def test_a_save_killed_at_any_moment_leaves_the_old_project_or_the_new(project: Project) -> None:
    for delay in (0.005, 0.02, 0.035, 0.05, 0.065, 0.08):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(project.folder)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = open_project(project.folder)
        names = {variant["name"] for variant in found.variants}
        assert names in ({"old"}, {"new"})
        assert len(found.variants) == 3000
        found.save()  # a retry works


def test_a_full_disk_loses_neither_the_old_project_nor_its_unfinished_jobs(tmp_path: Path) -> None:
    """A save that does not fit leaves the old file; RLIMIT_FSIZE stands for the disk."""
    code = """
import resource, signal, sys
from dataclasses import replace
from pathlib import Path
from core.errors import ProjectError
from core.project import create_project
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
project = create_project(Path(sys.argv[1]))
project = replace(project, unfinished=({"kind": "profile"},))
project.save()
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    replace(project, unfinished=({"kind": "x" * 5000},)).save()
except ProjectError as error:
    print(error.remedy)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "p")],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert done.stdout.strip()
    assert open_project(tmp_path / "p").unfinished == ({"kind": "profile"},)
    assert not list((tmp_path / "p").glob(".*~"))
