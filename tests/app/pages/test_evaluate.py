"""The Evaluate page keeps rows honest: what is measured, on what, and against what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from app.jobs.measuring import original_variant, plan_variant
from app.pages import subject
from app.pages.evaluate import EvaluatePage
from app.pages.evaluate_texts import TextsDialog
from app.session import Session
from core.evaluation.variant import Variant
from tests.app.pages.conftest import drop


@pytest.fixture
def page(qtbot, session: Session) -> EvaluatePage:
    page = EvaluatePage(session)
    qtbot.addWidget(page)
    page.resize(1240, 800)
    page.show()
    return page


def measured(variant: Variant, overall: float, texts: str = "t") -> Variant:
    """A row as a job would bring it."""
    origin = replace(
        variant.provenance, texts=texts, tokens=100, sources=("demo",), command="seer evaluate x"
    )
    perplexity = {"overall": overall, "korean": 2 * overall, "c": overall / 2}
    return replace(variant, perplexity=perplexity, provenance=origin, kl=0.1)


def rows(session: Session) -> tuple[Variant, Variant]:
    """The original at 30 and the current plan at 36."""
    model = subject.current(session)
    original = measured(original_variant(model), 30.0)
    planned = measured(plan_variant(model, session.plan, "some"), 36.0)
    return original, planned


def test_the_original_and_the_current_plan_are_rows_before_they_are_measured(page, session) -> None:
    drop(session, slice(0, 2))
    names = [v.name for v in page.model.variants]
    assert names == ["tiny", "current plan"]
    assert page.state().kind == "ready"
    assert page.model.variants[1].bytes < page.model.variants[0].bytes


def test_a_measured_plan_makes_the_step_done_and_an_edit_makes_it_stale(page, session) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    assert page.state().kind == "done"
    assert page.subtitle() == "perplexity 36.00"
    drop(session, slice(2, 3))
    assert page.state().kind == "stale"
    session.undo_stack.undo()
    assert page.state().kind == "done"


def test_choosing_a_row_compares_it_with_the_original_by_domain(page, session) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    page.table.select_name("some")
    pairs = {pair.name: pair for pair in page.inspector.bars.pairs()}
    assert pairs["korean"].base == 60.0
    assert pairs["korean"].change == pytest.approx(0.2)


def test_rows_on_other_texts_are_not_compared(page, session) -> None:
    drop(session, slice(0, 2))
    original, planned = rows(session)
    session.add_variants((original, measured(planned, 36.0, texts="other")))
    page.table.select_name("some")
    assert all(pair.base is None for pair in page.inspector.bars.pairs())
    assert "other texts" in page.inspector.note.text()


def test_using_a_variant_s_plan_is_one_step_that_can_be_undone(page, session) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    kept = session.plan.keep
    drop(session, slice(2, 4))
    page.table.select_name("some")
    page.inspector.use.click()
    assert session.plan.keep == kept
    session.undo_stack.undo()
    assert session.plan.keep != kept


def test_a_row_copies_its_command_and_can_be_removed(page, session) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    page.table.select_name("some")
    page.inspector.copy.click()
    assert QGuiApplication.clipboard().text() == "seer evaluate x"
    page.inspector.remove.click()
    assert [v.name for v in session.variants] == ["tiny"]


def test_only_measured_variants_are_points_and_a_click_on_one_selects_its_row(
    page, session
) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    drop(session, slice(2, 3))
    assert {mark.label for mark in page.plot.marks()} == {"tiny", "some"}
    page.plot.chosen.emit([mark.label for mark in page.plot.marks()].index("tiny"))
    assert page.table.currentIndex().siblingAtColumn(0).data() == "tiny"


def test_domains_are_columns_on_demand(page, session) -> None:
    session.add_variants(rows(session))
    first = page.model.first_domain_column
    assert page.table.isColumnHidden(first)
    page.domains_button.click()
    assert not page.table.isColumnHidden(first)


def test_the_texts_are_chosen_in_a_dialog_and_kept(page, session, qtbot) -> None:
    page.texts_button.click()
    dialog = page.findChild(TextsDialog)
    dialog.form.max_tokens.setValue(5000)
    dialog.accept_button.click()
    assert session.page_options("evaluate")["max_tokens"] == 5000
    assert "5 k" in page.texts_button.text()
    assert "--max-tokens 5000" in page.command()


def test_the_command_measures_the_current_plan_against_the_original(page, session) -> None:
    assert "--plan" not in page.command()
    drop(session, slice(0, 2))
    assert "--plan" in page.command()
    assert f"--reference {session.model}" in page.command()
