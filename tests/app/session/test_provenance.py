"""What the session says of every number: formula, sources, options, seed, job, command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.jobs.task import Task
from app.pages.evaluate import EvaluatePage
from app.pages.model import ModelPage
from app.pages.select import SelectPage
from app.session import Session
from app.session.provenance import provenance_of
from app.widgets.provenance import Number, Provenance, ProvenancePopover
from core.checkpoint import inspect_model
from core.evaluation.variant import Provenance as Origin
from core.evaluation.variant import Variant
from core.planning import MadeBy, keep_per_layer
from core.planning.bounds import Bounds
from core.tuning import TuneOptions
from core.tuning.history import RunRecord
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """A model, its profile, a plan by a rule, one measurement."""
    out = Session(data_dir=tmp_path / "data")
    folder = write_mixtral(tmp_path / "models" / "tiny")
    info = inspect_model(folder)
    out.set_model(info, name=str(folder))
    out.set_profile(
        make_profile(
            experts=info.experts, layer_ids=info.moe_layers, fingerprint=info.fingerprint,
            sources=("law=notes.jsonl",), options={"seed": 7, "seq_len": 256},
            versions={"torch": "2.13.0"}, made_at="2026-11-24T05:44:00+00:00",
        )
    )  # fmt: skip
    kept = keep_per_layer(out.scores_LE, bounds=Bounds.of(out.plan, info), n=6)
    made_by = MadeBy(
        metric="soft-count", scope="layer", options={"keep": "6"}, profile=out.profile.fingerprint
    )
    out.apply_plan(out.plan.with_kept(kept, made_by=made_by), "keep 6")
    origin = Origin(
        sources=("demo",), texts="t" * 64, tokens=512, seq_len=128, seed=4, metric="soft-count",
        command="seer evaluate X --plan p.json", dtype="float32 on cpu",
    )  # fmt: skip
    row = Variant(name="a.b 6", kind="plan", kept=out.plan.keep, perplexity={"overall": 9.5})
    out.add_variant(replace(row, provenance=origin))
    yield out
    out.close()


def ask(session: Session, key: str) -> Provenance | None:
    return provenance_of(session, Number(key=key, name="x", value="1"))


def test_coverage_names_the_rule_and_the_profile_behind_it(session) -> None:
    made = ask(session, "plan.coverage")
    facts = dict(made.facts)
    assert made.formula.startswith("Σ gates of kept experts")
    assert facts["Metric"] == "soft-count"
    assert facts["Rule"] == "keep=6"
    assert facts["Texts"] == "law=notes.jsonl"
    assert facts["Seed"] == "7"
    assert facts["Versions"] == "torch 2.13.0"
    assert facts["Made at (UTC)"] == "2026-11-24 05:44"
    words = shlex.split(made.command)
    assert words[:2] == ["seer", "plan"]
    assert words[words.index("--keep") + 1] == "6"
    assert Path(words[2]).parent.name == "profiles"


def test_a_plan_that_hands_were_in_says_why_it_has_no_command(session) -> None:
    assert ask(session, "plan.coverage").note == ""
    kept = session.plan.kept_LE.copy()
    kept[0, 0] = ~kept[0, 0]
    by_hand = MadeBy(metric="manual", scope="manual")
    session.apply_plan(session.plan.with_kept(kept, made_by=by_hand), "by hand")
    made = ask(session, "plan.coverage")
    assert made.command == ""
    assert "hands were in it" in made.note


def test_costs_are_given_again_by_seer_cost(session) -> None:
    for what in ("parameters", "active", "bytes", "memory", "flops", "loads"):
        made = ask(session, f"plan.{what}")
        assert made.formula, what
        words = shlex.split(made.command)
        assert words[:2] == ["seer", "cost"]
        assert words[2] == session.model
        assert Path(words[-1]).name == f"{session.plan.fingerprint[:16]}.json"


def test_an_experts_score_has_the_metrics_formula_and_its_source(session) -> None:
    made = ask(session, "expert.1.3.score")
    assert "p_{t,e}" in made.formula
    assert "SEER-MoE" in made.formula
    assert dict(made.facts)["Expert"] == "L1 · 3"
    assert made.command.startswith("seer score ")
    rank = ask(session, "expert.1.3.rank reap")
    assert "g‖f‖" in rank.formula
    assert "--metric reap" in rank.command
    assert ask(session, "expert.1.3.share").formula.startswith("|T_e|")


def test_a_blend_of_domains_is_part_of_what_made_a_score(session) -> None:
    domain = session.profile.domains[0]
    session.set_domain_weights({**dict.fromkeys(session.profile.domains, 1.0), domain: 0.25})
    made = ask(session, "expert.1.3.score")
    assert dict(made.facts)["Domain weights"] == f"{domain} 0.25"
    assert f"--domain-weight {domain}=0.25" in made.command


def test_a_measurement_says_on_what_and_as_what_it_ran(session) -> None:
    made = ask(session, "variant.perplexity.a.b 6")
    facts = dict(made.facts)
    assert made.formula == "exp(mean cross-entropy per scored token)"
    assert (facts["Tokens"], facts["Seed"], facts["Measured as"]) == ("512", "4", "float32 on cpu")
    assert made.command == "seer evaluate X --plan p.json"
    assert "this domain" in ask(session, "variant.domain law.a.b 6").formula
    assert ask(session, "plan.checked") == made


def test_a_tuning_run_says_what_it_was_asked(session, tmp_path) -> None:
    record = RunRecord(
        folder=tmp_path / "run-1", model="demo", start="plan", command="seer tune demo -o X",
        options=TuneOptions(top_k=1, steps=40, seed=5), made_at="2026-11-24T06:00:00+00:00",
    )  # fmt: skip
    record.save()
    made = ask(session, f"run.perplexity.{record.folder}")
    facts = dict(made.facts)
    assert (facts["Top-K"], facts["Steps"], facts["Seed"]) == ("1", "40", "5")
    assert made.command == "seer tune demo -o X"
    assert ask(session, "run.perplexity./no/such/run") is None


def test_the_job_that_brought_a_profile_is_named(session, qtbot) -> None:
    again = replace(session.profile, seconds=2.0)
    job = session.start(
        Task(
            title="Profile tiny", kind="profile", function=lambda _run: again,
            on_result="set_profile",
        )
    )  # fmt: skip
    qtbot.waitUntil(lambda: session.profile is again, timeout=10_000)
    assert job.state == "done"
    assert dict(ask(session, "plan.coverage").facts)["Job"] == "Profile tiny"


def test_what_nobody_knows_has_no_answer(session) -> None:
    assert ask(session, "") is None
    assert ask(session, "weather.tomorrow") is None
    assert ask(session, "variant.perplexity.no such row") is None
    session.set_profile(None)
    assert ask(session, "expert.1.3.score") is None


def test_a_plan_that_is_kept_under_a_name_answers_for_its_own_numbers(qtbot, session) -> None:
    session.keep_plan("six of each", session.plan)
    session.undo_stack.undo()
    assert dict(ask(session, "named.kept.six of each").facts)["Rule"] == "keep=6"
    assert ask(session, "named.perplexity.six of each").command == "seer evaluate X --plan p.json"
    assert ask(session, "named.kept.nobody's") is None
    page = SelectPage(session)
    qtbot.addWidget(page)
    page.resize(1244, 780)
    page.show()
    page.views.show_view("plans")
    view = page.views.current
    index = view.model.index(view.model.line_of("six of each"), 3)
    view.table.setCurrentIndex(index)
    QTest.keyClick(view.table, Qt.Key.Key_I)
    assert "--keep 6" in popover_of(page).accessibleDescription()


def popover_of(page) -> ProvenancePopover:
    found = [p for p in page.findChildren(ProvenancePopover) if p.isVisible()]
    return found[-1]


def test_every_figure_of_the_strip_and_the_card_has_an_answer(qtbot, session) -> None:
    page = SelectPage(session)
    qtbot.addWidget(page)
    page.resize(1244, 780)
    page.show()
    page.map.set_cursor_cell(1, 3)
    page._show_card()
    numbers = (
        *page.strip.numbers(), *page.inspector.facts.numbers(), *page.inspector.ranks.numbers()
    )  # fmt: skip
    assert len(page.strip.numbers()) == 8
    assert len(page.inspector.facts.numbers()) == 5
    for number in numbers:
        made = provenance_of(session, number)
        assert made is not None, number.key
        assert made.formula, number.key
    page.map.setFocus()
    QTest.keyClick(page.map, Qt.Key.Key_I)
    shown = popover_of(page)
    score = session.scores_LE[1, 3]
    assert "soft-count" in shown.accessibleName()
    assert f"{score:,.0f}" in shown.accessibleDescription() or np.isneginf(score)


def test_the_model_page_and_the_variants_answer_at_their_numbers(qtbot, session) -> None:
    page = ModelPage(session)
    qtbot.addWidget(page)
    page.show()
    assert len(page.strip.numbers()) == 6
    for number in (*page.strip.numbers(), *page.facts.numbers()):
        assert provenance_of(session, number).command == f"seer inspect {session.model}"
    table = EvaluatePage(session)
    qtbot.addWidget(table)
    table.resize(1240, 800)
    table.show()
    table.table.select_name("a.b 6")
    index = table.table.currentIndex().siblingAtColumn(1)
    table.table.setCurrentIndex(index)
    QTest.keyClick(table.table, Qt.Key.Key_I)
    assert "seer evaluate X --plan p.json" in popover_of(table).accessibleDescription()
