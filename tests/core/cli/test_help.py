"""Help is whole in a narrow terminal, and its examples are commands."""

import itertools
import shlex
from typing import Any

import pytest
import typer

from core.cli import COMMANDS, application
from core.cli.examples import EXAMPLES, FIRST_STEPS
from tests.core.cli.conftest import Seer


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(application())
    return group.commands


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_cuts_no_option_short(
    seer: Seer, commands: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERMINAL_WIDTH", str(columns))
    shown = seer(name, "--help").out
    names = {o for p in commands[name].params for o in (*p.opts, *p.secondary_opts) if o[0] == "-"}
    assert {o for o in names if o not in shown} == set()
    assert EXAMPLES[name] in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_commands_that_parse(commands: dict[str, Any], name: str) -> None:
    program, command, *words = shlex.split(EXAMPLES[name])
    assert (program, command) == ("seer", name)
    commands[name].make_context(name, words)


def test_examples_take_up_files_of_examples_before_them() -> None:
    made = {"demo", "smaller", "job.json"}
    for name in ("profile", "plan", *EXAMPLES):
        words = shlex.split(EXAMPLES[name])
        outputs = {b for a, b in itertools.pairwise(words) if a in {"-o", "--work"}}
        taken = {w for w in words if w.endswith((".json", ".safetensors"))} - outputs
        assert taken <= made, name
        made |= outputs


def test_the_first_page_names_all_commands_and_the_first_steps(seer: Seer) -> None:
    shown = seer("--help").out
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert all(EXAMPLES[name] in shown for name in FIRST_STEPS)


def test_paths_in_tables_are_whole_in_a_narrow_terminal() -> None:
    import io

    from rich.console import Console

    from core.cli.tables import facts

    path = "/somewhere/" + "long" * 20
    page = io.StringIO()
    Console(file=page, width=40).print(facts([("folder", path)]))
    shown = "".join(line.removeprefix("folder").strip() for line in page.getvalue().splitlines())
    assert shown == path
