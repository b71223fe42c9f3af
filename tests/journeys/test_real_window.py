"""The studio on a real X server: what the offscreen platform cannot prove."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]

# Opens the demo model as `seer-studio demo` does, photographs the screen when its page stands, and
# closes the window as a person would.
VISIT = """
import sys, time
from pathlib import Path
from app.main_window.studio import Studio

class Visit(Studio):
    def look(self):
        if self.session.info is None:
            assert time.monotonic() < deadline, "the demo model was not opened"
            return
        self.app.processEvents()
        self.app.primaryScreen().grabWindow(0).save(sys.argv[1])
        timer.stop()
        self.window.close()

from PySide6.QtCore import QTimer
deadline = time.monotonic() + 60
studio = Visit(["seer-studio"])
timer = QTimer(studio)
timer.timeout.connect(studio.look)
timer.start(500)
raise SystemExit(studio.run("demo"))
"""


def test_the_studio_opens_the_demo_in_a_real_window_and_closes(
    display: str, tmp_path: Path
) -> None:
    picture = tmp_path / "screen.png"
    environment = os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    environment.pop("WAYLAND_DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-c", VISIT, str(picture)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    screen = QImage(str(picture))
    assert (screen.width(), screen.height()) == (1440, 900)
    colours = {screen.pixel(x, y) for x in range(0, 1440, 8) for y in range(0, 900, 8)}
    assert len(colours) > 20, "the screen is nearly empty"
