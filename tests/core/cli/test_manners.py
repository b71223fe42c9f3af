"""Exit codes, streams, interruption, and what is never imported."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import __version__
from core.checkpoint import inspect_model
from core.planning import Plan, paint
from core.profiling import load_profile
from tests.core.cli.conftest import Seer

COMMANDS = ("inspect", "profile", "score", "plan", "cost", "evaluate", "export", "report", "demo")
WATCHED = """
import sys
from core.cli import main
sys.argv = ["seer", *sys.argv[1:]]
try:
    main()
finally:
    heavy = sorted({"torch", "transformers", "PySide6", "datasets"} & set(sys.modules))
    print("imported:", *heavy, file=sys.stderr)
"""


def subprocess_of(*words: object, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "core"]
    return subprocess.run(
        [sys.executable, *start, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.fixture
def plan(model: Path, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    info = inspect_model(model)
    paint(Plan.keep_all(info), [(0, 1), (1, 7)], keep=False).save(path)
    return path


@pytest.fixture
def own_texts(texts: Path, tmp_path: Path) -> Path:
    """The texts, and an empty file beside them."""
    shutil.copytree(texts, tmp_path / "texts")
    (tmp_path / "texts" / "empty.txt").write_text("")
    return tmp_path / "texts"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(seer: Seer, command: str) -> None:
    result = seer(command, "--help")
    assert result.code == 0
    assert "--json" in result.out
    assert "--quiet" in result.out


def test_version_and_help_need_no_command(seer: Seer) -> None:
    assert seer("--version").out.strip() == f"seer {__version__}"
    assert seer("--help").code == 0


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("inspect",),
        ("cost", "demo", "--context", "many"),
        ("plan", "p.safetensors", "--keep", "4", "-o", "x", "--scope", "galaxy"),
        ("profile", "demo"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_nothing_on_stdout(
    seer: Seer, words: tuple[str, ...]
) -> None:
    result = seer(*words)
    assert result.code == 2
    assert not words or result.out == ""


def test_an_error_is_one_line_on_stderr_and_exit_code_1(seer: Seer, tmp_path: Path) -> None:
    result = seer("inspect", tmp_path / "nowhere", "--json")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert "; try: " in result.err
    assert result.err.count("\n") == 1


@pytest.mark.timeout(200)
def test_commands_without_a_model_in_memory_never_import_torch(
    model: Path, profile: Path, plan: Path, tmp_path: Path
) -> None:
    for words in (
        ("inspect", model),
        ("cost", model, "--plan", plan, "--top-k", 1),
        ("score", profile),
        ("plan", profile, "--keep", 6, "-o", tmp_path / "new.json"),
        ("export", model, "--plan", tmp_path / "new.json", "-o", tmp_path / "out"),
        ("report", tmp_path / "out", "-o", tmp_path / "out.html"),
    ):
        done = subprocess_of(*words, "--json", code=WATCHED)
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[-1] == "imported:", words
        assert json.loads(done.stdout)
        assert done.stdout.count("\n") == 1


def test_json_is_alone_on_stdout_and_quiet_leaves_stderr_empty(model: Path) -> None:
    done = subprocess_of("inspect", model, "--json", "--quiet")
    assert json.loads(done.stdout)["model_type"] == "mixtral"
    assert done.stderr == ""


def test_tables_are_for_people(seer: Seer, model: Path, plan: Path, profile: Path) -> None:
    inspected = seer("inspect", model)
    assert "8 per layer, 2 per token" in inspected.out
    assert "% " in seer("cost", model, "--plan", plan).out
    scored = seer("score", profile, "--metric", "actual-count").out
    assert "L1" in scored
    assert len(scored.splitlines()) > 16


def test_a_plan_of_other_weights_needs_force(
    seer: Seer, model: Path, plan: Path, tmp_path: Path
) -> None:
    data = json.loads(plan.read_text())
    data["model"]["fingerprint"] = "0" * 64
    plan.write_text(json.dumps(data))
    for words in (
        ("cost", model, "--plan", plan),
        ("export", model, "--plan", plan, "-o", tmp_path / "out"),
    ):
        refused = seer(*words)
        assert refused.code == 1
        assert "--force" in refused.err
        assert seer(*words, "--force").code == 0


def test_a_ragged_plan_is_exported_with_its_loader(
    seer: Seer, model: Path, plan: Path, tmp_path: Path
) -> None:
    ragged = paint(Plan.load(plan), [(0, 2)], keep=False)
    ragged.save(plan)
    result = seer("export", model, "--plan", plan, "-o", tmp_path / "out")
    assert result.code == 0
    assert "the bundled loader (ragged)" in result.out
    assert (tmp_path / "out" / "modeling_seer.py").exists()


def test_a_refused_plan_leaves_nothing_behind(
    seer: Seer, model: Path, plan: Path, tmp_path: Path
) -> None:
    kept = Plan.load(plan).kept_LE.copy()
    kept[0, 1:] = False
    Plan.load(plan).with_kept(kept).save(plan)
    result = seer("export", model, "--plan", plan, "-o", tmp_path / "out")
    assert result.code == 1
    assert "chooses 2" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize(
    ("size", "message"), [("5 gigs", "is not a size"), ("10B", "shard size of 10 bytes")]
)
def test_a_shard_size_that_makes_no_sense_is_refused(
    seer: Seer, model: Path, plan: Path, size: str, message: str
) -> None:
    out = plan.parent / "out"
    result = seer("export", model, "--plan", plan, "-o", out, "--shard-size", size)
    assert result.code == 1
    assert message in result.err


def test_an_output_that_cannot_be_written_fails_before_the_model_is_loaded(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    result = seer("profile", model, "--source", texts, "-o", tmp_path / "missing" / "p.safetensors")
    assert result.code == 1
    assert "there is no folder" in result.err
    assert seer("profile", model, "--source", texts, "-o", tmp_path).code == 1
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("source", "message"),
    [("nowhere.txt", "nowhere.txt"), ("empty.txt", "empty"), ("code.jsonl#body", "body")],
)
def test_a_source_without_text_is_an_error_that_names_it(
    seer: Seer, model: Path, own_texts: Path, source: str, message: str
) -> None:
    output = own_texts.parent / "p.safetensors"
    result = seer("profile", model, "--source", own_texts / source, "-o", output)
    assert result.code == 1
    assert result.err.startswith("error: ")
    assert message in result.err
    assert not output.exists()


@pytest.mark.timeout(300)
def test_an_interrupted_profile_stops_cleanly_and_goes_on_where_it_was(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    output = tmp_path / "p.safetensors"
    words = (
        *("profile", model, "--source", texts / "prose.txt", "--max-tokens", 12_000),
        *("--seq-len", 32, "--batch-size", 1, "--device", "cpu", "-o", output),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "core", *map(str, words), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 200
    while not (tmp_path / ".p.safetensors.partial").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "interrupted" in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == [".p.safetensors.partial"]
    resumed = seer(*words, "--resume", "--json")
    assert resumed.json["tokens"] == load_profile(output).total_tokens
    assert "going on after batch" in resumed.err
    whole = seer(*words[:-1], tmp_path / "whole.safetensors", "--json")
    assert whole.json["tokens"] == resumed.json["tokens"]
    assert (
        load_profile(tmp_path / "whole.safetensors").fingerprint == load_profile(output).fingerprint
    )


def test_a_reader_that_goes_away_ends_the_command_quietly(profile: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "core", "score", str(profile)],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_a_command_imports_what_it_needs_and_describes_no_other(model):
    code = (
        "import sys; sys.argv = ['seer', 'inspect', '--json', sys.argv[1]]\n"
        "from core.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "late = ('torch', 'numpy', 'rich', 'core.cli.plan', 'core.cli.profile')\n"
        "print([name for name in late if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["layers"] == 2
    assert done.stderr.strip() == "[]"


def test_every_command_is_there_for_those_who_ask_for_all():
    from core.cli import COMMANDS, app

    assert [command.name for command in app.registered_commands] == list(COMMANDS)
