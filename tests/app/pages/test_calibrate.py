"""The Calibrate page: options kept with the project, previews off the GUI thread, honest states."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea

from app.jobs import tasks
from app.jobs.task import Task
from app.pages import run_estimate
from app.pages.calibrate import CalibratePage
from app.pages.select.costs import Memory
from app.session import Session
from app.theme import apply_theme
from core.checkpoint import inspect_model
from core.errors import InputError
from core.profiling import Profile, save_profile
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile
from tests.screens.clipped import clipped


@pytest.fixture
def page(qtbot, session: Session, monkeypatch) -> CalibratePage:
    monkeypatch.setattr(tasks, "preview_task", fake_preview(lambda run: None))
    page = CalibratePage(session)
    qtbot.addWidget(page)
    page.resize(1240, 800)
    page.show()
    return page


def preview_of(domain: str) -> tasks.Preview:
    return tasks.Preview(
        sequences=((domain, 3, 0, (("a", False), ("<s>", True))),),
        tokens_by_domain=((domain, 3),),
        total_sequences=1,
        batches=1,
    )


def fake_preview(function):
    """A preview task without a tokenizer."""

    def make(subject, options, split) -> Task:
        return Task(title="preview", kind="preview", function=function, heavy=False)

    return make


def test_a_new_model_begins_with_the_bundled_texts(page) -> None:
    assert [source.where for source in page.form.choice().sources] == ["demo"]
    assert page.state().kind == "ready"
    assert page.primary_action.isEnabled()


def test_a_small_window_has_room_for_form_and_head(page, qtbot) -> None:
    apply_theme(QApplication.instance(), "light")
    page.resize(984, 648)  # what the rail leaves of 1180 × 720
    page.next_button.show()
    page._show_preview(preview_of("korean"))
    page.grab()
    assert page.width() == 984
    area = next(a for a in page.findChildren(QScrollArea) if a.widget() is page.form)
    assert page.form.width() <= area.viewport().width()
    tabs = page.tabs
    assert tabs.tabRect(0).left() >= 0
    assert tabs.tabRect(tabs.count() - 1).right() <= tabs.width()
    assert clipped(page) == []


def test_without_texts_there_is_nothing_to_run(page, session) -> None:
    page.form.sources.set_entries(())
    assert not page.primary_action.isEnabled()
    assert page.command() == ""


def test_the_command_says_what_the_form_says(page, session) -> None:
    page.form.max_tokens.setValue(1234)
    page.form.pack.setChecked(False)
    words = shlex.split(page.command())
    assert words[:3] == ["seer", "profile", session.model]
    assert words[words.index("--max-tokens") + 1] == "1234"
    assert "--no-pack" in words


def test_the_form_comes_back_with_the_project(page, session, qtbot) -> None:
    page.form.max_tokens.setValue(4321)
    again = CalibratePage(session)
    qtbot.addWidget(again)
    assert again.form.choice().max_tokens == 4321


def test_the_preview_is_packed_on_a_worker_thread(page, session, qtbot, monkeypatch) -> None:
    threads = []

    def work(run) -> tasks.Preview:
        threads.append(threading.current_thread())
        return preview_of("english")

    monkeypatch.setattr(tasks, "preview_task", fake_preview(work))
    page.refresh_preview()
    qtbot.waitUntil(lambda: bool(page.preview.sequences()), timeout=5000)
    qtbot.waitUntil(lambda: not len(session.jobs), timeout=5000)  # previews leave no row
    assert threads[0] is not threading.main_thread()
    assert page.preview.sequences()[0].domain == "english"
    assert "3 tokens" in page.note.text()


def test_a_text_that_cannot_be_read_is_told_on_the_page(page, qtbot, monkeypatch) -> None:
    def work(run) -> tasks.Preview:
        raise InputError("there is no field body", remedy="name one of text, title")

    monkeypatch.setattr(tasks, "preview_task", fake_preview(work))
    page.refresh_preview()
    qtbot.waitUntil(page.banner.isVisible, timeout=5000)
    assert page.banner.text == "There is no field body. Try: name one of text, title."
    assert page._why_empty() == "There is no field body"
    assert page.note.text() == ""


def test_a_newer_preview_replaces_one_under_way(page, qtbot, monkeypatch) -> None:
    free = threading.Event()

    def slow(run) -> tasks.Preview:
        free.wait(5)
        run.check()
        return preview_of("old")

    monkeypatch.setattr(tasks, "preview_task", fake_preview(slow))
    page.refresh_preview()
    monkeypatch.setattr(tasks, "preview_task", fake_preview(lambda run: preview_of("new")))
    page.refresh_preview()
    qtbot.waitUntil(lambda: bool(page.preview.sequences()), timeout=5000)
    free.set()
    qtbot.waitUntil(lambda: all(job.over for job in page.session.jobs), timeout=5000)
    assert page.preview.sequences()[0].domain == "new"


def test_a_window_built_anew_finds_the_running_job(page, session, qtbot) -> None:
    free = threading.Event()

    def work(run) -> None:
        free.wait(5)

    session.start(Task(title="Profile", kind="profile", function=work))
    assert page.strip.isVisible()
    again = CalibratePage(session)
    qtbot.addWidget(again)
    again.show()
    assert again.strip.isVisible()
    assert not again.primary_action.isEnabled()
    free.set()
    qtbot.waitUntil(again.strip.isHidden, timeout=5000)


def test_without_a_model_the_page_says_what_to_do(qtbot, tmp_path: Path) -> None:
    session = Session()
    page = CalibratePage(session)
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    assert page.state().kind == "blocked"
    session.close()


def cluster_profile(session: Session, path: Path, **changes: object) -> Profile:
    """A profile of the open model, as another machine would have written it."""
    info = session.info
    facts = {"fingerprint": info.fingerprint, "domains": ("web",), "layer_ids": info.moe_layers}
    profile = make_profile(experts=info.experts, **{**facts, **changes})
    save_profile(profile, path)
    return profile


def test_a_profile_of_a_cluster_is_opened_and_ranks_the_experts(
    page, session, tmp_path, qtbot, monkeypatch
) -> None:
    path = tmp_path / "cluster.safetensors"
    made = cluster_profile(session, path)
    chosen = (str(path), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: chosen)
    with qtbot.waitSignal(session.profile_changed, timeout=5000):
        qtbot.mouseClick(page.opener.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.state().kind == "done", timeout=5000)
    assert session.profile.fingerprint == made.fingerprint
    assert page.tabs.currentIndex() == 1
    assert page.next_button.isVisible()
    assert session.scores_LE.shape == made.count.shape[1:]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fingerprint": "a" * 64}, "is of another model"),
        ({"batches": 2}, "was stopped after 2 of 3 batches"),
    ],
)
def test_a_profile_that_does_not_belong_here_is_refused_and_nothing_changes(
    changes, words, page, tmp_path, qtbot
) -> None:
    session = page.session
    path = tmp_path / "other.safetensors"
    cluster_profile(session, path, **changes)
    with qtbot.waitSignal(page.opener.failed, timeout=5000):
        page.opener.open(path)
    assert words in page.banner.text
    assert session.profile is None
    assert page.state().kind == "ready"


@pytest.mark.parametrize(
    ("free", "words"),
    [
        (10**12, "Loads whole"),
        (10**7, "Streams 12 layers"),
        (10**6, "Streaming needs"),
    ],
)
def test_the_form_says_what_the_run_will_do_with_memory(
    free, words, page, tmp_path, monkeypatch
) -> None:
    session = page.session
    model = write_mixtral(tmp_path / "larger", layers=12, experts=32, hidden=256)
    session.set_model(inspect_model(model), name=str(model))
    monkeypatch.setattr(run_estimate, "free_ram_bytes", lambda: free)
    monkeypatch.setattr(run_estimate, "read_memory", lambda: Memory(name="RAM", free=free))
    page.form.batch_size.setValue(1)
    page.form.seq_len.setCurrentIndex(0)
    page.form.max_tokens.setValue(200)
    assert words in page.form.estimate.text()
    assert page.form.estimate.isVisible()


def test_an_estimate_follows_the_choice_of_streaming(page, session) -> None:
    assert "Loads whole" in page.form.estimate.text()
    page.form.stream.setCurrentIndex(page.form.stream.findData("always"))
    assert "Streams" in page.form.estimate.text()
    assert "once" in page.form.estimate.text()
