"""The entry in the desktop's menu, written only when the user asks for it.

`pip install` puts the entry under its own prefix, which desktops read for the system's and the
user's Python only. From a virtual environment `seer-studio --install-desktop-entry` writes it where
they look: into the user's XDG data folder, with the full path of this environment's program.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import resources
from core.errors import InputError
from core.planning.files import write_atomically

NAME = "seer-studio"
# Characters that the Exec key's quoting escapes with a backslash (Desktop Entry Specification).
_ESCAPED = str.maketrans({char: f"\\{char}" for char in '"`$\\'})


def install() -> tuple[Path, ...]:
    """Write the entry and its icon into the user's data folder; returns the files.

    Raises:
        InputError: This system has no such entries, or the folder cannot be written.
    """
    if sys.platform in {"win32", "darwin"}:
        raise InputError(
            f"{sys.platform} knows no desktop entries", remedy="a shortcut to seer-studio"
        )
    source = Path(resources.__file__).parent
    entry, icon = places()
    text = (source / "desktop" / f"{NAME}.desktop").read_text(encoding="utf-8")
    try:
        for path in (entry, icon):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(entry, with_program(text, program()))
        shutil.copyfile(source / "icons" / "app.svg", icon)
    except OSError as error:
        raise InputError(
            f"cannot write {entry}: {error.strerror}", remedy="a writable XDG_DATA_HOME"
        ) from error
    return entry, icon


def remove() -> tuple[Path, ...]:
    """Take the entry and its icon away again; returns what was there."""
    found = tuple(path for path in places() if path.exists())
    for path in found:
        path.unlink()
    return found


def places() -> tuple[Path, Path]:
    """Where the entry and its icon go: XDG_DATA_HOME, or what the specification says instead."""
    named = os.environ.get("XDG_DATA_HOME", "")
    home = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "share"
    icon = home / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg"
    return home / "applications" / f"{NAME}.desktop", icon


def program() -> Path:
    """The program that is running: the bundle's, or the script beside this Python."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).absolute()
    return Path(sys.executable).absolute().with_name(NAME)


def with_program(text: str, path: Path) -> str:
    """The entry with the full path of the program."""
    word = '"' + str(path).translate(_ESCAPED).replace("%", "%%") + '"'
    # A value's own backslashes are escaped once more than the quoting asks for.
    line = f"Exec={word} %f".replace("\\", "\\\\")
    return "\n".join(line if old.startswith("Exec=") else old for old in text.split("\n"))
