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
        self._folder: tempfile.TemporaryDirectory[str] | None = None

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

    def wait(self, start: Start, run: Run) -> None:
        """Keep what the batches of a streamed pass wait with.

        Args:
            start: Where it was.
            run: Told where there is no room for it: then its group is measured again.
        """
        from core.runtime.streaming_state import save_start

        self.forget_waiting()
        try:
            folder = tempfile.TemporaryDirectory(prefix="seer-paused-", ignore_cleanup_errors=True)
            save_start(Path(folder.name) / WAITING, start, durably=False)
        except (OSError, ResourceError) as error:
            run.note(f"the paused pass will go on at its group: {error}", "warning")
            return
        self._folder = folder

    def waiting(self) -> Start | None:
        """What `wait` was given, once."""
        from core.runtime.streaming_state import load_start

        if self._folder is None:
            return None
        found = load_start(Path(self._folder.name) / WAITING)
        self.forget_waiting()
        return found

    def forget_waiting(self) -> None:
        """Remove what `wait` has written."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def clear(self) -> None:
        """Forget everything."""
        self.forget_waiting()
        self.batches, self.seconds, self._what, self._tally = 0, 0.0, "", None
