"""The Export page refuses early and says why: the folder, the disk, the plan."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from app.pages.export import ExportPage
from app.pages.export_choice import look_at, proposed, shard_bytes
from app.session import Session
from core.checkpoint import inspect_model
from core.evaluation.variant import Variant
from core.export import ExportResult
from tests.app.folders import write_mixtral
from tests.app.pages.conftest import drop


@pytest.fixture
def page(qtbot, session: Session) -> ExportPage:
    page = ExportPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    return page


def written(folder: Path) -> ExportResult:
    return ExportResult(
        output=folder,
        bytes_in=1000,
        bytes_out=700,
        seconds=0.5,
        files=1,
        uniform=True,
        verified=True,
        peak_rss_bytes=1,
    )


def test_without_a_model_the_page_says_what_to_do(qtbot) -> None:
    session = Session()
    page = ExportPage(session)
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    assert page.state().kind == "blocked"
    with qtbot.waitSignal(page.go_to) as caught:
        page.empty.button.click()
    assert caught.args == ["welcome"]
    session.close()


def test_a_uniform_plan_can_be_exported_and_names_what_loads_it(page, session) -> None:
    drop(session, slice(0, 2))
    assert page.state().kind == "ready"
    assert page.primary_action.isEnabled()
    assert page.figures.figures[3].value.full_text == "uniform"
    assert page.figures.figures[0].value.full_text == "18"


def test_a_ragged_plan_can_be_exported_and_a_button_makes_it_uniform(page, session) -> None:
    drop(session, slice(0, 2), slice(0, 1))
    assert page.state().kind == "ready"
    assert page.primary_action.isEnabled()
    assert page.figures.figures[3].value.full_text == "ragged"
    assert page.banner.isVisible()
    page.banner.button.click()
    assert session.plan.uniform
    assert page.primary_action.isEnabled()
    assert page.banner.isHidden()


def test_a_folder_that_holds_something_is_refused(page, session, tmp_path: Path) -> None:
    drop(session, slice(0, 2))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    page.form.folder.setText(str(tmp_path / "full"))
    assert not page.primary_action.isEnabled()
    assert "not empty" in page.form.hint.text()
    page.form.folder.setText(str(tmp_path / "new"))
    assert page.primary_action.isEnabled()


@pytest.mark.parametrize(
    ("name", "problem"), [("models/tiny", "inside"), ("file", "file"), ("", "missing"), ("new", "")]
)
def test_a_target_is_judged_by_what_is_there(
    model: Path, tmp_path: Path, name: str, problem: str
) -> None:
    (tmp_path / "file").touch()
    text = str(tmp_path / name) if name else ""
    assert look_at(text, model).problem == problem


def test_the_proposed_folder_is_never_one_that_exists(session, model: Path) -> None:
    first = proposed(session.model, model, session.plan)
    first.mkdir()
    assert proposed(session.model, model, session.plan).name == f"{first.name}-2"
    assert first.parent == model.parent


def test_the_command_says_what_the_form_says(page, session, tmp_path: Path) -> None:
    page.form.folder.setText(str(tmp_path / "a b"))
    page.form.verify.setChecked(False)
    page.form.shard.setCurrentIndex(page.form.shard.findData("1GB"))
    words = shlex.split(page.command())
    assert words[:3] == ["seer", "export", session.model]
    assert words[words.index("-o") + 1] == str(tmp_path / "a b")
    assert "--no-verify" in words
    assert words[words.index("--shard-size") + 1] == "1GB"
    assert shard_bytes("1GB") == 10**9


def test_the_options_come_back_with_the_project(page, session) -> None:
    page.form.verify.setChecked(False)
    assert session.page_options("export")["verify"] is False


def test_a_result_is_shown_and_the_next_folder_proposed(page, session, tmp_path: Path) -> None:
    target = tmp_path / "models" / "out"
    page.form.folder.setText(str(target))
    target.mkdir()
    (target / "config.json").touch()
    session.set_exported(written(target))
    texts = [outcome.text for outcome in page.result.list.outcomes()]
    assert "Verified" in texts
    assert page.result.isVisible()
    assert page.form.folder.text() != str(target)
    assert page.state().kind == "done"
    assert str(target) in page.python.text()


def test_an_export_of_another_plan_is_stale(page, session, tmp_path: Path) -> None:
    drop(session, slice(0, 2))
    page._written = session.plan
    session.set_exported(written(tmp_path / "out"))
    assert page.state().kind == "done"
    drop(session, slice(2, 3))
    assert page.state().kind == "stale"


@pytest.fixture
def tuned(session, tmp_path: Path) -> Variant:
    """A tuned checkpoint that is a variant of the open model."""
    folder = write_mixtral(tmp_path / "run-1" / "model", experts=6)
    variant = Variant(name="run-1 Top-1", kind="tuned", path=str(folder))
    session.add_variant(variant)
    return variant


def test_without_a_tuned_checkpoint_there_is_no_choice_of_what_is_written(page, session) -> None:
    assert page.form.source.isHidden()
    session.add_variant(Variant(name="gone", kind="tuned", path="/nowhere"))
    assert page.form.source.isHidden()


def test_a_tuned_checkpoint_is_written_whole(qtbot, page, session, tuned, tmp_path: Path) -> None:
    assert not page.form.source.isHidden()
    assert page.form.chosen == ""
    drop(session, slice(0, 7))  # a plan that cannot be exported
    assert not page.primary_action.isEnabled()
    page.form.source.setCurrentIndex(1)
    assert page.primary_action.isEnabled()
    assert page.figures.figures[0].value.full_text == "18"
    assert page.form.folder.text().endswith("tiny-run-1-top-1")
    page.form.folder.setText(str(tmp_path / "out"))
    words = shlex.split(page.command())
    assert words[2] == tuned.path
    assert Path(words[words.index("--plan") + 1]).is_file()
    page.primary_action.trigger()
    qtbot.waitUntil(lambda: session.exported is not None, timeout=20_000)
    assert session.exported.verified
    written = inspect_model(tmp_path / "out")
    assert written.parameters == inspect_model(Path(tuned.path)).parameters
    exported = next(v for v in session.variants if v.kind == "exported")
    assert exported.path == str(tmp_path / "out")


def test_another_page_chooses_what_is_written(page, session, tuned) -> None:
    session.set_page_options("export", {**page.form.options(), "source": tuned.name})
    page.shown()
    assert page.form.chosen == tuned.name
    session.remove_variant(tuned.name)
    assert page.form.chosen == ""
