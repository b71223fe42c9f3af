"""What a stopped evaluation has measured: a few numbers a sequence, held until it goes on."""

from __future__ import annotations

from core.evaluation.tally import Tally
from core.run import Run


class Kept:
    """Handed to `evaluate` again, it spares the batches that were measured already.

    After a pass that came through it holds all of it: `clear` it to measure anew.

    Attributes:
        batches: Batches that are in the tally.
        seconds: Time that they took.
    """

    def __init__(self) -> None:
        """Nothing was measured."""
        self.batches = 0
        self.seconds = 0.0
        self._what = ""
        self._tally: Tally | None = None

    def begin(self, what: str, tally: Tally, run: Run) -> Tally:
        """The tally to go on with: the kept one where it is of the same thing, else a new one.

        Args:
            what: Model, mask and texts, as far as they decide the numbers.
            tally: An empty one.
            run: Told where it goes on.
        """
        if self._tally is None or self._what != what:
            self.clear()
            self._what, self._tally = what, tally
        elif self.batches:
            run.note(f"going on after batch {self.batches}")
        return self._tally

    def clear(self) -> None:
        """Forget everything."""
        self.batches, self.seconds, self._what, self._tally = 0, 0.0, "", None
