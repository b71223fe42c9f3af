"""The line of a job, run on the command line, gives the numbers that the job gave."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from app.jobs.choosing import Choice, choose_task
from app.jobs.measuring import Measure, Subject
from app.jobs.tasks import evaluate_task, profile_task
from app.jobs.tune_request import TuneRequest
from app.jobs.tuning import tune_task
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.cli import main
from core.planning import Plan
from core.profiling import load_profile
from core.run import Run
from core.tuning import TuneOptions
from tests.core.tuning.runs import weights
from tests.tiny import TEXT, tiny_model


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> Subject:
    folder = tiny_model("mixtral", tmp_path_factory.mktemp("my models"))
    return Subject(name=str(folder), folder=folder, info=inspect_model(folder), device="cpu")


@pytest.fixture
def texts(tmp_path: Path) -> CalibrationOptions:
    (tmp_path / "prose.txt").write_text("\n\n".join(f"{n}. {TEXT}" for n in range(30)))
    (tmp_path / "code.txt").write_text("\n\n".join(f"{n}. {TEXT[::-1]}" for n in range(30)))
    sources = tuple(
        Source(path_or_id=str(tmp_path / f"{name}.txt"), domain=name) for name in ("prose", "code")
    )
    return CalibrationOptions(sources=sources, max_tokens=900, seq_len=48, batch_size=3, seed=5)


@pytest.fixture
def plan(subject: Subject) -> Plan:
    kept = Plan.keep_all(subject.info).kept_LE.copy()
    kept[:, 1::3] = False
    return Plan.keep_all(subject.info).with_kept(kept)


@pytest.fixture
def seer(monkeypatch, capsys, tmp_path: Path):
    """Run a job's line somewhere else; its JSON."""

    def run(line: str) -> dict:
        words = shlex.split(line)
        assert words[0] == "seer"
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / "elsewhere")
        monkeypatch.setattr(sys, "argv", [*words, "--json"])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert not caught.value.code, err
        return json.loads(out)

    return run


def test_a_profiles_line_makes_the_same_profile(subject, texts, seer, tmp_path) -> None:
    task = profile_task(subject, texts, output=tmp_path / "p.safetensors")
    made = task.function(Run())
    (tmp_path / "p.safetensors").unlink()
    seer(task.command)
    again = load_profile(tmp_path / "p.safetensors")
    assert again.calibration == made.calibration
    for name, array in made.arrays.items():
        assert array.tobytes() == again.arrays[name].tobytes(), name


def test_a_quick_checks_line_measures_the_same(subject, texts, plan, seer, tmp_path) -> None:
    plan.save(tmp_path / "plan.json")
    measure = Measure(name="some", options=texts, plan=plan, plan_file=tmp_path / "plan.json")
    task = evaluate_task(subject, measure)
    original, masked = task.function(Run())
    found = seer(task.command)
    assert found["perplexity"] == dict(masked.perplexity)
    assert found["kl"] == masked.kl
    assert found["top1_agreement"] == masked.top1_agreement
    assert original.provenance.command == task.command


@pytest.mark.parametrize("way", ["iterative", pytest.param("joint", marks=pytest.mark.slow)])
def test_a_measured_choices_line_chooses_the_same(way, subject, texts, seer, tmp_path) -> None:
    profile = profile_task(subject, texts, output=tmp_path / "p.safetensors").function(Run())
    start = Plan.keep_all(subject.info)
    task = choose_task(
        subject,
        texts,
        Choice(way=way, percent=100 * 11 / 16, floor=2, weights={"code": 1 / 3}),
        profile=profile,
        profile_file=tmp_path / "p.safetensors",
        start=start,
        output=tmp_path / "chosen.json",
    )
    chosen = task.function(Run())
    seer(task.command)
    assert Plan.load(tmp_path / "chosen.json").keep == chosen.plan.keep


@pytest.mark.slow
def test_a_tuning_runs_line_trains_to_the_same_weights(
    subject, texts, plan, seer, tmp_path
) -> None:
    options = TuneOptions(
        top_k=1, steps=3, learning_rate=1e-2, train="experts", batch_size=2, grad_accum=1,
        eval_every=0, save_every=0, entropy_weight=0.05, device="cpu", seed=5,
    )  # fmt: skip
    request = TuneRequest(
        model=subject,
        start="plan",
        options=options,
        texts=texts,
        record_texts={},
        folder=tmp_path / "runs" / "run-1",
        plan=plan,
        plan_file=tmp_path / "plan.json",
    )
    task = tune_task(request)
    done = task.function(Run())
    line = task.command.replace(str(done.record.output), str(tmp_path / "again"))
    line = line.replace(str(done.record.work.folder), str(tmp_path / "work"))
    found = seer(line)
    assert found["final_loss"] == done.result.to_json()["final_loss"]
    mine, again = weights(done.record.output), weights(tmp_path / "again")
    assert all((mine[name] == again[name]).all() for name in mine)
