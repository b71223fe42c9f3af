"""`seer run RECIPE.json`: a saved job.

    {"seer_recipe": 1, "command": "tune", "arguments": {"model": "demo", "source": ["demo"], …}}

`command` is the name of a command of `seer`; `arguments` are its options by their long names, with
`_` or `-`, the value true for a flag, a list for an option that repeats. So whatever the command
line takes, a recipe takes, and is checked by the same rules. Paths that are not absolute are meant
from the folder of the recipe.

Under `torchrun` or `accelerate launch` every process runs the recipe; the commands that share a run
among processes do so, the others refuse.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.terminal import Terminal
from core.errors import InputError
from core.schema import Schema

# typer carries a click of its own, whose names are not public: commands and parameters are `Any`.
FORM = Schema(
    what="the recipe",
    key="seer_recipe",
    newest=1,
    wanted='{"seer_recipe": 1, "command": …, "arguments": {…}}',
    error=InputError,
)
# Commands that a recipe may name: those that make something.
KNOWN = (
    *("profile", "plan", "evaluate", "search", "select", "tune", "tune-search", "export", "report"),
    "demo",
)
# Options and arguments that name files and folders, where a relative path is the recipe's.
_PLACES = {"output", "plan", "work", "profile", "place", "cache", "lm_eval_path"}
# Words as [NAME=]PLACE[#FIELD], where the place may also be demo or of the hub.
_SOURCES = {"source", "validation", "task"}
_LONGEST = 1_000_000


def run(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE.json", help="A saved job.", show_default=False)
    ],
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a stopped run of it was.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> None:
    """Carry out a saved job, also under torchrun or accelerate launch.

    A recipe is JSON: {"seer_recipe": 1, "command": "tune", "arguments": {"model": "demo", …}},
    with the options of that command by their long names.
    """
    with Terminal(as_json=as_json, quiet=quiet, shared=True):
        command, words = read_recipe(recipe)
        words += ["--json"] * as_json + ["--quiet"] * quiet + ["--resume"] * resume
    command.main(args=words, prog_name=f"seer {command.name}", standalone_mode=True)


def read_recipe(path: Path) -> tuple[Any, list[str]]:
    """The command that a recipe names, and its words.

    Raises:
        InputError: The file cannot be read, or does not say what it should.
    """
    data = _read(path)
    name, arguments = data.get("command"), data.get("arguments")
    if not isinstance(name, str) or name not in KNOWN:
        raise InputError(
            f"{path.name} names the command {name!r}", remedy=f"one of {', '.join(KNOWN)}"
        )
    if not isinstance(arguments, Mapping):
        raise InputError(f"{path.name} has no arguments", remedy='"arguments": {…}')
    command = _command(name)
    by_name = {str(p.name): p for p in command.params} | {
        option.lstrip("-").replace("-", "_"): p
        for p in command.params
        for option in (*p.opts, *p.secondary_opts)
        if option.startswith("--")
    }
    words: list[str] = []
    for key, value in arguments.items():
        parameter = by_name.get(str(key).replace("-", "_"))
        if parameter is None:
            raise InputError(
                f"seer {name} has no option '{key}'", remedy=f"seer {name} --help lists them"
            )
        words += _words(str(key), parameter, value, path.absolute().parent)
    return command, words


def _command(name: str) -> Any:
    """One command of `seer`, as typer made it."""
    from core.cli import application

    group: Any = typer.main.get_command(application([name]))
    return group.commands[name]


def _words(key: str, parameter: Any, value: object, folder: Path) -> list[str]:
    """One argument as the command line has it."""
    if value is None:
        return []
    if parameter.param_type_name == "argument":
        return [_placed(str(parameter.name), value, folder)]
    spelled = next(
        option for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")
    )
    if isinstance(value, bool):
        return _flag(key, parameter, spelled, on=value)
    items = value if isinstance(value, list) else [value]
    return [
        word for item in items for word in (spelled, _placed(str(parameter.name), item, folder))
    ]


def _flag(key: str, parameter: Any, spelled: str, *, on: bool) -> list[str]:
    """A flag; `"fractional": false` is `--integer`, `"integer": true` as well."""
    if parameter.secondary_opts:
        off = key.replace("_", "-") in {option.lstrip("-") for option in parameter.secondary_opts}
        wanted = parameter.opts if on is not off else parameter.secondary_opts
        return [wanted[0]]
    if not getattr(parameter, "is_flag", False):
        raise InputError(f"'{key}' takes a value, not {on}", remedy="a number or a word")
    return [spelled] if on else []


def _placed(name: str, value: object, folder: Path) -> str:
    """A value as a word; relative paths are meant from the recipe's folder."""
    if isinstance(value, dict | list):
        raise InputError(f"'{name}' of a recipe is {value!r}", remedy="a number or a word")
    text = str(value)
    if name in _PLACES:
        return str(folder / text)
    if name in {"model", "teacher", "reference"} and (folder / text).is_dir():
        return str(folder / text)
    if name in _SOURCES:
        domain, equals, place = text.rpartition("=")
        bare = place.partition("#")[0]
        if bare and not Path(bare).is_absolute() and (folder / bare).exists():
            return f"{domain}{equals}{folder / place}"
    return text


def _read(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LONGEST:
            raise InputError(f"{path.name} has {path.stat().st_size:,} bytes, that is no recipe")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{path.name} is no recipe", remedy=FORM.wanted)
    return dict(FORM.upgraded(data))
