import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core.errors import ProjectError
from core.project import ProjectLock
from core.project.lock import LOCK_NAME


def write_lock(folder: Path, **changes: object) -> None:
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": psutil.Process().create_time(),
    }
    (folder / LOCK_NAME).write_text(json.dumps(holder | changes))


def test_a_second_window_is_refused_by_the_process_that_holds_it(tmp_path: Path) -> None:
    with (
        ProjectLock(tmp_path),
        pytest.raises(ProjectError, match=f"process {os.getpid()}"),
        ProjectLock(tmp_path),
    ):
        pass


def test_the_lock_goes_when_it_is_released(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path)
    lock.acquire()
    assert lock.held
    lock.release()
    lock.release()
    assert not (tmp_path / LOCK_NAME).exists()
    with ProjectLock(tmp_path):
        pass


def test_the_lock_of_another_living_process_holds(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.project import ProjectLock\n"
        "ProjectLock(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(ProjectError, match=f"process {process.pid}"):
        ProjectLock(tmp_path).acquire()
    process.kill()
    process.communicate()
    with ProjectLock(tmp_path):  # the killed window's lock is stale
        assert json.loads((tmp_path / LOCK_NAME).read_text())["pid"] == os.getpid()


def test_a_process_id_that_was_given_out_again_is_not_the_holder(tmp_path: Path) -> None:
    write_lock(tmp_path, started=psutil.Process().create_time() - 1000)
    with ProjectLock(tmp_path) as lock:
        assert lock.held


def test_a_damaged_lock_is_stale(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("")
    with ProjectLock(tmp_path) as lock:
        assert lock.held


def test_another_machines_lock_is_never_broken(tmp_path: Path) -> None:
    write_lock(tmp_path, host="elsewhere", pid=1)
    with pytest.raises(ProjectError, match="another machine") as caught:
        ProjectLock(tmp_path).acquire()
    assert LOCK_NAME in caught.value.remedy
    assert (tmp_path / LOCK_NAME).exists()


def test_a_file_system_without_hard_links_can_be_locked_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_source: Path, _target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with ProjectLock(tmp_path):
        assert json.loads((tmp_path / LOCK_NAME).read_text())["pid"] == os.getpid()
        with pytest.raises(ProjectError, match="another window"):
            ProjectLock(tmp_path).acquire()
    assert list(tmp_path.iterdir()) == []


def test_taking_the_lock_clears_what_a_killed_save_left(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / ".project.json.abc~").write_text("half")
    (tmp_path / "plans" / ".x.json.def~").write_text("half")
    with ProjectLock(tmp_path):
        assert sorted(p.name for p in tmp_path.rglob("*~")) == []


def test_a_read_only_folder_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot write into"):
        ProjectLock(tmp_path / "missing").acquire()
