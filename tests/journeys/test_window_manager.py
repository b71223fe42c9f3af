"""The program on a real X screen under a window manager: from outside, as a desktop sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("openbox", "wmctrl", "xdotool", "xprop")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
PATIENCE_S = 90.0
# What a frame may shift a window by when it comes back.
FRAME = 30

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(400),
]


@dataclass(frozen=True)
class Place:
    """Where a window is, without its frame."""

    x: int
    y: int
    width: int
    height: int

    def like(self, other: Place) -> bool:
        """Of the same size, and in the same place but for the frame."""
        near = abs(self.x - other.x) <= FRAME and abs(self.y - other.y) <= FRAME
        return near and (self.width, self.height) == (other.width, other.height)


class Desktop:
    """A screen with a window manager, and the program as a process of its own."""

    def __init__(self, display: str, home: Path) -> None:
        self.home = home
        homes = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(home))
        self.environment = os.environ | homes | {
            "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "SEER_LANG": "en",
        }  # fmt: skip
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.manager = subprocess.Popen(
            ["openbox"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.program: subprocess.Popen[str] | None = None
        self.wait(lambda: "Openbox" in self.ask("wmctrl", "-m"))

    def close(self) -> None:
        """End what is left."""
        for process in (self.program, self.manager):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait(timeout=30)

    def ask(self, *words: str) -> str:
        """Run a tool; its answer, empty where there is none yet."""
        done = subprocess.run(
            words, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout if done.returncode == 0 else ""

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait for what another process does."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.1)

    def start(self, *words: str) -> str:
        """Start the studio; the id of its window, once the manager lists it."""
        self.program = subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.wait(lambda: self.window("SEER Studio"))
        return self.window("SEER Studio")

    def window(self, title: str) -> str:
        """The id of the client whose title ends so, from _NET_CLIENT_LIST; empty if none."""
        for line in self.ask("wmctrl", "-l").splitlines():
            if line.endswith(title):
                return line.split()[0]
        return ""

    def has(self, window: str, name: str) -> str:
        """A property of a window."""
        return self.ask("xprop", "-id", window, name)

    def place(self, window: str) -> Place:
        """Where a window is."""
        told = self.ask("xdotool", "getwindowgeometry", "--shell", window)
        found = dict(re.findall(r"^(X|Y|WIDTH|HEIGHT)=(-?\d+)$", told, re.MULTILINE))
        return Place(*(int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")))

    def press(self, *keys: str) -> None:
        """Press keys where the focus is, as a keyboard would."""
        for key in keys:
            self.ask("xdotool", "key", "--clearmodifiers", key)

    def rest(self) -> None:
        """Wait until the program has nothing to do: it knows of everything that happened to it.

        By what its threads wait for, not by the time they used: on a busy machine a thread that
        has much to do may use none.
        """
        assert self.program is not None
        tasks = Path(f"/proc/{self.program.pid}/task")

        def waits() -> bool:
            try:
                told = [stat.read_text() for stat in tasks.glob("*/stat")]
            except OSError:  # a thread that ended meanwhile
                return False
            return {line.rpartition(")")[2].split()[0] for line in told} == {"S"}

        def rests() -> bool:
            for _ in range(20):
                time.sleep(0.03)
                if not waits():
                    return False
            return True

        self.wait(rests)

    def ended(self) -> str:
        """Wait for the program to end well; what it wrote as errors."""
        assert self.program is not None
        _, errors = self.program.communicate(timeout=PATIENCE_S)
        assert self.program.returncode == 0, errors
        return errors


@pytest.fixture
def desktop(display: str, tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(display, tmp_path)
    yield made
    made.close()


def test_a_desktop_knows_the_window_and_it_comes_back_where_it_was(desktop: Desktop) -> None:
    window = desktop.start()
    desktop.rest()
    # The menu's entry names this class; by it a desktop finds icon and name.
    entry = (ROOT / "resources/desktop/seer-studio.desktop").read_text()
    wanted = re.search(r"^StartupWMClass=(.*)$", entry, re.MULTILINE)
    names = re.findall(r'"(.*?)"', desktop.has(window, "WM_CLASS"))
    assert wanted is not None
    assert [name.lower() for name in names] == [wanted[1], wanted[1]]
    assert '"SEER Studio"' in desktop.has(window, "_NET_WM_NAME")
    assert f"= {desktop.program.pid}" in desktop.has(window, "_NET_WM_PID")
    assert "Icon (" in desktop.has(window, "_NET_WM_ICON")
    assert "WM_DELETE_WINDOW" in desktop.has(window, "WM_PROTOCOLS")

    desktop.ask("wmctrl", "-i", "-r", window, "-e", "0,90,60,1180,700")
    desktop.wait(lambda: desktop.place(window).width == 1180)
    small = desktop.place(window)
    assert small.height == 700
    desktop.ask("wmctrl", "-i", "-r", window, "-e", "0,90,60,300,200")  # less than it needs
    desktop.wait(lambda: desktop.place(window) != small)
    assert desktop.place(window).width >= 1024
    desktop.ask("wmctrl", "-i", "-r", window, "-e", "0,90,60,1180,700")
    desktop.wait(lambda: desktop.place(window).like(small))
    # Qt takes several changes of size that wait for it as one: maximised before it has seen the
    # small size, it would come back in the size before that.
    desktop.rest()

    desktop.ask("wmctrl", "-i", "-r", window, "-b", "add,maximized_vert,maximized_horz")
    desktop.wait(lambda: desktop.place(window).width == 1440)
    assert "MAXIMIZED_VERT" in desktop.has(window, "_NET_WM_STATE")
    desktop.rest()
    desktop.ask("wmctrl", "-i", "-c", window)
    assert "Traceback" not in desktop.ended()

    window = desktop.start()
    desktop.wait(lambda: desktop.place(window).width == 1440)
    desktop.rest()
    assert "MAXIMIZED_VERT" in desktop.has(window, "_NET_WM_STATE")
    desktop.ask("wmctrl", "-i", "-r", window, "-b", "remove,maximized_vert,maximized_horz")
    desktop.wait(lambda: desktop.place(window).width != 1440)
    desktop.wait(lambda: desktop.place(window).like(small))
    desktop.press("ctrl+q")
    assert "Traceback" not in desktop.ended()


def test_a_window_that_is_closed_while_its_pages_load_ends_the_program(desktop: Desktop) -> None:
    desktop.ask("wmctrl", "-i", "-c", desktop.start())
    assert desktop.ended() == ""


@pytest.mark.slow
def test_closing_by_the_frame_asks_while_a_profile_runs(desktop: Desktop) -> None:
    window = desktop.start("demo")
    desktop.wait(lambda: desktop.window("demo — SEER Studio"))
    desktop.press("ctrl+2")
    time.sleep(0.5)
    place = desktop.place(window)
    # The filled button at the right of the top bar.
    desktop.ask(
        "xdotool", "mousemove", "--window", window, str(place.width - 50), "22", "click", "1"
    )
    desktop.wait(lambda: list(desktop.home.rglob("*-profile/log.txt")))

    question = "A job is still running"
    desktop.ask("wmctrl", "-i", "-c", window)
    desktop.wait(lambda: desktop.window(question))
    asked = desktop.window(question)
    above = desktop.has(asked, "WM_TRANSIENT_FOR").rpartition(" ")[2]
    assert int(above, 16) == int(window, 16)
    desktop.press("Escape")
    desktop.wait(lambda: not desktop.window(question))
    time.sleep(0.5)
    assert desktop.program.poll() is None
    assert desktop.window("SEER Studio") == window

    desktop.ask("wmctrl", "-i", "-c", window)
    desktop.wait(lambda: desktop.window(question))
    time.sleep(0.3)
    desktop.press("Tab", "space")  # from "Keep working" to "Stop and quit"
    assert "Traceback" not in desktop.ended()
