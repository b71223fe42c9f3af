"""How events cross from a worker thread to the GUI thread.

The worker puts, a timer of the GUI thread takes. Of events that a newer one of the same name
replaces only the newest is kept, so that a fast worker never floods a slow window.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from core.run import Event, Note, Progress, Snapshot

# A worker that writes more log lines than this between two drains loses the oldest.
MOST_NOTES = 1000


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The worker's last word.

    Attributes:
        state: "done", "failed" or "cancelled".
        result: What the function returned.
        error: The exception, if it failed.
        traceback: Its text.
    """

    state: str
    result: object = None
    error: BaseException | None = None
    traceback: str = ""


class Mailbox:
    """A coalescing queue guarded by one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: deque[Note] = deque(maxlen=MOST_NOTES)
        self._progress: Progress | None = None
        self._snapshots: dict[str, Snapshot] = {}
        self._ended: Ended | None = None

    def put(self, event: Event) -> None:
        """Keep an event; called on the worker thread."""
        with self._lock:
            if isinstance(event, Progress):
                self._progress = event
            elif isinstance(event, Snapshot):
                self._snapshots[event.name] = event
            else:
                self._notes.append(event)

    def end(self, ended: Ended) -> None:
        """Keep the last word; called on the worker thread."""
        with self._lock:
            self._ended = ended

    def take(self) -> tuple[list[Event], Ended | None]:
        """Empty the box; called on the GUI thread."""
        with self._lock:
            events: list[Event] = [*self._notes]
            if self._progress is not None:
                events.append(self._progress)
            events.extend(self._snapshots.values())
            ended, self._ended = self._ended, None
            self._notes.clear()
            self._snapshots.clear()
            self._progress = None
        return events, ended
