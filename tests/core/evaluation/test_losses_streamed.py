"""Many masks of a streamed model, measured in one reading: the losses and choices of memory."""

import numpy as np
import pytest

from core.errors import Cancelled, StudioError
from core.evaluation import losses_streamed, sweep
from core.evaluation.ledger import Ledger
from core.evaluation.losses import Losses
from core.evaluation.losses_streamed import StreamedLosses
from core.evaluation.selection import POLICIES, SelectOptions, select_plan
from core.planning import Merge, Plan
from core.profiling import profile_model
from core.run import Note, Run
from core.runtime import load_model
from core.runtime.streaming_loader import Loader
from tests.core.evaluation.test_losses import masks
from tests.core.live import random_set
from tests.core.pausing import checks, paused
from tests.tiny import tiny_model


def pair(family, tmp_path, **overrides):
    """The same tiny model in memory, its weights where a stream puts them, and streamed."""
    folder = tiny_model(family, tmp_path, **overrides)
    whole = load_model(folder, device="cpu", dtype="float32", run=Run())
    # Files are mapped where they are, and the last bit of a product depends on the alignment.
    for tensor in (*whole.model.parameters(), *whole.model.buffers()):
        tensor.data = tensor.data.clone()
    streamed = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    return whole, streamed


def readings(live) -> list[int]:
    """Notes every layer that is read."""
    seen: list[int] = []
    store = live.stream.store
    load = store.load

    def counted(layer, *rest):
        seen.append(layer)
        return load(layer, *rest)

    store.load = counted
    return seen


@pytest.mark.parametrize(
    "family",
    [
        "mixtral",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("deepseek_v3", "gpt_oss", "jetmoe", "llama4_text", "qwen3_next", "dbrx")
        ),
    ],
)
def test_losses_of_many_masks_in_one_reading_are_those_of_memory_to_the_last_bit(family, tmp_path):
    whole, streamed = pair(family, tmp_path)
    texts, notes = random_set(), []
    some = masks(whole, 4)
    with Losses(whole, texts, run=Run()) as measured:
        expected = [measured.of(mask) for mask in some]
        start = measured.of(Plan.keep_all(whole.info))
    read = readings(streamed)
    layers = len(streamed.stream.store.layers)
    with StreamedLosses(streamed, texts, run=Run(notes.append)) as measured:
        measured.ahead(some)
        assert [measured.of(mask) for mask in some] == expected
        assert measured.of(Plan.keep_all(whole.info)) == start
        # Once for the original's predictions, once for all masks from where they differ.
        assert read == [*range(layers), *range(whole.layer_ids[0], layers)]
        measured.rebase(some[0])
        again = masks(whole, 6)
        measured.ahead(again[len(some) :])
        found = [measured.of(mask) for mask in again]
        assert len(read) == layers + 2 * len(range(whole.layer_ids[0], layers))
    with Losses(whole, texts, run=Run()) as measured:
        assert [measured.of(mask) for mask in again] == found
    assert not [n for n in notes if isinstance(n, Note) and n.level == "warning"]
    assert any("masks" in n.text for n in notes if isinstance(n, Note))


def test_a_mask_begins_where_it_differs_and_a_new_base_goes_no_further_back(tmp_path):
    whole, streamed = pair("mixtral", tmp_path, num_hidden_layers=4)
    texts = random_set()
    calls: list[int] = []
    for index, layer in enumerate(streamed.moe):
        layer.router.register_forward_hook(lambda *_, index=index: calls.append(index))

    def without(*cells):
        kept_LE = Plan.keep_all(whole.info).kept_LE.copy()
        for cell in cells:
            kept_LE[cell] = False
        return kept_LE

    def ran() -> list[int]:
        found = [calls.count(row) for row in range(4)]
        calls.clear()
        return found

    last, base = without((3, 1)), without((2, 4))
    third = [base, without((2, 4), (1, 0)), without((2, 4), (3, 2))]
    again = without((2, 4), (2, 5))
    with Losses(whole, texts, run=Run()) as measured:
        expected = [measured.of(mask) for mask in (last, *third, again)]
    with StreamedLosses(streamed, texts, run=Run()) as measured:
        measured.of(Plan.keep_all(streamed.info))
        pieces = len(measured._pieces)
        read = readings(streamed)
        ran()
        found = [measured.of(last)]
        assert ran() == [0, 0, 0, pieces]
        assert read == [3]
        measured.rebase(base)
        measured.ahead(third)
        found += [measured.of(mask) for mask in third]
        # The new base from row 2, one mask from row 1 with the old one's inputs, one from row 3.
        assert ran() == [0, pieces, 2 * pieces, 3 * pieces]
        assert read == [3, 1, 2, 3]
        found.append(measured.of(again))
        assert ran() == [0, 0, pieces, pieces]
        assert found == expected


