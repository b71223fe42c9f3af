"""The command lines that the window shows are quoted for a shell and mean what the buttons do."""

from __future__ import annotations

import shlex

from app.jobs import lines
from core.calibration import CalibrationOptions, Source


def options(**changes) -> CalibrationOptions:
    sources = (Source(path_or_id="/my texts/a b.jsonl", domain="news", field="body"),)
    return CalibrationOptions(sources=sources, **changes)


def test_a_path_with_spaces_survives_the_shell() -> None:
    line = lines.profile_line(
        "/my models/x", options(), place=("--device", "auto"), output="/out put.safetensors"
    )
    words = shlex.split(line)
    assert words[:3] == ["seer", "profile", "/my models/x"]
    assert "news=/my texts/a b.jsonl#body" in words
    assert words[-1] == "/out put.safetensors"


def test_only_what_differs_from_the_default_switch_is_said() -> None:
    plain = lines.profile_line(
        "demo", options(), place=("--device", "cpu", "--stream", "always"), output="p"
    )
    assert "--no-pack" not in plain
    assert "--chat-template" not in plain
    special = lines.profile_line(
        "demo",
        options(pack=False, chat_template=True),
        place=("--device", "cpu", "--stream", "always"),
        output="p",
    )
    assert "--no-pack" in special
    assert "--chat-template" in special


def test_every_option_of_the_lines_is_one_of_the_command_line(tmp_path) -> None:
    """Typer itself judges: an unknown option would be refused."""
    from typer.main import get_command

    from core.cli import app

    commands = get_command(app).commands
    made = (
        lines.profile_line(
            "demo",
            options(pack=False, chat_template=True),
            place=("--device", "cpu", "--stream", "always"),
            output="p",
        ),
        lines.evaluate_line(
            "demo",
            options(),
            place=("--device", "cpu", "--stream", "always"),
            plan="p.json",
            reference="demo",
        ),
        lines.export_line("demo", plan="p.json", output="out", shard_size="5GB", verify=False),
    )
    for line in made:
        words = shlex.split(line)
        known = {name for p in commands[words[1]].params for name in (*p.opts, *p.secondary_opts)}
        used = {word for word in words[2:] if word.startswith("-")}
        assert used <= known, f"{words[1]} does not know {used - known}"


def test_an_unfolded_line_is_the_same_to_a_shell() -> None:
    line = lines.export_line("a b", plan="p.json", output="out", shard_size="5GB", verify=True)
    folded = lines.unfolded(line)
    assert "\n" in folded
    assert shlex.split(folded.replace("\\\n", "")) == shlex.split(line)


def test_the_python_snippet_is_python_and_names_the_folder() -> None:
    snippet = lines.load_snippet("/it's/here")
    compile(snippet, "snippet", "exec")
    scope: dict[str, object] = {}
    exec(snippet.splitlines()[2], scope)
    assert scope["folder"] == "/it's/here"
    assert "trust_remote_code" not in snippet
    ragged = lines.load_snippet("/it's/here", uniform=False)
    compile(ragged, "snippet", "exec")
    assert "trust_remote_code=True)" in ragged
    seeing = lines.load_snippet("/here", auto_class="AutoModelForImageTextToText")
    assert "import AutoModelForImageTextToText, AutoTokenizer" in seeing
    assert "AutoModelForCausalLM" not in seeing
