"""The jobs model: sound as an item model, and readable."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.jobs.logbook import LogBook
from app.jobs.queue import JobQueue
from app.jobs.task import Task
from app.models.jobs import JobsModel
from app.widgets.job_dock import JobRole
from core.errors import InputError
from core.run import Run


@pytest.fixture
def queue(qapp):
    made = JobQueue()
    yield made
    made.shut_down()


def run_for_ever(run: Run) -> None:
    run.progress("read", 0, 100, "tokens")
    time.sleep(0.02)
    run.progress("read", 62, 100, "tokens")
    while True:
        run.check()
        time.sleep(0.01)


def submit(queue: JobQueue, function=run_for_ever, **options):
    task = {"title": "Profile", "kind": "work", "function": function, "command": "seer profile"}
    return queue.submit(Task(**task | options))


def test_the_model_stays_sound_while_jobs_come_move_and_go(queue, qtbot):
    model = JobsModel(queue)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    first = submit(queue)
    second, third = submit(queue, title="B"), submit(queue, title="C")
    submit(queue, lambda run: 1, quiet=True, heavy=False)
    queue.move(third, -1)
    assert [model.job(row).title for row in range(model.rowCount())] == ["Profile", "C", "B"]
    for job in (second, third, first):
        job.cancel()
    qtbot.waitUntil(lambda: first.over, timeout=3000)
    queue.remove(first)
    queue.clear_finished()
    assert model.rowCount() == 0
    del tester


def test_a_running_job_shows_share_rate_and_time_to_go(queue, qtbot):
    model = JobsModel(queue)
    job = submit(queue)
    qtbot.waitUntil(lambda: job.progress == 0.62, timeout=3000)
    detail = model.index(0, 0).data(JobRole.DETAIL)
    assert detail.startswith("62 % · ")
    assert "tok/s" in detail
    assert detail.endswith("left")


def test_a_failed_job_says_what_happened_and_offers_details(queue, qtbot):
    def work(run: Run) -> None:
        raise InputError("calibration.txt holds no text", remedy="another file")

    model = JobsModel(queue)
    job = submit(queue, work)
    qtbot.waitUntil(lambda: job.over, timeout=3000)
    index = model.index(0, 0)
    assert index.data(JobRole.DETAIL) == "calibration.txt holds no text"
    assert {"details", "retry", "remove", "copy"} <= index.data(JobRole.CAN)
    assert "error: calibration.txt" in index.data(JobRole.LOG)


def test_only_what_is_possible_is_offered(queue, qtbot):
    model = JobsModel(queue)
    submit(queue)
    submit(queue)
    submit(queue)
    can = [model.index(row, 0).data(JobRole.CAN) for row in range(3)]
    assert can[0] == {"pause", "cancel", "copy"}
    assert can[1] == {"cancel", "down", "copy"}
    assert can[2] == {"cancel", "up", "copy"}


def test_a_waiting_job_is_dragged_to_its_place_and_the_model_stays_sound(queue):
    model = JobsModel(queue)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    submit(queue, title="runs")
    for title in "abc":
        submit(queue, title=title)
    held = queue.hold(Task(title="held", kind="work", function=run_for_ever))
    drag = Qt.ItemFlag.ItemIsDragEnabled
    assert [bool(model.flags(model.index(row, 0)) & drag) for row in range(5)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    move = Qt.DropAction.MoveAction
    data = model.mimeData([model.index(3, 0)])
    assert not model.dropMimeData(data, move, 1, 0, QModelIndex()), "the view would remove the row"
    assert titles(model) == ["runs", "c", "a", "b", "held"]
    data = model.mimeData([model.index(1, 0)])
    model.dropMimeData(data, move, -1, -1, model.index(4, 0))
    assert titles(model) == ["runs", "a", "b", "c", "held"]
    queue.remove(held)
    assert titles(model) == ["runs", "a", "b", "c"]
    del tester


def titles(model: JobsModel) -> list[str]:
    return [model.job(row).title for row in range(model.rowCount())]


def test_a_held_job_asks_whether_to_go_on_and_shows_its_earlier_log(queue, tmp_path):
    model = JobsModel(queue)
    job = queue.hold(Task(title="Profile", kind="profile", function=run_for_ever))
    (tmp_path / "log.txt").write_text("going on after batch 3\n")
    job.book = LogBook(tmp_path)
    index = model.index(0, 0)
    assert index.data(JobRole.DETAIL) == "Not finished last time. Resume?"
    assert index.data(JobRole.LOG) == "going on after batch 3"
    assert index.data(JobRole.CAN) == {"resume", "remove", "file"}
