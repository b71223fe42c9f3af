"""A full disk and a target that cannot be written: a line that says so, nothing left, a retry."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from core.planning import Plan
from core.project import create_project
from tests.core.cli.conftest import Seer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE stands for the disk")

SMALL = 256  # bytes of any file: less than every command writes


@contextmanager
def small_disk(most_bytes: int = SMALL) -> Iterator[None]:
    """No file may grow beyond a size; Python ignores the signal, so that writes fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def words(model: Path, texts: Path, profile: Path, tmp_path_factory: pytest.TempPathFactory):
    """What a command is asked, but for where it writes."""
    plan = tmp_path_factory.mktemp("plans") / "plan.json"
    info = inspect_model(model)
    Plan.keep_all(info).with_kept(Plan.keep_all(info).kept_LE).save(plan)
    project = tmp_path_factory.mktemp("projects") / "p"
    create_project(project, model=str(model))
    read = ["--source", texts, "--max-tokens", 600, "--seq-len", 64, "--batch-size", 4]
    place = ["--device", "cpu"]
    chosen = ["--metric", "reap", "--keep", 6]
    short = ["--top-k", 1, "--steps", 2, "--save-every", 1, "--eval-every", 0]
    return {
        "profile": ["profile", model, *read, *place],
        "plan": ["plan", profile, *chosen],
        "select": ["select", model, profile, "--policy", "iterative", *chosen, *read, *place],
        "search": [
            *("search", model, profile, "--metric", "reap", "--max-ppl-increase", "300%"),
            *(*read, *place),
        ],
        "tune": ["tune", model, *read, *place, *short, "--train", "experts"],
        "export": ["export", model, "--plan", plan],
        "lens": ["lens", model, "--text", "the quick brown fox " * 20, *place],
        "report": ["report", project],
    }


OUTPUT = {"profile": "p.safetensors", "lens": "l.safetensors", "report": "r.html"}
COMMANDS = ("profile", "plan", "select", "search", "tune", "export", "lens", "report")
# What a stopped run goes on from, which may stay and is taken up again or removed by the retry.
KEPT = (".measured", ".tuning", ".partial", ".waiting")


def left(folder: Path) -> list[str]:
    """What a failure has left, but for what a retry takes up."""
    return sorted(p.name for p in folder.iterdir() if not any(k in p.name for k in KEPT))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_a_line_that_says_so_and_a_retry_works(
    command: str, seer: Seer, words, tmp_path: Path
) -> None:
    output = tmp_path / OUTPUT.get(command, "out.json" if command in {"plan", "select"} else "out")
    with small_disk():
        outcome = seer(*words[command], "-o", output, "--quiet")
    assert outcome.code == 1, outcome.out
    assert outcome.err.startswith("error: "), outcome.err
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert "; try: " in outcome.err
    assert left(tmp_path) == []
    again = seer(*words[command], "-o", output, "--quiet")
    assert again.code == 0, again.err
    assert output.exists()
    assert set(left(tmp_path)) == {output.name}


@pytest.mark.parametrize("most_bytes", [4_000, 60_000, 140_000, 300_000])
def test_a_disk_that_fills_up_while_tuning_costs_no_checkpoint_that_was_whole(
    most_bytes: int, seer: Seer, words, tmp_path: Path
) -> None:
    output, work = tmp_path / "out", tmp_path / ".out.tuning"
    long = [*words["tune"], "--steps", 4, "-o", output, "--quiet"]
    with small_disk(most_bytes):
        outcome = seer(*long)
    assert outcome.code == 1, outcome.out
    said = [line for line in outcome.err.splitlines() if not line.startswith("warning: ")]
    assert len(said) == 1, outcome.err
    assert said[0].startswith("error: ")
    assert "File too large" in said[0] or "failed writing" in said[0] or "unexpected pos" in said[0]
    assert not output.exists()
    assert all((path / "done.json").exists() for path in work.glob("checkpoint-*"))
    again = seer(*long, "--resume")
    assert again.code == 0, again.err
    assert (output / "config.json").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["/proc/seer", "below a file"])
def test_a_target_that_cannot_be_written_is_said_before_the_work(
    command: str, place: str, seer: Seer, words, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("of the user")
    folder = Path(place) if place.startswith("/") else tmp_path / "file"
    outcome = seer(*words[command], "-o", folder / "out", "--quiet")
    assert outcome.code == 1, outcome.out
    assert outcome.err.startswith("error: "), outcome.err
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert (tmp_path / "file").read_text() == "of the user"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
