"""The line of a tuning run asks the command line for what the button asks the engine."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import core.tuning
from app.jobs.measuring import Subject
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning_lines import search_line, tune_line
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import Cancelled
from core.planning import Plan
from core.tuning import TuneOptions
from tests.app.folders import write_mixtral

MANY = TuneOptions(
    top_k=1, schedule="cosine", fractional=False, anneal_fraction=0.25, entropy_weight=0.05,
    train="lora", lora_rank=4, distill=0.5, distill_cache=32, steps=12, learning_rate=3e-4,
    warmup_steps=7, decay="linear", weight_decay=0.1, max_grad_norm=0.5, batch_size=3,
    grad_accum=2, seed=9, device="cpu", dtype="bfloat16", checkpointing=True, eval_every=20,
    save_every=10, patience=3,
)  # fmt: skip


@pytest.fixture
def request_(tmp_path: Path) -> TuneRequest:
    folder = write_mixtral(tmp_path / "tiny")
    info = inspect_model(folder)
    plan = Plan.keep_all(info)
    plan.save(tmp_path / "plan.json")
    return TuneRequest(
        model=Subject(name=str(folder), folder=folder, info=info, device="cpu"),
        start="plan",
        options=MANY,
        texts=CalibrationOptions(
            sources=(Source(path_or_id="demo"),), max_tokens=1234, seq_len=64, seed=9
        ),
        record_texts={},
        folder=tmp_path / "runs" / "run 1",
        plan=plan,
        plan_file=tmp_path / "plan.json",
        teacher=folder,
    )


@pytest.mark.parametrize("options", [MANY, TuneOptions(top_k=1, device="cpu")])
def test_the_line_asks_for_the_same_run(monkeypatch, request_, options) -> None:
    asked = {}

    def tune(folder, texts, options, **more):
        asked.update(more, folder=folder, texts=texts, options=options)
        raise Cancelled

    def packed(_folder, sources, split, _terminal, **how):
        return sources, split, how

    monkeypatch.setattr(core.tuning, "tune", tune, raising=False)
    monkeypatch.setattr("core.cli.tuning.packed", packed)
    wanted = replace(request_, options=options, texts=replace(request_.texts, seed=options.seed))
    words = shlex.split(tune_line(wanted))
    from core.cli import app

    done = CliRunner().invoke(app, words[1:])
    assert asked, done.output
    assert asked["options"] == options
    assert asked["folder"] == wanted.model.folder
    assert asked["plan"] == wanted.plan
    assert asked["output"] == wanted.folder / "model"
    assert asked["work"] == wanted.folder / "work"
    assert asked["teacher"] == (wanted.model.folder if options.distill else None)
    sources, split, how = asked["texts"]
    assert (sources, split) == (["demo"], "calibration")
    assert (how["max_tokens"], how["seq_len"], how["seed"]) == (1234, 64, options.seed)


@pytest.mark.parametrize("options", [MANY, TuneOptions(top_k=1, device="cpu")])
def test_the_search_line_asks_for_the_same_search(monkeypatch, request_, options) -> None:
    asked = {}

    def search(folder, texts, base, **more):
        asked.update(more, folder=folder, texts=texts, base=base)
        raise Cancelled

    def packed(_folder, sources, split, _terminal, **how):
        return sources, split, how

    monkeypatch.setattr(core.tuning, "search_options", search)
    monkeypatch.setattr("core.cli.tuning.packed", packed)
    wanted = replace(request_, options=options, texts=replace(request_.texts, seed=options.seed))
    words = shlex.split(search_line(wanted, 12.5))
    from core.cli import app

    done = CliRunner().invoke(app, words[1:])
    assert asked, done.output
    default = TuneOptions()
    untouched = {name: getattr(default, name) for name in ("eval_every", "save_every", "patience")}
    assert asked["base"] == replace(options, **untouched)
    assert asked["minutes"] == 12.5
    assert (asked["folder"], asked["plan"]) == (wanted.model.folder, wanted.plan)
    assert asked["work"] == wanted.folder / "work"
    sources, split, how = asked["texts"]
    assert (sources, split) == (["demo"], "calibration")
    assert (how["max_tokens"], how["seq_len"], how["seed"]) == (1234, 64, options.seed)
