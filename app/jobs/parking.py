"""Pausing work that holds a model: it ends, its memory goes back, and it begins again later.

A paused thread that merely waits keeps every gigabyte it has loaded. So work that can go on from
what it has saved is unwound by the pause (`Parked` is raised where it has saved, or at its next
check, as `Cancelled` would be), and started again when the user wants it back.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from app.jobs.garbage import collect_and_wait
from core.errors import Parked
from core.run import Run


def parkable(work: Callable[[Run], object], run: Run) -> object:
    """Do the work; whenever it is paused, let it go and begin it again on resume.

    Args:
        work: Saves what it has when it is unwound, and goes on from there when it begins again.
        run: Its run.

    Raises:
        Cancelled: The run was stopped, also while it was paused.
    """
    while True:
        try:
            return work(run)
        except Parked:
            pass  # out of the handler: a traceback would hold the model
        release_memory(lambda: run.parking)
        run.note("paused: the model was released from memory")
        run.wait()
        run.note("resumed: loading the model again")


def release_memory(wanted: Callable[[], bool]) -> None:
    """Collect what refers to itself (a trainer does), then give back what allocators keep.

    Args:
        wanted: Whether the memory is wanted back still.
    """
    collect_and_wait(wanted)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)
