"""The process's own streams: fit for what commands print, and what is said when they are not."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

# By errno; what is not here has no better advice than its own words.
_REMEDIES = {
    errno.ENOSPC: "free some space, or another disk",
    errno.EDQUOT: "free some space, or another disk",
    errno.EFBIG: "a disk that takes larger files",
    errno.EACCES: "another place, or its permissions",
    errno.EPERM: "another place, or its permissions",
    errno.EROFS: "a place that can be written to",
    errno.ENAMETOOLONG: "a shorter name",
    errno.EMFILE: "ulimit -n with a larger number",
}


def prepare_streams() -> None:
    """Give closed streams a place to write to, and let no character be too much for an encoding.

    While stdout is closed, the next file that is opened gets its number, and whatever a library
    prints ends up in it: so the numbers are taken first.
    """
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_stdout() -> None:
    """Let what could not be written to stdout go nowhere, so that the exit does not try again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    except (AttributeError, OSError, ValueError):
        return


def refusal(error: OSError) -> str:
    """What the operating system refused, as a command's one line says it."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return "error: the folder that this command was started in is gone; try: cd to another one"
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename is not None else ""
    remedy = _REMEDIES.get(error.errno or 0)
    return f"error: {where}{what}" + (f"; try: {remedy}" if remedy else "")
