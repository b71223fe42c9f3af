"""Long work is always in hand: pause, resume, cancel, close, and bad news that helps."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

import resources
from app.main_window.dialogs import ErrorDialog

pytestmark = pytest.mark.timeout(600)

# More than a test will ever read: what runs is stopped by hand.
MANY_TOKENS = 400_000


def start_long_profile(studio):
    """Open the demo and start a profile that would take minutes."""
    studio.open_demo()
    page = studio.open("calibrate")
    studio.type_number(page.form.max_tokens, MANY_TOKENS)
    studio.primary()
    job = page.watch.job
    studio.wait(lambda: studio.session.live_profile is not None or job.over)
    assert job.state == "running", job.error
    return page, job


def test_a_profile_is_cancelled_within_a_second_and_the_map_says_what_to_do(studio) -> None:
    page, job = start_long_profile(studio)
    began = time.monotonic()
    studio.click(page.strip.cancel)
    studio.wait(lambda: job.over, 10_000)
    seconds = time.monotonic() - began
    assert job.state == "cancelled"
    assert seconds < 1.0 + batch_seconds(job), f"cancelling took {seconds:.2f} s"
    assert studio.session.profile is None
    assert studio.session.live_profile is None
    assert page.strip.isHidden()
    assert page.map.empty.isVisible()


def batch_seconds(job) -> float:
    """What one layer of one batch may take on a machine that does other work beside the test."""
    rate = job.latest.rate or 1000.0
    return 256 * 8 / rate


def test_a_paused_profile_stands_still_and_goes_on(studio) -> None:
    page, job = start_long_profile(studio)
    studio.click(page.strip.pause)
    assert job.state == "paused"
    studio.bot.wait(500)
    before = job.latest.done
    studio.bot.wait(1000)
    assert job.latest.done - before <= 256 * 8, "a paused job went on"
    studio.click(page.strip.pause)
    assert job.state == "running"
    studio.wait(lambda: job.latest.done > before + 256 * 8)
    studio.click(page.strip.cancel)
    studio.wait(lambda: job.over, 30_000)


def test_closing_with_a_job_running_asks_first_and_then_stops_it(studio, monkeypatch) -> None:
    _, job = start_long_profile(studio)
    answers = iter(["Keep working", "Stop and quit"])
    asked = []

    def answer(box: QMessageBox) -> int:
        wanted = next(answers)
        asked.append(box.text())
        button = next(b for b in box.findChildren(QPushButton) if b.text() == wanted)
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    studio.window.close()
    assert studio.window.isVisible()
    assert job.state == "running"
    studio.window.close()
    assert not studio.window.isVisible()
    assert job.over
    assert len(asked) == 2


def test_a_cancelled_profile_goes_on_where_it_stopped(studio) -> None:
    studio.open_demo()
    page = studio.open("calibrate")
    studio.type_number(page.form.max_tokens, 24_000)
    studio.primary()
    job = page.watch.job
    studio.wait(lambda: job.over or (stage(job) == "profile" and job.latest.done >= 2048 * 2))
    studio.click(page.strip.cancel)
    studio.wait(lambda: job.over, 30_000)
    if job.state == "done":
        pytest.fail("the profile was over before it could be stopped")
    kept = list((studio.session.folder / "runs").glob("*"))
    assert kept, "a stopped pass left nothing to go on from"
    studio.primary()
    again = page.watch.job
    assert again is not job
    studio.wait(
        lambda: again.over or (again.latest is not None and again.latest.stage == "profile")
    )
    assert again.latest.done >= 2048, "the second run began from nothing"
    studio.wait(lambda: again.over)
    assert again.state == "done", again.error
    assert studio.session.profile.complete


def stage(job) -> str:
    """What a job is at."""
    return job.latest.stage if job.latest is not None else ""


def test_a_broken_model_gives_bad_news_with_a_number_and_a_remedy(studio, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(resources.demo_model_dir(), broken)
    weights = broken / "model.safetensors"
    with weights.open("r+b") as file:
        file.truncate(weights.stat().st_size // 2)
    studio.window.opener.open_path(broken)
    studio.wait(lambda: studio.window.findChild(ErrorDialog) is not None, 30_000)
    dialog = studio.window.findChild(ErrorDialog)
    assert any(sign.isdigit() for sign in dialog.what.text())
    assert dialog.remedy.isVisible()
    assert studio.session.info is None
    studio.bot.keyClick(dialog, Qt.Key.Key_Escape)
    studio.wait(lambda: not dialog.isVisible(), 5000)


def test_a_missing_text_is_named_on_the_page_not_in_a_traceback(studio, tmp_path: Path) -> None:
    text = tmp_path / "notes.jsonl"
    text.write_text('{"body": "words"}\n')
    studio.open_demo()
    page = studio.open("calibrate")
    page.form.sources.set_entries(())
    page.form.sources.add(str(text))
    entry = page.form.sources.rows[0]
    entry.field.setFocus()
    studio.bot.keyClicks(entry.field, "article")
    studio.wait(page.banner.isVisible, 60_000)
    assert "body" in page.banner.text, "the fields that are there help to name the right one"
