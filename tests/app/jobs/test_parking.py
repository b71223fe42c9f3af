"""A pause gives the model's memory back, and what comes out afterwards is the same."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from dataclasses import dataclass, replace

import numpy as np
import pytest

from app.jobs import choosing, measuring, tasks
from app.jobs.choosing import Choice, choose_task
from app.jobs.measuring import Measure, Subject, pack
from app.jobs.paper import project_task
from app.jobs.parking import parkable
from app.jobs.queue import JobQueue
from app.jobs.searching import search_task
from app.jobs.tasks import evaluate_task, export_task, profile_task, reload_task
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning import tune_task
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import Cancelled
from core.export import ExportOptions
from core.paper import PaperOptions
from core.planning import Plan
from core.profiling import profile_model
from core.run import Note, Progress, Run
from core.tuning import TuneOptions, prepare, search, train
from tests.app.folders import write_mixtral
from tests.core.tuning.runs import weights
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

    for module in (tasks, measuring, choosing):
        monkeypatch.setattr(module, "load", watch)

    live_of = prepare.load

    def watch_trained(*args):
        live = live_of(*args)
        out.append(weakref.ref(live.model))
        return live

    monkeypatch.setattr(prepare, "load", watch_trained)
    return out


@pytest.fixture
def queue(qapp):
    made = JobQueue()
    yield made
    assert made.shut_down()


@dataclass(frozen=True)
class Pausing:
    """Pauses tasks, sees that nothing of their models is left, and goes on with them."""

    queue: JobQueue
    qtbot: object
    watched: list[weakref.ref]

    def at(self, task, when):
        """Start a task and pause it at an event.

        It is paused on the worker, so that no machine is too fast; nobody here collects garbage.
        """
        met = []
        self.watched.clear()

        def function(run: Run) -> object:
            relay = run._on_event

            def listen(event: object) -> None:
                relay(event)
                if not met and isinstance(event, Progress) and when(event):
                    met.append(event)
                    run.pause(park=True)

            run._on_event = listen
            try:
                return task.function(run)
            finally:
                run._on_event = relay

        job = self.queue.submit(replace(task, function=function))
        self.qtbot.waitUntil(lambda: notes(job, "released") or job.over, timeout=120_000)
        assert not job.over, job.error
        job.pause()
        assert job.state == "paused"
        assert self.watched
        assert [model() for model in self.watched] == [None] * len(self.watched)
        return job

    def ended(self, job):
        """Resume a job and wait for its result."""
        job.resume()
        self.qtbot.waitUntil(lambda: job.over, timeout=120_000)
        assert job.state == "done", job.error
        return job.result


@pytest.fixture
def pausing(queue, qtbot, watched) -> Pausing:
    return Pausing(queue, qtbot, watched)


def at(stage: str, share: float = 0.0):
    """When a stage has come further than a share of it."""
    return lambda event: event.stage == stage and event.done > share * (event.total or 0)


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


@pytest.mark.parametrize("kind", ["profile", "evaluate"])
def test_a_streamed_pass_that_is_paused_goes_on_at_its_layer(
    kind, subject, options, tmp_path, pausing
) -> None:
    streamed = replace(subject, stream="always")
    if kind == "profile":
        makers = [
            profile_task(streamed, options, output=tmp_path / f"{n}.safetensors") for n in "ab"
        ]
    else:
        kept = Plan.keep_all(subject.info).kept_LE.copy()
        kept[:, 5:] = False
        plan = Plan.keep_all(subject.info).with_kept(kept)
        measure = Measure(name="some", options=options, plan=plan)
        makers = [evaluate_task(streamed, measure) for _ in "ab"]
    whole = makers[0].function(Run())
    job = pausing.at(makers[1], at(kind))
    assert job.latest.done < job.latest.total
    found = pausing.ended(job)
    assert notes(job, "going on at layer")
    if kind == "profile":
        assert np.array_equal(found.count, whole.count)
        assert np.array_equal(found.norm_sq_sum, whole.norm_sq_sum, equal_nan=True)
    else:
        assert [dict(row.perplexity) for row in found] == [dict(row.perplexity) for row in whole]
        assert found[1].kl == whole[1].kl


@pytest.fixture
def tuning(subject, tmp_path):
    """Makes the request of a run under a name."""

    def make(name: str) -> TuneRequest:
        texts = CalibrationOptions(
            sources=(Source(path_or_id=str(tmp_path / "fox.txt")),), max_tokens=1024, seq_len=32
        )
        (tmp_path / "fox.txt").write_text("The quick brown fox. " * 400, encoding="utf-8")
        wanted = TuneOptions(
            top_k=1, steps=9, log_every=4, eval_every=4, save_every=0, train="experts",
            learning_rate=1e-2, batch_size=2, grad_accum=1, entropy_weight=0.1, device="cpu",
        )  # fmt: skip
        return TuneRequest(
            model=subject,
            start="model",
            options=wanted,
            texts=texts,
            record_texts={},
            folder=tmp_path / "runs" / name,
        )

    return make


MEASURED = ("step", "tokens", "loss", "ce", "entropy", "k", "learning_rate", "grad_norm")


def test_a_paused_tuning_run_lets_the_model_go_and_ends_in_the_same_curve_and_weights(
    tuning, pausing
) -> None:
    whole = tune_task(tuning("whole")).function(Run())
    # Between two reports: what is summed up for the next one is in the checkpoint as well.
    task = tune_task(tuning("paused"))
    job = pausing.at(task, lambda e: e.stage == "tune" and e.done == 2)
    record = task.record
    assert record.work.checkpoints() == (2,)  # not even the step under way was waited for
    assert record.load(record.folder).state == "started"
    found = pausing.ended(job)
    assert notes(job, "going on from step 2")
    one = [point for point in found.result.curve if point.step != 2 or point.loss == point.loss]
    for mine, other in zip(one, whole.result.curve, strict=True):
        for name in MEASURED:
            np.testing.assert_equal(getattr(mine, name), getattr(other, name), err_msg=name)
        assert mine.validation_perplexity == other.validation_perplexity
    new, old = weights(record.output), weights(whole.record.output)
    assert all((new[name] == old[name]).all() for name in old)


def test_a_failed_tuning_run_is_retried_from_its_checkpoint(tuning) -> None:
    stops = Run(lambda event: stops.cancel() if getattr(event, "done", 0) == 5 else None)
    request = replace(tuning("again"), options=replace(tuning("again").options, save_every=2))
    task = tune_task(request)
    with pytest.raises(Cancelled):
        task.function(stops)
    said: list[str] = []
    task.function(Run(lambda e: said.append(e.text) if isinstance(e, Note) else None))
    assert any("going on from step 4" in text for text in said)


def test_a_paused_search_for_options_tries_the_stopped_trial_again(
    tuning, pausing, monkeypatch
) -> None:
    pytest.importorskip("optuna")
    ways: list[float] = []
    try_out = train.try_out

    def trial(folder, texts, options, **more):
        ways.append(options.learning_rate)
        return try_out(folder, texts, options, **more)

    monkeypatch.setattr(train, "try_out", trial)
    task = search_task(tuning("search"), minutes=1e-4)
    job = pausing.at(task, lambda e: e.stage == "tune" and e.done == 2)
    found = pausing.ended(job).found
    assert len(found.trials) == 1
    assert ways == [1e-2, 1e-2]
    assert found.trials[0].options.learning_rate == pytest.approx(1e-2)
    assert search.JOURNAL in {p.name for p in task.record.work.folder.iterdir()}


@pytest.mark.parametrize(
    "how",
    [("joint", "drop experts"), ("iterative", "profile again"), ("search", "search")],
)
def test_a_paused_choice_lets_the_model_go_and_chooses_the_same(
    how, subject, options, tmp_path, pausing
) -> None:
    way, during = how
    options = replace(options, max_tokens=512)
    packed, _ = pack(subject.folder, options, "calibration", Run())
    profile = profile_model(measuring.load(subject, subject.folder, Run()), packed, run=Run())
    choice = Choice(way=way, percent=50.0, loss=300.0, scope="global", floor=2)

    def task(name: str):
        return choose_task(
            subject,
            options,
            choice,
            profile=profile,
            profile_file=tmp_path / "p.safetensors",
            start=Plan.keep_all(subject.info),
            output=tmp_path / f"{name}.json",
        )

    whole = task("whole").function(Run())
    job = pausing.at(task("paused"), at(during, 0.4))
    measured = tmp_path / ".paused.json.measured"
    assert measured.exists()
    found = pausing.ended(job)
    assert found.plan.keep == whole.plan.keep
    assert found.said == whole.said
    assert not measured.exists()


def test_a_paused_try_of_the_papers_claims_lets_the_model_go_and_goes_on(
    subject, tmp_path, pausing, monkeypatch
) -> None:
    from core.paper import reproduce

    live_of = reproduce.load_model

    def watch(*args, **more):
        live = live_of(*args, **more)
        pausing.watched.append(weakref.ref(live.model))
        return live

    monkeypatch.setattr(reproduce, "load_model", watch)
    options = PaperOptions(
        steps=1, seeds=1, random_seeds=1, shares=(0.5,), arms=(), batch_size=1, seq_len=64,
        profile_tokens=400, eval_tokens=300,
    )  # fmt: skip
    whole = project_task(subject, options, tmp_path / "whole").function(Run())
    task = project_task(subject, options, tmp_path / "paused")
    job = pausing.at(task, lambda e: e.stage == "paper" and e.done == 4)
    assert (tmp_path / "paused" / ".trying" / "tried.json").exists()
    found = pausing.ended(job)
    assert notes(job, "going on after 4 of 8 experiments")
    assert found.result.drops == whole.result.drops
    assert [p.name for p in sorted((tmp_path / "paused").iterdir())] == [
        "paper.json", "paper.md", "paper.svg",
    ]  # fmt: skip


def test_a_paused_export_holds_no_more_than_one_buffer(tmp_path, queue, qtbot, pausing) -> None:
    folder = write_mixtral(tmp_path / "big", layers=8, experts=16, hidden=4096)
    info = inspect_model(folder)
    assert info.bytes > 300e6
    subject = Subject(name=str(folder), folder=folder, info=info)
    wanted = ExportOptions(plan=Plan.keep_all(info), output=tmp_path / "out", verify=False)
    tracemalloc.start()
    try:
        job = queue.submit(export_task(subject, wanted, plan_file="p.json", shard_size="5GB"))
        qtbot.waitUntil(lambda: stage(job) == "export", timeout=60_000)
        job.pause()
        qtbot.wait(200)
        done = job.latest.done
        qtbot.wait(200)
        job.drain()
        assert job.latest.done == done < job.latest.total
        held = tracemalloc.take_snapshot().filter_traces(
            [tracemalloc.Filter(inclusive=True, filename_pattern="*/core/*", all_frames=True)]
        )
        assert sum(trace.size for trace in held.traces) < 8e6
    finally:
        tracemalloc.stop()
    pausing.ended(job)
    assert (tmp_path / "out" / "config.json").exists()


def test_a_paused_reload_lets_both_models_go(subject, tmp_path, queue, qtbot, monkeypatch) -> None:
    from core.export import export_checkpoint, reload

    kept = Plan.keep_all(subject.info).kept_LE.copy()
    kept[:, 5:] = False
    plan = Plan.keep_all(subject.info).with_kept(kept)
    out = tmp_path / "out"
    export_checkpoint(subject.folder, ExportOptions(plan=plan, output=out), Run())
    tries = []

    def check(*args, run: Run, **more):
        tries.append(1)
        if len(tries) == 1:
            run.pause(park=True)
        return real(*args, run=run, **more)

    real = reload.check_reload
    monkeypatch.setattr(reload, "check_reload", check)
    job = queue.submit(reload_task(subject, output=out, plan=plan))
    qtbot.waitUntil(lambda: notes(job, "released"), timeout=60_000)
    job._run.resume()
    qtbot.waitUntil(lambda: job.over, timeout=60_000)
    assert job.state == "done", job.error
    assert len(tries) == 2


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
