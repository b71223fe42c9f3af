"""Every heavy job leaves a log in the project's folder, whatever becomes of it."""

from __future__ import annotations

import pytest

from app.jobs.logbook import LogBook, new_folder
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from core.errors import InputError
from core.run import Run


@pytest.fixture
def queue(qapp, tmp_path):
    made = JobQueue()
    made.log_home = lambda: tmp_path / "runs"
    yield made
    assert made.shut_down()


def test_a_log_says_what_ran_with_which_versions_and_how_it_ended(queue, qtbot, tmp_path) -> None:
    def work(run: Run) -> None:
        run.note("going on after batch 3 of 8")

    task = Task(title="Profile", kind="profile", function=work, command="seer profile demo")
    job = queue.submit(task)
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.book.path.parent.parent == tmp_path / "runs"
    assert job.book.path.parent.name.endswith("-profile")
    text = job.book.path.read_text()
    assert "Profile, SEER Studio" in text
    assert "numpy" in text
    assert "command: seer profile demo" in text
    assert "going on after batch 3 of 8" in text
    assert "done after" in text.splitlines()[-1]


def test_a_failed_jobs_log_holds_the_traceback(queue, qtbot) -> None:
    def work(run: Run) -> None:
        raise InputError("no text", remedy="another file")

    job = queue.submit(Task(title="Measure", kind="evaluate", function=work))
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    text = job.book.path.read_text()
    assert "Traceback" in text
    assert "InputError: no text" in text


def test_light_jobs_leave_no_log(queue, qtbot, tmp_path) -> None:
    job = queue.submit(Task(title="Open", kind="open", function=lambda run: None, heavy=False))
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert not (tmp_path / "runs").exists()


def test_a_log_that_cannot_be_written_stops_no_job(queue, qtbot, tmp_path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    job = queue.submit(Task(title="Profile", kind="profile", function=lambda run: 42))
    qtbot.waitUntil(lambda: job.over, timeout=5000)
    assert job.state == "done"
    assert job.result == 42


def test_two_runs_of_one_second_have_folders_of_their_own(tmp_path) -> None:
    first, second = new_folder(tmp_path, "export"), new_folder(tmp_path, "export")
    assert first != second
    for folder in (first, second):
        book = LogBook(folder)
        book.write("info", folder.name)
        book.close()
        assert folder.name in (folder / "log.txt").read_text()
