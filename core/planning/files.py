"""Writing a small file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from core.errors import StudioError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a text in UTF-8, or bytes, under a temporary name in the same folder, fsync, rename.

    A reader, and whoever comes after a crash, sees the old file or the new one, never a part.

    Raises:
        StudioError: The folder is missing, read-only or full.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}~")
    try:
        # "x" gives the file the mode that the umask allows, which mkstemp would not.
        with temporary.open("xb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refusal(path, error) from error
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can."""
    with contextlib.suppress(OSError):  # Windows cannot open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refusal(path: Path, error: OSError) -> StudioError:
    return StudioError(
        f"cannot write {path}: {error.strerror}", remedy="another folder, or free some space"
    )
