"""Where a streamed pass over questions goes on that was paused.

What was answered is in the cache and is not asked again, so a pass that goes on has fewer batches
than the one that was paused: those that were not through. They are taken in order at every layer,
so these are the last ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from core.evaluation.kept import Waits
from core.run import Run
from core.runtime.streaming_crew import Position
from core.runtime.streaming_state import Start, named, states_in


class QuestionsGoingOn:
    """For `streamed.drive`.

    Args:
        waits: Where what the batches wait with is kept.
        names: Of every batch, in order: what decides what it waits with.
        layers: Decoder layers.
    """

    windows = 1
    seconds = 0.0

    def __init__(self, waits: Waits, names: Sequence[str], layers: int) -> None:
        self._waits, self._names, self._layers = waits, names, layers

    def start(self) -> Start:
        """Where the pass begins."""
        return self._waits.take(_digest(self._names)) or Start()

    def layer_done(self, position: Position, seconds: float) -> None:
        """The cache counts what is through."""

    def parked(self, start: Start | None, _seconds: float, run: Run) -> None:
        """Keep what the batches that are not through wait with."""
        if start is None or start.begins:
            return
        own = range(start.first, start.first + start.batches)
        left = [number for number in own if start.layer_of(number) < self._layers]
        states = (named(at, states_in(start, number)) for at, number in enumerate(left))
        found = replace(
            start,
            first=0,
            batches=len(left),
            layers=tuple(start.layer_of(number) for number in left),
            states={name: tensor for part in states for name, tensor in part.items()},
        )
        self._waits.keep(_digest(self._names[left[0] :]), found, run)


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
