"""What a stopped evaluation has measured: a few numbers a sequence, held until it goes on.

What the batches of a streamed pass wait with before their layers is as large as the text; it lies
in a file of the temporary folder, so that a paused pass holds no memory.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ResourceError
from core.evaluation.tally import Tally
from core.run import Run

if TYPE_CHECKING:
    from core.runtime.streaming_state import Start

WAITING = "waiting.safetensors"


class Waits:
    """What the batches of one paused pass wait with, in a file that dies with the program."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._what = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.held: object = None  # what goes with it in memory: a few numbers a sequence

    def keep(self, what: str, start: Start, run: Run) -> None:
        """Write it down.

        Args:
            what: The pass, as far as it decides what its batches wait with.
            start: Where it was.
            run: Told where there is no room for it: then its group is measured again.
        """
        from core.runtime.streaming_state import save_start

        self.forget()
        try:
            folder = tempfile.TemporaryDirectory(prefix="seer-paused-", ignore_cleanup_errors=True)
            save_start(Path(folder.name) / WAITING, start, durably=False)
        except (OSError, ResourceError) as error:
            run.note(f"the paused pass will go on at its group: {error}", "warning")
            return
        self._folder, self._what = folder, what

    def take(self, what: str) -> Start | None:
        """What `keep` was given for this pass, once; that of another stays.

        What is held in memory with it is to be taken before.
        """
        from core.runtime.streaming_state import load_start

        if self._folder is None or self._what != what:
            return None
        found = load_start(Path(self._folder.name) / WAITING)
        self.forget()
        return found

    def forget(self) -> None:
        """Remove what `keep` has written."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self.held = None


class Kept:
    """Handed to `evaluate` again, it spares the batches that were measured already.

    After a pass that came through it holds all of it: `clear` it to measure anew.

    Attributes:
        batches: Batches that are in the tally.
        seconds: Time that they took.
        beside: What another pass of the same work waits with: over questions, or of several masks
            together. Their answers are kept elsewhere.
    """

    def __init__(self) -> None:
        """Nothing was measured."""
        self.batches = 0
        self.seconds = 0.0
        self._what = ""
        self.beside = Waits()
        self._tally: Tally | None = None
        self._waits = Waits()

    def begin(self, what: str, tally: Tally, run: Run) -> Tally:
        """The tally to go on with: the kept one where it is of the same thing, else a new one.

        Args:
            what: Model, mask and texts, as far as they decide the numbers.
            tally: An empty one.
            run: Told where it goes on.
        """
        if self._tally is None or self._what != what:
            self._reset()
            self._what, self._tally = what, tally
        elif self.batches:
            run.note(f"going on after batch {self.batches}")
        return self._tally

    def wait(self, start: Start, run: Run) -> None:
        """Keep what the batches of a streamed pass wait with."""
        self._waits.keep(self._what, start, run)

    def waiting(self) -> Start | None:
        """What `wait` was given, once."""
        return self._waits.take(self._what)

    def clear(self) -> None:
        """Forget everything."""
        self._reset()
        self.beside.forget()

    def _reset(self) -> None:
        """Forget what `evaluate` has measured."""
        self._waits.forget()
        self.batches, self.seconds, self._what, self._tally = 0, 0.0, "", None
