"""A hang detector for the thread that draws: who blocked it, for how long.

A timer on the GUI thread beats; a plain thread looks whether it still does, and writes down where
the GUI thread is when it does not. It is no stop-watch: the limit is a second, more on a machine
that lets threads wait, and time in which the machine gave this process nothing to run on does not
count.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from PySide6.QtCore import QObject, QTimer, Slot

BEAT_MS = 20
LIMIT_S = 1.0
# A plain thread that sleeps is late by less than this where nobody else wants the machine. Where it
# is later, everything is, and the limit grows alike.
USUAL_LATENESS_S = 0.004
SLEEPS = 10
NEVER = float("inf")


@dataclass(frozen=True)
class Stall:
    """A time in which the GUI thread answered nothing.

    Attributes:
        seconds: How long, without what the machine withheld.
        stack: Where the thread was when the limit was passed.
    """

    seconds: float
    stack: str

    def __str__(self) -> str:
        return f"the window did not answer for {self.seconds:.2f} s; it was here:\n{self.stack}"


def lateness(sleeps: int = SLEEPS) -> float:
    """How late this machine wakes a plain thread, in seconds."""
    late = []

    def sleep() -> None:
        for _ in range(sleeps):
            began = time.monotonic()
            time.sleep(BEAT_MS / 1000)
            late.append(time.monotonic() - began - BEAT_MS / 1000)

    thread = threading.Thread(target=sleep, name="lateness")
    thread.start()
    thread.join()
    return median(late)


class Watchdog(QObject):
    """Watches the thread that it is made on, while it is told to.

    Code of a test runs on that thread too and may take its time: only what happens inside
    `watching`, that is while a test clicks or waits, counts.

    Args:
        limit_s: A stall is longer; None takes a second, scaled by how late the machine is.

    Attributes:
        stalls: What was found, in order.
        beats: How often the thread answered while it was watched.
    """

    def __init__(self, limit_s: float | None = None) -> None:
        super().__init__()
        scale = max(1.0, lateness() / USUAL_LATENESS_S) if limit_s is None else 1.0
        self.limit = LIMIT_S * scale if limit_s is None else limit_s
        self.stalls: list[Stall] = []
        self.beats = 0
        self._watched = threading.get_ident()
        self._since = NEVER  # when the watch began
        self._last = time.monotonic()
        self._end = threading.Event()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        """End; nothing is found any more."""
        self._timer.stop()
        self._end.set()
        self._thread.join()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """From here to there the thread belongs to the window."""
        was, self._since = self._since, time.monotonic()
        try:
            yield
        finally:
            self._since = was
            self._last = time.monotonic()

    @Slot()
    def _beat(self) -> None:
        self._last = time.monotonic()
        self.beats += self._since != NEVER

    def _look(self) -> None:
        """The watching thread."""
        withheld, stack, seen = 0.0, "", self._last
        now, used = time.monotonic(), time.process_time()
        while not self._end.wait(BEAT_MS / 1000):
            before, now = now, time.monotonic()
            used_before, used = used, time.process_time()
            # This thread was late: either nobody ran, or something of ours kept it from running.
            late = now - before - BEAT_MS / 1000
            withheld += max(0.0, late - (used - used_before))
            since, last = self._since, self._last
            gap = (now if last == seen else last) - max(seen, since) - withheld
            if gap > self.limit and not stack:
                frame = sys._current_frames().get(self._watched)
                stack = "".join(traceback.format_stack(frame)) if frame else "(it has ended)"
                began = max(seen, since)
            if last != seen:
                if stack:
                    self.stalls.append(Stall(last - began - withheld, stack))
                withheld, stack, seen = 0.0, "", last
