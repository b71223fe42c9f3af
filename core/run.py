"""One running piece of work: events out, cancel and pause in.

Every long function of core takes a `Run` last, calls `run.check()` at each batch or tensor, and
reports with `run.progress(...)`, `run.note(...)`, `run.snapshot(...)`. The command line prints the
events, the window relays them; nothing else about threads enters core.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.errors import Cancelled, Parked


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one stage has come.

    Attributes:
        stage: What is being done, e.g. "profile".
        done: Units finished so far.
        total: Units in all, or None while unknown.
        unit: What is counted: "tokens", "bytes", "tensors", "documents".
        rate: Units per second since the stage began (pauses left out), or None at the start.
        eta: Seconds to go at that rate, or None while unknown.
        elapsed: Seconds that the stage has run, pauses left out.
        layer: (layer, layers): which layer a streamed pass is in, from 1; None elsewhere.
    """

    stage: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    eta: float | None
    elapsed: float
    layer: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """One line for the log."""

    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A partial result that is worth showing now, e.g. a Profile while it fills."""

    name: str
    value: object


Event = Progress | Note | Snapshot


class Run:
    """The link between a long function and whoever started it.

    Thread-safe: `cancel`, `pause` and `resume` may be called from any thread; the working thread
    meets them in `check`. Events are delivered on the working thread.
    """

    def __init__(self, on_event: Callable[[Event], None] | None = None) -> None:
        """Deliver events to `on_event`, or drop them."""
        self._on_event = on_event
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._park = False
        self._stage = ""
        self._started = 0.0
        self._start_done = 0
        self._paused_for = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked this run to stop."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether somebody asked this run to wait."""
        return not self._running.is_set()

    @property
    def parking(self) -> bool:
        """Whether somebody asked this run to give back what it holds, and wait."""
        return self._park and self.paused

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._cancelled.set()
        self._running.set()

    def pause(self, *, park: bool = False) -> None:
        """Ask the work to wait at its next check.

        Args:
            park: Let the check raise `Parked` instead, so that the work gives back what it holds.
                Whoever started it calls `wait` and starts it again.
        """
        if not self._cancelled.is_set():
            self._park = park
            self._running.clear()

    def resume(self) -> None:
        """Let paused work go on."""
        self._park = False
        self._running.set()

    def check(self) -> None:
        """Wait while paused.

        Raises:
            Cancelled: Somebody asked this run to stop.
            Parked: Somebody asked it to give back what it holds and wait.
        """
        if self.parking:
            raise Parked
        self.wait()

    def wait(self) -> None:
        """Wait while paused, parked or not.

        Raises:
            Cancelled: Somebody asked this run to stop.
        """
        if not self._running.is_set():
            began = time.monotonic()
            self._running.wait()
            self._paused_for += time.monotonic() - began
        if self._cancelled.is_set():
            raise Cancelled

    def progress(
        self,
        stage: str,
        done: int,
        total: int | None,
        unit: str,
        *,
        layer: tuple[int, int] | None = None,
    ) -> None:
        """Report progress; rate and ETA come from the time since this stage was first reported."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started, self._start_done = stage, now, done
            self._paused_for = 0.0
        elapsed = max(now - self._started - self._paused_for, 0.0)
        advanced = done - self._start_done
        rate = advanced / elapsed if elapsed > 0 and advanced > 0 else None
        eta = (total - done) / rate if rate and total is not None else None
        self.emit(
            Progress(
                stage=stage,
                done=done,
                total=total,
                unit=unit,
                rate=rate,
                eta=eta,
                elapsed=elapsed,
                layer=layer,
            )
        )

    def note(self, text: str, level: Literal["info", "warning"] = "info") -> None:
        """Write one line to the log."""
        self.emit(Note(text=text, level=level))

    def snapshot(self, name: str, value: object) -> None:
        """Hand out a partial result."""
        self.emit(Snapshot(name=name, value=value))

    def emit(self, event: Event) -> None:
        """Deliver one event."""
        if self._on_event is not None:
            self._on_event(event)


class Relay(Run):
    """The Run of a part: asked to stop or wait like the whole, with events of its own.

    What becomes of the events is for `emit` to say; here the whole gets them all.
    """

    def __init__(self, whole: Run) -> None:
        """A part of `whole`."""
        super().__init__()
        self.whole = whole

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the whole to stop."""
        return self.whole.cancelled

    @property
    def paused(self) -> bool:
        """Whether somebody asked the whole to wait."""
        return self.whole.paused

    @property
    def parking(self) -> bool:
        """Whether somebody asked the whole to give back what it holds."""
        return self.whole.parking

    def check(self) -> None:
        """Wait or stop as the whole does; what was waited is no time of work."""
        began = time.monotonic() if self.whole.paused else None
        self.whole.check()
        if began is not None:
            self._paused_for += time.monotonic() - began

    def emit(self, event: Event) -> None:
        """Hand on."""
        self.whole.emit(event)
