"""Rules that measure: what the chooser offers, the job that it starts, and what shows then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.choosing import Choice, Chosen, choose_line
from app.jobs.measuring import Subject
from app.jobs.task import Task
from app.models.experts import ExpertsModel
from app.pages.select.measured import CHOICE_TOKENS, choice_of, measuring_task
from app.pages.select.page import SelectPage
from app.pages.select.rules import MEASURED, Rule, apply_rule
from app.session import Session
from core.calibration import CalibrationOptions, Source
from core.planning import Locks, Merge, Plan
from tests.values import made_info

EXPERTS = (16, 16, 16)


def chosen_plan(session: Session) -> Plan:
    """Experts 12 and 14 of row 0 go, one of them into expert 3."""
    plan = session.plan
    kept = plan.kept_LE.copy()
    kept[0, [12, 14]] = False
    groups = [[Merge.of(3, {3: 3.0, 14: 1.0})], [], []]
    made_by = replace(plan.made_by, metric="weighted-ean-sum", options={"policy": "merge"})
    return plan.with_kept(kept, made_by=made_by).with_merges(groups)


def chosen(session: Session) -> Chosen:
    return Chosen(
        plan=chosen_plan(session), text="Keep 75 %, merged", said="Measured.", command="seer select"
    )


def test_the_recommended_rule_is_first_and_seers_own_is_one_click_away(page: SelectPage) -> None:
    panel, desk = page.toolbar.rule, page.desk
    assert panel.kind.itemData(0) == MEASURED[0] == "joint"
    assert "recommended" in panel.kind.itemText(0)
    panel.recommended.click()
    assert (desk.rule.kind, page.session.metric) == ("joint", "weighted-ean-sum")
    assert desk.rule.percent == 75
    assert panel.apply.text() == "Measure"
    panel.seer.click()
    assert (desk.rule.kind, desk.rule.number) == ("number", 12)
    assert page.session.metric == "soft-count"
    assert panel.apply.text() == "Apply"
    before = page.session.plan
    page.toolbar.apply.click()
    assert page.session.plan.kept_L.tolist() == [12, 12, 12]
    page.session.undo_stack.undo()
    assert page.session.plan == before


@pytest.mark.parametrize("kind", MEASURED)
def test_a_measuring_rule_starts_a_job_with_its_command(
    page: SelectPage, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    started: list[Task] = []
    monkeypatch.setattr(page.session, "start", started.append)
    before = page.session.plan
    page.desk.set_rule(Rule(kind=kind, percent=50, loss=4, floor=2))  # type: ignore[arg-type]
    page.desk.apply()
    (task,) = started
    assert (task.kind, task.on_result, task.heavy) == ("choose", "take_chosen", True)
    assert page.session.plan is before, "the plan changes when the job is done"
    line = task.command
    assert line.startswith("seer search " if kind == "search" else "seer select ")
    expected = "--max-ppl-increase 4%" if kind == "search" else f"--policy {kind} --keep 50%"
    assert expected in line
    assert "--scope global --floor 2" in line
    assert task.title == page.desk.rule.text[:1].upper() + page.desk.rule.text[1:]
    assert "{" not in task.title + page.desk.rule.title


def test_a_choice_is_measured_on_few_calibration_texts_and_knows_the_weights(
    page: SelectPage,
) -> None:
    page.session.set_domain_weights({"code": 2.0})
    page.session.set_page_options(
        "calibrate", {"sources": [{"where": "a.txt"}], "max_tokens": 500_000, "seed": 3}
    )
    rule = Rule(kind="joint", percent=60, even=True)
    assert choice_of(page.session, rule).scope == "layer"
    assert choice_of(page.session, Rule(kind="allocate", even=True)).scope == "global"
    line = measuring_task(page.session, rule).command
    assert f"--source a.txt --max-tokens {CHOICE_TOKENS}" in line
    assert "--domain-weight code=2 " in line
    assert "--seed 3" in line


def test_without_a_profile_nothing_can_be_measured(page: SelectPage) -> None:
    page.session.set_profile(None)
    page.desk.set_rule(Rule(kind="joint"))
    assert not page.toolbar.apply.isEnabled()
    assert measuring_task(page.session, page.desk.rule) is None


def test_what_a_job_chose_is_one_step_with_a_note_and_its_command(page: SelectPage) -> None:
    before = page.session.plan
    found = chosen(page.session)
    page.session.take_chosen(found)
    assert page.session.plan == found.plan
    assert page.session.undo_stack.undoText() == "Keep 75 %, merged"
    assert page.banner.text == "Measured."
    assert page.command() == "seer select"
    page.session.undo_stack.undo()
    assert page.session.plan == before
    page._show_rest()
    assert page.banner.isHidden() or page.banner.text != "Measured."
    assert page.command() != "seer select"


def test_another_models_choice_is_dropped(page: SelectPage) -> None:
    found = chosen(page.session)
    before = page.session.plan
    other = replace(found.plan, model_fingerprint="0" * 64)
    page.session.take_chosen(replace(found, plan=other))
    assert page.session.plan is before


def test_a_merged_expert_says_so_on_its_card_and_in_the_table(page: SelectPage) -> None:
    page.session.take_chosen(chosen(page.session))
    page.map.set_cursor_cell(0, 14)
    page._show_card()
    assert page.inspector.state.text().startswith("merged into 3")
    page.map.set_cursor_cell(0, 3)
    page._show_card()
    assert page.inspector.state.text().startswith("kept, averaged with 14")
    page.map.set_cursor_cell(0, 12)
    page._show_card()
    assert page.inspector.state.text().startswith("dropped")
    table = page.derived.table(page.session.plan)
    model = ExpertsModel()
    model.set_table(table)
    column = model.COLUMNS.index("state")
    states = {
        (int(table.layer[i]), int(table.expert[i])): model._text(table, i, "state")
        for i in range(len(table.row))
    }
    assert states[0, 14] == "merged into 3"
    assert states[0, 12] == "dropped"
    assert model.columnCount() > column


def test_a_rule_by_score_leaves_no_groups_behind(page: SelectPage) -> None:
    page.session.take_chosen(chosen(page.session))
    page.desk.set_rule(Rule(kind="number", number=12))
    page.desk.apply()
    assert page.session.plan.merges == ()
    assert apply_rule(Rule(kind="all"), page.derived.ground()).merges == ()


def test_the_line_names_locks_and_the_place(session: Session) -> None:
    info = made_info(experts=EXPERTS)
    start = Plan.keep_all(info).with_locks(Locks(keep=frozenset({(0, 1)})))
    subject = Subject(name="demo", folder=Path("m"), info=info, device="cpu")
    options = CalibrationOptions(sources=(Source(path_or_id="demo"),))
    line = choose_line(
        subject,
        options,
        Choice(way="joint", percent=50.0),
        start=start,
        profile=Path("p.safetensors"),
        output=Path("plan.json"),
    )
    assert "--lock-keep 0:1 --no-protect --source demo" in line
    assert line.endswith("--device cpu -o plan.json")


def test_a_measured_rule_runs_as_a_job_and_ends_as_one_step(qtbot: QtBot, tmp_path: Path) -> None:
    from app.pages.select import measured
    from core.calibration import build_calibration, load_tokenizer
    from core.checkpoint import inspect_model
    from core.profiling import profile_model
    from core.run import Run
    from core.runtime import load_model
    from tests.tiny import tiny_model

    folder, text = tiny_model("mixtral", tmp_path), tmp_path / "prose.txt"
    text.write_text("The quick brown fox jumps over the dog. " * 40, encoding="utf-8")
    options = CalibrationOptions(
        sources=(Source(path_or_id=str(text)),), max_tokens=128, seq_len=32, batch_size=4
    )
    texts = build_calibration(options, load_tokenizer(folder), run=Run())
    profile = profile_model(load_model(folder, device="cpu", run=Run()), texts, run=Run())
    session = Session(data_dir=tmp_path / "data")
    try:
        page = SelectPage(session)
        qtbot.addWidget(page)
        session.set_model(inspect_model(folder), name=str(folder))
        session.set_profile(profile)
        session.set_page_options(
            "calibrate",
            {"sources": [{"where": str(text)}], "max_tokens": 128, "seq_len": 32, "device": "cpu"},
        )
        assert measured.choice_texts(session, Choice(way="joint")).max_tokens == 128
        before, steps = session.plan, session.undo_stack.count()
        page.desk.set_rule(Rule(kind="joint", percent=75, floor=2, even=True))
        page.desk.apply()
        qtbot.waitUntil(lambda: session.undo_stack.count() > steps, timeout=100_000)
        assert session.plan.kept_L.tolist() == [6, 6]
        assert session.undo_stack.count() == steps + 1
        assert session.undo_stack.undoText() == "Keep 75 %, measured"
        assert page.banner.text.startswith("12 of 16 experts stay. Measured on ")
        assert page.command().startswith(f"seer select {folder}")
        session.undo_stack.undo()
        assert session.plan == before
        qtbot.waitUntil(lambda: not session.jobs.unfinished, timeout=10_000)
    finally:
        session.close()
