"""Jobs: off the GUI thread, events on it, cancelled within a second, one heavy at a time."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QObject

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from core.errors import ResourceError
from core.run import Run, Snapshot


@pytest.fixture
def queue(qapp):
    made = JobQueue()
    yield made
    assert made.shut_down()


def task(function, **options) -> Task:
    return Task(**{"title": "Work", "kind": "work", "function": function} | options)


def run_for_ever(run: Run) -> None:
    while True:
        run.check()
        time.sleep(0.01)


class Ear(QObject):
    """Notes on which thread it was called."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.threads: list[threading.Thread] = []
        self.snapshots: list[Snapshot] = []
        job.changed.connect(self.hear)
        job.snapshot.connect(self.see)

    def hear(self) -> None:
        self.threads.append(threading.current_thread())

    def see(self, snapshot: Snapshot) -> None:
        self.threads.append(threading.current_thread())
        self.snapshots.append(snapshot)


def test_a_job_works_on_a_thread_of_its_own_and_reports_on_the_gui_thread(queue, qtbot):
    where = []

    def work(run: Run) -> int:
        where.append(threading.current_thread())
        for done in range(5):
            run.progress("count", done, 5, "steps")
            run.snapshot("profile", done)
        return 42

    job = queue.submit(task(work))
    ear = Ear(job)
    with qtbot.waitSignal(job.finished, timeout=3000):
        pass
    assert job.state == "done"
    assert job.result == 42
    assert where[0] is not threading.main_thread()
    assert set(ear.threads) == {threading.main_thread()}


def test_a_fast_worker_sends_only_its_newest_snapshot(queue, qtbot):
    def work(run: Run) -> None:
        for value in range(1000):
            run.snapshot("profile", value)

    job = queue.submit(task(work))
    ear = Ear(job)
    with qtbot.waitSignal(job.finished, timeout=3000):
        pass
    assert len(ear.snapshots) < 20
    assert ear.snapshots[-1].value == 999


def test_every_note_reaches_the_log(queue, qtbot):
    def work(run: Run) -> None:
        for number in range(100):
            run.note(f"line {number}")

    job = queue.submit(task(work))
    with qtbot.waitSignal(job.finished, timeout=3000):
        pass
    assert [line.text for line in job.log] == [f"line {number}" for number in range(100)]


def test_cancel_ends_a_running_job_when_it_next_looks(queue, qtbot):
    asked, looks_after = threading.Event(), []

    def work(run: Run) -> None:
        while True:
            if asked.is_set():
                looks_after.append(1)
            run.check()
            time.sleep(0.005)

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: job.state == "running")
    job.cancel()
    asked.set()
    assert job.stopping
    qtbot.waitUntil(lambda: job.over)
    assert job.state == "cancelled"
    assert len(looks_after) <= 1


def test_a_paused_job_stands_still_and_goes_on(queue, qtbot):
    steps = []

    def work(run: Run) -> None:
        while len(steps) < 60:
            run.check()
            steps.append(1)
            time.sleep(0.005)

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: len(steps) > 3)
    job.pause()
    qtbot.wait(60)
    stood = len(steps)
    qtbot.wait(100)
    assert len(steps) == stood
    assert job.state == "paused"
    job.resume()
    qtbot.waitUntil(lambda: job.state == "done", timeout=3000)
    assert len(steps) == 60


def test_a_paused_job_can_be_cancelled(queue, qtbot):
    job = queue.submit(task(run_for_ever))
    job.pause()
    job.cancel()
    qtbot.waitUntil(lambda: job.state == "cancelled", timeout=2000)


def test_an_expected_failure_keeps_its_remedy(queue, qtbot):
    def work(run: Run) -> None:
        raise ResourceError("needs 21.4 GB of VRAM, 15.9 GB free", remedy="turn on streaming")

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: job.over, timeout=3000)
    assert job.state == "failed"
    assert job.error is not None
    assert (job.error.what, job.error.remedy) == (
        "needs 21.4 GB of VRAM, 15.9 GB free",
        "turn on streaming",
    )
    assert job.error.expected
    assert "ResourceError" in job.error.traceback


