"""A pause gives the model's memory back, and what comes out afterwards is the same."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from app.jobs import measuring, tasks
from app.jobs.measuring import Measure, Subject
from app.jobs.parking import parkable
from app.jobs.queue import JobQueue
from app.jobs.tasks import evaluate_task, profile_task
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import Cancelled
from core.planning import Plan
from core.run import Note, Run
from tests.tiny import tiny_model


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> Subject:
    folder = tiny_model("mixtral", tmp_path_factory.mktemp("models"))
    return Subject(name=str(folder), folder=folder, info=inspect_model(folder), device="cpu")


@pytest.fixture
def options(tmp_path) -> CalibrationOptions:
    path = tmp_path / "fox.txt"
    path.write_text("The quick brown fox jumps over the lazy dog. " * 400, encoding="utf-8")
    return CalibrationOptions(
        sources=(Source(path_or_id=str(path)),), max_tokens=4096, seq_len=32, batch_size=2
    )


@pytest.fixture
def make(subject, options, tmp_path):
    """Makes the task of a profile under a name."""
    return lambda name: profile_task(subject, options, output=tmp_path / f"{name}.safetensors")


@pytest.fixture
def watched(monkeypatch) -> list[weakref.ref]:
    """The models that tasks have loaded, without keeping them."""
    out: list[weakref.ref] = []
    load = tasks.load

    def watch(*args):
        live = load(*args)
        out.append(weakref.ref(live.model))
        return live

    for module in (tasks, measuring):
        monkeypatch.setattr(module, "load", watch)
    return out


@pytest.fixture
def queue(qapp):
    made = JobQueue()
    yield made
    assert made.shut_down()


def test_a_paused_profile_lets_the_model_go_and_ends_as_if_it_had_never_paused(
    make, tmp_path, queue, qtbot, watched
) -> None:
    whole = make("whole").function(Run())
    watched.clear()
    job = queue.submit(make("p"))
    # Paused at the first sign of work: the worker is in the middle of the set.
    qtbot.waitUntil(lambda: stage(job) == "profile" and job.latest.done > 0, timeout=60_000)
    job.pause()
    qtbot.waitUntil(lambda: notes(job, "released"), timeout=20_000)
    gc.collect()
    assert job.state == "paused"
    assert [model() for model in watched] == [None]
    assert (tmp_path / ".p.safetensors.partial").exists()
    job.resume()
    qtbot.waitUntil(lambda: job.over, timeout=60_000)
    assert job.state == "done", job.error
    assert len(watched) == 2
    assert notes(job, "going on after batch")
    assert np.array_equal(job.result.count, whole.count)
    assert np.array_equal(job.result.norm_sq_sum, whole.norm_sq_sum, equal_nan=True)
    assert job.result.fingerprint == whole.fingerprint


def test_a_paused_quick_check_lets_the_model_go_and_gives_the_same_numbers(
    subject, options, queue, qtbot, watched
) -> None:
    kept = Plan.keep_all(subject.info).kept_LE.copy()
    kept[:, 5:] = False
    plan = Plan.keep_all(subject.info).with_kept(kept)
    measure = Measure(name="some", options=options, plan=plan)
    whole = evaluate_task(subject, measure).function(Run())
    watched.clear()
    job = queue.submit(evaluate_task(subject, measure))
    qtbot.waitUntil(lambda: stage(job) == "evaluate" and job.latest.done > 0, timeout=60_000)
    job.pause()
    qtbot.waitUntil(lambda: notes(job, "released"), timeout=20_000)
    gc.collect()
    assert [model() for model in watched] == [None]
    job.resume()
    qtbot.waitUntil(lambda: job.over, timeout=60_000)
    assert job.state == "done", job.error
    assert notes(job, "going on after batch")
    assert [dict(row.perplexity) for row in job.result] == [dict(r.perplexity) for r in whole]
    assert job.result[1].kl == whole[1].kl


def stage(job) -> str:
    return job.latest.stage if job.latest is not None else ""


def notes(job, words: str) -> bool:
    return any(words in line.text for line in job.log)


def test_work_that_is_parked_begins_again_on_resume() -> None:
    run = Run()
    tries = []

    def work(run: Run) -> str:
        tries.append(1)
        if len(tries) == 1:
            run.pause(park=True)
            run.check()
        return "done"

    heard: list[str] = []
    run._on_event = lambda event: resume_when_parked(run, event, heard)
    assert parkable(work, run) == "done"
    assert len(tries) == 2
    assert [text.split(":")[0] for text in heard] == ["paused", "resumed"]


def resume_when_parked(run: Run, event: object, heard: list[str]) -> None:
    assert isinstance(event, Note)
    heard.append(event.text)
    run.resume()


def test_parked_work_can_be_cancelled() -> None:
    run = Run()

    def work(run: Run) -> None:
        run.pause(park=True)
        run.check()

    run._on_event = lambda _: run.cancel()
    with pytest.raises(Cancelled):
        parkable(work, run)
