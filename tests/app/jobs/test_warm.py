"""Several workers may need torch and transformers at once, the first time that anybody does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.jobs import warm
from core.errors import Cancelled
from core.run import Run

ROOT = Path(__file__).resolve().parents[3]

RACE = """
import threading, sys
from app.jobs.warm import wait_for_libraries, warm_up
from core.run import Run
wrong = []
def need():
    try:
        wait_for_libraries(Run())
        from transformers import AutoTokenizer
    except BaseException as error:
        wrong.append(repr(error))
warm_up()
workers = [threading.Thread(target=need) for _ in range(4)]
for worker in workers: worker.start()
for worker in workers: worker.join()
sys.exit(len(wrong))
"""


@pytest.mark.timeout(300)
def test_workers_that_need_the_libraries_at_once_all_get_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_worker_that_waits_for_the_libraries_can_be_cancelled() -> None:
    run, outcome = Run(), []

    def work() -> None:
        try:
            warm.wait_for_libraries(run)
        except Cancelled:
            outcome.append("cancelled")

    with warm._lock:
        worker = threading.Thread(target=work)
        worker.start()
        run.cancel()
        worker.join(timeout=5)
        assert not worker.is_alive()
    assert outcome == ["cancelled"]
