"""`seer-studio`: the window first, everything heavy after the first paint."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from core import __version__

NO_DISPLAY = """\
error: there is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set
try: `seer demo` runs the whole pipeline on the bundled model without a window"""

NO_LIBRARIES = """error: Qt cannot load a system library: {reason}
try: on Debian or Ubuntu
  sudo apt install libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 \\
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \\
    libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1
or on Fedora
  sudo dnf install mesa-libEGL mesa-libGL glib2 dbus-libs fontconfig libxkbcommon-x11 \\
    xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil
`seer demo` runs the whole pipeline without a window"""

USAGE = """usage: seer-studio [--version] [MODEL | PROJECT]
       seer-studio --install-desktop-entry | --remove-desktop-entry

Open the studio, and in it a model folder, a Hugging Face id, `demo`, or a project folder; or put it
into the desktop's menu, for this user only, and take it out again."""

ENTRY_OPTIONS = ("--install-desktop-entry", "--remove-desktop-entry")


def main(argv: Sequence[str] | None = None) -> int:
    """Start the studio; returns the process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started without a console, or with the stream closed
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if "--version" in arguments:
        return _say(f"seer-studio {__version__}")
    if "-h" in arguments or "--help" in arguments:
        return _say(USAGE)
    if len(arguments) == 1 and arguments[0] in ENTRY_OPTIONS:
        return desktop_entry(arguments[0])
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    if not has_display():
        sys.stderr.write(f"{NO_DISPLAY}\n")
        return 1
    reason = missing_library()
    if reason:
        sys.stderr.write(NO_LIBRARIES.format(reason=reason) + "\n")
        return 1
    from app.main_window.settings import Settings
    from app.main_window.studio import Studio

    settings = Settings.of_user()
    studio = Studio(["seer-studio"], settings, data_folder())  # the name of its X windows
    code = studio.run(arguments[0] if arguments else "")
    if any(thread.name.startswith("seer-") for thread in threading.enumerate()):
        # Everything is saved; tearing the interpreter down under a worker that is deep inside a
        # library, or under an import, would crash.
        os._exit(code)
    return code


def desktop_entry(option: str) -> int:
    """Write the desktop entry or take it away; returns the process's exit code."""
    from app import desktop_entry
    from core.errors import StudioError

    try:
        install = option == ENTRY_OPTIONS[0]
        paths = desktop_entry.install() if install else desktop_entry.remove()
    except StudioError as error:
        sys.stderr.write(f"error: {error.line()}\n")
        return 1
    for path in paths:
        _say(f"{'wrote' if install else 'removed'} {path}")
    return 0


def data_folder() -> Path:
    """Where unsaved projects are kept."""
    from platformdirs import user_data_path

    return user_data_path("seer-studio", appauthor=False)


def has_display() -> bool:
    """Whether a window can open at all; only X11 and Wayland systems can be without."""
    if sys.platform in {"win32", "darwin"}:
        return True
    chosen = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if chosen not in {"", "xcb", "wayland"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_library() -> str:
    """Which system library Qt misses; empty when all are there.

    Qt aborts the process when its X11 plugin cannot be loaded, so that is tried here first.
    """
    try:
        from PySide6 import QtWidgets
    except ImportError as error:
        return str(error)
    if not sys.platform.startswith("linux"):
        return ""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if platform not in {"", "xcb"} or (not platform and os.environ.get("WAYLAND_DISPLAY")):
        return ""
    import ctypes

    plugin = Path(QtWidgets.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        return ""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error)
    return ""


def _say(text: str) -> int:
    """Print a text, all of it now; returns the process's exit code."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - nor at the exit
        sys.stderr.write(f"error: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
