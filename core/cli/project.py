"""`seer project`: what a project's folder holds, what still uses it, and taking it away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Quiet
from core.cli.terminal import Terminal
from core.cli.words import plural, size

if TYPE_CHECKING:
    from rich.table import Table

    from core.project import Removed, Storage

SHOWN = 30  # items of a kind in the table; --json has all of them


def project(
    place: Annotated[Path, typer.Argument(metavar="PROJECT", help="A project folder.")],
    *,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            "--remove",
            metavar="KIND[/NAME]",
            help="Remove this for good, as the list names it; a KIND alone is all of it that "
            "nothing uses. May be given several times.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also remove what is in use.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List what a project holds with its sizes and what uses it, or remove some of it.

    There is no way back from --remove. It needs the project for itself: close the window first.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.project import ProjectLock, choose, recover_project, remove_items, storage

        if not remove:
            found = storage(place, terminal.run)
            terminal.show(found.to_json(), lambda: storage_table(found))
            terminal.note(f"{size(found.bytes)} in {found.folder}")
            return
        recover_project(place)  # a folder without a project is told before it is locked
        with ProjectLock(place):
            found = storage(place, terminal.run)
            items = choose(found, remove, force=force)
            gone = remove_items(found, items, terminal.run, force=force)
            left = storage(place, terminal.run)
        result = left.to_json() | gone.to_json()
        terminal.show(result, lambda: removed_table(gone))
        terminal.note(f"freed {size(gone.bytes)}; {size(left.bytes)} are left")


def storage_table(found: Storage) -> Table:
    """What the terminal shows: the kinds, and below each its items."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from core.project import use_text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", overflow="fold")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("used by", overflow="fold")
    for kind, items in found.by_kind().items():
        table.add_row(f"[bold]{kind}[/bold]", f"[bold]{size(sum(i.bytes for i in items))}[/bold]")
        for item in items[:SHOWN]:
            uses = ", ".join(use_text(use) for use in item.uses)
            table.add_row(f"  {escape(item.title)}", size(item.bytes), escape(uses))
        if len(items) > SHOWN:
            rest = items[SHOWN:]
            table.add_row(f"  and {len(rest)} more", size(sum(i.bytes for i in rest)))
    return table


def removed_table(gone: Removed) -> Table | str:
    """What went."""
    from rich.markup import escape

    from core.cli.tables import grid

    if not gone.items:
        return "Nothing was removed."
    title = f"Removed {plural(len(gone.items), 'item')}, {size(gone.bytes)}"
    rows = ((escape(item.title), size(item.bytes)) for item in gone.items)
    return grid(("removed", "size"), rows, title=title)