def test_choosing_jointly_computes_hardly_more_than_in_memory(tmp_path):
    whole, streamed = pair("mixtral", tmp_path, num_hidden_layers=8)
    texts = random_set(sequences=2, batch_size=2)
    observed = profile_model(whole, texts, run=Run())
    start, options = Plan.keep_all(whole.info), SelectOptions(policy="joint", keep=5)
    expected = select_plan(whole, observed, texts, start, options, run=Run())
    read = readings(streamed)
    found = select_plan(streamed, observed, texts, start, options, run=Run())
    assert found.plan == expected.plan
    assert found.kl == expected.kl
    assert found.passes <= 1.15 * expected.passes
    assert len(read) / 8 < found.measured / 5  # and reads the model far less often than it asks


def test_a_model_that_cannot_branch_runs_whole_and_says_so(tmp_path, monkeypatch):
    whole, streamed = pair("mixtral", tmp_path)
    texts, notes, some = random_set(), [], masks(whole, 3)
    with Losses(whole, texts, run=Run()) as measured:
        expected = [measured.of(mask) for mask in some]

    from core.runtime import streaming

    monkeypatch.setattr(streaming, "states_of", lambda *_: None)
    with StreamedLosses(streamed, texts, run=Run(notes.append)) as measured:
        measured.ahead(some)
        assert [measured.of(mask) for mask in some] == expected
    said = [n.text for n in notes if isinstance(n, Note) and n.level == "warning"]
    assert len(said) == 1
    assert "every measurement runs the whole model" in said[0]


@pytest.mark.parametrize(
    "room", [3, *(pytest.param(room, marks=pytest.mark.slow) for room in (1, 2, 5))]
)
def test_little_memory_only_costs_more_readings(room, tmp_path, monkeypatch):
    whole, streamed = pair("mixtral", tmp_path)
    texts, some = random_set(), masks(whole, 3)
    with Losses(whole, texts, run=Run()) as measured:
        expected = [measured.of(mask) for mask in some]
    plan = sweep.memory_plan

    def small(*args, **options):
        from dataclasses import replace

        return replace(plan(*args, **options), at_once=room)

    monkeypatch.setattr(sweep, "memory_plan", small)
    read = readings(streamed)
    with StreamedLosses(streamed, texts, run=Run()) as measured:
        measured.ahead(some)
        assert [measured.of(mask) for mask in some] == expected
    assert len(read) > 2 * len(streamed.stream.store.layers)


def test_merged_masks_are_averaged_while_their_layer_is_there(tmp_path):
    whole, streamed = pair("mixtral", tmp_path)
    texts, mask = random_set(), masks(whole, 2)[1]
    plan = Plan.keep_all(whole.info).with_kept(mask)
    gone, home = int(np.flatnonzero(~mask[1])[0]), plan.keep[1][0]
    merged = plan.with_merges([[], [Merge.of(home, {home: 1.0, gone: 2.0})]])
    with Losses(whole, texts, run=Run()) as measured:
        expected = [measured.of(plan), measured.of(merged)]
    with StreamedLosses(streamed, texts, run=Run()) as measured:
        measured.rebase(merged)
        measured.ahead([plan, merged])
        assert [measured.of(plan), measured.of(merged)] == expected
        # The means are off again.
        assert measured.of(Plan.keep_all(whole.info)).kl == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "policy",
    [name if name == "merge" else pytest.param(name, marks=pytest.mark.slow) for name in POLICIES],
)
def test_every_policy_chooses_the_same_and_reads_the_model_far_less_often_than_it_asks(
    policy, tmp_path
):
    whole, streamed = pair("mixtral", tmp_path)
    texts = random_set(sequences=2, batch_size=2)
    observed = profile_model(whole, texts, run=Run())
    rank = {"rank": "loss"} if policy == "allocate" else {}
    options = SelectOptions(policy=policy, keep=5, rounds=3, **rank)
    start = Plan.keep_all(whole.info)
    expected = select_plan(whole, observed, texts, start, options, run=Run())
    read = readings(streamed)
    found = select_plan(streamed, observed, texts, start, options, run=Run())
    assert found.plan == expected.plan
    assert found.kl == expected.kl
    assert found.measured == expected.measured
    if policy != "iterative":
        assert len(read) / len(streamed.stream.store.layers) < found.measured / 3


