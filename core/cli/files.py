"""What can be known about an output before the long work begins."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import InputError


def writable(path: Path) -> None:
    """Refuse an output file that could not be written in the end.

    Raises:
        InputError: Its folder is missing or read-only, or it is a folder itself.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder", remedy="the name of a file")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", remedy=f"mkdir -p {folder}")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder} is read-only", remedy="another folder")


def empty_folder(path: Path) -> None:
    """Refuse an output folder that holds something already, and make it if it is not there.

    Raises:
        InputError: It is a file, not empty, or cannot be made.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file", remedy="a new folder")
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path} is not empty", remedy="a new folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make {path}: {error.strerror}", remedy="another folder"
        ) from error
