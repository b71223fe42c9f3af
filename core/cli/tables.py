"""What commands show people: plain two-column and multi-column tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from core.cli.words import change, count, flops, percent, plural, size

if TYPE_CHECKING:  # numpy would cost `seer inspect` a tenth of its second
    from core.checkpoint.info import ModelInfo, ParameterCount
    from core.planning import Cost


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Names on the left, values on the right."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")  # a path must be whole to be copied
    for name, value in rows:
        table.add_row(name, value)
    return table


def grid(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None
) -> Table:
    """A table with a header; the first column is text, the others are figures."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for index, name in enumerate(header):
        table.add_column(name, justify="left" if index == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def model_table(info: ModelInfo, remarks: Sequence[str] = ()) -> Table:
    """What `seer inspect` shows; `remarks` are on the model's family."""
    experts = sorted(set(info.experts))
    width = str(experts[0]) if len(experts) == 1 else f"{experts[0]} to {experts[-1]}"
    rows = [
        ("model", f"{info.model_type} · {info.path}"),
        ("layers", f"{info.layers}, {len(info.moe_layers)} with routed experts"),
        ("experts", f"{width} per layer, {info.top_k} per token, {info.shared_experts} shared"),
        ("routing", _routing(info)),
        ("parameters", _parameters(info.parameters)),
        ("bytes", f"{size(info.bytes)} in {plural(info.files, 'file')}"),
        ("by dtype", _shares(info.bytes_by_dtype)),
        ("by part", _shares(info.bytes_by_part)),
        ("fingerprint", info.fingerprint[:16]),
    ]
    rows += [("remark", remark) for remark in remarks]
    rows += [("problem", problem) for problem in info.problems]
    return facts(rows)


def cost_table(cost: Cost, base: Cost) -> Table:
    """What `seer cost` shows: the model, and beside it the plan if that differs."""
    parts = [name for name in cost.flops.to_json() if name != "total"]
    values: list[tuple[str, float, float, str]] = [
        ("parameters", base.parameters.total, cost.parameters.total, count(cost.parameters.total)),
        ("active", base.parameters.active, cost.parameters.active, count(cost.parameters.active)),
        ("bytes", base.bytes, cost.bytes, size(cost.bytes)),
        ("FLOPs per token", base.flops.total, cost.flops.total, flops(cost.flops.total)),
    ]
    rows = [(name, shown, change(after, before)) for name, before, after, shown in values]
    for part in parts:
        now, was = getattr(cost.flops, part), getattr(base.flops, part)
        label = f"  {part.replace('_', ' ')}"
        rows.append((label, f"{flops(now)} ({percent(now / cost.flops.total)})", change(now, was)))
    if cost == base:
        return grid(("", "value"), (row[:2] for row in rows))
    return grid(("", "value", "change"), rows)


def _routing(info: ModelInfo) -> str:
    """How a token finds its experts: sigmoid+bias, 4 groups."""
    if info.n_group <= 1:
        return info.routing
    return f"{info.routing.removesuffix(', groups')}, {info.n_group} groups"


def _parameters(parameters: ParameterCount) -> str:
    return f"{count(parameters.total)}, {count(parameters.active)} active per token"


def _shares(sizes: Mapping[str, int]) -> str:
    ordered = sorted(sizes.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {size(value)}" for name, value in ordered)