def test_a_stopped_choice_goes_on_with_what_was_measured(tmp_path):
    _, streamed = pair("mixtral", tmp_path)
    texts = random_set(sequences=2, batch_size=2)
    observed = profile_model(streamed, texts, run=Run())
    start, options = Plan.keep_all(streamed.info), SelectOptions(policy="joint", keep=5)
    expected = select_plan(streamed, observed, texts, start, options, run=Run())
    path = tmp_path / "ledger.json"

    class Stops(Run):
        def emit(self, event):
            if getattr(event, "stage", "") == "drop experts" and event.done > 1:
                self.cancel()

    ledger = Ledger(path, key="k")
    with pytest.raises(Cancelled):
        select_plan(streamed, observed, texts, start, options, ledger=ledger, run=Stops())
    assert all("forward" not in vars(layer) for layer in streamed.stream.store.layers)
    assert all(not layer.router._forward_hooks for layer in streamed.moe)
    ledger = Ledger(path, key="k", resume=True)
    found = select_plan(streamed, observed, texts, start, options, ledger=ledger, run=Run())
    assert found.plan == expected.plan
    assert found.recalled > 5


def test_a_guess_whose_model_puts_out_nan_harms_nobody_who_does_not_ask(tmp_path, monkeypatch):
    _, streamed = pair("mixtral", tmp_path)
    one, other = masks(streamed, 2)
    right = losses_streamed.loss_of
    calls = []

    def second_fails(total):
        calls.append(1)
        if len(calls) == 3:  # the original, one, other
            raise StudioError("the masked model put out NaN")
        return right(total)

    monkeypatch.setattr(losses_streamed, "loss_of", second_fails)
    with StreamedLosses(streamed, random_set(), run=Run()) as measured:
        measured.ahead([one, other])
        assert measured.of(one).kl > 0
        with pytest.raises(StudioError, match="NaN"):
            measured.of(other)


def test_a_choice_that_is_paused_in_a_layer_repeats_one_reading_and_chooses_the_same(
    tmp_path, monkeypatch
):
    def wait(self, layer):  # how often a run looks meanwhile depends on the machine
        self.begin(layer)
        self._ahead.pop(layer).result()
        return 0.0

    monkeypatch.setattr(Loader, "wait", wait)
    _, streamed = pair("mixtral", tmp_path)
    texts = random_set(sequences=2, batch_size=2)
    observed = profile_model(streamed, texts, run=Run())
    start, options = Plan.keep_all(streamed.info), SelectOptions(policy="joint", keep=5)
    sweeps: list[int] = []
    through = sweep.Sweep.through

    def counted(self, *args, **more):
        sweeps.append(1)
        return through(self, *args, **more)

    monkeypatch.setattr(sweep.Sweep, "through", counted)

    def work(run: Run, ledger: Ledger | None = None):
        return select_plan(streamed, observed, texts, start, options, ledger=ledger, run=run)

    expected, count = checks(work)
    whole = len(sweeps)
    for at in (count // 3, 2 * count // 3):
        path = tmp_path / f"{at}"
        sweeps.clear()
        paused(lambda run, path=path: work(run, Ledger(path, key="k")), at)
        found = work(Run(), Ledger(path, key="k", resume=True))
        assert found.plan == expected.plan
        assert found.kl == expected.kl
        # Twice: what was under way, and the original's predictions.
        assert len(sweeps) <= whole + 2
