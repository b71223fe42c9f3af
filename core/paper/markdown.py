"""The result as Markdown: three tables, nothing left out. No torch."""

from __future__ import annotations

import math

from core.paper.options import CONTROL
from core.paper.result import PaperResult, Price, Spread
from core.paper.words import ENGLISH, VERDICTS, WAYS


def markdown(result: PaperResult) -> str:
    """The whole report."""
    options = result.options
    head = [
        f"# SEER-MoE's claims on {result.model}",
        "",
        (
            f"Perplexity on {options.eval_tokens:,} held-out tokens, sequences of "
            f"{options.seq_len}. Each tuning run: {options.steps:,} steps of "
            f"{options.batch_size * options.seq_len:,} tokens, learning rate "
            f"{result.learning_rate:g}, routers and experts; {options.seeds} seeds, random control "
            f"{options.random_seeds}. Ranges are over seeds."
        ),
        "",
    ]
    parts = [_claims(result), _drops(result), _arms(result), _prices(result)]
    return "\n".join([*head, *(line for part in parts for line in [*part, ""])]).rstrip() + "\n"


def spread_text(spread: Spread | None) -> str:
    """A mean and its range: 14.61 (14.58 – 14.66)."""
    if spread is None:
        return "–"
    if not math.isfinite(spread.mean):
        return "∞"
    if spread.n == 1 or spread.low == spread.high:
        return f"{spread.mean:,.2f}"
    return f"{spread.mean:,.2f} ({spread.low:,.2f} – {spread.high:,.2f})"


def _claims(result: PaperResult) -> list[str]:
    rows = [
        f"| {claim.text} | **{VERDICTS[claim.verdict]}** | {claim.evidence} |"
        for claim in result.claims
    ]
    return ["## Claims", "", "| claim | here | measured |", "|---|---|---|", *rows]


def _drops(result: PaperResult) -> list[str]:
    shares = result.options.shares
    head = " | ".join(f"{100 * share:.0f} % kept" for share in shares)
    rows = [
        f"| {ENGLISH.ways[metric, scope]} | "
        + " | ".join(spread_text(result.dropped(share, metric, scope)) for share in shares)
        + " |"
        for metric, scope in WAYS
    ]
    return [
        "## Dropping experts, without tuning",
        "",
        f"| ranked by | {head} |",
        "|---|" + "---:|" * len(shares),
        f"| (original) | {' | '.join([f'{result.original:.2f}'] * len(shares))} |",
        *rows,
    ]


def _arms(result: PaperResult) -> list[str]:
    rows = [
        f"| {ENGLISH.arms[name]} | {spread_text(result.tuned(name))} | "
        f"{spread_text(result.entropy_after(name))} |"
        for name in result.options.arms
        if result.tuned(name) is not None
    ]
    return [
        "## One expert per token",
        "",
        "| model | perplexity | router entropy, nats |",
        "|---|---:|---:|",
        f"| Top-2, original | {result.original:.2f} | {result.entropy:.2f} |",
        f"| Top-1, untuned | {result.untuned:.2f} | {result.entropy:.2f} |",
        *rows,
    ]


def _prices(result: PaperResult) -> list[str]:
    lines = [(name, price) for name, price in result.prices.items()]
    for share in result.options.shares:
        found = next((d for d in result.drops if d.share == share and d.metric != "random"), None)
        if found is not None:
            lines.append((f"{100 * share:.0f} % of the experts", found.price))
    rows = [f"| {name} | {_price(price)} |" for name, price in lines]
    note = f"Tuning changes none of it; “{CONTROL}” costs what the original does."
    return [
        "## What each costs",
        "",
        "| model | parameters | active per token | bytes | FLOPs per token |",
        "|---|---:|---:|---:|---:|",
        *rows,
        "",
        note,
    ]


def _price(price: Price) -> str:
    return f"{price.parameters:,} | {price.active:,} | {price.bytes:,} | {price.flops:,.0f}"
