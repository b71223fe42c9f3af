"""The command line `seer`: every step of the studio, for scripts and terminals.

Heavy imports stay inside the commands that need them, so that `seer inspect`, `score`, `plan`,
`cost` and `export` never load torch.
"""

from __future__ import annotations

from typing import Annotated

import typer

from core import __version__
from core.cli import (
    compare,
    demo,
    evaluate,
    export,
    families,
    lens,
    model,
    plan,
    profile,
    recipe,
    search,
    select,
    speed,
    tune,
)

app = typer.Typer(
    name="seer",
    help="Make a Mixture-of-Experts language model smaller: profile which experts each layer "
    "really uses, choose which to drop, measure what that costs, write a checkpoint that stock "
    "transformers loads.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seer {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold what stands before the subcommand."""


app.command("inspect")(model.inspect)
app.command("families")(families.families)
app.command("profile")(profile.profile)
app.command("score")(plan.score)
app.command("compare")(compare.compare)
app.command("lens")(lens.lens)
app.command("plan")(plan.plan)
app.command("cost")(model.cost)
app.command("evaluate")(evaluate.evaluate)
app.command("search")(search.search)
app.command("select")(select.select)
app.command("speed")(speed.speed)
app.command("export")(export.export)
app.command("tune")(tune.tune)
app.command("demo")(demo.demo)
app.command("run")(recipe.run)


def main() -> None:
    """Run `seer` with this process's arguments; ends the process."""
    try:
        app(prog_name="seer")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
