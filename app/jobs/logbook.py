"""The log of each job as a file: runs/<id>/log.txt in the project's folder.

Written by the worker line by line, so that a killed program leaves all but the last words. A disk
that is full stops the log, never the job.
"""

from __future__ import annotations

import contextlib
import json
import platform
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from core import __version__

LOG_NAME = "log.txt"
LIBRARIES = ("torch", "transformers", "numpy")


class LogBook:
    """One job's file.

    Args:
        folder: runs/<id>; None keeps no file.
    """

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / LOG_NAME if folder is not None else None
        self._file: IO[str] | None = None
        self._lock = threading.Lock()

    def begin(self, title: str, command: str, options: object) -> None:
        """What the job is, how it is repeated, and with which versions."""
        self.write("info", f"{title}, SEER Studio {__version__}, {_versions()}")
        if command:
            self.write("info", f"command: {command}")
        if options is not None:
            self.write("info", f"options: {json.dumps(options, ensure_ascii=False)}")

    def write(self, level: str, text: str) -> None:
        """Append a line; called on any thread."""
        if self.path is None:
            return
        mark = "" if level == "info" else f"{level}: "
        clock = time.strftime("%Y-%m-%d %H:%M:%S")
        with self._lock, contextlib.suppress(OSError):
            if self._file is None:
                self._file = self.path.open("a", encoding="utf-8", errors="replace")
            self._file.write(f"{clock}  {mark}{text}\n")
            self._file.flush()

    def close(self) -> None:
        """Nothing more is coming."""
        with self._lock, contextlib.suppress(OSError):
            if self._file is not None:
                file, self._file = self._file, None
                file.close()


def new_folder(runs: Path | None, kind: str) -> Path | None:
    """Make a folder for one run, named by date, so that a list is in order; None if that fails."""
    if runs is None:
        return None
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{kind}"
    for n in range(1, 100):
        folder = runs / (stem if n == 1 else f"{stem}-{n}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError:
            return None
        return folder
    return None


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)
