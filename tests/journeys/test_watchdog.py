"""The hang detector finds what hangs, says who, and is quiet where nothing does."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QTimer

from tests.journeys.watchdog import Watchdog

LIMIT = 0.5  # a busy machine may keep a thread waiting for less


@pytest.fixture
def watchdog(qtbot):
    made = Watchdog(LIMIT)
    made.start()
    yield made
    made.stop()


def sleep_in_a_slot() -> None:
    time.sleep(2 * LIMIT)


def compute_in_a_slot() -> None:
    """Each power keeps Python's own lock, so that the watching thread cannot run meanwhile."""
    end = time.thread_time() + 2 * LIMIT
    while time.thread_time() < end:
        pow(7, 400_000)


@pytest.mark.parametrize("slot", [sleep_in_a_slot, compute_in_a_slot])
def test_a_slot_that_blocks_is_found_with_its_name(watchdog, qtbot, slot) -> None:
    with watchdog.watching():
        QTimer.singleShot(0, slot)
        qtbot.waitUntil(lambda: bool(watchdog.stalls), timeout=20_000)
    stall = watchdog.stalls[0]
    assert stall.seconds > LIMIT
    assert slot.__name__ in stall.stack
    assert "did not answer" in str(stall)


def test_what_happens_while_nobody_watches_is_no_stall(watchdog, qtbot) -> None:
    sleep_in_a_slot()
    assert watchdog.beats == 0
    with watchdog.watching():
        qtbot.waitUntil(lambda: watchdog.beats > 2, timeout=20_000)
    assert watchdog.stalls == []


def test_a_window_that_answers_is_no_stall(qtbot) -> None:
    watchdog = Watchdog()
    watchdog.start()
    with watchdog.watching():
        qtbot.waitUntil(lambda: watchdog.beats > 10, timeout=20_000)
    watchdog.stop()
    assert watchdog.stalls == []


def test_the_limit_grows_with_the_lateness_of_the_machine(qtbot, monkeypatch) -> None:
    monkeypatch.setattr("tests.journeys.watchdog.lateness", lambda: 0.0)
    assert Watchdog().limit == 1.0
    monkeypatch.setattr("tests.journeys.watchdog.lateness", lambda: 0.02)
    assert Watchdog().limit == pytest.approx(5.0)
