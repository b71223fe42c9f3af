"""The smallest plan within a loss: found by bisection, measured, resumable."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled, InputError, PlanError
from core.evaluation import evaluate
from core.evaluation.bisection import smallest
from core.evaluation.kept import Kept
from core.evaluation.ledger import Ledger, ledger_path
from core.evaluation.search import rule_plans, search_plan
from core.planning import Bounds, Plan, keep_per_layer
from core.run import Note, Progress, Run
from core.runtime.streaming_loader import Loader
from tests.core.evaluation.test_losses_streamed import pair, readings
from tests.core.live import load_tiny, random_set
from tests.core.pausing import ParkAt, checks, paused
from tests.values import made_info, made_profile


def candidates(live, seed: int = 0) -> tuple[Plan, ...]:
    """Random rankings of a tiny model's 2 layers of 8 experts, every size from Top-K up."""
    import numpy as np

    start = Plan.keep_all(live.info)
    scores_LE = np.random.default_rng(seed).random(start.exists_LE.shape)
    bounds = Bounds.of(start, live.info)
    return tuple(
        start.with_kept(keep_per_layer(scores_LE, bounds=bounds, n=n)) for n in range(2, 9)
    )


@given(count=st.integers(1, 300), data=st.data())
def test_bisection_finds_the_first_within_in_logarithmically_many_trials(count, data):
    first = data.draw(st.integers(0, count))
    asked = []

    def within(index: int) -> bool:
        asked.append(index)
        return index >= first

    assert smallest(count, within) == (first if first < count else None)
    assert len(asked) <= 1 + math.ceil(math.log2(count + 1))
    assert len(set(asked)) == len(asked)


