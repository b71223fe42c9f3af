"""SIGKILL in the middle of a choice or a search: the same command goes on to the same end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.cli.conftest import Seer
from tests.tiny import TEXT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

# `seer` that kills itself once a stage has come so far; what is measured is written at once.
VICTIM = """
import os, signal, sys
from core.cli import main
from core.evaluation import ledger
from core.run import Progress, Run

stage, least = sys.argv[1], int(sys.argv[2])
ledger.SAVE_SECONDS = 0.0
emit = Run.emit

def watch(self, event):
    emit(self, event)
    if isinstance(event, Progress) and event.stage == stage and event.done >= least:
        os.kill(os.getpid(), signal.SIGKILL)

Run.emit = watch
sys.argv = ["seer", *sys.argv[3:]]
main()
"""


def killed(stage: str, least: int, *words: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, stage, str(least), *map(str, words)],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(("joint", "drop experts", 2), marks=pytest.mark.slow),
        ("iterative", "profile again", 700),
        pytest.param(("", "search", 900), marks=pytest.mark.slow),
    ],
)
def test_a_killed_choice_goes_on_and_ends_the_same(
    cut: tuple[str, str, int], seer: Seer, model, profile, tmp_path: Path
) -> None:
    policy, stage, least = cut
    texts = tmp_path.parent / f"{tmp_path.name}-texts"
    texts.mkdir()
    (texts / "prose.txt").write_text("\n\n".join(f"{n}. {TEXT}" for n in range(40)))
    words: list[object] = ["select", model, profile, "--policy", policy, "--keep", 5]
    if not policy:
        words = ["search", model, profile, "--max-ppl-increase", "300%"]
    words += ["--metric", "reap", "--source", texts, "--max-tokens", 600, "--seq-len", 64]
    words += ["--batch-size", 4, "--device", "cpu"]
    killed(stage, least, *words, "-o", tmp_path / "cut.json")
    assert not (tmp_path / "cut.json").exists()
    ledger = tmp_path / ".cut.json.measured"
    assert json.loads(ledger.read_text())["answers"]
    again = seer(*words, "-o", tmp_path / "cut.json", "--resume", "--json").json
    whole = seer(*words, "-o", tmp_path / "whole.json", "--json").json
    assert again["kept"] == whole["kept"]
    if policy:
        assert again["resumed"] > 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cut.json", "whole.json"]


@pytest.mark.slow
def test_a_killed_search_for_options_tries_the_cut_trial_again(
    seer: Seer, model, texts, tmp_path: Path
) -> None:
    pytest.importorskip("optuna")
    words: list[object] = ["tune-search", model, "--source", texts, "--max-tokens", 600]
    words += ["--seq-len", 64, "--top-k", 1, "--steps", 3, "--lr", 0.01, "--device", "cpu"]
    words += ["--minutes", 0.0001, "--work", tmp_path / "work"]
    killed("tune", 2, *words)
    found = seer(*words, "--json").json
    assert len(found["trials"]) == 1, "the base, which was cut, and nothing else"
    assert found["trials"][0]["learning_rate"] == pytest.approx(0.01)
    assert found["best"] == found["trials"][0]
