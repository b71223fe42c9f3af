"""The paper's claims in the window: a result is shown, opened, measured, and says what held."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.paper.reproduce
from app.pages.tune.claim_words import claim_text, plot_words
from app.pages.tune.claims import ClaimsView
from app.session import Session
from core.paper import ARMS
from core.paper.files import keep
from core.paper.words import WAYS
from tests.core.paper.results import example


@pytest.fixture
def view(qtbot, session: Session) -> ClaimsView:
    view = ClaimsView(session)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    return view


def test_every_claim_has_a_mark_and_its_numbers(view) -> None:
    assert view.empty.isVisible()
    result = example()
    view.show_result(result)
    outcomes = view.claims.outcomes()
    assert len(outcomes) == len(result.claims)
    marks = {
        claim.key: outcome.mark for claim, outcome in zip(result.claims, outcomes, strict=True)
    }
    assert (marks["counting"], marks["soft"], marks["annealing"]) == ("good", "bad", "warn")
    assert view.plot.shown
    assert view.plot.height() > 100
    assert "24,000 held-out tokens" in view.note.text()


def test_every_claim_and_word_of_the_plot_has_the_users_language() -> None:
    for claim in example().claims:
        assert claim_text(claim.key, "nothing") == claim.text
    words = plot_words()
    assert set(words.arms) == set(ARMS)
    assert set(words.ways) == set(WAYS)


def test_a_kept_result_is_opened_and_another_file_refused(qtbot, view, tmp_path: Path) -> None:
    keep(example(), tmp_path)
    view.open(tmp_path / "paper.json")
    qtbot.waitUntil(lambda: view.result is not None, timeout=10_000)
    assert view.result == example()
    (tmp_path / "other.json").write_text("{}")
    view.open(tmp_path / "other.json")
    qtbot.waitUntil(view.banner.isVisible, timeout=10_000)
    assert "no result of the paper's claims" in view.banner.text


def test_a_run_shows_what_it_has_and_is_kept_in_the_project(
    qtbot, view, monkeypatch, tmp_path: Path
) -> None:
    asked = []

    def reproduce(folder, options, *, run, **_kept):
        asked.append(options)
        run.snapshot("paper", example(arms=()))
        return example()

    monkeypatch.setattr(core.paper.reproduce, "reproduce", reproduce)
    monkeypatch.setattr("app.jobs.paper.wait_for_libraries", lambda _run: None)
    monkeypatch.setattr(ClaimsView, "folder", property(lambda _: tmp_path / "paper"))
    view.steps.setText("many")
    assert not view.try_button.isEnabled()
    view.steps.setText("7")
    view.try_button.click()
    qtbot.waitUntil(lambda: view.result == example(), timeout=10_000)
    assert asked[0].steps == 7
    assert "--paper --steps 7" in view.watch.job.task.command
    assert (tmp_path / "paper" / "paper.svg").is_file()
    # The project's own result is there when it is opened again.
    view.result = None
    view.reload()
    qtbot.waitUntil(lambda: view.result is not None, timeout=10_000)
