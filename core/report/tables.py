"""The report's tables as rows of values; the templates lay them out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.planning import Plan, cost
from core.planning.coverage import coverage
from core.report import words
from core.report.charts import Chart, dot_chart
from core.report.gather import Subject
from core.report.texts import Texts
from core.scoring import never_routed, routed_mass

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.planning.cost import Cost

LN2 = math.log(2)
PARTS = (
    "total",
    "active",
    "routed_experts",
    "shared_experts",
    "router",
    "attention",
    "embedding",
    "other",
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the summary; `origin` is the kind of thing that made it."""

    name: str
    value: str
    note: str = ""
    origin: str = "plan"


@dataclass(frozen=True, kw_only=True)
class LayerRow:
    """One MoE layer.

    Attributes:
        layer: Its id.
        experts: What the original has.
        kept: What stays.
        coverage: Share of the routed mass that stays; None without a profile.
        entropy: Mean routing entropy in bits; None without a profile.
        unrouted: Experts that no token chose; None without a profile.
        dropped: Ids of the dropped experts.
        merged: Which experts are averaged into which: "3, 7 → 5".
    """

    layer: int
    experts: int
    kept: int
    coverage: float | None
    entropy: float | None
    unrouted: int | None
    dropped: str
    merged: str = ""


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """One cost, before and after."""

    name: str
    before: str
    after: str
    change: str
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What was measured.

    Attributes:
        domains: The domains that any row was measured on.
        rows: The variants, in the project's order.
        chart: Perplexity over size; None with fewer than two points.
        texts: Number of different text sets: more than one, and rows do not all compare.
    """

    domains: tuple[str, ...]
    rows: tuple[Variant, ...]
    chart: Chart | None
    texts: int


def figures(subject: Subject, t: Texts) -> tuple[Figure, ...]:
    """The numbers to read first."""
    plan, before, after = subject.plan, *_costs(subject)
    out = []
    if plan is not None:
        kept, all_of_them = sum(map(len, plan.keep)), sum(plan.experts)
        shape = t("figure.uniform" if plan.uniform else "figure.ragged")
        if plan.merged:
            shape = t("figure.merged", shape=shape, count=f"{plan.merged:,}")
        share = t("share", part=f"{kept:,}", whole=f"{all_of_them:,}")
        out.append(Figure(name=t("figure.kept"), value=share, note=shape))
    if before is not None and after is not None:
        old, new = before.parameters, after.parameters
        out += [
            _figure(t, "checkpoint", before.bytes, after.bytes, words.size),
            _figure(t, "parameters", old.total, new.total, words.count),
            _figure(t, "active", old.active, new.active, words.count),
        ]
    elif subject.result is not None:
        size = words.size(subject.result.bytes)
        out.append(Figure(name=t("figure.checkpoint"), value=size, origin="export"))
        total = words.count(subject.result.parameters.total)
        out.append(Figure(name=t("figure.parameters"), value=total, origin="export"))
    if subject.profile is not None and plan is not None:
        kept_share = coverage(routed_mass(subject.profile, subject.domain_weights), plan.kept_LE)
        share = words.percent(kept_share.overall)
        out.append(Figure(name=t("figure.coverage"), value=share, origin="profile"))
    return (*out, *_perplexity(subject, t))


def _figure(
    t: Texts, key: str, before: float, after: float, write: Callable[[float | None], str]
) -> Figure:
    note = ""
    if before != after:
        change = words.percent(after / before - 1).replace("-", "−")
        note = t("figure.change", change=change, before=write(before))
    return Figure(name=t(f"figure.{key}"), value=write(after), note=note)


def _perplexity(subject: Subject, t: Texts) -> tuple[Figure, ...]:
    """Of the current plan, beside the original's where both read the same texts."""
    plan = subject.plan
    rows = [row for row in subject.variants if row.overall is not None]
    mine = next(
        (r for r in rows if plan is not None and r.is_plan(plan.keep, plan.top_k, plan.merges)),
        None,
    )
    if mine is None:
        return ()
    base = next((r for r in rows if r.kind == "original" and r.comparable(mine)), None)
    note = "" if base is None else t("figure.original", value=words.number(base.overall))
    value, name = words.number(mine.overall), t("figure.perplexity")
    return (Figure(name=name, value=value, note=note, origin="variant"),)


