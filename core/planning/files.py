"""Writing a small file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.errors import StudioError


def write_atomically(path: Path, text: str) -> None:
    """Write text under a temporary name in the same folder, fsync, rename.

    A reader, and whoever comes after a crash, sees the old file or the new one, never a part.

    Raises:
        StudioError: The folder is missing, read-only or full.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix="~")
    except OSError as error:
        raise _refusal(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _adopt_mode(Path(temporary), path)
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refusal(path, error) from error
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can."""
    if os.name == "nt":  # Windows cannot open folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _adopt_mode(temporary: Path, path: Path) -> None:
    """Give the new file the old one's mode, or what the umask allows: mkstemp makes it private."""
    if path.exists():
        mode = path.stat().st_mode & 0o777
    else:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    temporary.chmod(mode)


def _refusal(path: Path, error: OSError) -> StudioError:
    return StudioError(
        f"cannot write {path}: {error.strerror}", remedy="another folder, or free some space"
    )
