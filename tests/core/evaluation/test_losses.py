"""Losses of masks that begin in the middle of the model are those of the whole model."""

import math

import numpy as np
import pytest

from core.errors import Cancelled
from core.evaluation import evaluate, loss_pieces, losses
from core.evaluation.ledger import Ledger
from core.evaluation.losses import Losses
from core.planning import Merge, Plan
from core.run import Note, Run
from tests.core.live import load_tiny, random_set


def masks(live, count: int = 4) -> list[np.ndarray]:
    """Masks that drop one expert of each group of the last rows, then of all."""
    rng, whole = np.random.default_rng(0), Plan.keep_all(live.info).exists_LE
    found = []
    for i in range(count):
        mask = whole.copy()
        for row in range(len(whole) - 1 - i % len(whole), len(whole)):
            groups = max(live.info.n_group, 1)
            size = live.experts[row] // groups
            for group in range(groups):
                mask[row, group * size + rng.integers(size)] = False
        found.append(mask)
    return found


@pytest.mark.parametrize(
    "family",
    [
        "qwen3_moe",
        pytest.param("gpt_oss", marks=pytest.mark.slow),
        pytest.param("deepseek_v3", marks=pytest.mark.slow),
    ],
)
def test_a_loss_measured_from_the_middle_is_that_of_the_whole_model(family, tmp_path, monkeypatch):
    monkeypatch.setattr(loss_pieces, "CANDIDATES", 1000)  # the whole vocabulary: exact divergence
    live, texts = load_tiny(family, tmp_path), random_set()
    some, notes = masks(live, 2), []
    with Losses(live, texts, run=Run(notes.append)) as measured:
        found = [measured.of(mask) for mask in some]
        measured.rebase(some[0])
        again = [measured.of(mask) for mask in some]
        whole = measured.of(Plan.keep_all(live.info))
    assert not [n for n in notes if isinstance(n, Note) and n.level == "warning"]
    assert measured.passes < len(some) * 2 + 1, "the beginning of the model is not run again"
    start = Plan.keep_all(live.info)
    for mask, loss, other in zip(some, found, again, strict=True):
        full = evaluate(live, texts, reference=live, plan=start.with_kept(mask), run=Run())
        assert loss.ce == pytest.approx(math.log(full.perplexity["overall"]), rel=1e-5)
        assert loss.kl == pytest.approx(full.kl, rel=1e-3, abs=1e-6)
        assert other.ce == pytest.approx(loss.ce, rel=1e-6)
    assert whole.kl == pytest.approx(0, abs=1e-6)
    assert evaluate(live, texts, run=Run()).perplexity["overall"] == pytest.approx(
        math.exp(whole.ce)
    )


@pytest.mark.slow
def test_sixty_four_candidates_never_overstate_the_divergence(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    mask = masks(live, 2)[1]
    plan = Plan.keep_all(live.info).with_kept(mask)
    full = evaluate(live, texts, reference=live, plan=plan, run=Run())
    with Losses(live, texts, run=Run()) as measured:
        assert 0.3 * full.kl < measured.of(mask).kl <= full.kl * (1 + 1e-4)


def test_merged_plans_are_measured_too_and_can_be_the_base(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    mask = masks(live, 2)[1]
    plan = Plan.keep_all(live.info).with_kept(mask)
    row = 1
    gone = int(np.flatnonzero(~mask[row])[0])
    home = plan.keep[row][0]
    merged = plan.with_merges([[], [Merge.of(home, {home: 1.0, gone: 1.0})]])
    with Losses(live, texts, run=Run()) as measured:
        dropped, mean = measured.of(plan), measured.of(merged)
        measured.rebase(merged)
        again = measured.of(merged)
    full = evaluate(live, texts, plan=merged, run=Run())
    assert mean.ce == pytest.approx(math.log(full.perplexity["overall"]), rel=1e-5)
    assert again.ce == pytest.approx(mean.ce, rel=1e-6)
    assert abs(mean.ce - dropped.ce) > 1e-5


def test_layers_that_hand_on_more_are_noticed_and_the_whole_model_is_run(tmp_path, monkeypatch):
    live, texts, notes = load_tiny("mixtral", tmp_path), random_set(), []
    with Losses(live, texts, run=Run()) as measured:
        right = [measured.of(mask).ce for mask in masks(live)]

    def short(*, wrap):
        raise TypeError("not enough values to unpack")

    monkeypatch.setattr(losses, "stub", short)
    with Losses(live, texts, run=Run(notes.append)) as measured:
        found = [measured.of(mask).ce for mask in masks(live)]
    assert found == pytest.approx(right)
    said = [n.text for n in notes if isinstance(n, Note)]
    assert any("every measurement runs the whole model" in text for text in said)
    assert measured.passes >= len(found)


def test_a_stopped_measurement_leaves_the_model_as_it_was(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    before = evaluate(live, texts, run=Run()).perplexity
    checks = []

    class Stops(Run):
        def check(self):
            checks.append(1)
            if len(checks) > 40:
                self.cancel()
            super().check()

    with Losses(live, texts, run=Stops()) as measured, pytest.raises(Cancelled):
        list(map(measured.of, masks(live, 50)))
    assert evaluate(live, texts, run=Run()).perplexity == before
    layers = live.model.model.layers
    assert all("forward" not in vars(layer) for layer in layers)
    assert all(not layer._forward_pre_hooks for layer in layers)


def test_known_answers_need_no_model(tmp_path, monkeypatch):
    live, texts, ledger = load_tiny("mixtral", tmp_path), random_set(), Ledger()
    with Losses(live, texts, ledger=ledger, run=Run()) as measured:
        first = [measured.of(mask) for mask in masks(live)]
    monkeypatch.setattr(type(live.model), "forward", None)
    with Losses(live, texts, ledger=ledger, run=Run()) as measured:
        for mask in masks(live):
            measured.rebase(mask)
        assert [measured.of(mask) for mask in masks(live)] == first
    assert measured.passes == 0
