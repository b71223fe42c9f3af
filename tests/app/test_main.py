"""`seer-studio` from a shell: what it says where no window can open, and that it starts light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as program

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    without = {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version_needs_no_display():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("seer-studio ")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these always have a display")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize(
    ("stdout", "code", "said"),
    [(">&-", 0, ""), (">/dev/full", 1, "error: No space left on device")],
)
def test_help_that_cannot_be_printed_makes_no_traceback(stdout: str, code: int, said: str) -> None:
    line = f"'{sys.executable}' -m app --help {stdout}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (code, said)


def test_without_a_display_it_points_to_the_command_line():
    done = run()
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "seer demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_wrong_usage():
    done = run("--frobnicate")
    assert done.returncode == 2
    assert "usage: seer-studio" in done.stderr


def test_a_missing_library_names_the_packages(monkeypatch, capsys):
    monkeypatch.setattr(program, "has_display", lambda: True)
    monkeypatch.setattr(program, "missing_library", lambda: "libxcb-cursor.so.0: cannot open")
    assert program.main([]) == 1
    said = capsys.readouterr().err
    assert "libxcb-cursor.so.0" in said
    assert "sudo apt install" in said
    assert "sudo dnf install" in said


def test_nothing_heavy_is_imported_before_the_window():
    code = (
        "import sys; import app.main_window.studio; "
        "heavy = {'torch', 'transformers', 'numpy', 'pyqtgraph', 'psutil', 'pynvml'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
