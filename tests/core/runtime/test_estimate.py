"""What is said about memory before a pass agrees with what the pass itself plans."""

from __future__ import annotations

import pytest

from core.checkpoint import inspect_model
from core.run import Note, Run
from core.runtime import load_model
from core.runtime.estimate import estimate_run
from core.runtime.streaming_model import plan_pass
from tests.tiny import tiny_model

PLENTY = 10**12


def estimate(info, stream: str = "auto", free: int = PLENTY, **changes):
    options = {"device": "cpu", "free_host": free, "sequences": 40, "rows": 4, "length": 32}
    return estimate_run(info, stream=stream, free=free, **{**options, **changes})


@pytest.mark.parametrize("family", ["mixtral", "qwen3_moe", "deepseek_v3"])
def test_the_estimate_before_is_near_the_plan_of_the_pass(family, tmp_path):
    folder = tiny_model(family, tmp_path, tokenizer=False, num_hidden_layers=4)
    notes = []
    live = load_model(folder, device="cpu", stream="always", run=Run(notes.append))
    plan = plan_pass(live, batches=10, rows=4, length=32, logits=False, run=Run(notes.append))
    found = estimate(live.info, "always").plan
    assert found is not None
    assert found.groups == plan.groups == 1
    assert found.footprint.layer == pytest.approx(plan.footprint.layer, rel=0.25)
    outside = live.stream.store.outside_bytes
    assert found.needed == pytest.approx(plan.needed + outside, rel=0.25)
    assert any(isinstance(note, Note) and "free on cpu" in note.text for note in notes)


def test_auto_loads_whole_what_fits_and_streams_what_does_not(tmp_path):
    info = inspect_model(tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=24))
    whole = estimate(info)
    assert not whole.streams
    assert whole.plan is None
    little = estimate(info, free=whole.whole // 3, rows=1, length=8)
    assert little.streams
    assert little.plan is not None
    assert little.plan.needed < little.free
    forced = estimate(info, "never", free=whole.whole // 3)
    assert "does not fit" in forced.refused
    assert "streaming" in forced.remedy


def test_what_cannot_run_at_all_is_said_with_the_remedy(tmp_path):
    info = inspect_model(tiny_model("mixtral", tmp_path, tokenizer=False))
    found = estimate(info, free=1000)
    assert "streaming needs" in found.refused
    assert found.remedy
