"""The runs that a project keeps: written before they begin, read whatever became of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ProjectError
from core.tuning import StepReport, TuneOptions
from core.tuning.history import (
    Curve,
    CurveBuilder,
    RunRecord,
    RunRow,
    differing,
    list_runs,
    new_run_folder,
)
from tests.app.folders import write_mixtral


def record(folder: Path, **more) -> RunRecord:
    return RunRecord(
        folder=folder,
        model="demo",
        start="plan",
        plan="abc",
        kept=((0, 1), (2, 5)),
        options=TuneOptions(top_k=1, entropy_weight=0.02),
        texts={"max_tokens": 100},
        command="seer tune demo",
        made_at="2026-01-01T00:00:00+00:00",
        **more,
    )


def report(step: int, **more) -> StepReport:
    return StepReport(step=step, steps=10, tokens=step * 100, **more)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    made = record(tmp_path / "run-1").ended("done", result={"top_k": 1, "perplexity_after": 13.5})
    made.save()
    assert RunRecord.load(made.folder) == made
    assert made.figure("perplexity_after") == 13.5
    assert made.figure("entropy_after") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("state", "lost"), ("options", {"nothing": 1}), ("options", 3), ("kept", [1]), ("texts", [])],
)
def test_a_damaged_record_is_refused_and_hides_no_other(tmp_path: Path, key, value) -> None:
    record(tmp_path / "run-1").save()
    record(tmp_path / "run-2").save()
    path = tmp_path / "run-1" / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(ProjectError, match="run-1"):
        RunRecord.load(tmp_path / "run-1")
    assert [found.name for found in list_runs(tmp_path)] == ["run-2"]


def test_runs_are_listed_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    for name, day in (("run-1", "03"), ("run-2", "01"), ("run-3", "02")):
        replace(record(tmp_path / name), made_at=f"2026-01-{day}").save()
    (tmp_path / "profile-1.safetensors").write_text("")
    (tmp_path / "other").mkdir()
    assert [found.name for found in list_runs(tmp_path)] == ["run-2", "run-3", "run-1"]
    assert list_runs(tmp_path / "nowhere") == ()


def test_a_new_run_takes_no_name_that_was_taken(tmp_path: Path) -> None:
    assert new_run_folder(tmp_path / "nowhere").name == "run-1"
    (tmp_path / "run-7").mkdir()
    (tmp_path / "run-x").mkdir()
    assert new_run_folder(tmp_path).name == "run-8"


def test_a_later_report_of_a_step_replaces_the_earlier_one() -> None:
    curve = Curve.of([report(1, loss=3.0), report(2, loss=2.0)])
    assert curve.points("perplexity")[0].tolist() == []
    builder = CurveBuilder()
    builder.add([report(1, loss=3.0), report(2, loss=2.0)])
    builder.add([report(2, loss=2.0, validation_perplexity=15.0), report(0, k=2.0)])
    grown = builder.curve()
    assert grown.step.tolist() == [0, 1, 2]
    steps, values = grown.points("perplexity")
    assert (steps.tolist(), values.tolist()) == ([2], [15.0])
    assert math.isnan(grown.loss[0])
    np.testing.assert_array_equal(grown.points("loss")[1], [3.0, 2.0])


def test_only_options_that_differ_are_compared(tmp_path: Path) -> None:
    one = record(tmp_path / "run-1")
    other = replace(one, folder=tmp_path / "run-2", options=replace(one.options, distill=1.0))
    assert differing([one, other]) == {"distill": (0.0, 1.0)}
    assert differing([one]) == {}


def test_a_killed_run_can_be_resumed_from_its_checkpoint(tmp_path: Path) -> None:
    made = record(tmp_path / "run-1")
    made.save()
    assert not RunRow.of(made).resumable
    work = made.work
    work.folder.mkdir()
    work.write_curve((report(0, validation_perplexity=15.0), report(4, loss=2.0)))
    work.checkpoint(4).mkdir()
    work.finish_checkpoint(4, {})
    row = RunRow.of(made)
    assert (row.resumable, row.steps_done, row.steps) == (True, 4, 10)
    assert row.perplexity == 15.0
    assert row.info is None
    assert not RunRow.of(made.ended("done")).resumable


def test_a_written_checkpoint_is_looked_at(tmp_path: Path) -> None:
    made = record(tmp_path / "run-1").ended("done", result={"perplexity_after": 13.0})
    made.save()
    write_mixtral(made.output)
    row = RunRow.of(made)
    assert made.written
    assert row.info.top_k == 2
    assert row.perplexity == 13.0
