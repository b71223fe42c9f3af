"""`seer families`: which models are supported, and what works for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.cli.options import AsJson, Quiet
from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.table import Table

    from core.families import Support


def families(*, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the model families that are supported, and what works for each.

    All of them can be streamed layer by layer, masked, exported and measured.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.families import refused, support_table

        rows = support_table()
        terminal.show(
            {
                "families": [row.to_json() for row in rows],
                "refused": dict(refused()),
            },
            lambda: families_table(rows),
        )
        terminal.note(f"{len(rows)} families; refused with a reason: {len(refused())} more")


def families_table(rows: tuple[Support, ...]) -> Table:
    """What the terminal shows; remarks have a line of their own where there are any."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("model type", "routing", "shared", "ragged", "least Top-K", "loads in"):
        table.add_column(name, no_wrap=name == "model type")
    for row in rows:
        name = row.model_type + (f"\n[dim]{row.multimodal}[/dim]" if row.multimodal else "")
        table.add_row(
            name,
            "\n".join([row.routing, *(f"[dim]{remark}[/dim]" for remark in row.remarks)]),
            "yes" if row.shared else "",
            "yes" if row.ragged else "no",
            "fixed" if row.least_top_k is None else str(row.least_top_k),
            "stock loaders" if row.stock else "bundled loader",
        )
    return table
