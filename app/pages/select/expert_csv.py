"""The table of experts as it is copied and saved: raw numbers, words that programs read."""

from __future__ import annotations

from collections.abc import Iterable

from app.models.experts import ExpertTable
from app.widgets.take_menu import Cell, Table, table_of


def expert_table(table: ExpertTable, order: Iterable[int] | None = None) -> Table:
    """Experts with raw numbers, a line each; of all of them, or of some entries in their order."""
    header = (
        "layer", "expert", "state", table.metric or "score", "rank", "tokens", "share",
        "mean_gate", "output_norm", "merged_into", "mean_of",
    )  # fmt: skip
    entries = range(len(table.row)) if order is None else order
    return table_of(header, (_line(table, int(at)) for at in entries))


def _line(table: ExpertTable, at: int) -> tuple[Cell, ...]:
    expert, group = int(table.expert[at]), table.merges.get(at)
    goes = group is not None and expert != group.into
    # Read by programs: the same words in every language.
    state = "kept" if table.kept[at] else "merged" if goes else "dropped"
    if table.locked[at]:
        state = f"locked, {state}"
    elif table.protected[at]:
        state = "protected"
    numbers = (
        float(column[at])
        for column in (table.tokens, table.share, table.mean_gate, table.output_norm)
    )
    return (
        int(table.layer[at]), expert, state, float(table.score[at]), int(table.rank[at]) or None,
        *numbers, group.into if group is not None and goes else None,
        " ".join(map(str, group.members)) if group is not None and not goes else None,
    )  # fmt: skip
