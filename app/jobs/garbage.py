"""Collect cyclic garbage on the GUI thread only.

Python collects on whichever thread happens to allocate. When a worker's turn falls on what is
left of a closed menu or page, Qt's objects are destroyed off their thread: the worker holds one
of Qt's locks and waits for the interpreter, the GUI thread holds the interpreter and waits for
Qt's lock, and the window stands for ever. So the automatic collection is off while a window
lives, and a timer of the GUI thread does its work by the same thresholds.

Libraries collect by hand as well: accelerate does at the end of every training run, on the worker.
That crashed the process the same way, so while a window lives `gc.collect` on another thread only
asks for a collection, which the timer then does.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from app.jobs.warm import loading

INTERVAL_MS = 1000
PATIENCE_SECONDS = 10.0  # a window that is busy for longer collects when it can

_collect = gc.collect  # the interpreter's own
_wanted = threading.Event()
_done = threading.Event()


def collect_where_qt_lives(generation: int = 2) -> int:
    """What `gc.collect` is while a window lives: off the main thread it only asks.

    Args:
        generation: As of `gc.collect`.

    Returns:
        How many unreachable objects were found; 0 when it was only asked for.
    """
    if threading.current_thread() is threading.main_thread():
        return _collect(generation)
    _wanted.set()
    return 0


def collect_and_wait(wanted: Callable[[], bool]) -> None:
    """Collect everything; on a worker, return when the GUI thread has done it.

    Args:
        wanted: Asked meanwhile; nobody waits for what is not wanted any more.
    """
    _done.clear()
    gc.collect()
    if gc.collect is not collect_where_qt_lives:
        return
    if threading.current_thread() is threading.main_thread():
        return
    latest = time.monotonic() + PATIENCE_SECONDS
    while wanted() and time.monotonic() < latest and not _done.wait(0.05):
        pass


class GuiGarbage(QObject):
    """Takes garbage collection over from the interpreter, for as long as the process lives."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.collect = collect_where_qt_lives
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect each generation that is due; the counts go on while automatic collection is off.

        Not while torch is imported: there is no garbage in that, and its million objects would hold
        the window for a fifth of a second; afterwards they are where collections do not look.
        A collection raises the count of the next generation, so they are asked one by one.
        """
        if loading():
            return
        if _wanted.is_set():
            _wanted.clear()
            _collect()
            _done.set()
            return
        for generation, threshold in enumerate(gc.get_threshold()):
            if threshold and gc.get_count()[generation] > threshold:
                gc.collect(generation)
