"""Jobs that the Evaluate page starts, run to their end on a tiny model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog

from app.pages.evaluate import EvaluatePage
from app.pages.evaluate_texts import TextsDialog
from app.session import Session
from app.widgets.questions import Questions
from app.widgets.sources import SourceEntry
from app.widgets.text_form import TextChoice
from core.checkpoint import inspect_model
from core.evaluation import lm_eval_adapter
from core.evaluation.speed import SpeedOptions
from core.evaluation.tasks import cache
from tests.app.pages.conftest import drop
from tests.tiny import TEXT, tiny_model


@pytest.fixture
def session(qtbot, tmp_path: Path, monkeypatch) -> Session:
    """A tiny live model, two sequences of text and four questions."""
    monkeypatch.setattr(cache, "default_folder", lambda: tmp_path / "scores")
    folder = tiny_model("mixtral", tmp_path)
    (tmp_path / "text.txt").write_text(TEXT * 3)
    row = {"question": "What is 2 + 2?", "choices": ["3", "4"], "answer": 1}
    (tmp_path / "quiz.jsonl").write_text("\n".join([json.dumps(row)] * 4))
    made = Session(data_dir=tmp_path / "data")
    made.set_model(inspect_model(folder), name=str(folder))
    choice = TextChoice(
        sources=(SourceEntry(where=str(tmp_path / "text.txt")),), max_tokens=400, seq_len=64
    )
    asked = Questions(tasks=(str(tmp_path / "quiz.jsonl"),), overlap=2)
    made.set_page_options("evaluate", {**choice.to_json(), "questions": asked.to_json()})
    yield made
    made.close()


def test_texts_questions_and_speed_become_one_row_with_what_made_it(
    qtbot, session, monkeypatch
) -> None:
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.show()
    drop(session, slice(0, 4))
    page.primary_action.trigger()
    qtbot.waitUntil(lambda: len(session.variants) == 2, timeout=60_000)
    original, planned = session.variants
    assert set(planned.tasks) == {"quiz"}
    assert planned.against(original)["overall"].stderr > 0
    assert planned.provenance.stride == 32
    assert planned.provenance.dtype == "float32 on cpu"
    assert any(word.startswith("torch ") for word in planned.provenance.versions)
    page.table.select_name(planned.name)
    qtbot.waitUntil(page.inspector.speed.isEnabled)
    short = SpeedOptions(context=16)  # a short prompt, so that the test is
    monkeypatch.setattr("app.pages.evaluate.speed_options", lambda _model: short)
    page.inspector.speed.click()
    qtbot.waitUntil(lambda: session.variants[1].speed is not None, timeout=60_000)
    original, planned = session.variants
    assert original.speed is not None
    assert planned.speed.decode_ratio > 0
    assert planned.overall is not None  # timing forgets nothing
    assert planned.provenance.command.startswith("seer evaluate")
    assert planned.speed.command.startswith("seer speed")


def test_a_measurement_is_cancelled_within_a_second(qtbot, session) -> None:
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.show()
    page.primary_action.trigger()
    qtbot.waitUntil(lambda: page.watch.busy)
    page.strip.cancel_asked.emit()
    qtbot.waitUntil(lambda: not page.watch.busy, timeout=20_000)
    assert page.watch.job.state == "cancelled"
    assert session.variants == ()


def test_a_task_of_the_harness_says_what_to_install_where_it_is_missing(
    qtbot, session, monkeypatch
) -> None:
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.show()
    page.choose_texts()
    dialog = page.findChild(TextsDialog)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("hellaswag", True))
    dialog.asked.add_harness.click()
    dialog.accept_button.click()
    assert "--lm-eval hellaswag" in page.command()
    page.primary_action.trigger()
    qtbot.waitUntil(lambda: page.watch.job is not None and page.watch.job.over, timeout=60_000)
    assert page.watch.job.state == "failed"
    assert "lm-eval is not installed" in str(page.watch.job.error)


def test_the_harness_s_numbers_become_results_of_both_models(
    qtbot, session, monkeypatch, tmp_path
) -> None:
    asked = []

    def answered(live, _tokenizer, options, *, plan=None, top_k=None, run):
        asked.append((options.tasks, plan is not None))
        return {"hellaswag": {"acc": 0.5 if plan else 0.75, "acc_stderr": 0.1, "n": 20.0}}

    monkeypatch.setattr(lm_eval_adapter, "check_harness", lambda *_: None)
    monkeypatch.setattr(lm_eval_adapter, "run_harness", answered)
    kept = session.page_options("evaluate")
    words = Questions(tasks=("lm-eval:hellaswag",)).to_json()
    session.set_page_options("evaluate", {**kept, "questions": words})
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.show()
    drop(session, slice(0, 4))
    page.primary_action.trigger()
    qtbot.waitUntil(lambda: len(session.variants) == 2, timeout=60_000)
    assert asked == [(("hellaswag",), True), (("hellaswag",), False)]
    original, planned = session.variants
    assert (original.tasks["hellaswag"].accuracy, planned.tasks["hellaswag"].accuracy) == (
        0.75,
        0.5,
    )
    assert planned.tasks["hellaswag"].n == 20


def test_a_checkpoint_of_any_origin_becomes_a_row_that_can_be_measured(
    qtbot, session, tmp_path, monkeypatch
) -> None:
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.show()
    other = tiny_model("mixtral", tmp_path, seed=5, name="elsewhere", num_experts_per_tok=1)
    (other / "seer.json").write_text('{"tuning": {}, "plan": {"layers": []}}')
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    page.add_button.click()
    qtbot.waitUntil(lambda: bool(session.variants), timeout=30_000)
    (row,) = session.variants
    assert (row.kind, row.top_k, row.path, row.kept) == ("tuned", 1, str(other), None)
    page.table.select_name("elsewhere")
    page.inspector.measure.click()
    qtbot.waitUntil(lambda: len(session.variants) == 2, timeout=60_000)
    found = next(v for v in session.variants if v.path)
    assert found.kl > 0
    assert set(found.tasks) == {"quiz"}
