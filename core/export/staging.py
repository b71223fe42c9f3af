"""A hidden folder beside the target that becomes the target in one rename, or leaves no trace.

Whoever is killed leaves `.<name>.partial` behind, which is never mistaken for a model; the next
export to the same place removes it. A lock tells a dead writer from a living one.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import InputError, ResourceError, StudioError
from core.planning.files import sync_folder

LOCK = ".lock"
# No space on the disk, over the quota, over the largest file.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_target(output: Path, source: Path) -> None:
    """Refuse a target that holds anything, or that is inside of the source.

    Raises:
        InputError: It is not a new or empty folder, or overlaps the source.
    """
    target, origin = output.resolve(), source.resolve()
    if target == origin or origin in target.parents:
        raise InputError(
            f"{output} is inside of the model's own folder", remedy="a folder beside it"
        )
    if output.is_dir():
        if any(output.iterdir()):
            raise InputError(f"{output} is not empty", remedy="a new folder")
    elif output.exists() or output.is_symlink():
        raise InputError(f"{output} exists and is not a folder", remedy="a new folder")


def check_space(output: Path, needed: int) -> None:
    """Refuse before anything is written when the disk cannot hold it.

    Raises:
        ResourceError: Fewer bytes free than needed.
    """
    folder = output.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ResourceError(
            f"the export needs {needed / 1e9:.2f} GB on the disk of {folder}, "
            f"{free / 1e9:.2f} GB are free",
            remedy="another disk, fewer experts, or free some space",
        )


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """A folder to write into; it becomes `output` if the block ends well, and is removed if not.

    Raises:
        ResourceError: The disk filled up.
        InputError: The place cannot be written, or another export is writing there.
    """
    partial = output.parent / f".{output.name}.partial"
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(exist_ok=True)
        lock = (partial / LOCK).open("ab")
    except OSError as error:
        raise _explained(output, error) from error
    try:
        _take(lock, output)
    except BaseException:
        lock.close()
        raise
    try:
        _clear(partial)
        yield partial
        _publish(partial, output, lock)
    except BaseException as error:
        lock.close()
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise _explained(output, error) from error
        raise
    finally:
        lock.close()


def _take(lock: IO[bytes], output: Path) -> None:
    """Hold the lock as long as this process lives."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError(
            f"another export is writing {output}", remedy="another folder, or waiting for it"
        ) from error


def _clear(partial: Path) -> None:
    """Remove what a killed export left."""
    for path in partial.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _publish(partial: Path, output: Path, lock: IO[bytes]) -> None:
    """Give the folder its name; everything in it is durable by now."""
    sync_folder(partial)
    if os.name == "nt":  # an open file cannot be removed there
        lock.close()
    (partial / LOCK).unlink()
    if output.is_dir():
        output.rmdir()
    partial.rename(output)
    sync_folder(output.parent)


def _explained(output: Path, error: OSError) -> StudioError:
    """An error of the system in words."""
    if error.errno in _FULL:
        return ResourceError(
            f"writing {output} stopped: {error.strerror}; what was written is removed",
            remedy="another disk, or free some space",
        )
    return InputError(
        f"{output} cannot be written: {error.strerror or error}",
        remedy="a folder that you may write to",
    )
