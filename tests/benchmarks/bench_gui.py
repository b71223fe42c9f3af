"""How long the window stands still while the demo's profile runs in its worker thread.

A 5 ms timer of the GUI thread notes when it fires; what a tick is late by is a stall. The window
shows the Calibrate page, whose heat map fills from live snapshots, from the click on "Run profile"
to the finished profile, torch's import included, as it happens to whoever opens the demo first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]
TICK_MS = 5
TOKENS = 60_000
P99_MS, WORST_MS = 50.0, 200.0

PROGRAM = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer, Qt, Slot
from app.main_window.studio import Studio

TICK, TOKENS = int(sys.argv[2]), int(sys.argv[3])

class Watch(Studio):
    ticks, job = [], None

    def start(self):
        self.last = time.perf_counter()
        self.clock = QTimer(self, interval=TICK)
        self.clock.setTimerType(Qt.TimerType.PreciseTimer)
        self.clock.timeout.connect(self.tick)
        self.session.model_changed.connect(self.opened)
        self.window.ready.connect(self.begin)

    @Slot()
    def begin(self):
        self.session.open_demo()

    @Slot()
    def opened(self):
        # The preview of the texts has its own moment; the click comes when a person could click.
        QTimer.singleShot(1500, self.click)

    @Slot()
    def click(self):
        self.window.show_page("calibrate")
        page = self.window.pages["calibrate"]
        page.form.max_tokens.setValue(TOKENS)
        self.window.top_bar.primary_button.click()
        self.job = page.watch.job
        self.ticks.clear()
        self.clock.start()
        self.last = time.perf_counter()

    @Slot()
    def tick(self):
        now = time.perf_counter()
        latest = self.job.latest
        reading = latest is not None and latest.stage == "profile"
        self.ticks.append((1000 * (now - self.last), reading))
        self.last = now
        if self.job.over:
            self.clock.stop()
            print(json.dumps({"ticks": self.ticks, "state": self.job.state,
                              "error": str(self.job.error), "seconds": self.job.seconds}))
            self.window.close()

studio = Watch(["seer-studio"], data_dir=Path(sys.argv[1]))
studio.start()
raise SystemExit(studio.run())
"""


def run() -> list[Row]:
    """Profile the demo in a window of its own process, and look at the window's clock."""
    with tempfile.TemporaryDirectory(prefix="seer-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, folder, str(TICK_MS), str(TOKENS)],
            cwd=ROOT,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "SEER_LANG": "en"},
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
        )
    if done.returncode != 0 or not done.stdout.strip():
        raise RuntimeError(f"the studio ended with {done.returncode}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found["state"] != "done":
        raise RuntimeError(f"the profile ended as {found['state']}: {found['error']}")
    late, reading = np.asarray(found["ticks"]).T
    stalls = np.maximum(late - TICK_MS, 0.0)
    detail = f"{len(stalls):,} ticks in {found['seconds']:.1f} s, {TOKENS:,} tokens"
    return [
        Row(
            name="GUI thread's stall while the demo profile runs, p99",
            value=float(np.percentile(stalls, 99)),
            unit="ms",
            target=P99_MS,
            detail=f"{detail}, median {np.median(stalls):.1f} ms",
        ),
        Row(
            name="GUI thread's longest stall while the demo profile runs",
            value=float(stalls.max()),
            unit="ms",
            target=WORST_MS,
            detail=detail,
        ),
        Row(
            name="the same once torch is imported and the model reads",
            value=float(stalls[reading > 0].max(initial=0.0)),
            unit="ms",
            target=WORST_MS,
            detail=f"{int(reading.sum()):,} ticks",
        ),
    ]
