"""What a shell can do to the streams, the folder and the moment of a command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli.terminal import Terminal
from core.errors import Cancelled
from core.profiling import load_profile
from core.run import Run
from tests.core.cli.conftest import Seer

FULL = Path("/dev/full")


def shell(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of sh, where `$SEER` is the command line of this checkout."""
    root = str(Path(__file__).parents[3])
    return subprocess.run(
        ["sh", "-c", line.replace("$SEER", f"'{sys.executable}' -m core")],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": root} | environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_a_closed_stdout_takes_nothing_from_the_files_that_are_written(
    profile: Path, tmp_path: Path
) -> None:
    done = shell(f"$SEER plan '{profile}' --keep 6 -o plan.json >&-", tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert json.loads((tmp_path / "plan.json").read_text())["seer_plan"] == 1
    assert shell("$SEER inspect nowhere 2>&-", tmp_path).returncode == 1


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize(
    "words", ["--version", "inspect --help", "families", "score '{profile}' --json"]
)
def test_a_result_that_cannot_be_printed_is_an_error_in_one_line(
    words: str, profile: Path, tmp_path: Path
) -> None:
    done = shell(f"$SEER {words.format(profile=profile)} >{FULL}", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: No space left on device; try: free some space, or another disk\n"
    )


@pytest.mark.parametrize(
    "words", ["plan '{profile}' --keep 6 -o plan.json", "inspect .", "tune demo -s demo -o out"]
)
def test_a_folder_that_is_gone_is_named_and_nothing_more(
    words: str, profile: Path, tmp_path: Path
) -> None:
    line = f"mkdir gone && cd gone && rmdir ../gone && $SEER {words.format(profile=profile)}"
    done = shell(line, tmp_path)
    said = [text for text in done.stderr.splitlines() if "getcwd" not in text]  # the shell's own
    assert done.returncode == 1
    assert said == [
        "error: the folder that this command was started in is gone; try: cd to another one"
    ]


def test_json_is_the_same_object_where_stdout_knows_ascii_alone(
    profile: Path, tmp_path: Path
) -> None:
    words = f"$SEER score '{profile}' --json"
    narrow = shell(words, tmp_path, PYTHONIOENCODING="ascii")
    assert narrow.stdout.isascii()
    wide = shell(words, tmp_path, PYTHONIOENCODING="utf-8")
    assert "Σ" in wide.stdout
    assert json.loads(narrow.stdout) == json.loads(wide.stdout)
    table = shell(f"$SEER plan '{profile}' --keep 6 -o p.json", tmp_path, PYTHONIOENCODING="ascii")
    assert (table.returncode, table.stderr) == (0, "")
    shown = shell("$SEER tune --help", tmp_path, PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_ctrl_c_is_silent_while_the_command_line_is_still_imported(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    done = shell("$SEER inspect demo", tmp_path, PYTHONPATH=f"{tmp_path}:{Path.cwd()}")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def interrupted_after(work: Callable[[Run], None]) -> str:
    """Which exception Ctrl-C becomes once `work` has told of its progress."""
    caught = "none"

    def command() -> None:
        nonlocal caught
        with Terminal(as_json=True, quiet=True) as terminal:
            work(terminal.run)
            try:
                signal.raise_signal(signal.SIGINT)
                terminal.run.check()
            except (KeyboardInterrupt, Cancelled) as error:
                caught = type(error).__name__
                raise

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == 130
    return caught


def test_ctrl_c_asks_a_stage_to_stop_and_breaks_what_is_between_two_stages() -> None:
    def halfway(run: Run) -> None:
        run.progress("pack", 1, 2, unit="tokens")

    def done(run: Run) -> None:
        halfway(run)
        run.progress("pack", 2, 2, unit="tokens")

    assert interrupted_after(lambda run: None) == "KeyboardInterrupt"
    assert interrupted_after(halfway) == "Cancelled"
    assert interrupted_after(done) == "KeyboardInterrupt"  # while torch is imported, for one


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--keep", "9" * 30), "cannot keep"),
        (("--keep", "9" * 5000), "cannot keep"),
        (("--keep", "4", "--lock-keep", "0:1", "--lock-drop", "0:1"), "expert 1 of layer 0"),
        (("--keep", "4", "--lock-keep", "0:8"), "one of 0 to 7"),
        (("--keep", "4", "--lock-keep", "0:" + "9" * 5000), "not LAYER:EXPERT"),
        (("--keep", "4", "--domain-weight", "code=1e300"), "is too large"),
        (("--keep", "4", "-o", "n" * 300), "a shorter name"),
    ],
)
def test_what_no_plan_can_be_made_of_is_refused_in_one_line(
    seer: Seer, profile: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    result = seer("plan", profile, "-o", tmp_path / "plan.json", *words)
    assert (result.code, result.out) == (1, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_huge_numbers_ask_for_everything(
    seer: Seer, profile: Path, texts: Path, model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    for words in (("--keep", 4), ("--keep", 4, "--scope", "global"), ("--coverage", 0.5)):
        made = seer("plan", profile, *words, "--floor", 10**30, "-o", path, "--json")
        assert made.json["kept"] == [8, 8]
    more = seer("plan", profile, "--keep", 99, "-o", path, "--json")
    assert more.json["kept"] == [8, 8]
    assert "no layer has 99 experts" in more.err
    read = seer(
        *("evaluate", model, "--source", texts / "prose.txt", "--max-tokens", 10**30),
        *("--json", "--device", "cpu"),
    )
    assert read.json["tokens"] > 1000


def test_a_plan_for_other_layers_says_which(
    seer: Seer, profile: Path, model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    seer("plan", profile, "--keep", 6, "-o", path)
    data = json.loads(path.read_text())
    data["layers"] = {"0": data["layers"]["0"], "3": data["layers"]["1"]}
    data["made_by"]["protected"] = []
    path.write_text(json.dumps(data))
    refused = seer("cost", model, "--plan", path)
    assert refused.code == 1
    assert "experts in layers 0, 3" in refused.err
    assert "experts in layers 0, 1" in refused.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_utf_8_is_a_name(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    source, output = (
        tmp_path / os.fsdecode(name) for name in (b"t\xfft.txt", b"p\xff.safetensors")
    )
    source.write_text((texts / "prose.txt").read_text())
    words = ("--max-tokens", 300, "--seq-len", 64, "--device", "cpu", "--json")
    found = seer("profile", model, "--source", source, "-o", output, *words).json
    assert found["domains"] == ["t?t"]
    assert load_profile(output).sources[0].endswith("t?t.txt")
    plan = tmp_path / os.fsdecode(b"plan\xff.json")
    assert seer("plan", output, "--keep", 6, "-o", plan).code == 0
    assert seer("export", model, "--plan", plan, "-o", tmp_path / "out").code == 0


def test_sequences_longer_than_the_model_takes_are_warned_of(
    seer: Seer, model: Path, texts: Path, tmp_path: Path
) -> None:
    words = ("--source", texts / "prose.txt", "--max-tokens", 600, "--device", "cpu", "--quiet")
    for command in (("profile", model, "-o", tmp_path / "p.safetensors"), ("evaluate", model)):
        for length, warned in ((256, False), (300, True)):
            said = seer(*command, *words, "--seq-len", length).err
            assert (
                "longer than the 256 that the model takes; try: --seq-len 256" in said
            ) is warned


@pytest.mark.parametrize("rank", [0, 1])
def test_what_shares_no_work_refuses_to_be_one_of_several_processes(
    seer: Seer, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    launcher = {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    for name, value in launcher.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "job.json").write_text(
        json.dumps(
            {
                "seer_recipe": 1,
                "command": "plan",
                "arguments": {"profile": str(profile), "keep": 6, "output": "plan.json"},
            }
        )
    )
    for words in (
        ("plan", profile, "--keep", 6, "-o", tmp_path / "plan.json"),
        ("run", tmp_path / "job.json"),
    ):
        refused = seer(*words, "--json")
        assert (refused.code, refused.out) == (1, "")
        assert ("does not share its work" in refused.err) is (rank == 0)
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert seer("plan", profile, "--keep", 6, "-o", tmp_path / "plan.json").code == 0


def test_no_more_memory_is_an_error_in_one_line(
    seer: Seer, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("core.profiling.load_profile", full)
    refused = seer("score", profile, "--json")
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "--stream always" in refused.err


def test_a_folder_is_no_profile(seer: Seer, tmp_path: Path) -> None:
    refused = seer("score", tmp_path)
    assert (refused.code, "is a folder" in refused.err) == (1, True)
