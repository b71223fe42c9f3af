"""A part of a longer run: one pass out of several that are shown as one piece of work."""

from __future__ import annotations

from core.run import Event, Note, Progress, Relay, Run


class Share(Relay):
    """The Run of one pass within a search: its progress moves the search's, its notes pass.

    Snapshots of a part are not partial results of the whole, so they are dropped.
    """

    def __init__(self, whole: Run, *, stage: str, before: int, total: int) -> None:
        """A share that begins at `before` of the whole's `total` tokens."""
        super().__init__(whole)
        self._name = stage
        self._before, self._total = before, total

    def emit(self, event: Event) -> None:
        """Pass on what matters to the whole."""
        if isinstance(event, Note):
            self.whole.emit(event)
        elif isinstance(event, Progress) and event.unit == "tokens":
            done = min(self._before + event.done, self._total)
            self.whole.progress(self._name, done, self._total, "tokens")
