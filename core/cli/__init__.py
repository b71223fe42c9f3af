"""The command line `seer`: every step of the studio, for scripts and terminals.

A command's module is imported when the command is asked for, and heavy imports stay inside of the
commands that need them: `seer inspect` is there in a moment, and it, `score`, `plan`, `cost` and
`export` never load torch.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from core import __version__
from core.cli.examples import FIRST_STEPS, epilog
from core.cli.streams import drop_stdout, prepare_streams, refusal

# Command → the module of this room whose function of that name it is, in the order of the help.
COMMANDS = {
    "inspect": "model",
    "families": "families",
    "profile": "profile",
    "score": "plan",
    "compare": "compare",
    "lens": "lens",
    "plan": "plan",
    "cost": "model",
    "evaluate": "evaluate",
    "search": "search",
    "select": "select",
    "speed": "speed",
    "export": "export",
    "report": "report",
    "project": "project",
    "tune": "tune",
    "tune-search": "tune_search",
    "demo": "demo",
    "run": "recipe",
}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seer {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold what stands before the subcommand."""


def application(commands: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """The command line with some of its commands, or with all of them."""
    made = typer.Typer(
        name="seer",
        help="Make a Mixture-of-Experts language model smaller: profile which experts each layer "
        "really uses, choose which to drop, measure what that costs, write a checkpoint that stock "
        "transformers loads.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Its boxes cut the names of options short in a terminal of eighty columns.
        rich_markup_mode=None,
        epilog=epilog(*FIRST_STEPS),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(root)
    for name in commands:
        module = importlib.import_module(f"core.cli.{COMMANDS[name]}")
        function = getattr(module, name.replace("-", "_"))
        first = (function.__doc__ or "").partition("\n")[0]
        made.command(name, short_help=first, epilog=epilog(name))(function)
    return made


def __getattr__(name: str) -> object:
    """`app`, with every command, for those who look at all of them."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return application()


def main() -> None:
    """Run `seer` with this process's arguments; ends the process."""
    prepare_streams()
    # One command of a dozen is run: describing the others to typer takes longer than many a run.
    asked = [word for word in sys.argv[1:2] if word in COMMANDS]
    try:
        try:
            application(asked or COMMANDS)(prog_name="seer")
        finally:
            sys.stdout.flush()  # what is left would fail after the exit code was chosen
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        drop_stdout()
        if not isinstance(error, BrokenPipeError):
            typer.echo(refusal(error), err=True)
        raise SystemExit(1) from None
