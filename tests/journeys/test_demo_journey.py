"""The newcomer's whole way, by real clicks and keys, over the bundled model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from app.pages.evaluate_texts import TextsDialog

pytestmark = pytest.mark.timeout(600)

QUICK_TOKENS = 1200


def cell_point(page, row: int, expert: int) -> QPoint:
    """Where an expert's cell is on the heat map."""
    return page.map.cell_rect(row, expert).center().toPoint()


def drop(studio, page, row: int, expert: int) -> None:
    """Click one cell."""
    studio.bot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=cell_point(page, row, expert))


def measure_few(studio) -> None:
    """Let quick checks read little text, as a person would say in the dialog."""
    page = studio.open("evaluate")
    studio.click(page.texts_button)
    dialog = page.findChild(TextsDialog)
    studio.type_number(dialog.form.max_tokens, QUICK_TOKENS)
    studio.click(dialog.accept_button)
    studio.wait(lambda: f"{QUICK_TOKENS / 1000:.1f} k" in page.texts_button.text(), 5000)


@pytest.mark.parametrize(
    "dress",
    [("en", "dark"), pytest.param(("ko", "light"), marks=pytest.mark.slow)],
    ids="-".join,
)
def test_a_newcomer_profiles_paints_checks_exports_and_reloads(
    studio, dress, tmp_path: Path
) -> None:
    session = studio.session
    studio.open_demo()
    studio.profile()
    assert session.profile is not None
    assert session.profile.complete

    # Paint one expert in every layer, one click too many, and take that one back.
    page = studio.open("select")
    studio.wait(lambda: page.map.scores_LE is not None, 10_000)
    layers = len(session.plan.layer_ids)
    for row in range(layers):
        drop(studio, page, row, 3)
    drop(studio, page, 0, 5)
    assert session.plan.dropped == layers + 1
    assert not session.plan.uniform
    modifier = Qt.KeyboardModifier.ControlModifier
    studio.bot.keyClick(studio.window, Qt.Key.Key_Z, modifier)
    studio.wait(lambda: session.plan.dropped == layers, 5000)
    assert session.plan.uniform
    assert all(3 not in row for row in session.plan.keep)

    measure_few(studio)
    studio.primary()
    evaluate = studio.window.pages["evaluate"]
    studio.wait(lambda: evaluate.watch.job is not None and evaluate.watch.job.over)
    assert evaluate.watch.job.state == "done", evaluate.watch.job.error
    kinds = {variant.kind: variant for variant in session.variants}
    assert kinds["plan"].overall > 1
    assert kinds["plan"].kl > 0
    assert kinds["plan"].comparable(kinds["original"])
    assert evaluate.state().kind == "done"

    export = studio.open("export")
    target = tmp_path / "smaller"
    export.form.folder.selectAll()
    studio.bot.keyClicks(export.form.folder, str(target))
    studio.primary()
    studio.wait(lambda: session.exported is not None)
    assert session.exported.verified
    assert session.exported.bytes_out < session.info.bytes
    config = json.loads((target / "config.json").read_text())
    assert config["num_local_experts"] == session.info.experts[0] - 1

    studio.click(export.result.reload)
    studio.wait(lambda: export.watch.job.task.kind == "reload" and export.watch.job.over)
    check = export.watch.job.result
    assert check is not None, export.watch.job.error
    assert check.complete
    assert check.max_difference < 1e-2
    assert export.result.list.outcomes()[-1].mark == "good"

    # A profile, an evaluation, an export and a reload ran, and the window always answered.
    assert studio.watchdog.beats > 50
    assert studio.watchdog.stalls == []

    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(target, local_files_only=True)
    assert model.config.num_local_experts == session.info.experts[0] - 1


def test_the_command_of_a_finished_job_does_the_same_as_the_button(studio, tmp_path: Path) -> None:
    import shlex

    from typer.testing import CliRunner

    from core.profiling import load_profile

    studio.open_demo()
    studio.profile(768)
    job = studio.window.pages["calibrate"].watch.job
    words = shlex.split(job.task.command)
    assert words[:3] == ["seer", "profile", "demo"]
    words[words.index("-o") + 1] = str(tmp_path / "again.safetensors")

    from core.cli import app

    done = CliRunner().invoke(app, words[1:])
    assert done.exit_code == 0, done.output
    again = load_profile(tmp_path / "again.safetensors")
    assert (again.count == studio.session.profile.count).all()
