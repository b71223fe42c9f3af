"""Import torch and transformers before they are needed, without freezing the window.

`import torch` holds the interpreter's lock while the system maps and relocates its libraries: a
stall of 0.3 s here, of seconds with a cold disk. A foreign function call gives the lock away, so
the libraries are opened through one first; then what is left stalls the window for a tenth of a
second at worst (measured with a 5 ms timer: 303 ms without, 113 ms with).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import sys
import threading
from pathlib import Path

from core.run import Run

# In the order in which they depend on each other.
LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch.so", "libtorch_python.so")
RTLD_NOW = 2

# One thread at a time: of two that import transformers at once, one finds its lazy module half
# made ("cannot import name 'AutoTokenizer'").
_lock = threading.Lock()
WAIT_SECONDS = 0.05

_thread: threading.Thread | None = None


def warm_up() -> None:
    """Begin to import on a thread of its own; again does nothing."""
    global _thread  # noqa: PLW0603 - one process has one torch
    if _thread is None:
        _thread = threading.Thread(target=_import, name="seer-warm-up", daemon=True)
        _thread.start()


def warming() -> bool:
    """Whether the import is under way."""
    return _thread is not None and _thread.is_alive()


def wait_for_libraries(run: Run) -> None:
    """Import torch and transformers on this worker thread, or wait until another one has.

    Raises:
        ImportError: They are not there, or broken.
        Cancelled: The run was stopped while it waited.
    """
    while not _lock.acquire(timeout=WAIT_SECONDS):
        run.check()
    try:
        _load()
    finally:
        _lock.release()
    run.check()


def loading() -> bool:
    """Whether a thread is importing, or about to."""
    return _lock.locked()


def _import() -> None:
    # Whoever needs them imports them again and reports what is wrong.
    with contextlib.suppress(Exception), _lock:
        _load()


def _load() -> None:
    """Import what every model needs, without pauses for garbage that imports do not make.

    A full collection holds the interpreter's lock, and with it the window, for a quarter of a
    second once a million objects of torch and sympy are there (measured: worst stall 226 ms with
    collections, 77 ms without). So none is made meanwhile, and afterwards these objects are put
    where collections do not look.
    """
    if "transformers.generation" in sys.modules:
        return
    collecting = gc.isenabled()
    gc.disable()
    try:
        if "torch" not in sys.modules:
            _open_libraries()
        importlib.import_module("torch")
        for name in ("modeling_utils", "generation", "models.auto"):
            importlib.import_module(f"transformers.{name}")
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def _open_libraries() -> None:
    """Let the system map torch's libraries while the interpreter's lock is free."""
    if not sys.platform.startswith("linux"):
        return
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "lib"
    with contextlib.suppress(OSError, AttributeError):
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.restype, dlopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]
        for name in LIBRARIES:
            if (folder / name).is_file():
                dlopen(str(folder / name).encode(), RTLD_NOW)
