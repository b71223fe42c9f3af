"""Stage 2 by real clicks and keys: prune, tune to one expert per token, measure, export, reload."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.pages.evaluate_texts import TextsDialog

pytestmark = pytest.mark.timeout(600)

TOKENS = 1200


def tune_briefly(studio, *, steps: int, tokens: int):
    """Fill in a tiny run by hand, start it, and wait for its end."""
    page = studio.open("tune")
    form = page.form
    for field, number in (
        (form.top_k, 1),
        (form.steps, steps),
        (form.batch, 1),
        (form.tokens, tokens),
    ):
        studio.type_number(field, number)
    form.seq_len.setCurrentIndex(0)
    studio.wait(lambda: page.estimate is not None and page.estimate.options.steps == steps)
    studio.primary()
    studio.wait(lambda: page.watch.job is not None and page.watch.job.over)
    assert page.watch.job.state == "done", page.watch.job.error
    studio.wait(lambda: bool(page.desk.rows) and page.desk.rows[-1].record.state == "done")
    return page


def measure_few(studio) -> None:
    """Let measurements read little text, as a person would say in the dialog."""
    page = studio.open("evaluate")
    studio.click(page.texts_button)
    dialog = page.findChild(TextsDialog)
    studio.type_number(dialog.form.max_tokens, TOKENS)
    studio.click(dialog.accept_button)
    studio.wait(dialog.isHidden, 5000)


def test_a_run_of_one_step_becomes_a_variant(studio) -> None:
    session = studio.session
    studio.open_demo()
    page = tune_briefly(studio, steps=1, tokens=300)
    (found,) = page.desk.rows
    assert found.record.figure("perplexity_after") > 1
    assert found.record.figure("perplexity_after") != found.record.figure("perplexity_before")
    assert found.info.top_k == 1
    page.tabs.setCurrentIndex(1)
    studio.click(page.runs.use)
    studio.wait(lambda: studio.window.page is studio.window.pages["evaluate"])
    tuned = next(v for v in session.variants if v.kind == "tuned")
    assert tuned.flops_per_token < session.base_cost.flops.total
    assert (tuned.bytes, tuned.top_k) == (session.base_cost.bytes, 1)


@pytest.mark.slow
def test_a_plan_is_tuned_to_one_expert_measured_exported_and_reloaded(
    studio, tmp_path: Path
) -> None:
    session = studio.session
    studio.open_demo()
    experts = session.info.experts[0]
    kept = session.plan.kept_LE.copy()
    kept[:, 3] = False
    session.apply_plan(session.plan.with_kept(kept), "drop expert 3 of every layer")
    measure_few(studio)

    page = tune_briefly(studio, steps=2, tokens=TOKENS)
    assert page.subtitle() == "Top-2 → Top-1"
    curve = page.curves.board.plots["loss"].series[-1]
    assert curve.x.tolist() == [1, 2]
    assert all(value > 0 for value in curve.y)
    record = page.desk.rows[-1].record
    assert record.figure("perplexity_after") > 1

    page.tabs.setCurrentIndex(1)
    studio.click(page.runs.use)
    evaluate = studio.window.pages["evaluate"]
    studio.wait(lambda: studio.window.page is evaluate)
    tuned = next(v for v in session.variants if v.kind == "tuned")
    evaluate.table.select_name(tuned.name)
    studio.click(evaluate.inspector.measure)
    studio.wait(lambda: evaluate.watch.job is not None and evaluate.watch.job.over)
    assert evaluate.watch.job.state == "done", evaluate.watch.job.error
    kinds = {variant.kind: variant for variant in session.variants}
    assert kinds["tuned"].comparable(kinds["original"])
    assert kinds["tuned"].kl > 0

    export = studio.open("export")
    assert export.form.chosen == tuned.name
    target = tmp_path / "smaller"
    export.form.folder.selectAll()
    studio.bot.keyClicks(export.form.folder, str(target))
    studio.primary()
    studio.wait(lambda: session.exported is not None)
    assert session.exported.verified
    config = json.loads((target / "config.json").read_text())
    assert config["num_experts_per_tok"] == 1
    assert config["num_local_experts"] == experts - 1

    studio.click(export.result.reload)
    studio.wait(lambda: export.watch.job.task.kind == "reload" and export.watch.job.over)
    check = export.watch.job.result
    assert check is not None, export.watch.job.error
    assert check.complete
    assert check.max_difference < 1e-4

    # What stock transformers loads is what was tuned.
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(target, local_files_only=True)
    assert model.config.num_experts_per_tok == 1
