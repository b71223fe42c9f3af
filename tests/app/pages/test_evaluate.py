"""The Evaluate page keeps rows honest: what is measured, on what, and against what."""

from __future__ import annotations

import csv
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel

from app.jobs.measuring import original_variant, plan_variant
from app.pages import subject
from app.pages.evaluate import EvaluatePage
from app.pages.evaluate_texts import TextsDialog
from app.session import Session
from app.widgets.cards import Facts
from app.widgets.variant_table import VariantRole
from core.evaluation import TaskResult
from core.evaluation.sequences import SequenceLosses
from core.evaluation.speed import Speed
from core.evaluation.variant import Variant
from core.planning import Plan
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


def task(accuracy: float, right: tuple[bool, ...] = (True, False, True, False)) -> TaskResult:
    return TaskResult(
        accuracy=accuracy,
        n=4,
        stderr=0.25,
        chance=0.25,
        right=right,
        fingerprint="q",
        by_subject={"korean": (0.5, 4)},
    )


def titles(page: EvaluatePage) -> list[str]:
    shown = [at for at in range(page.model.columnCount()) if not page.table.isColumnHidden(at)]
    return [page.model.columns[at].title for at in shown]


def facts(widget: Facts) -> dict[str, str]:
    labels = [found.text() for found in widget.findChildren(QLabel) if not found.isHidden()]
    return dict(zip(labels[::2], labels[1::2], strict=True))


def test_questions_and_overlap_are_chosen_by_clicks_and_become_the_command(page, session) -> None:
    page.texts_button.click()
    dialog = page.findChild(TextsDialog)
    dialog.asked.demo.click()
    dialog.asked.add_task("hub:cais/mmlu:astronomy:test")
    dialog.asked.overlap.setCurrentIndex(1)
    dialog.asked.normalised.click()
    dialog.accept_button.click()
    words = page.command()
    assert "--task demo --task hub:cais/mmlu:astronomy:test --length-normalised" in words
    assert "--stride 128" in words
    assert "2 tasks · stride 128" in page.texts_button.text()
    page.texts_button.click()
    again = page.findChildren(TextsDialog)[-1]
    assert again.asked.questions().tasks == ("demo", "hub:cais/mmlu:astronomy:test")
    again.asked.tasks.setCurrentRow(0)
    again.asked.remove.click()
    assert again.asked.questions().tasks == ("demo",)


def test_accuracy_has_a_column_an_axis_and_its_facts(page, session) -> None:
    drop(session, slice(0, 2))
    original, planned = rows(session)
    session.add_variants(
        (replace(original, tasks={"quiz": task(0.75)}), replace(planned, tasks={"quiz": task(0.5)}))
    )
    assert "quiz" in titles(page)
    assert [page.plot_card.quality.itemText(i) for i in range(3)][-1] == "Accuracy on quiz"
    page.plot_card.quality.setCurrentIndex(2)
    assert {mark.y for mark in page.plot.marks()} == {0.5, 0.75}
    page.plot_card.cost.setCurrentIndex(page.plot_card.cost.findData("flops"))
    assert {mark.x for mark in page.plot.marks()} == {
        original.flops_per_token,
        planned.flops_per_token,
    }
    page.table.select_name("some")
    shown = facts(page.inspector.tasks)
    assert shown == {"quiz": "50.0 % ± 25.0 %", "by guessing": "25.0 %", "korean": "50.0 %"}


def test_two_variants_show_paired_differences_with_their_errors(page, session) -> None:
    drop(session, slice(0, 2))
    original, planned = rows(session)
    better, worse = (True, True, True, False), (True, False, False, False)
    session.add_variants(
        (
            replace(
                original,
                losses={"korean": SequenceLosses(nll=(8.0, 9.0), tokens=(4, 4))},
                tasks={"quiz": task(0.75, better)},
            ),
            replace(
                planned,
                losses={"korean": SequenceLosses(nll=(9.0, 12.0), tokens=(4, 4))},
                tasks={"quiz": task(0.25, worse)},
            ),
        )
    )
    page.table.select_name("some")
    shown = facts(page.inspector.pairs)
    assert shown["korean"] == "+0.5000 ± 0.2500"
    assert shown["quiz"] == "−50.0 ± 28.9"
    page.table.select_name("tiny")
    assert page.inspector.pairs.isHidden()  # nothing differs from itself


def test_columns_are_ticked_in_a_menu_and_kept(page, session) -> None:
    session.add_variants(rows(session))
    assert "Active" not in titles(page)
    page.columns_button.fill()
    ticks = {action.text(): action for action in page.columns_button.menu().actions()}
    assert "korean" not in ticks
    ticks["Active"].trigger()
    ticks["KL"].trigger()
    assert "Active" in titles(page)
    assert "KL" not in titles(page)
    assert session.page_options("evaluate")["columns"] == {"active": True, "kl": False}
    again = EvaluatePage(session)
    again._show()
    assert titles(again) == titles(page)
    again.deleteLater()


def test_a_measured_speed_shows_its_columns_and_the_ratio_of_pairs(page, session) -> None:
    drop(session, slice(0, 2))
    original, planned = rows(session)
    assert "Decode/s" not in titles(page)
    timed = Speed(
        prefill=2000.0,
        decode=50.0,
        first_token=0.25,
        per_token=0.02,
        prefill_ratio=1.25,
        decode_ratio=1.5,
        batch_size=1,
        context=512,
        place="float32 on cpu",
    )
    session.add_variants((original, replace(planned, speed=timed)))
    assert {"Prefill/s", "Decode/s"} <= set(titles(page))
    at = [column.title for column in page.model.columns].index("Decode/s")
    assert page.model.index(1, at).data(VariantRole.CHANGE) == 0.5
    page.table.select_name("some")
    shown = facts(page.inspector.speed_facts)
    assert shown["Decoding"] == "50 tok/s · 1.50×"
    assert shown["First token"] == "250.0 ms"


def test_any_row_s_own_plan_can_be_measured_again(page, session, monkeypatch) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    kept = session.plan.keep
    drop(session, slice(2, 4))
    started = []
    monkeypatch.setattr(session, "start", started.append)
    page.table.select_name("some")
    page.inspector.measure.click()
    page.inspector.speed.click()
    evaluate, speed = started
    words = shlex.split(evaluate.command)
    path = words[words.index("--plan") + 1]
    assert Plan.load(Path(path)).keep == kept
    assert (evaluate.kind, speed.kind) == ("evaluate", "speed")
    assert f"--plan {path}" in speed.command
    assert speed.command.startswith("seer speed ")


def test_the_plot_and_every_number_can_be_taken_away(page, session, tmp_path) -> None:
    drop(session, slice(0, 2))
    session.add_variants(rows(session))
    page.grab()
    take = page.plot_card.take.take
    take.save_png(tmp_path / "plot.png")
    take.save_svg(tmp_path / "plot.svg")
    assert QImage(str(tmp_path / "plot.png")).pixelColor(3, 3).name() == "#ffffff"
    drawn = (tmp_path / "plot.svg").read_text()
    assert "Quality against cost" in drawn
    assert ">some<" in drawn.replace("\n", "").replace(" ", "")
    take.save_csv(tmp_path / "rows.csv")
    found = list(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))
    assert [(row["kind"], row["name"]) for row in found] == [("original", "tiny"), ("plan", "some")]
    assert float(found[1]["perplexity"]) == 36.0
    assert float(found[1]["domain korean"]) == 72.0
