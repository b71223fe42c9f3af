"""A tuning run is paused wherever it looks, and goes on to the same curve and weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import Parked
from core.run import Progress, Run, Snapshot
from core.tuning.events import CURVE
from core.tuning.work import Work, work_folder
from tests.core.pausing import ParkAt, checks, paused
from tests.core.tuning.runs import tiny, tuned, weights

MEASURED = ("step", "tokens", "loss", "ce", "entropy", "distill", "k", "learning_rate", "grad_norm")
CHANGES = {
    "steps": 3, "grad_accum": 2, "batch_size": 2, "log_every": 2, "eval_every": 2,
    "entropy_weight": 0.05, "distill": 0.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def mixtral(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny("mixtral", tmp_path_factory.mktemp("pause"))


@pytest.fixture(scope="module")
def whole(mixtral: Path, tmp_path_factory: pytest.TempPathFactory):
    output = tmp_path_factory.mktemp("whole") / "out"
    result, count = checks(lambda run: tuned(mixtral, output, run=run, changes=CHANGES))
    return result, weights(output), count


def same(result, one) -> None:
    """A pause between two reports adds a point, its checkpoint's, which measures nothing."""
    curve = [p for p in result.curve if p.loss == p.loss or p.validation_perplexity is not None]
    assert len(curve) == len(one.curve)
    for mine, other in zip(curve, one.curve, strict=True):
        for name in (*MEASURED, "validation_perplexity"):
            np.testing.assert_equal(getattr(mine, name), getattr(other, name), err_msg=name)
    for name in ("perplexity_before", "perplexity_after", "entropy_after", "final_loss", "tokens"):
        assert getattr(result, name) == getattr(one, name), name


def stage_at(run: ParkAt) -> tuple[str, int]:
    """What was done last before the pause."""
    last = [event for event in run.events if isinstance(event, Progress)][-1]
    return last.stage, last.done


# In the middle of a step, of a validation, of the last step and of the last validation.
@pytest.mark.parametrize(
    "places",
    [
        (97, 110, 145, 160),
        pytest.param(range(5, 350, 17), marks=[pytest.mark.slow, pytest.mark.timeout(600)]),
    ],
)
def test_a_run_that_is_paused_at_any_time_comes_to_the_same_curve_and_weights(
    places, mixtral: Path, tmp_path: Path, whole
) -> None:
    one, expected, count = whole
    met = set()
    for at in (at for at in places if at <= count):
        output = tmp_path / f"{at}"
        work = Work(folder=work_folder(output))
        run = paused(lambda run, out=output: tuned(mixtral, out, run=run, changes=CHANGES), at)
        assert not output.exists()
        kept = max(work.checkpoints(), default=0)
        done = [e.value for e in run.events if isinstance(e, Snapshot) and e.name == CURVE]
        stage, place = stage_at(run)
        met.add(stage)
        if stage == "tune":
            assert kept == place, "a whole step was lost"
        assert kept >= max((point.step for point in done), default=0)
        again = ParkAt()
        result = tuned(mixtral, output, run=again, changes=CHANGES, resume=True)
        same(result, one)
        found = weights(output)
        assert all((found[name] == expected[name]).all() for name in expected)
    assert {"tune", "validate"} <= met


def test_a_run_that_is_paused_while_it_writes_trains_no_more(
    mixtral: Path, tmp_path: Path, whole
) -> None:
    one, expected, count = whole
    output = tmp_path / "out"
    work = Work(folder=work_folder(output))
    paused(lambda run: tuned(mixtral, output, run=run, changes=CHANGES), count)
    assert work.checkpoints() == (3,)
    again = ParkAt()
    result = tuned(mixtral, output, run=again, changes=CHANGES, resume=True)
    assert not [e for e in again.events if isinstance(e, Progress) and e.stage == "tune"]
    same(result, one)
    found = weights(output)
    assert all((found[name] == expected[name]).all() for name in expected)
    assert work.checkpoints() == ()  # what was kept only for this is gone


def test_a_run_looks_on_the_way_back_as_well(
    mixtral: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backward pass is twice the forward: a pause in its middle ends it there."""
    import torch

    backward = torch.Tensor.backward
    box: list[Run] = []
    ended = []

    def asked(tensor: torch.Tensor, *args: object, **more: object) -> None:
        box[0].pause(park=True)
        backward(tensor, *args, **more)
        ended.append(1)

    box.append(Run())
    monkeypatch.setattr(torch.Tensor, "backward", asked)
    with pytest.raises(Parked):
        tuned(mixtral, tmp_path / "out", run=box[0], changes={"train": "all"})
    assert not ended


def test_a_run_that_stopped_early_trains_no_more_when_its_end_is_repeated(
    mixtral: Path, tmp_path: Path
) -> None:
    changes = {
        "steps": 8, "eval_every": 1, "save_every": 1, "patience": 1, "learning_rate": 0.5,
        "keep_checkpoints": 9,
    }  # fmt: skip
    output = tmp_path / "whole"
    one, count = checks(lambda run: tuned(mixtral, output, run=run, changes=changes))
    assert one.stopped_early
    again = tmp_path / "again"
    paused(lambda run: tuned(mixtral, again, run=run, changes=changes), count)
    result = tuned(mixtral, again, changes=changes, resume=True)
    assert (result.steps, result.step_written) == (one.steps, one.step_written)
    assert result.perplexity_after == one.perplexity_after
