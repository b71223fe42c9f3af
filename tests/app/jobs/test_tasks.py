"""What each button runs, run without a window: values in, values out."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.jobs.measuring import Measure, Subject
from app.jobs.tasks import (
    evaluate_task,
    export_task,
    preview_task,
    profile_task,
    reload_task,
)
from core.calibration import CalibrationOptions, Source
from core.checkpoint import inspect_model
from core.errors import Cancelled, InputError
from core.planning import Plan
from core.run import Progress, Run, Snapshot
from tests.tiny import tiny_model

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> Subject:
    folder = tiny_model("mixtral", tmp_path_factory.mktemp("models"))
    return Subject(name=str(folder), folder=folder, info=inspect_model(folder), device="cpu")


@pytest.fixture
def options(tmp_path: Path) -> CalibrationOptions:
    for name, text in (("english", "The quick brown fox. "), ("korean", "한국어 문장이 있다. ")):
        (tmp_path / f"{name}.txt").write_text(text * 60, encoding="utf-8")
    sources = tuple(
        Source(path_or_id=str(tmp_path / f"{name}.txt")) for name in ("english", "korean")
    )
    return CalibrationOptions(sources=sources, max_tokens=512, seq_len=32, batch_size=4)


def half(subject: Subject) -> Plan:
    plan = Plan.keep_all(subject.info)
    kept = plan.exists_LE.copy()
    kept[:, ::2] = False
    return plan.with_kept(kept)


def test_a_preview_shows_each_domain_and_never_half_a_character(
    subject: Subject, options: CalibrationOptions
) -> None:
    preview = preview_task(subject, options, "calibration").function(Run())
    domains = [domain for domain, *_ in preview.sequences]
    assert domains[:2] == ["english", "korean"]
    assert preview.tokens <= 512
    assert dict(preview.tokens_by_domain).keys() == {"english", "korean"}
    pieces = [text for *_, row in preview.sequences for text, _ in row]
    assert pieces
    whole = [text for text in pieces if "\ufffd" not in text]
    assert len(whole) >= len(pieces) - len(preview.sequences), "only a cut end may be incomplete"


def test_a_profile_task_gives_snapshots_and_a_complete_profile(
    subject: Subject, options: CalibrationOptions, tmp_path: Path
) -> None:
    events = []
    output = tmp_path / "deep" / "profile.safetensors"
    task = profile_task(subject, options, output=output)
    profile = task.function(Run(events.append))
    assert profile.complete
    assert output.exists()
    assert task.on_result == "set_profile"
    assert str(output) in task.command
    assert any(isinstance(e, Snapshot) and e.name == "profile" for e in events)
    assert any(isinstance(e, Progress) and e.unit == "tokens" for e in events)


def test_a_quick_check_gives_the_original_and_the_plan_on_the_same_texts(
    subject: Subject, options: CalibrationOptions
) -> None:
    measure = Measure(name="half", options=options, plan=half(subject), plan_file="p.json")
    task = evaluate_task(subject, measure)
    original, planned = task.function(Run())
    assert (original.kind, planned.kind) == ("original", "plan")
    assert planned.comparable(original)
    assert planned.kl > 0
    assert 0 <= planned.top1_agreement <= 1
    assert set(planned.perplexity) == {"overall", "english", "korean"}
    assert planned.bytes < original.bytes
    assert planned.parameters < original.parameters
    assert planned.provenance.command == task.command
    assert planned.is_plan(half(subject).keep, None)


def test_a_plan_that_keeps_all_agrees_with_the_original(
    subject: Subject, options: CalibrationOptions
) -> None:
    measure = Measure(name="all", options=options, plan=Plan.keep_all(subject.info))
    original, planned = evaluate_task(subject, measure).function(Run())
    assert planned.perplexity == pytest.approx(dict(original.perplexity))
    assert planned.kl == pytest.approx(0, abs=1e-9)
    assert planned.top1_agreement == 1.0


def test_without_a_plan_only_the_original_is_measured(
    subject: Subject, options: CalibrationOptions
) -> None:
    rows = evaluate_task(subject, Measure(name="", options=options)).function(Run())
    assert [row.kind for row in rows] == ["original"]
    assert rows[0].kl is None


def test_an_export_and_its_reload_check_agree(subject: Subject, tmp_path: Path) -> None:
    from core.export import ExportOptions

    output = tmp_path / "smaller"
    export = ExportOptions(plan=half(subject), output=output)
    task = export_task(subject, export, plan_file="p.json", shard_size="5GB")
    made = task.function(Run())
    assert made.result.verified
    assert made.variant.kind == "exported"
    assert made.variant.path == str(output)
    assert made.variant.bytes == made.result.bytes_out
    assert (output / "README.md").exists()
    check = reload_task(subject, output=output, plan=half(subject)).function(Run())
    assert check.complete
    assert check.max_difference < 1e-3


def test_a_cancelled_task_stops_before_it_loads_the_model(
    subject: Subject, options: CalibrationOptions, tmp_path: Path
) -> None:
    run = Run()
    run.cancel()
    with pytest.raises(Cancelled):
        profile_task(subject, options, output=tmp_path / "p.safetensors").function(run)


def test_a_source_that_is_not_there_is_named(subject: Subject) -> None:
    options = CalibrationOptions(sources=(Source(path_or_id="/no/such.txt"),))
    with pytest.raises(InputError, match=r"such\.txt"):
        preview_task(subject, options, "heldout").function(Run())
