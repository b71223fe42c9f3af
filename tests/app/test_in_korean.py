"""What core says, as the Korean window shows it; the log and the traceback stay English."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QLabel, QWidget

from app.jobs.job import Task
from app.jobs.queue import JobQueue
from app.main_window import Settings, install_language
from app.main_window.job_desk import JobDesk
from app.models.jobs import JobsModel, amount, log_text
from app.pages.model import ModelPage
from app.pages.run_text import amounts, stage_text
from app.pages.select.problems import problem_text
from app.pages.tune.words import obstacle_text
from app.session import Session
from app.session.provenance import provenance_of
from app.widgets import numbers
from app.widgets.provenance import Number
from app.widgets.said import said, window_language
from core.checkpoint import inspect_model
from core.planning import Problem
from core.tuning import TuneOptions
from core.tuning.obstacles import TuneProblem
from resources.messages.source import Program, Scope, argument, called
from resources.messages.ways import Ways
from tests.app.folders import write_mixtral
from tests.raw import mixtral, mixtral_config, write_folder
from tests.values import made_profile

KOREAN = re.compile("[가-힣]")


@pytest.fixture
def korean(qapp):
    install_language(qapp, "ko")
    yield
    install_language(qapp, "en")


@pytest.fixture
def session(qtbot) -> Session:
    made = Session()
    yield made
    made.close()


def test_core_is_heard_in_the_language_of_the_window(qapp, korean) -> None:
    assert window_language() == "ko"
    assert said("there is no plan to try") == "시험할 계획이 없습니다"
    install_language(qapp, "en")
    assert said("there is no plan to try") == "there is no plan to try"


def test_a_failed_job_is_told_in_korean_and_logged_in_english(korean, qtbot, tmp_path) -> None:
    window, queue = QWidget(), JobQueue()
    qtbot.addWidget(window)
    desk = JobDesk(queue, Settings(), window)
    gone = tmp_path / "gone"
    job = queue.submit(Task(kind="open", title="열기", function=lambda run: inspect_model(gone)))
    qtbot.waitUntil(lambda: job.over, timeout=10_000)
    dialog = desk.show_error(job)
    assert dialog.what.text() == f"{gone}: 폴더가 아닙니다"
    assert dialog.remedy.text() == "해결: config.json이 있는 폴더"
    assert f"CheckpointError: {gone} is not a folder" in dialog.details.toPlainText()
    assert desk.model.detail(job) == dialog.what.text()
    assert f"error: {gone} is not a folder" in log_text(job)
    for open_ in window.findChildren(type(dialog)):
        open_.close()


def test_the_model_page_shows_problems_and_remarks_in_korean(korean, session, tmp_path) -> None:
    page = ModelPage(session)
    folder = write_folder(
        tmp_path / "damaged",
        mixtral_config(layers=9),
        [raw for raw in mixtral(layers=5) if "experts.3." not in raw.name],
    )
    info = inspect_model(folder)
    assert len(info.problems) > len(page.problems.lines)
    session.set_model(info, name=str(folder))
    shown = [line.text for line in page.problems.lines]
    assert shown[0] == "model.layers.0: 전문가 8개 가운데 3번에 텐서가 없습니다"
    assert all(KOREAN.search(text) for text in shown)
    assert shown[-1].endswith(f"(외 {len(info.problems) - len(shown)}개)"), "no problem is hidden"
    assert page.remarks.isHidden(), "there is nothing to know of mixtral"


def test_the_model_page_says_what_to_know_of_a_family(session, tmp_path, qapp) -> None:
    folder = write_mixtral(tmp_path / "tiny")
    info = replace(inspect_model(folder), model_type="jetmoe")
    page = ModelPage(session)
    session.set_model(info, name=str(folder))
    texts = [label.text() for label in page.remarks.findChildren(QLabel)]
    assert not page.remarks.isHidden()
    assert any(
        text.startswith("Attention has experts too, under the same number") for text in texts
    )
    assert any(text.startswith("No other Top-K: attention has experts too") for text in texts)
    session.set_model(inspect_model(folder), name=str(folder))
    assert page.remarks.isHidden()
    install_language(qapp, "ko")
    page.remarks.show_family("jetmoe")
    install_language(qapp, "en")
    assert len(page.remarks.texts) == 2
    assert all(KOREAN.search(text) for text in page.remarks.texts)


def test_what_the_window_has_no_words_of_its_own_for_is_korean_too(korean, session, tmp_path):
    folder = write_mixtral(tmp_path / "tiny")
    session.set_model(inspect_model(folder), name=str(folder))
    new = Problem(
        kind="newer than the window", severity="error",
        text="deepseek_v4 always chooses 8 experts: the tables of its hash-routed layers name as "
        "many experts for each token.",
    )  # fmt: skip
    assert problem_text(new, session.plan).startswith("deepseek_v4 모델은 언제나 전문가 8개를")
    wrong = TuneProblem(
        code="too_little_text", severity="error", text="the texts hold 0 tokens",
        fix="a source with text in it",
    )  # fmt: skip
    found = _Estimate()
    assert (
        obstacle_text(found, wrong) == "텍스트가 0토큰뿐입니다. 텍스트가 들어 있는 파일이나 폴더."
    )


class _Estimate:
    """What an estimate says of a run, as far as its obstacles are worded."""

    memory_low = memory_free = disk = top_k = top_k_before = 1
    options = TuneOptions()
    problems = ()


def test_the_formula_of_a_score_has_korean_words(korean, session, tmp_path) -> None:
    info = inspect_model(write_mixtral(tmp_path / "tiny"))
    session.set_model(info, name="tiny")
    session.set_profile(made_profile(experts=info.experts, fingerprint=info.fingerprint))
    made = provenance_of(session, Number(key="expert.0.1.rank soft-count", name="", value=""))
    assert "Σ_t p_{t,e}, 모든 토큰" in made.formula


def test_every_stage_and_unit_that_core_reports_has_a_name(korean) -> None:
    program = Program("core")
    ways = Ways(program, lambda *_: None)
    stages, units = set(), set()
    for call, scope in program.callers["progress"]:
        if isinstance(call.func, ast.Attribute) and len(call.args) >= 4:
            stages |= _words(ways, argument(call, 0, "stage"), scope)
            units |= _words(ways, argument(call, 3, "unit"), scope)
    assert {"profile", "measure masks", "verify"} <= stages
    assert {"tokens", "questions", "bytes"} <= units
    for stage in stages:
        assert KOREAN.search(stage_text(stage)), stage
    for unit in units - {"bytes"}:
        assert KOREAN.search(numbers.unit_name(unit)), unit
        assert KOREAN.search(numbers.rate(7.0, unit)), unit
        assert KOREAN.search(amount(7, unit)), unit
    assert amounts(5, None, "experts") == "전문가 5"


def _words(ways: Ways, node: ast.expr | None, scope: Scope) -> set[str]:
    """The texts that an argument can be."""
    assert node is not None
    return {part for parts in ways.of(node, scope) for part in parts if part}


def test_no_sentence_of_core_reaches_the_window_untranslated() -> None:
    """`what` and `remedy` of an error go through `said`, or to a call that sees to it."""
    loose = []
    for module in Program("app").modules.values():
        if module.path.parts[1] in {"jobs", "__main__.py"}:  # what they keep and print is English
            continue
        seen = [
            value
            for call, _ in module.calls
            if called(call) in HANDING
            for value in (*call.args, *(keyword.value for keyword in call.keywords))
        ]
        seen += [node.test for node in ast.walk(module.tree) if isinstance(node, ast.IfExp)]
        shown = {id(inner) for value in seen for inner in ast.walk(value)}
        loose += [
            f"{module.path}:{node.lineno}: {ast.unparse(node)}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute)
            and node.attr in {"what", "remedy"}
            and ast.unparse(node.value).endswith("error")
            and id(node) not in shown
        ]
    assert not loose


# Calls that show core's words in the window's language, or hand them to what does.
HANDING = frozenset({
    "said", "emit", "append", "_with_remedy", "_fail", "_tell_refused", "_on_failed",
    "ModelGoneError", "StudioError",
})  # fmt: skip


def test_a_row_of_the_dock_names_its_units_in_korean(korean, qtbot) -> None:
    def work(run) -> None:
        run.progress("tasks", 3, 12, "questions")

    queue = JobQueue()
    model = JobsModel(queue)
    job = queue.submit(Task(kind="evaluate", title="측정", function=work))
    qtbot.waitUntil(lambda: job.over, timeout=10_000)
    assert model.rowCount(QModelIndex()) == 1
    assert model.detail(job).startswith("문제 3 · ")