def test_what_is_found_was_measured_and_the_next_smaller_one_is_too_bad(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set(sequences=2)
    plans = candidates(live)
    original = evaluate(live, texts, run=Run()).perplexity
    losses = {int(p.kept_L[0]): evaluate(live, texts, plan=p, run=Run()).perplexity for p in plans}
    increases = sorted(row["overall"] / original["overall"] - 1 for row in losses.values())
    limit = max(0.0, increases[len(increases) // 2])
    found = search_plan(live, texts, plans, max_increase=limit, run=Run())
    assert found.original == pytest.approx(dict(original))
    kept = int(found.plan.kept_L[0])
    assert found.perplexity == pytest.approx(dict(losses[kept]))
    assert found.increase <= limit
    for trial in found.trials:
        assert trial.perplexity == pytest.approx(dict(losses[trial.kept[0]]))
        assert trial.within == (trial.increase <= limit)
    smaller = [trial for trial in found.trials if trial.kept[0] == kept - 1]
    assert kept == 2 or (smaller and not smaller[0].within)


def test_a_limit_that_nothing_meets_keeps_everything(tmp_path, monkeypatch):
    from core.evaluation import measure, search

    live, texts = load_tiny("mixtral", tmp_path), random_set(sequences=1)

    real = measure.evaluate

    def twice_as_bad_when_masked(*args, plan=None, run, **_kept):
        result = real(*args, run=run)
        factor = 1.0 if plan is None else 2.0
        return type(result)(
            perplexity={k: factor * v for k, v in result.perplexity.items()}, tokens=result.tokens
        )

    monkeypatch.setattr(measure, "evaluate", twice_as_bad_when_masked)
    found = search.search_plan(live, texts, candidates(live), max_increase=0.5, run=Run())
    assert found.plan.dropped == 0
    assert found.increase == 0
    assert all(not trial.within and trial.increase == pytest.approx(1) for trial in found.trials)
    with pytest.raises(InputError, match="cannot be allowed"):
        search.search_plan(live, texts, candidates(live), max_increase=-0.1, run=Run())


def test_a_stopped_search_goes_on_without_measuring_twice(tmp_path, monkeypatch):
    from core.evaluation import measure

    live, texts = load_tiny("mixtral", tmp_path), random_set()
    plans = candidates(live)
    whole = search_plan(live, texts, plans, max_increase=0.02, run=Run())
    path = ledger_path(tmp_path / "plan.json")
    notes = []

    def stop_after_two(event):
        if isinstance(event, Note):
            notes.append(event.text)
            if len(notes) == 2:
                run.cancel()

    run = Run(stop_after_two)
    with pytest.raises(Cancelled):
        search_plan(live, texts, plans, max_increase=0.02, ledger=Ledger(path, key="a"), run=run)
    assert len(json.loads(path.read_text())["answers"]) == 2
    calls = []
    real = measure.evaluate
    monkeypatch.setattr(measure, "evaluate", lambda *a, **k: (calls.append(1), real(*a, **k))[1])
    ledger = Ledger(path, key="a", resume=True)
    again = search_plan(live, texts, plans, max_increase=0.02, ledger=ledger, run=Run())
    assert again.plan == whole.plan
    assert again.trials == whole.trials
    assert again.recalled == 2
    assert len(calls) == len(whole.trials) + 1 - 2
    assert not path.exists(), "a finished search leaves nothing behind"


@pytest.mark.parametrize("text", ["", "{", '{"seer_ledger": 9}', '{"seer_ledger": 1, "key": "b"}'])
def test_a_ledger_of_another_search_or_a_damaged_one_is_not_used(tmp_path, text):
    path = tmp_path / "ledger"
    path.write_text(text)
    assert Ledger(path, key="a", resume=True).get("x") is None


def test_progress_never_goes_back_and_ends_full(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    seen = []
    run = Run(lambda event: isinstance(event, Progress) and seen.append(event))
    search_plan(live, texts, candidates(live), max_increase=0.02, run=run)
    mine = [event for event in seen if event.stage == "search"]
    assert [event.done for event in mine] == sorted(event.done for event in mine)
    assert mine[-1].done == mine[-1].total
    assert {event.stage for event in seen} == {"search"}


def test_plans_are_made_only_for_the_sizes_that_bisection_looks_at(monkeypatch):
    from core.evaluation import search

    widths, made = (64,) * 24, []
    info, observed = made_info(experts=widths, top_k=8), made_profile(experts=widths, top_k=8)
    real = search.keep_global

    def noted(*args, total, **rest):
        made.append(total)
        return real(*args, total=total, **rest)

    monkeypatch.setattr(search, "keep_global", noted)
    plans = rule_plans(observed, Plan.keep_all(info), info, metric="reap", scope="global")
    assert len(plans) == 24 * 64 - 24 * 8 + 1
    assert made == []
    sizes = [int(plans[index].kept_L.sum()) for index in (0, 100, -1)]
    assert sizes == made == [24 * 8, 24 * 8 + 100, 24 * 64]
    assert [int(plan.kept_L.sum()) for plan in plans[5:8]] == [197, 198, 199]


def test_sizes_that_round_to_one_plan_are_measured_once_and_impossible_ones_are_too_small(
    tmp_path, monkeypatch
):
    from core.evaluation import measure, search

    live, texts, asked = load_tiny("mixtral", tmp_path), random_set(sequences=1), []
    real = measure.evaluate

    def counted(*args, plan=None, run, **_kept):
        asked.append(plan)
        return real(*args, plan=plan, run=run)

    monkeypatch.setattr(measure, "evaluate", counted)
    plans = candidates(live)

    def make(size: int) -> Plan:
        if size < 4:
            raise PlanError("no router can take this")
        return plans[min(2 * (size // 4), len(plans) - 1)]

    sizes = search.Candidates(range(16), make)
    found = search_plan(live, texts, sizes, max_increase=1e9, run=Run())
    assert found.plan.kept_L.tolist() == [4, 4]
    measured = [plan.kept_L.tolist() for plan in asked if plan is not None]
    assert len(measured) == len({tuple(kept) for kept in measured}) == len(found.trials)
    with pytest.raises(PlanError, match="no router"):
        search_plan(live, texts, search.Candidates(range(3), make), max_increase=1, run=Run())


@pytest.mark.parametrize("limit", [0.0, 0.02, 1e9])
def test_a_streamed_search_finds_the_same_and_reads_the_model_for_several_trials_at_once(
    limit, tmp_path, monkeypatch
):
    whole, streamed = pair("mixtral", tmp_path)
    texts, plans = random_set(sequences=3, batch_size=2), candidates(whole)
    expected = search_plan(whole, texts, plans, max_increase=limit, run=Run())
    read = readings(streamed)
    found = search_plan(streamed, texts, plans, max_increase=limit, run=Run())
    assert found == expected
    passes = len(read) / len(streamed.stream.store.layers)
    assert passes <= 2 < len(found.trials) + 1
    with monkeypatch.context() as little:
        little.setattr("core.evaluation.together.room_for", lambda *_: 1)
        read.clear()
        assert search_plan(streamed, texts, plans, max_increase=limit, run=Run()) == expected
    assert len(read) / len(streamed.stream.store.layers) == len(found.trials) + 1


@pytest.mark.parametrize("stream", ["never", "always"])
def test_a_search_that_is_paused_in_a_measurement_goes_on_with_it(stream, tmp_path, monkeypatch):
    whole, streamed = pair("mixtral", tmp_path)
    live, texts = whole if stream == "never" else streamed, random_set(batch_size=4)
    plans = candidates(whole)[-4:]

    def wait(self, layer):  # how often a run looks meanwhile depends on the machine
        self.begin(layer)
        self._ahead.pop(layer).result()
        return 0.0

    monkeypatch.setattr(Loader, "wait", wait)

    def work(run: Run, ledger: Ledger | None, kept: Kept):
        return search_plan(live, texts, plans, max_increase=0.0, ledger=ledger, kept=kept, run=run)

    expected, count = checks(lambda run: work(run, None, Kept()))
    path = tmp_path / "ledger.json"
    for at in range(4, count + 1, max(count // 6, 1)):
        kept = Kept()
        paused(lambda run, kept=kept: work(run, Ledger(path, key="k"), kept), at)
        again = ParkAt()
        found = work(again, Ledger(path, key="k", resume=True), kept)
        assert found.plan == expected.plan
        assert found.trials == expected.trials
        # Looks before the measurement: one for each answer that is known.
        assert again.checks <= count - at + 3 + len(expected.trials) + 1
