"""What is copied from the Select page, run on the command line, makes what is on the screen."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.main_window.copied import CopiedLines
from app.pages.select import SelectPage
from app.pages.select.commands import CopyAction, all_lines, score_line
from app.pages.select.rules import KINDS, Rule
from app.session import Session
from core.checkpoint import inspect_model
from core.cli import main
from core.planning import Plan, lock
from core.project import open_project
from tests.app.folders import write_mixtral
from tests.values import made_profile

EXPERTS = (16,) * 5


@pytest.fixture
def page(qtbot, tmp_path: Path) -> SelectPage:
    folder = write_mixtral(tmp_path / "model", layers=5, experts=16)
    info = inspect_model(folder)
    session = Session(data_dir=tmp_path / "my data")
    made = SelectPage(session)
    qtbot.addWidget(made)
    session.set_model(info, name=str(folder))
    profile = made_profile(
        experts=EXPERTS, fingerprint=info.fingerprint, options={"model": str(folder)}
    )
    session.set_profile(profile)
    yield made
    session.close()


def seer(line: str, folder: Path, monkeypatch, capsys) -> str:
    """Run a copied line in a folder; what it prints."""
    words = shlex.split(line)
    assert words[0] == "seer"
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [*words, "--quiet"])
    with pytest.raises(SystemExit) as caught:
        main()
    out, err = capsys.readouterr()
    assert not caught.value.code, err
    return out


def plan_of_line(line: str, folder: Path, monkeypatch, capsys) -> Plan:
    seer(line, folder, monkeypatch, capsys)
    return Plan.load(folder / "plan.json")


RULES = [
    Rule(kind="number", number=11),
    Rule(kind="share", percent=100 / 3),
    Rule(kind="global", percent=62.5, floor=2),
    Rule(kind="global", percent=100 * 41 / 80, floor=4),
    Rule(kind="cover", percent=87.3),
    Rule(kind="cover_global", percent=87.3, floor=3),
    Rule(kind="threshold", at_least=0.123456789),
    Rule(kind="random", number=9, seed=7),
]
# Rules that no command makes: they depend on what was there, or have no number.
BY_HAND = ("never", "invert", "all")


def test_every_rule_is_tried_here() -> None:
    assert {rule.kind for rule in RULES} | set(BY_HAND) == set(KINDS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.percent:.1f}")
def test_the_copied_line_of_a_rule_makes_the_plan_on_the_screen(
    rule, page, tmp_path, monkeypatch, capsys
) -> None:
    session = page.session
    metric = "soft-count" if rule.floor == 1 else "reap"
    session.set_metric(metric)
    session.set_domain_weights({"code": 2.123456789, "prose": 1.0})
    if rule.kind == "threshold":
        rule = replace(rule, at_least=float(np.nanquantile(session.scores_LE, 0.4)))
    session.apply_plan(lock(session.plan, [(0, 3), (2, 5)], "keep"), "Lock")
    session.apply_plan(lock(session.plan, [(1, 0), (4, 15)], "drop"), "Lock")
    page.desk.set_rule(rule)
    page.desk.apply()
    shown = session.plan
    assert shown.dropped > 0
    session.save_project()
    made = plan_of_line(page.command(), tmp_path, monkeypatch, capsys)
    assert made.keep == shown.keep
    assert made.locks == shown.locks
    assert made.made_by.metric == shown.made_by.metric
    assert made.made_by.protected == shown.made_by.protected


@pytest.mark.parametrize("kind", BY_HAND)
def test_what_no_line_makes_offers_none(kind, page) -> None:
    page.desk.set_rule(Rule(kind="number", number=9))
    page.desk.apply()
    assert page.command()
    page.desk.set_rule(Rule(kind=kind))
    page.desk.apply()
    assert page.command() == ""


@pytest.mark.parametrize("freed", [False, True])
def test_protection_that_was_lifted_is_in_the_line(
    freed, page, tmp_path, monkeypatch, capsys
) -> None:
    session = page.session
    (cell,) = session.plan.made_by.protected  # a super-expert, protected by the window itself
    arrays = {name: array.copy() for name, array in session.profile.arrays.items()}
    for name in ("count", "soft_count"):
        arrays[name][:, cell[0], cell[1]] = 0
    session.set_profile(replace(session.profile, **arrays))
    if freed:
        page.editor.toggle_lock(*cell)
    session.set_metric("soft-count")
    page.desk.set_rule(Rule(kind="number", number=9))
    page.desk.apply()
    shown = session.plan
    assert bool(shown.kept_LE[cell]) is not freed
    assert ("--no-protect" in page.command()) is freed
    session.save_project()
    made = plan_of_line(page.command(), tmp_path, monkeypatch, capsys)
    assert made.keep == shown.keep


def test_a_plan_with_another_top_k_offers_no_line(page) -> None:
    page.desk.set_rule(Rule(kind="number", number=9))
    page.desk.apply()
    assert page.command()
    page.session.apply_plan(replace(page.session.plan, top_k=1), "Top-1")
    assert page.command() == "", "seer plan never sets a Top-K"


def test_the_lines_of_scores_and_cost_say_the_numbers_on_the_screen(
    page, tmp_path, monkeypatch, capsys
) -> None:
    session = page.session
    session.set_metric("weighted-ean-sum")
    session.set_domain_weights({"code": 1 / 3})
    page.desk.set_rule(Rule(kind="number", number=9))
    page.desk.apply()
    session.save_project()
    lines = dict(all_lines(session, page.command()))
    found = json.loads(seer(score_line(session) + " --json", tmp_path, monkeypatch, capsys))
    scores = np.array(found["scores"], dtype=float)
    assert np.allclose(scores, session.scores_LE, rtol=1e-12, equal_nan=True)
    cost_line = next(line for line in lines.values() if line.startswith("seer cost"))
    cost = json.loads(seer(cost_line + " --json", tmp_path, monkeypatch, capsys))
    assert cost["bytes"] == session.cost.bytes
    assert cost["parameters"]["total"] == session.cost.parameters.total


def test_a_copied_lines_plan_is_there_at_once_and_after_more_edits(page, tmp_path) -> None:
    session = page.session
    watcher = CopiedLines(session, page)
    page.desk.set_rule(Rule(kind="number", number=9))
    page.desk.apply()
    shown = session.plan
    line = next(text for _, text in all_lines(session, "") if text.startswith("seer cost"))
    CopyAction("Cost", line, page).trigger()
    assert watcher.parent() is page
    file = Path(shlex.split(line)[shlex.split(line).index("--plan") + 1])
    assert Plan.load(file) == shown, "written before the next save"
    for number in (10, 11, 12):
        page.desk.set_rule(Rule(kind="number", number=number))
        page.desk.apply()
        session.save_project()
    assert Plan.load(file) == shown
    assert len(list(file.parent.glob("*.json"))) == 2, "and no other one stays"
    assert open_project(session.folder).copied == (f"plans/{file.name}",)