def layers(subject: Subject) -> tuple[LayerRow, ...]:
    """A row for each MoE layer."""
    plan, profile = subject.plan, subject.profile
    if plan is None:
        return ()
    share_L = entropy_L = unrouted_L = None
    if profile is not None and profile.exists_LE.shape == plan.exists_LE.shape:
        mass_LE = routed_mass(profile, subject.domain_weights)
        share_L = coverage(mass_LE, plan.kept_LE).per_layer_L
        tokens_L = np.maximum(profile.tokens.sum(axis=0), 1)
        entropy_L = profile.entropy_sum.sum(axis=0) / tokens_L / LN2
        unrouted_L = never_routed(profile).sum(axis=1)
    return tuple(
        LayerRow(
            layer=plan.layer_ids[row],
            experts=plan.experts[row],
            kept=len(plan.keep[row]),
            coverage=None if share_L is None else float(share_L[row]),
            entropy=None if entropy_L is None else float(entropy_L[row]),
            unrouted=None if unrouted_L is None else int(unrouted_L[row]),
            dropped=_dropped(plan, row),
            merged=_merged(plan, row),
        )
        for row in range(len(plan.layer_ids))
    )


def _dropped(plan: Plan, row: int) -> str:
    rest = set(plan.keep[row])
    if plan.merges:
        rest.update(member for merge in plan.merges[row] for member in merge.members)
    return words.runs([expert for expert in range(plan.experts[row]) if expert not in rest])


def _merged(plan: Plan, row: int) -> str:
    groups = plan.merges[row] if plan.merges else ()
    return "; ".join(f"{words.runs(merge.absorbed)} → {merge.into}" for merge in groups)


def costs(subject: Subject, t: Texts) -> tuple[CostRow, ...]:
    """Parameters, bytes and FLOPs, by part."""
    before, after = _costs(subject)
    if before is None or after is None:
        return ()
    rows = [
        _cost_row(
            t(f"cost.{key}"),
            getattr(before.parameters, key),
            getattr(after.parameters, key),
            total=key in {"total", "active"},
        )
        for key in PARTS
        if getattr(before.parameters, key)
    ]
    rows.append(_cost_row(t("cost.checkpoint"), before.bytes, after.bytes, size=True, total=True))
    old, new = before.flops.to_json(), after.flops.to_json()
    for key, value in old.items():
        if value:
            name = t("flops", part=t(f"flops.{key}"))
            rows.append(_cost_row(name, value, new[key], total=key == "total"))
    return tuple(rows)


def context_of(subject: Subject) -> int | None:
    """The context at which FLOPs are counted."""
    before, _ = _costs(subject)
    return None if before is None else before.context


def _cost_row(
    name: str, before: int, after: int, *, size: bool = False, total: bool = False
) -> CostRow:
    write = words.size if size else words.count
    change = words.percent(after / before - 1) if before and after != before else words.DASH
    return CostRow(
        name=name,
        before=write(before),
        after=write(after),
        change=change.replace("-", "−"),
        total=total,
    )


def _costs(subject: Subject) -> tuple[Cost | None, Cost | None]:
    info: ModelInfo | None = subject.info
    if info is None:
        return None, None
    return cost(info), cost(info, subject.plan)


def quality(subject: Subject, t: Texts) -> Quality | None:
    """The table of variants; None where there is none."""
    # The original is what all others are compared with.
    rows = tuple(sorted(subject.variants, key=lambda row: row.kind != "original"))
    if not rows:
        return None
    measured = [row for row in rows if row.overall is not None]
    domains = tuple(dict.fromkeys(name for row in measured for name in row.domains))
    largest = max((row.bytes for row in measured), default=0)
    unit, name = (1e9, "GB") if largest >= 1e9 else (1e6, "MB")
    dots = [
        (row.bytes / unit, row.overall, str(rows.index(row) + 1), row.name)
        for row in measured
        if row.bytes and row.overall is not None
    ]
    chart = None
    if len(dots) > 1:
        x_name, y_name = t("quality.chart_x", unit=name), t("quality.chart_y")
        chart = dot_chart(t("quality.chart"), x_name, y_name, dots)
    sets = len({row.provenance.texts for row in measured})
    return Quality(domains=domains, rows=rows, chart=chart, texts=sets)
