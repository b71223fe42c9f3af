"""The desktop entry: valid, installed with the wheel, and written only when asked for."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import resources
from app import desktop_entry
from app.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
ENTRY = Path(resources.__file__).parent / "desktop" / "seer-studio.desktop"


def parse(path: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return parser["Desktop Entry"]


def test_the_entry_has_what_a_desktop_needs() -> None:
    entry = parse(ENTRY)
    assert entry["Type"] == "Application"
    assert entry["Exec"] == "seer-studio %f"
    assert entry["Icon"] == "seer-studio"
    assert entry["Terminal"] == "false"
    assert entry["Categories"].endswith(";")
    assert {"Comment[ko]", "GenericName[ko]"} <= set(entry)


@pytest.fixture
def home(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def test_it_is_written_when_asked_for_and_taken_away_again(home, capsys) -> None:
    assert main(["--install-desktop-entry"]) == 0
    entry = home / "applications" / "seer-studio.desktop"
    icon = home / "icons" / "hicolor" / "scalable" / "apps" / "seer-studio.svg"
    assert icon.read_text(encoding="utf-8").lstrip().startswith("<svg")
    assert str(entry) in capsys.readouterr().out
    program, argument = shlex.split(parse(entry)["Exec"])
    assert Path(program) == Path(sys.executable).with_name("seer-studio")
    assert argument == "%f"
    assert main(["--remove-desktop-entry"]) == 0
    assert not entry.exists()
    assert not icon.exists()
    assert main(["--remove-desktop-entry"]) == 0


def test_nothing_is_written_unless_asked_for(home, capsys) -> None:
    assert main(["--version"]) == 0
    assert not home.exists()


def test_a_place_that_cannot_be_written_is_an_error_with_a_remedy(home, capsys) -> None:
    home.write_text("a file")
    assert main(["--install-desktop-entry"]) == 1
    assert "try:" in capsys.readouterr().err


def test_odd_paths_are_quoted_as_the_specification_says() -> None:
    path = Path('/opt/a "b" $c `d` 100%/seer-studio')
    line = next(
        line
        for line in desktop_entry.with_program(ENTRY.read_text("utf-8"), path).split("\n")
        if line.startswith("Exec=")
    )
    value = line.removeprefix("Exec=").replace("\\\\", "\\")  # as a reader of keys unescapes it
    quoted, argument = value.rsplit(" ", 1)
    assert argument == "%f"
    inner = quoted[1:-1]
    for char in '"`$':
        assert f"\\{char}" in inner
    bare = inner.replace('\\"', '"').replace("\\`", "`").replace("\\$", "$").replace("%%", "%")
    assert bare == str(path)


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="no validator here")
def test_the_validator_of_freedesktop_agrees(home) -> None:
    main(["--install-desktop-entry"])
    for path in (ENTRY, home / "applications" / "seer-studio.desktop"):
        done = subprocess.run(
            ["desktop-file-validate", str(path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "error" not in done.stdout


def test_the_wheel_brings_programs_entry_icon_help_and_templates(tmp_path) -> None:
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=100,
    )
    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    names = set(wheel.namelist())
    shared = {name.split(".data/data/")[1] for name in names if ".data/data/" in name}
    assert "share/applications/seer-studio.desktop" in shared
    assert "share/icons/hicolor/scalable/apps/seer-studio.svg" in shared
    for needed in (
        "resources/report/report.html",
        "resources/report/card.md",
        "resources/i18n/seer_ko.qm",
        "resources/demo/model/model.safetensors",
        "app/main_window/window.py",
        "core/report/page.py",
    ):
        assert needed in names
    assert not any(name.startswith(("tests/", "bundle/")) for name in names)
    scripts = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert "seer-studio = app.__main__:main" in scripts
    assert "[gui_scripts]" in scripts
