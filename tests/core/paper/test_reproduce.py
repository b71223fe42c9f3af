"""The claims tried on the bundled model itself, with as little of everything as there can be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.checkpoint import inspect_model, locate_model
from core.errors import Cancelled, Parked
from core.paper import ARMS, PaperOptions, PaperResult
from core.paper.reproduce import reproduce
from core.planning import cost
from core.run import Note, Progress, Run, Snapshot
from tests.core.pausing import ParkAt

pytestmark = pytest.mark.timeout(600)

BRIEF = PaperOptions(
    steps=1, seeds=1, random_seeds=1, shares=(0.5,), arms=(), batch_size=1, seq_len=64,
    profile_tokens=400, eval_tokens=300,
)  # fmt: skip


@pytest.fixture(scope="module")
def tried(tmp_path_factory) -> tuple[PaperResult, list[object], Path]:
    """One brief run: its result, its events, its work folder."""
    work, events = tmp_path_factory.mktemp("paper"), []
    result = reproduce(locate_model("demo"), BRIEF, run=Run(events.append), work=work)
    return result, events, work


def test_every_way_of_dropping_is_in_the_result(tried) -> None:
    result, _, _ = tried
    ways = {(d.metric, d.scope) for d in result.drops}
    assert ways == {
        ("actual-count", "layer"),
        ("actual-count", "global"),
        ("soft-count", "layer"),
        ("soft-count", "global"),
        ("random", "layer"),
    }
    assert {d.kept for d in result.drops} == {64}
    assert result.untuned > result.original > 1
    assert {claim.key for claim in result.claims} >= {"counting", "soft", "global", "saves"}


def test_the_prices_are_those_of_the_cost_page(tried) -> None:
    result, _, _ = tried
    info = inspect_model(locate_model("demo"))
    one = cost(info, top_k=1, context=BRIEF.seq_len)
    assert result.prices["top-1"].flops == one.flops.total
    assert result.prices["top-1"].active == one.parameters.active
    half = result.drops[0].price
    assert half.bytes < result.prices["original"].bytes


def test_a_masked_plan_measures_as_it_does_elsewhere(tried) -> None:
    from core.calibration import CalibrationOptions, Source, build_calibration, load_tokenizer
    from core.evaluation import evaluate
    from core.runtime import load_model

    result, _, _ = tried
    folder = locate_model("demo")
    chosen = CalibrationOptions(
        sources=(Source(path_or_id="demo"),), max_tokens=300, seq_len=64, batch_size=1
    )
    texts = build_calibration(chosen, load_tokenizer(folder), demo_split="heldout", run=Run())
    live = load_model(folder, run=Run())
    assert evaluate(live, texts, run=Run()).perplexity["overall"] == pytest.approx(
        result.original, rel=1e-6
    )


def test_progress_counts_experiments_and_each_shows_what_there_is(tried) -> None:
    result, events, work = tried
    counted = [e for e in events if isinstance(e, Progress)]
    assert {e.stage for e in counted} == {"paper"}
    assert (counted[0].done, counted[-1].done) == (0, counted[-1].total)
    shown = [e.value for e in events if isinstance(e, Snapshot)]
    assert len(shown) == counted[-1].total
    assert shown[-1].drops == result.drops
    assert list(work.iterdir()) == []


def test_a_cancelled_try_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.done == 1:
            run.cancel()

    run = Run(stop)
    with pytest.raises(Cancelled):
        reproduce(locate_model("demo"), BRIEF, run=run, work=tmp_path)
    assert list(tmp_path.iterdir()) == []


def values(result: PaperResult) -> object:
    """A result without how long it took."""
    return replace(result, seconds=0, arms=tuple(replace(arm, seconds=0) for arm in result.arms))


def test_a_paused_try_goes_on_with_its_next_experiment_to_the_same_result(
    tried, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    model = locate_model("demo")

    def at(done: int) -> Run:
        def park(event: object) -> None:
            if isinstance(event, Progress) and event.done == done:
                run.pause(park=True)

        run = Run(park)
        return run

    for done in (0, 1, 5):  # before the first, after the profile, between two plans
        with pytest.raises(Parked):
            reproduce(model, BRIEF, run=at(done), kept=kept, resume=True)
    assert (kept / "tried.json").is_file()
    events: list[object] = []
    result = reproduce(model, BRIEF, run=Run(events.append), kept=kept, resume=True)
    assert values(result) == values(tried[0])
    assert [e.text for e in events if isinstance(e, Note)] == ["going on after 5 of 8 experiments"]
    assert len([e for e in events if isinstance(e, Snapshot)]) == 3
    assert not kept.exists()


def test_a_try_of_other_options_begins_anew(tmp_path: Path) -> None:
    kept, model = tmp_path / "kept", locate_model("demo")
    events: list[object] = []
    stops = Run(lambda e: stops.cancel() if getattr(e, "done", 0) == 2 else None)
    with pytest.raises(Cancelled):
        reproduce(model, BRIEF, run=stops, kept=kept, resume=True)
    other = Run(lambda e: events.append(e) or other.cancel())
    with pytest.raises(Cancelled):
        reproduce(model, replace(BRIEF, random_seeds=2), run=other, kept=kept, resume=True)
    assert any("starting over" in e.text for e in events if isinstance(e, Note))
    assert not (kept / "tried.json").exists()


@pytest.mark.slow
def test_a_paused_arm_goes_on_after_its_last_whole_step(tmp_path: Path) -> None:
    options = replace(BRIEF, arms=("plain",), steps=2, shares=())
    model = locate_model("demo")
    whole = reproduce(model, options, run=Run(), work=tmp_path)
    kept = tmp_path / "kept"
    # Between the first and the second step: looks of the writing and verifying come after it.
    steps: list[int] = []

    class Parks(ParkAt):
        def check(self) -> None:
            arm = kept / "arm" / "plain-0" / "work"
            lines = (arm / "curve.jsonl").read_text() if (arm / "curve.jsonl").exists() else ""
            if not steps and lines.count('"step": 1') == 1:
                steps.append(1)
                self.pause(park=True)
            super().check()

    with pytest.raises(Parked):
        reproduce(model, options, run=Parks(), kept=kept, resume=True)
    assert (kept / "arm" / "plain-0" / "work" / "checkpoint-1").is_dir()
    assert values(reproduce(model, options, run=Run(), kept=kept, resume=True)) == values(whole)
    assert not kept.exists()


@pytest.mark.slow
def test_an_arm_is_tuned_with_its_own_options(tmp_path: Path) -> None:
    options = replace(BRIEF, arms=("plain", "top-2"), random_seeds=1)
    result = reproduce(locate_model("demo"), options, run=Run(), work=tmp_path)
    assert [(arm.name, arm.seed, arm.top_k) for arm in result.arms] == [
        ("plain", 0, 1),
        ("top-2", 0, 2),
    ]
    assert result.tuned("plain").mean != result.untuned
    assert result.tuned("top-2").mean != result.original
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_one_command_tries_everything_and_keeps_it(tmp_path: Path) -> None:
    from core.cli import app

    words = ["demo", "--paper", "--steps", "2", "--seeds", "1", "--max-tokens", "1200"]
    done = CliRunner().invoke(app, [*words, "--json", "-o", str(tmp_path / "kept")])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert {arm["name"] for arm in said["arms"]} == set(ARMS)
    kept = PaperResult.load(Path(said["files"]["result"]))
    assert kept.original == said["original"]
    assert Path(said["files"]["plot"]).read_text().startswith("<svg")
    assert "Top-1, all of these" in Path(said["files"]["markdown"]).read_text()
