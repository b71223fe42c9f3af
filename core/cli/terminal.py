"""What a command may do to the terminal: one result on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from core.cli.process import one_of_many
from core.cli.streams import drop_stdout, refusal
from core.cli.words import duration, rate
from core.errors import Cancelled, StudioError
from core.run import Event, Note, Run
from core.run import Progress as ProgressEvent

# rich is imported when something is shown: with --json and no progress that is never.
if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress, TaskID

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130
PIPE_COLUMNS = 160


class Terminal:
    """The frame around one command: its Run, its progress, its result and its exit code.

    Inside `with Terminal(...) as terminal:`, stdout is redirected to stderr, so that no library can
    spoil the result; Ctrl-C asks the run to stop (a second one interrupts at once); a StudioError
    becomes one line and exit code 1. A silent one says nothing at all: of several processes that
    share a command only the first speaks.
    """

    def __init__(
        self, *, as_json: bool, quiet: bool, silent: bool = False, shared: bool = False
    ) -> None:
        """Nothing is touched until the `with` block begins.

        Args:
            as_json: The result is one JSON object.
            quiet: No progress, no notes.
            silent: Nothing at all.
            shared: The command may be one of several processes that a launcher has started.
        """
        self._silent = silent
        self._shared = shared
        self._as_json = as_json
        self._quiet = quiet
        self._stdout = sys.stdout
        self._redirect = redirect_stdout(sys.stderr)
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._handler: signal._HANDLER = None
        self._working = False
        self.run = Run(self._event)

    @cached_property
    def _errors(self) -> Console:
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    def show(
        self, result: Mapping[str, object], table: Callable[[], RenderableType] | None = None
    ) -> None:
        """Print the command's result: JSON, or a table for people."""
        self._stop_progress()
        if self._silent:
            return
        if self._as_json:
            spelled = (self._stdout.encoding or "").lower().replace("-", "") == "utf8"
            json.dump(_plain(result), self._stdout, ensure_ascii=not spelled, allow_nan=False)
            self._stdout.write("\n")
        elif table is not None:
            from rich.console import Console

            # A pipe has no width of its own; 80 columns would break paths apart.
            width = None if self._stdout.isatty() else PIPE_COLUMNS
            Console(file=self._stdout, highlight=False, width=width).print(table())
        self._stdout.flush()

    def note(self, text: str) -> None:
        """One line for people, on stderr."""
        self.run.note(text)

    def warn(self, text: str) -> None:
        """One warning, on stderr; --quiet does not hide it."""
        self.run.note(text, "warning")

    def __enter__(self) -> Self:
        try:
            Path.cwd()
        except OSError as error:  # torch's libraries would end the process
            self._line(refusal(error))
            raise SystemExit(EXIT_ERROR) from None
        if not self._shared and one_of_many():
            # Each of them would do all of it, into the same output.
            if os.environ["RANK"] == "0":
                self._line(
                    "error: this command does not share its work among processes; "
                    "try: without torchrun or accelerate launch"
                )
            raise SystemExit(EXIT_ERROR)
        self._redirect.__enter__()
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_progress()
        self._redirect.__exit__(kind, error, trace)
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if isinstance(error, StudioError):
            self._line(f"error: {error.line()}")
            raise SystemExit(EXIT_ERROR) from None
        if isinstance(error, Cancelled | KeyboardInterrupt):
            self._line("interrupted")
            raise SystemExit(EXIT_INTERRUPTED) from None
        if isinstance(error, MemoryError):  # Python's own; the engine's name what they needed
            self._line(
                "error: this process may take no more memory; try: more of it, or --stream always "
                "where there is that option"
            )
            raise SystemExit(EXIT_ERROR) from None
        if isinstance(error, OSError):
            drop_stdout()
            if not isinstance(error, BrokenPipeError):  # a pipe's reader that went away knows
                self._line(refusal(error))
            raise SystemExit(EXIT_ERROR) from None

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Ask the work to stop; interrupt what never asks, such as a download or an import."""
        if self.run.cancelled or not self._working:
            raise KeyboardInterrupt
        self.run.cancel()

    def _event(self, event: Event) -> None:
        if isinstance(event, ProgressEvent):  # between two stages is what never asks
            self._working = event.total is None or event.done < event.total
        if self._silent:
            return
        if isinstance(event, ProgressEvent) and not self._quiet:
            self._show_progress(event)
        elif isinstance(event, Note) and event.level == "warning":
            self._line(f"warning: {event.text}")
        elif isinstance(event, Note) and not self._quiet:
            self._line(event.text)

    def _show_progress(self, event: ProgressEvent) -> None:
        if self._progress is None:
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                TextColumn("{task.percentage:>3.0f} %"),
                TextColumn("{task.fields[rate]}"),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}"),
                console=self._errors,
            )
            self._progress.start()
        left = "" if event.eta is None else f"{duration(event.eta)} to go"
        if event.layer is not None:
            left = f"layer {event.layer[0]} of {event.layer[1]} {left}".rstrip()
        speed = "" if event.rate is None else rate(event.rate, event.unit)
        task = self._tasks.get(event.stage)
        if task is None:
            task = self._progress.add_task(event.stage, total=event.total, rate=speed, left=left)
            self._tasks[event.stage] = task
        elif event.rate is None and event.done == 0:  # the same stage once more
            self._progress.reset(task)
        if event.total is not None and event.done >= event.total:
            left = ""
        self._progress.update(
            task,
            completed=event.done,
            total=event.total,
            rate=speed,
            left=left,
        )

    def _stop_progress(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
            self._tasks.clear()

    def _line(self, text: str) -> None:
        if self._silent:
            return
        self._errors.print(text, markup=False)


def _plain(value: object) -> object:
    """The value with numbers that JSON lacks (NaN, ±infinity) as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
