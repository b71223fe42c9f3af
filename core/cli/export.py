"""`seer export`: the smaller checkpoint, byte for byte from the larger one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Force, Model, Quiet
from core.cli.terminal import Terminal
from core.cli.words import duration, parse_size, rate, size

if TYPE_CHECKING:
    from rich.table import Table

    from core.export import ExportResult


def export(
    model: Model,
    *,
    plan: Annotated[
        Path, typer.Option("--plan", metavar="PLAN", help="A plan file.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="A new folder for the checkpoint.",
            show_default=False,
        ),
    ],
    shard_size: Annotated[
        str, typer.Option("--shard-size", metavar="SIZE", help="Largest file, e.g. 5GB.")
    ] = "5GB",
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not read the result back and compare it.")
    ] = False,
    drop_mtp: Annotated[
        bool,
        typer.Option("--drop-mtp", help="Leave out multi-token-prediction layers."),
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a checkpoint without the dropped experts.

    Bytes are copied, so any dtype works and memory stays flat. An interrupted export leaves
    nothing behind that could be mistaken for a model.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import locate_model
        from core.export import ExportOptions, export_checkpoint
        from core.planning import Plan
        from core.report import model_card

        folder = locate_model(model)
        options = ExportOptions(
            plan=Plan.load(plan),
            output=output,
            shard_size=parse_size(shard_size),
            verify=not no_verify,
            drop_mtp=drop_mtp,
            force=force,
            card=model_card,
        )
        result = export_checkpoint(folder, options, terminal.run)
        terminal.show(result.to_json(), lambda: export_table(result))


def export_table(result: ExportResult) -> Table:
    """What was written, how fast, and whether it was read back."""
    from core.cli.tables import facts

    speed = result.bytes_out / result.seconds if result.seconds > 0 else 0.0
    return facts(
        [
            ("written", f"{size(result.bytes_out)} of {size(result.bytes_in)}"),
            ("files", str(result.files)),
            ("time", f"{duration(result.seconds)}, {rate(speed, 'bytes')}"),
            ("verified", "every kept byte" if result.verified else "no"),
            ("loads in", "stock loaders" if result.uniform else "the bundled loader (ragged)"),
            ("folder", str(result.output)),
        ]
    )
