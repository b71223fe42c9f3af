"""Options, schedule, texts and work folder: what needs no torch."""

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.tuning import StepReport, TopKSchedule, TuneOptions, Work, hold_out, work_folder
from tests.core.live import random_set


def schedule(**changes):
    values = {"start": 2, "target": 1, "kind": "linear", "fractional": True}
    return TopKSchedule(**{**values, "anneal_fraction": 0.5, "steps": 100, **changes})


def test_tuning_values_are_imported_without_torch():
    code = "import sys, core.tuning as t; t.TuneOptions(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_fractional_linear_annealing_scales_the_last_gate_from_one_to_nothing():
    found = [schedule().at(step) for step in range(100)]
    assert found[0] == (2, 1.0)
    for step in range(1, 50):
        assert found[step].experts == 2
        assert found[step].last_gate == pytest.approx(1 - step / 50)
    assert all(k == (1, 1.0) for k in found[50:])


def test_cosine_annealing_follows_its_formula():
    curve = schedule(start=4, kind="cosine", anneal_fraction=0.8).curve()
    expected = [1 + 3 * (1 + math.cos(math.pi * min(s / 80, 1))) / 2 for s in range(100)]
    np.testing.assert_allclose(curve, expected, rtol=1e-12)


def test_integer_steps_give_every_top_k_above_the_target_equally_long():
    curve = schedule(start=4, fractional=False, anneal_fraction=0.6).curve()
    assert [int((curve == k).sum()) for k in (4, 3, 2, 1)] == [20, 20, 20, 40]


def test_without_a_schedule_top_k_falls_at_once():
    assert set(schedule(kind="none").curve()) == {1.0}


schedules = st.builds(
    lambda start, below, **rest: TopKSchedule(start=start, target=max(start - below, 1), **rest),
    start=st.integers(1, 16),
    below=st.integers(0, 15),
    kind=st.sampled_from(["none", "linear", "cosine"]),
    fractional=st.booleans(),
    anneal_fraction=st.floats(0.01, 1),
    steps=st.integers(1, 300),
)


@given(schedules)
def test_top_k_never_rises_never_leaves_its_bounds_and_ends_at_the_target(plan):
    found = [plan.at(step) for step in range(plan.steps + 1)]
    assert all(a.value >= b.value - 1e-12 for a, b in itertools.pairwise(found))
    assert all(plan.target <= k.experts <= plan.start and 0 < k.last_gate <= 1 for k in found)
    assert found[-1] == (plan.target, 1.0)


def test_a_rising_top_k_is_refused_with_both_numbers():
    with pytest.raises(InputError, match="from 2 to 3"):
        schedule(target=3)


def test_options_survive_their_json():
    options = TuneOptions(top_k=1, train="lora", learning_rate=1e-4, schedule="cosine", distill=0.5)
    assert TuneOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"topk": 1}, "topk"),
        ({"top_k": "one"}, "top_k"),
        ({"top_k": True}, "top_k"),
        ({"fractional": "yes"}, "fractional"),
        ({"schedule": "steep"}, "steep"),
        ({"train": "nothing"}, "nothing"),
        ({"steps": 0}, "steps is 0"),
        ({"learning_rate": float("nan")}, "nan"),
        ({"anneal_fraction": 1.5}, "1.5"),
        ({"distill_cache": 8}, "distillation is off"),
        ({"patience": 2, "eval_every": 0}, "validations"),
        ({"patience": 2, "eval_every": 10, "save_every": 20}, "not a multiple"),
    ],
)
def test_options_that_cannot_be_are_refused(bad, said):
    with pytest.raises(InputError, match=said) as caught:
        TuneOptions.from_json(bad)
    assert caught.value.remedy


def test_texts_are_split_by_whole_sequences_and_no_domain_is_left_without():
    texts = random_set(sequences=30)
    train, held = hold_out(texts, share=0.1, seed=1)
    assert [len(found) for found in held.sequences_by_domain] == [3, 3]
    for before, a, b in zip(
        texts.sequences_by_domain, train.sequences_by_domain, held.sequences_by_domain, strict=True
    ):
        assert sorted(id(s) for s in before) == sorted(id(s) for s in (*a, *b))
    assert hold_out(texts, share=0.1, seed=1)[1].fingerprint == held.fingerprint


def test_one_sequence_leaves_nothing_to_validate_on():
    with pytest.raises(InputError, match="1 sequences"):
        hold_out(random_set(domains=("a",), sequences=1))


def test_a_work_folder_resumes_from_its_newest_whole_checkpoint(tmp_path: Path):
    work = Work(folder=work_folder(tmp_path / "out"))
    assert work.begin({"steps": 3}, resume=False) == 0
    for step in (1, 2):
        work.checkpoint(step).mkdir()
    work.finish_checkpoint(1, {"tokens": 5})
    assert work.begin({"steps": 3}, resume=True) == 1
    assert not work.checkpoint(2).exists()
    assert work.checkpoint_state(1) == {"tokens": 5}


def test_a_run_that_was_asked_for_something_else_is_not_resumed(tmp_path: Path):
    work = Work(folder=tmp_path / "work")
    work.begin({"steps": 3, "seed": 0}, resume=False)
    with pytest.raises(InputError, match="other seed"):
        work.begin({"steps": 3, "seed": 1}, resume=True)


def test_a_folder_of_somebody_else_is_never_deleted(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not a tuning run"):
        Work(folder=tmp_path).begin({}, resume=False)
    assert (tmp_path / "thesis.txt").exists()


def test_a_curve_survives_a_line_cut_off_by_a_crash(tmp_path: Path):
    work = Work(folder=tmp_path / "work")
    work.begin({}, resume=False)
    reports = [StepReport(step=s, steps=9, tokens=s, loss=1.0 / s) for s in (1, 2)]
    for report in reports:
        work.add_to_curve(report)
    with (work.folder / "curve.jsonl").open("a") as file:
        file.write('{"step": 3, "ste')
    assert [(r.step, r.loss) for r in work.curve()] == [(1, 1.0), (2, 0.5)]
