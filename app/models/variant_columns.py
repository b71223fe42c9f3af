"""The columns of the variants table: what each shows, how it reads, what is better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.widgets import numbers
from core.evaluation.variant import Variant

translate = QCoreApplication.translate  # the name that lupdate looks for

Value = float | str | None
Change = Callable[[Variant, Variant | None], float | None]


def no_change(_variant: Variant, _original: Variant | None) -> float | None:
    """Nothing to compare."""
    return None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        key: What a project remembers it by.
        title: Its header.
        value: The number or text to sort by; None where it was not measured.
        text: That value as it is read.
        tip: What the header's tool tip says.
        number: Whether it is right-aligned.
        change: The change against the original that shows below; None for none.
        more_is_better: Whether a rise is good news.
        note: A second line.
        shown: Whether it shows before somebody chose.
    """

    key: str
    title: str
    value: Callable[[Variant], Value]
    text: Callable[[Value], str]
    tip: str = ""
    number: bool = True
    change: Change = no_change
    more_is_better: bool = False
    note: Callable[[Variant], str] = lambda _variant: ""
    shown: bool = True


def kind_text(kind: str) -> str:
    """The kind of a variant in the user's language."""
    return {
        "original": translate("VariantsModel", "original"),
        "plan": translate("VariantsModel", "plan"),
        "tuned": translate("VariantsModel", "tuned"),
        "exported": translate("VariantsModel", "exported"),
    }[kind]


def columns_for(domains: tuple[str, ...], tasks: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The table's columns: quality, questions, cost, speed, and one per domain at the end."""
    return (
        Column(
            key="name",
            title=translate("VariantsModel", "Variant"),
            value=lambda v: v.name,
            text=str,
            number=False,
            note=lambda v: kind_text(v.kind),
        ),
        *_quality(),
        *(_task_column(name) for name in tasks),
        *_costs(),
        *_speeds(),
        *(_domain_column(name) for name in domains),
    )


def _quality() -> tuple[Column, ...]:
    return (
        Column(
            key="perplexity",
            title=translate("VariantsModel", "Perplexity"),
            value=lambda v: v.overall,
            text=_perplexity,
            change=_on_same_texts(lambda v: v.overall),
            tip=translate(
                "VariantsModel",
                "exp of the mean cross-entropy per token on the evaluation texts; lower is better",
            ),
        ),
        Column(
            key="kl",
            title=translate("VariantsModel", "KL"),
            value=lambda v: v.kl,
            text=_three,
            tip=translate(
                "VariantsModel",
                "Mean KL divergence from the original's next-token distribution, in nats",
            ),
        ),
        Column(
            key="top1",
            title=translate("VariantsModel", "Top-1 same"),
            value=lambda v: v.top1_agreement,
            text=_share,
            tip=translate(
                "VariantsModel", "Share of positions whose likeliest next token is the original's"
            ),
        ),
    )


def _costs() -> tuple[Column, ...]:
    return (
        Column(
            key="bytes",
            title=translate("VariantsModel", "Size"),
            value=lambda v: v.bytes or None,
            text=_bytes,
            change=_always(lambda v: float(v.bytes)),
            tip=translate("VariantsModel", "Bytes of the checkpoint, written or as it would be"),
        ),
        Column(
            key="parameters",
            title=translate("VariantsModel", "Parameters"),
            value=lambda v: v.parameters or None,
            text=_count,
            change=_always(lambda v: float(v.parameters)),
            tip=translate("VariantsModel", "All parameters"),
        ),
        Column(
            key="active",
            title=translate("VariantsModel", "Active"),
            value=lambda v: v.active or None,
            text=_count,
            tip=translate("VariantsModel", "Parameters that one token uses"),
            shown=False,
        ),
        Column(
            key="flops",
            title=translate("VariantsModel", "FLOPs"),
            value=lambda v: v.flops_per_token,
            text=_flops,
            change=_always(lambda v: v.flops_per_token),
            tip=translate("VariantsModel", "Floating-point operations of one token"),
        ),
        Column(
            key="experts",
            title=translate("VariantsModel", "Experts"),
            value=lambda v: v.experts_kept,
            text=_whole,
            tip=translate("VariantsModel", "Experts kept over all layers"),
        ),
    )


def _speeds() -> tuple[Column, ...]:
    tip = translate(
        "VariantsModel",
        "Tokens per second; below it the change, the median ratio to the original in one run",
    )
    return (
        Column(
            key="prefill",
            title=translate("VariantsModel", "Prefill/s"),
            value=lambda v: v.speed.prefill if v.speed else None,
            text=_count,
            change=lambda v, _original: _ratio(v.speed.prefill_ratio if v.speed else None),
            more_is_better=True,
            tip=tip,
            shown=False,
        ),
        Column(
            key="decode",
            title=translate("VariantsModel", "Decode/s"),
            value=lambda v: v.speed.decode if v.speed else None,
            text=_count,
            change=lambda v, _original: _ratio(v.speed.decode_ratio if v.speed else None),
            more_is_better=True,
            tip=tip,
            shown=False,
        ),
    )


def _task_column(name: str) -> Column:
    tip = translate("VariantsModel", "Accuracy on the questions “{task}”, ± its standard error")
    return Column(
        key=f"task {name}",
        title=name,
        value=lambda v: v.tasks[name].accuracy if name in v.tasks else None,
        text=_share,
        more_is_better=True,
        note=lambda v: _error(v, name),
        tip=tip.format(task=name),
    )


def _error(variant: Variant, name: str) -> str:
    error = variant.tasks[name].stderr if name in variant.tasks else None
    return "" if error is None else f"± {numbers.percent(error)}"


def _domain_column(name: str) -> Column:
    tip = translate("VariantsModel", "Perplexity on “{domain}”").format(domain=name)
    return Column(
        key=f"domain {name}",
        title=name,
        value=lambda v: v.perplexity.get(name),
        text=_perplexity,
        tip=tip,
        shown=False,
    )


def _always(value: Callable[[Variant], float | None]) -> Change:
    """The relative change of a cost, which is known without measuring."""

    def change(variant: Variant, original: Variant | None) -> float | None:
        if original is None or variant.kind == "original":
            return None
        mine, base = value(variant), value(original)
        if not mine or not base:
            return None
        return mine / base - 1.0 if math.isfinite(mine) else math.inf

    return change


def _on_same_texts(value: Callable[[Variant], float | None]) -> Change:
    """The relative change where both were measured on the same texts."""
    always = _always(value)

    def change(variant: Variant, original: Variant | None) -> float | None:
        same = original is not None and variant.comparable(original)
        return always(variant, original) if same else None

    return change


def _ratio(value: float | None) -> float | None:
    return None if value is None else value - 1


def _perplexity(value: Value) -> str:
    return numbers.DASH if value is None else numbers.perplexity(float(value))


def _three(value: Value) -> str:
    return numbers.DASH if value is None else f"{float(value):.3f}"


def _share(value: Value) -> str:
    return numbers.DASH if value is None else numbers.percent(float(value))


def _bytes(value: Value) -> str:
    return numbers.DASH if value is None else numbers.size(int(value))


def _count(value: Value) -> str:
    return numbers.DASH if value is None else numbers.count(float(value))


def _flops(value: Value) -> str:
    return numbers.DASH if value is None else numbers.flops(float(value))


def _whole(value: Value) -> str:
    return numbers.DASH if value is None else f"{int(value):,}"
