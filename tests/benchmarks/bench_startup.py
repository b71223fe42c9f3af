"""`seer-studio` from the start of the process to the window's first paint."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7

# Starts the studio as `seer-studio` does and says when its window was painted, by the wall clock
# that this process and the parent share.
START = """
import sys, time
from app.main_window.studio import Studio
studio = Studio(["seer-studio"])
studio.window.show()
while not studio.window.painted:
    studio.app.processEvents()
sys.stdout.write(repr(time.time()))
sys.stdout.flush()
heavy = [name for name in ("torch", "transformers", "numpy", "pyqtgraph") if name in sys.modules]
sys.stdout.write(" " + ",".join(heavy))
sys.stdout.flush()
import os
os._exit(0)
"""

# What nobody can save: the interpreter and Qt's own libraries.
BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(["bare"])
window = QWidget()
window.show()
app.processEvents()
sys.stdout.write(repr(time.time()))
sys.stdout.flush()
import os
os._exit(0)
"""


def start_once(program: str) -> tuple[float, str]:
    """Seconds from spawning the program to the time that it prints, and the rest of its output."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    painted, _, rest = done.stdout.partition(" ")
    return float(painted) - began, rest


def run() -> list[Row]:
    """Median of several starts, each in a process of its own."""
    start_once(START)  # the first fills the disk cache
    ours = [start_once(START) for _ in range(RUNS)]
    bare = statistics.median(start_once(BARE)[0] for _ in range(RUNS))
    seconds = [figure for figure, _ in ours]
    heavy = ours[0][1] or "none of torch, transformers, numpy, pyqtgraph"
    detail = (
        f"min {min(seconds):.2f}, max {max(seconds):.2f}; an empty Qt window {bare:.2f}; "
        f"imported before the paint: {heavy}"
    )
    value = statistics.median(seconds)
    return [Row(name="start to first paint", value=value, unit="s", target=1.0, detail=detail)]
