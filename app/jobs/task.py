"""What a button runs, as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.run import Run


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A maker of tasks, and what it was called with.

    Attributes:
        maker: Its name in the table of makers.
        device: Where the model runs.
        stream: Whether it passes layer by layer.
        arguments: The other arguments, values as they are.
    """

    maker: str
    device: str
    stream: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A piece of work that can be queued, run, and run again.

    Attributes:
        title: What the jobs dock calls it, translated.
        kind: What it does, e.g. "profile", "evaluate", "export", "open".
        function: Does the work on a worker thread; everything it needs is bound in it.
        command: The `seer …` line that does the same; empty where there is none.
        on_result: Name of the Session method that takes the result; empty to drop it.
        heavy: Whether it waits its turn; light work starts at once beside a heavy job.
        quiet: Whether it is housekeeping that the jobs dock leaves out.
        parks: Whether the function, unwound by a pause and called again, goes on where it was but
            for what was under way (a step, a batch, a reading): then a pause gives its memory back.
        recipe: What it was made of, so that it outlives the program; None if it cannot.
    """

    title: str
    kind: str
    function: Callable[[Run], object]
    command: str = ""
    on_result: str = ""
    heavy: bool = True
    quiet: bool = False
    parks: bool = False
    recipe: Recipe | None = None
