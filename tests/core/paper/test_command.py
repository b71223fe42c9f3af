"""`seer demo --paper`: what it prints and keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import core.paper.reproduce
from core.cli import app
from core.paper import PaperOptions, PaperResult
from tests.core.paper.results import example


@pytest.fixture
def asked(monkeypatch) -> list[PaperOptions]:
    """What was asked for; the result is there at once."""
    options: list[PaperOptions] = []

    def reproduce(_folder, wanted, *, run, **_kept):
        options.append(wanted)
        return example()

    monkeypatch.setattr(core.paper.reproduce, "reproduce", reproduce)
    return options


def test_json_holds_everything_and_the_folder_has_tables_and_plot(asked, tmp_path: Path) -> None:
    words = ["demo", "--paper", "--steps", "7", "--seeds", "3", "--max-tokens", "900", "--json"]
    done = CliRunner().invoke(app, [*words, "--quiet", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    files = {kind: Path(path) for kind, path in said.pop("files").items()}
    assert said == example().to_json()
    assert PaperResult.load(files["result"]) == example()
    assert files["plot"].read_text().startswith("<svg")
    assert files["markdown"].read_text().startswith("# SEER-MoE's claims")
    (options,) = asked
    assert (options.steps, options.seeds) == (7, 3)
    assert (options.profile_tokens, options.eval_tokens) == (900, 450)


def test_people_see_three_tables(asked) -> None:
    done = CliRunner().invoke(app, ["demo", "--paper", "--quiet"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["demo", "--paper"])
    for words in ("soft count, global", "Top-1, distillation", "14.23 (14.20 – 14.26)",
                  "within the spread"):  # fmt: skip
        assert words in done.stdout


def test_a_folder_with_something_in_it_is_refused_before_anything_runs(
    asked, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = CliRunner().invoke(app, ["demo", "--paper", "-o", str(tmp_path)])
    assert done.exit_code == 1
    assert asked == []


def test_a_stopped_try_is_gone_on_with_only_if_that_is_asked_for(asked, tmp_path: Path) -> None:
    words = ["demo", "--paper", "-o", str(tmp_path)]
    (tmp_path / ".trying").mkdir()
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "--resume" in done.stderr
    assert asked == []
    assert CliRunner().invoke(app, [*words, "--resume", "--quiet"]).exit_code == 0
    assert len(asked) == 1
    for wrong in (["demo", "--paper", "--resume"], ["demo", "--resume"]):
        assert CliRunner().invoke(app, wrong).exit_code == 1
    assert len(asked) == 1