def test_an_unexpected_failure_keeps_its_traceback(queue, qtbot):
    def work(run: Run) -> None:
        list(range(3)).index(7)

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: job.over, timeout=3000)
    assert job.error is not None
    assert not job.error.expected
    assert "ValueError" in job.error.what
    assert "test_job.py" in job.error.traceback


def test_heavy_jobs_take_turns_and_light_ones_do_not_wait(queue, qtbot):
    first = queue.submit(task(run_for_ever))
    second = queue.submit(task(lambda run: "second"))
    light = queue.submit(task(lambda run: "light", heavy=False))
    qtbot.waitUntil(lambda: light.state == "done", timeout=3000)
    assert (first.state, second.state) == ("running", "queued")
    first.cancel()
    qtbot.waitUntil(lambda: second.state == "done", timeout=3000)


def test_waiting_jobs_change_places(queue, qtbot):
    running = queue.submit(task(run_for_ever))
    a, b = queue.submit(task(run_for_ever)), queue.submit(task(run_for_ever))
    queue.move(b, -1)
    assert queue.jobs == [running, b, a]
    queue.move(b, -1)  # not past one that runs
    assert queue.jobs == [running, b, a]
    running.cancel()
    qtbot.waitUntil(lambda: b.state == "running", timeout=3000)
    assert a.state == "queued"


def test_a_waiting_job_is_cancelled_at_once(queue):
    queue.submit(task(run_for_ever))
    waiting = queue.submit(task(run_for_ever))
    waiting.cancel()
    assert waiting.state == "cancelled"


def test_retry_runs_the_same_task_again(queue, qtbot):
    calls = []

    def work(run: Run) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("disk full")

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: job.state == "failed", timeout=3000)
    job.retry()
    qtbot.waitUntil(lambda: queue.jobs[-1].state == "done", timeout=3000)
    assert len(calls) == 2


def test_progress_gives_share_rate_and_time_to_go(queue, qtbot):
    def work(run: Run) -> None:
        run.progress("read", 0, 100, "tokens")
        time.sleep(0.02)
        run.progress("read", 25, 100, "tokens")
        run_for_ever(run)

    job = queue.submit(task(work))
    qtbot.waitUntil(lambda: job.progress == 0.25, timeout=3000)
    assert job.rate is not None
    assert job.eta == pytest.approx(75 / job.rate)
    job.cancel()
    qtbot.waitUntil(lambda: job.over, timeout=3000)


def test_quiet_housekeeping_vanishes_when_done(queue, qtbot):
    job = queue.submit(task(lambda run: 1, quiet=True, heavy=False))
    with qtbot.waitSignal(queue.job_finished, timeout=3000):
        pass
    assert job.state == "done"
    assert len(queue) == 0


def test_a_held_job_waits_for_the_users_word_and_then_for_its_turn(queue, qtbot):
    busy = queue.submit(task(run_for_ever))
    held = queue.hold(task(lambda run: 7))
    assert held.state == "held"
    assert queue.unfinished == [busy]
    held.resume()
    assert held.state == "queued"
    busy.cancel()
    qtbot.waitUntil(lambda: held.over, timeout=3000)
    assert held.result == 7


def test_a_held_job_is_forgotten_without_having_run(queue):
    ran = []
    held = queue.hold(task(lambda run: ran.append(1)))
    held.cancel()
    assert held.state == "cancelled"
    assert ran == []


def test_a_waiting_job_is_moved_to_any_place_among_the_waiting(queue):
    queue.submit(task(run_for_ever))
    a, b, c = (queue.submit(task(run_for_ever, title=name)) for name in "abc")
    queue.move_to(c, 0)
    assert [job.title for job in queue if job.state == "queued"] == ["c", "a", "b"]
    queue.move(a, -1)
    assert [job.title for job in queue if job.state == "queued"] == ["a", "c", "b"]
    queue.move_to(b, 7)
    assert [job.title for job in queue if job.state == "queued"] == ["a", "c", "b"]


def test_jobs_that_are_set_aside_are_stopped_and_forgotten(queue, qtbot):
    job = queue.submit(task(run_for_ever))
    queue.set_aside()
    qtbot.waitUntil(lambda: len(queue) == 0, timeout=3000)
    assert job.state == "cancelled"
