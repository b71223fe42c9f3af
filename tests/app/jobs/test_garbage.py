"""Workers never collect garbage: Qt's objects are destroyed where they live."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject

from app.jobs.garbage import GuiGarbage
from app.jobs.queue import JobQueue


class Cycle(QObject):
    """What only the cyclic collector can free."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def churn() -> None:
    """Allocate far past every threshold, as a worker that packs texts does."""
    kept = [[number] for number in range(200_000)]
    assert len(kept) == 200_000


def test_a_worker_leaves_the_windows_garbage_alone(qtbot) -> None:
    gc.enable()
    queue = JobQueue()
    leftover = weakref.ref(Cycle())
    worker = threading.Thread(target=churn)
    worker.start()
    worker.join()
    assert leftover() is not None
    assert not gc.isenabled()
    queue.shut_down()
    gc.collect()
    assert leftover() is None


def test_the_gui_thread_collects_by_the_usual_thresholds(qtbot) -> None:
    garbage = GuiGarbage()
    gc.collect()
    leftover = weakref.ref(Cycle())
    kept = [[number] for number in range(2_000)]
    garbage.collect()
    assert leftover() is None
    assert len(kept) == 2_000


def test_a_collection_by_hand_on_a_worker_is_done_by_the_gui_thread(qtbot) -> None:
    garbage = GuiGarbage()
    gc.collect()
    leftover = weakref.ref(Cycle())
    worker = threading.Thread(target=gc.collect)
    worker.start()
    worker.join()
    assert leftover() is not None
    garbage.collect()
    assert leftover() is None
