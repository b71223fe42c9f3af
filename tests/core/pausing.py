"""Pauses at an exact place, whatever the machine's speed: at the n-th look of the work itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.errors import Parked
from core.run import Event, Note, Run

T = TypeVar("T")


class ParkAt(Run):
    """A run whose memory is wanted back when it is checked for the n-th time, from 1."""

    def __init__(self, at: int = 0) -> None:
        self.events: list[Event] = []
        super().__init__(self.events.append)
        self.at, self.checks = at, 0

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.at:
            self.pause(park=True)
        super().check()

    @property
    def notes(self) -> str:
        """What it said."""
        return "\n".join(event.text for event in self.events if isinstance(event, Note))


def paused(work: Callable[[Run], object], at: int) -> ParkAt:
    """Do work that is paused at a check, and must end there: nothing is done after it."""
    run = ParkAt(at)
    try:
        work(run)
    except Parked:
        assert run.checks == at, "it went on although it was paused"
        return run
    raise AssertionError(f"it was not paused at check {at}, but ended after {run.checks}")


def checks(work: Callable[[Run], T]) -> tuple[T, int]:
    """Do work that nobody pauses; its result, and how often it looked."""
    run = ParkAt()
    return work(run), run.checks
