"""`seer report`: a project or an exported checkpoint as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.files import writable
from core.cli.options import AsJson, Quiet
from core.cli.terminal import Terminal
from core.report.texts import DEFAULT_LANGUAGE, LANGUAGES
from resources.scales import DEFAULT, SEQUENTIAL


def report(
    place: Annotated[
        Path,
        typer.Argument(
            metavar="PROJECT|OUT",
            help="A project folder, or a checkpoint that seer export wrote.",
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.html", help="Where the report goes.")
    ],
    colours: Annotated[
        str,
        typer.Option(
            "--colours", metavar="|".join(SEQUENTIAL), help="The colours of the heat maps."
        ),
    ] = DEFAULT,
    language: Annotated[
        str, typer.Option("--language", metavar="|".join(LANGUAGES), help="What it is written in.")
    ] = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a report that any browser opens and prints: one file, no requests, no scripts."""
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.report.gather import gather
        from core.report.page import Look, write_report
        from core.report.texts import texts

        look = Look(scale=colours, language=language)
        writable(output)
        subject = gather(place)
        terminal.run.check()
        for what in subject.missing:
            terminal.warn(texts()("page.missing", what=what))
        size = write_report(subject, output, look=look)
        result: dict[str, object] = {"output": str(output), "bytes": size, "name": subject.name}
        terminal.show(result, lambda: f"Wrote {output} ({size:,} bytes)")
