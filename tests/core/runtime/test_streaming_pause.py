"""A streamed pass is paused wherever it looks, gives all back, and goes on to the same bits."""

from __future__ import annotations

import pytest

from core.errors import Parked
from core.evaluation import evaluate
from core.evaluation.kept import Kept
from core.planning import Plan
from core.profiling import profile_model
from core.run import Run
from core.runtime import load_model
from core.runtime import streaming_state as states
from core.runtime.live import interruptible
from core.runtime.streaming_crew import Branch, Watcher
from core.runtime.streaming_loader import Loader
from tests.core.live import KINDS, random_set
from tests.core.pausing import ParkAt, checks, paused
from tests.core.runtime.test_streaming import all_on_meta, logits_of, some_batches
from tests.tiny import tiny_model

TEXTS = random_set(sequences=3, seq_len=12, batch_size=1, domains=("prose",))


# One family in the default run, which pauses every third time; the others have all the same layers.
FAMILIES = [
    name if name == "gpt_oss" else pytest.param(name, marks=pytest.mark.slow) for name in KINDS
]


@pytest.fixture(autouse=True)
def no_look_while_waiting(monkeypatch) -> None:
    """How often a run looks while a layer is being read depends on the machine."""

    def wait(self: Loader, layer: int) -> float:
        self.begin(layer)
        self._ahead.pop(layer).result()
        return 0.0

    monkeypatch.setattr(Loader, "wait", wait)


def load(folder, run: Run | None = None):
    return load_model(folder, device="cpu", dtype="float32", stream="always", run=run or Run())


class Recorder(Watcher[int]):
    def __init__(self) -> None:
        self.way: list[tuple[int, int]] = []
        self.start: object = None

    def leave(self, item: int, layer: int, /) -> None:
        self.way.append((layer, item))

    def parked(self, start, /) -> None:
        self.start = start


def driven(live, run: Run, *, start=None, found=None, park: bool = False) -> Recorder:
    """Three batches through a model, and a fourth that branches off from the second."""
    batches, recorder = some_batches(3), Recorder()
    found = {} if found is None else found

    def step(index: int) -> None:
        found[index] = logits_of(live, batches[index if index < 3 else 1])

    with interruptible(live, run):  # it is paused between layers and in their middle
        live.stream.drive(
            range(4),
            step,
            at_once=4,
            park=park,
            start=start,
            branches={3: Branch(layer=2, of=1)},
            watcher=recorder,
            run=run,
        )
    return recorder


@pytest.mark.parametrize("park", [False, True])
def test_no_batch_goes_twice_through_a_layer_that_it_had_left(park, tmp_path) -> None:
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    whole: dict[int, object] = {}
    recorder, count = checks(lambda run: driven(load(folder), run, found=whole, park=park))
    assert count == 2 * (3 * 4 + 2)
    for at in range(1, count + 1, 3 if park else 2):
        live, found = load(folder), {}
        first, run = Recorder(), ParkAt(at)
        # Recorder and start come out of a drive that raises by way of the watcher itself.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"{__name__}.Recorder", lambda first=first: first)
            with pytest.raises(Parked):
                driven(live, run, found=found, park=park)
        assert all_on_meta(live)
        path = tmp_path / "waiting"
        states.save_start(path, first.start)
        start = states.load_start(path)
        second = driven(live, Run(), start=start, found=found, park=park)
        assert not start.states, "what waited is in memory twice"
        assert first.way + second.way == recorder.way
        assert all((found[index] == whole[index]).all() for index in range(4))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_profile_that_is_paused_at_any_time_is_the_one_that_was_not(family, tmp_path) -> None:
    folder = tiny_model(family, tmp_path, tokenizer=False, dtype="bfloat16", num_hidden_layers=3)
    output = tmp_path / "p.safetensors"

    def work(run: Run):
        live = load(folder)  # not paused here: nothing is lost by it
        return profile_model(live, TEXTS, output=output, resume=True, run=run)

    whole, count = checks(work)
    assert count > 12
    for at in range(3, count + 1, 3):
        paused(work, at)
        again = ParkAt()
        assert work(again).fingerprint == whole.fingerprint
        assert again.checks <= count - at + 3, "more was done again than one batch's layer"
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, output.name}


def test_a_profile_may_be_paused_over_and_over(tmp_path) -> None:
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=3)
    output = tmp_path / "p.safetensors"

    def work(run: Run):
        return profile_model(load(folder), TEXTS, output=output, resume=True, run=run)

    whole, count = checks(work)
    pauses = 0
    while True:
        run = ParkAt(6)
        try:
            found = work(run)
            break
        except Parked:
            pauses += 1
            assert pauses < count
    assert pauses > 2
    assert found.fingerprint == whole.fingerprint


def test_a_pass_is_paused_while_it_waits_for_a_layer(tmp_path, monkeypatch) -> None:
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=3)
    output, met = tmp_path / "p.safetensors", []

    def wait(self: Loader, layer: int) -> float:
        self.begin(layer)
        self._ahead.pop(layer).result()
        if layer == 2 and not met:
            met.append(layer)
            self.run.pause(park=True)
            self.run.check()
        return 0.0

    monkeypatch.setattr(Loader, "wait", wait)
    with pytest.raises(Parked):
        profile_model(load(folder), TEXTS, output=output, run=Run())
    again = ParkAt()
    found = profile_model(load(folder), TEXTS, output=output, resume=True, run=again)
    assert "going on at layer 2" in again.notes
    assert found.fingerprint == profile_model(load(folder), TEXTS, run=Run()).fingerprint


def test_a_comparison_that_is_paused_at_any_time_gives_the_same_numbers(tmp_path) -> None:
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=3)
    plan = Plan.keep_all(load(folder).info)
    kept_LE = plan.kept_LE.copy()
    kept_LE[:, 1::4] = False
    plan = plan.with_kept(kept_LE)

    def work(run: Run, kept: Kept):
        live = load(folder)
        found = evaluate(live, TEXTS, reference=live, plan=plan, kept=kept, run=run)
        return found.perplexity, found.kl, found.reference_losses, found.losses

    whole, count = checks(lambda run: work(run, Kept()))
    for at in (*range(3, count, 5), *range(count - 5, count + 1)):
        kept = Kept()
        paused(lambda run, kept=kept: work(run, kept), at)
        again = ParkAt()
        assert work(again, kept) == whole
        assert again.checks <= count - at + 3
