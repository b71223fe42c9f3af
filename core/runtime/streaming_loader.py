"""Read the next layer in a thread while the current one computes."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Self

from core.errors import Cancelled
from core.run import Run
from core.runtime.streaming_layers import LayerStore


class Loader:
    """Layers in the order they are asked for; frees all of them on leaving.

    Attributes:
        run: Checked while waiting.
    """

    def __init__(self, store: LayerStore, run: Run) -> None:
        self.run = run
        self._store = store
        self._stop = threading.Event()
        self._ahead: dict[int, Future[None]] = {}

    def __enter__(self) -> Self:
        """Start the thread."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="layer-reader")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading at the next tensor, and free all layers."""
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._store.close()

    def stop(self) -> None:
        """Stop reading at the next tensor; what is being read is of no use any more."""
        self._stop.set()

    def begin(self, layer: int) -> None:
        """Start to read a layer."""
        if layer not in self._ahead:
            self._ahead[layer] = self._pool.submit(self._store.load, layer, self._check)

    def wait(self, layer: int) -> float:
        """Return when a layer is there, with the seconds that this took.

        Raises:
            Cancelled: The run was stopped meanwhile.
            Parked: It was paused and gives its memory back.
        """
        self.begin(layer)
        future = self._ahead.pop(layer)
        waited = 0.0
        while not future.done():
            self.run.check()
            began = time.monotonic()
            with contextlib.suppress(NotYet):
                future.result(timeout=0.1)
            waited += time.monotonic() - began
        future.result()
        return waited

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled
