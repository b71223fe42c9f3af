"""What every test may rely on: no network, no display, no thread left behind."""

from __future__ import annotations

import gc
import itertools
import os
import threading
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Two workers share the tests: threads that wait for each other on busy cores take far longer.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings
from tqdm import TMonitor

# A busy machine is no failure: examples are limited in number, not in time.
settings.register_profile("seer", deadline=None)
settings.load_profile("seer")

# Threads that libraries keep for the life of the process, by name prefix.
LIBRARY_THREADS = ("pydevd", "IntMain", "fsspec", "Arrow", "ThreadPoolExecutor", "QDBus", "tqdm")


# As in the window: what a test leaves behind of Qt must not be collected on a worker thread of the
# next one, where destroying it can wait for ever (see app/jobs/garbage.py).
gc.disable()
FULL_COLLECTION_EVERY = 40
_finished = itertools.count(1)


@pytest.fixture(autouse=True)
def garbage_is_collected_on_the_main_thread() -> Iterator[None]:
    """Collect between tests what the interpreter may not collect by itself."""
    yield
    gc.collect(2 if next(_finished) % FULL_COLLECTION_EVERY == 0 else 1)


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread of its own running."""
    before = set(threading.enumerate())
    yield
    ours = [
        thread
        for thread in set(threading.enumerate()) - before
        if not thread.name.startswith(LIBRARY_THREADS) and not isinstance(thread, TMonitor)
    ]
    for thread in ours:
        thread.join(timeout=5)
    left = [thread.name for thread in ours if thread.is_alive()]
    assert not left, f"threads left running: {left}"
