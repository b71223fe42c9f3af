"""Paired differences against a computation by hand, and when there is nothing to compare."""

import math

import numpy as np
import pytest

from core.evaluation import TaskResult, evaluate
from core.evaluation.paired import paired_losses, paired_tasks
from core.evaluation.sequences import MOST_ROWS, SequenceLosses
from core.run import Run
from tests.core.live import load_tiny, random_set


def losses(nll, tokens) -> SequenceLosses:
    return SequenceLosses(nll=tuple(nll), tokens=tuple(tokens))


def test_the_standard_error_is_the_ratio_estimator_s():
    mine = {"a": losses([10.0, 21.0, 33.0], [4, 8, 12])}
    theirs = {"a": losses([9.0, 20.0, 29.0], [4, 8, 12])}
    found = paired_losses(mine, theirs)
    delta = 6 / 24
    rest = sum((d - delta * n) ** 2 for d, n in ((1, 4), (1, 8), (4, 12)))
    assert found["a"].delta == delta
    assert found["a"].stderr == pytest.approx(math.sqrt(rest * 3 / 2) / 24)
    assert found["overall"] == found["a"]
    assert found["a"].change == pytest.approx(math.exp(delta) - 1)


def test_texts_that_were_cut_in_another_way_are_no_pair():
    mine = {"a": losses([1.0], [4]), "b": losses([1.0], [4])}
    assert paired_losses(mine, {"a": losses([1.0], [5])}) == {}
    assert list(paired_losses(mine, {"a": losses([2.0], [4])})) == ["a"]  # no overall
    broken = paired_losses({"a": losses([math.inf], [4])}, {"a": losses([1.0], [4])})
    assert broken["a"].delta == math.inf
    assert not broken["a"].clear


def test_tasks_are_compared_question_by_question():
    def task(right, fingerprint="f"):
        return TaskResult(
            accuracy=sum(right) / 4, n=4, right=tuple(map(bool, right)), fingerprint=fingerprint
        )

    mine, theirs = task([1, 1, 0, 1]), task([1, 0, 1, 0])
    found = paired_tasks({"t": mine}, {"t": theirs})["t"]
    assert (found.delta, found.won, found.lost, found.n) == (0.25, 2, 1, 4)
    assert found.stderr == pytest.approx(np.std([0, 1, -1, 1], ddof=1) / 2)
    assert not found.clear
    assert paired_tasks({"t": mine}, {"t": task([1, 1, 1, 1], "other")}) == {}


def test_an_evaluation_keeps_what_a_paired_test_needs(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    found = evaluate(live, texts, reference=live, top_k=1, run=Run())
    pairs = paired_losses(found.losses, found.reference_losses)
    assert list(pairs) == ["overall", "prose", "code"]
    assert pairs["overall"].sequences == texts.sequences
    for name, pair in pairs.items():
        ratio = found.perplexity[name] / found.reference_perplexity[name]
        assert pair.delta == pytest.approx(math.log(ratio), abs=1e-4)
        assert pair.stderr > 0
    alone = evaluate(live, texts, top_k=1, run=Run())
    assert alone.losses == found.losses
    assert alone.reference_losses == {}


def test_many_sequences_are_kept_as_fewer_rows_of_the_same_sums():
    nll, tokens = np.arange(2.0 * MOST_ROWS + 5), np.full(2 * MOST_ROWS + 5, 7.0)
    tokens[3] = 0  # a sequence without a predicted token
    kept = SequenceLosses.of(nll, tokens)
    assert len(kept.nll) <= MOST_ROWS
    assert sum(kept.nll) == pytest.approx(nll.sum() - 3)
    assert sum(kept.tokens) == tokens.sum()
    assert SequenceLosses.from_json(kept.to_json()) == kept
