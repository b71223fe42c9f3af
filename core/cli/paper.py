"""`seer demo --paper`: the paper's claims, tried on the bundled model and reported as they came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Group

    from core.paper import PaperOptions, PaperResult


def try_claims(
    options: PaperOptions, output: Path | None, terminal: Terminal, *, resume: bool
) -> None:
    """Run everything, keep it in a folder if one is given, and show the tables.

    Raises:
        InputError: The folder holds something else, or there is none to go on in.
    """
    from core.checkpoint import locate_model
    from core.cli.files import empty_folder
    from core.errors import InputError
    from core.paper.files import TRYING, keep
    from core.paper.reproduce import reproduce

    if output is None:
        if resume:
            raise InputError("--resume goes on in a folder", remedy="-o DIR, as before")
    elif (output / TRYING).is_dir():
        if not resume:
            raise InputError(
                f"a try was stopped in {output}",
                remedy="--resume to go on with it, or a new folder",
            )
    else:
        empty_folder(output)
    kept = None if output is None else output / TRYING
    result = reproduce(locate_model("demo"), options, kept=kept, resume=resume, run=terminal.run)
    files = {} if output is None else keep(result, output)
    terminal.show(result.to_json() | {"files": files}, lambda: tables(result))
    if output is not None:
        terminal.note(f"tables and plot are in {output}")


def tables(result: PaperResult) -> Group:
    """Dropped experts, tuning, claims."""
    from rich.console import Group

    from core.cli.tables import grid
    from core.paper.markdown import spread_text
    from core.paper.words import ENGLISH, VERDICTS, WAYS

    shares = result.options.shares
    drops = [
        (ENGLISH.ways[way], *(spread_text(result.dropped(share, *way)) for share in shares))
        for way in WAYS
    ]
    heads = tuple(f"{100 * share:.0f} % kept" for share in shares)
    arms = [
        ("Top-2, original", f"{result.original:.2f}", f"{result.entropy:.2f}"),
        ("Top-1, untuned", f"{result.untuned:.2f}", f"{result.entropy:.2f}"),
        *(
            (
                ENGLISH.arms[name],
                spread_text(result.tuned(name)),
                spread_text(result.entropy_after(name)),
            )
            for name in result.options.arms
        ),
    ]
    claims = [(claim.text, VERDICTS[claim.verdict]) for claim in result.claims]
    return Group(
        grid(("perplexity, experts ranked by", *heads), drops),
        "",
        grid(("model", "perplexity", "router entropy"), arms),
        "",
        grid(("claim", "here"), claims),
    )
