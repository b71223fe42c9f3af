"""Bring bytes to the disk while more are being copied, instead of all at the end."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

# Written bytes after which the disk is set to work.
STEP = 64 << 20
# Written bytes that may wait for it: a cancel waits for no more than these.
LIMIT = 128 << 20


class Flusher:
    """One helper thread that syncs the file being written, a step behind the writer."""

    def __init__(self) -> None:
        """Nothing runs before the first step is full."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="export-flush")
        self._pending: Future[None] | None = None
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def written(self, handle: int, count: int) -> None:
        """Tell that `count` more bytes went to a file.

        Raises:
            OSError: An earlier step did not reach the disk.
        """
        self._waiting += count
        if self._waiting < STEP:
            return
        if self._pending is not None:
            if not self._pending.done() and self._waiting < LIMIT:
                return
            # The system reports a failed write once, and perhaps to that thread.
            self._pending.result()
        # Not on every system.
        sync = getattr(os, "fdatasync", os.fsync)
        self._pending = self._pool.submit(sync, handle)
        self._waiting = 0

    def finish(self, handle: int) -> None:
        """Wait until all bytes of a file, and its size, are on the disk.

        Raises:
            OSError: They are not.
        """
        if self._pending is not None:
            self._pending.result()
        self._pending, self._waiting = None, 0
        os.fsync(handle)

    def abandon(self) -> None:
        """Let go of a file that is given up: nobody may sync a handle that is closed."""
        if self._pending is not None:
            self._pending.exception()
        self._pending, self._waiting = None, 0
