"""A part of a longer run: one pass out of several that are shown as one piece of work."""

from __future__ import annotations

from core.run import Event, Note, Progress, Run


class Share(Run):
    """The Run of one pass within a search: its progress moves the search's, its notes pass.

    Snapshots of a part are not partial results of the whole, so they are dropped.
    """

    def __init__(self, whole: Run, *, stage: str, before: int, total: int) -> None:
        """A share that begins at `before` of the whole's `total` tokens."""
        super().__init__()
        self._whole, self._name = whole, stage
        self._before, self._total = before, total

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the whole to stop."""
        return self._whole.cancelled

    def check(self) -> None:
        """Wait or stop as the whole does."""
        self._whole.check()

    def emit(self, event: Event) -> None:
        """Pass on what matters to the whole."""
        if isinstance(event, Note):
            self._whole.emit(event)
        elif isinstance(event, Progress) and event.unit == "tokens":
            done = min(self._before + event.done, self._total)
            self._whole.progress(self._name, done, self._total, "tokens")
