"""`seer select`: choose experts by measuring, instead of by one score of one profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.grouped import grouped
from core.cli.options import AsJson, MaxTokens, Model, Quiet, SeqLen, Sources
from core.cli.plan import (
    DomainWeights,
    Floor,
    LockDrop,
    LockKeep,
    MetricName,
    NoProtect,
    Output,
    ProfileFile,
    ScopeChoice,
    plan_table,
    split,
    warn_if_unfinished,
)
from core.cli.rule import Request, Scope, find_model, plan_result, starting_plan
from core.cli.running import Running, ledger_beside
from core.cli.terminal import Terminal
from core.cli.words import parse_keep, parse_weights

if TYPE_CHECKING:
    from core.evaluation.selection import Selected, SelectOptions
    from core.planning import Plan

Policy = Annotated[
    str,
    typer.Option(
        "--policy",
        "-p",
        metavar="NAME",
        help="iterative: profile again every few drops; allocate: counts per layer by measured "
        "loss; joint: every drop by measured loss; merge: joint, then averages "
        "dropped experts into similar ones where that helps.",
    ),
]
KeepWanted = Annotated[
    str,
    typer.Option(
        "--keep",
        metavar="N|P%",
        help="Experts to keep per layer, or the share of them; with --scope global the same "
        "number on average.",
        show_default=False,
    ),
]
RankBy = Annotated[
    str,
    typer.Option(
        "--rank",
        metavar="score|loss",
        help="What orders experts within a layer for allocate: the metric, or the measured loss "
        "without each one alone (slower and better).",
    ),
]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, metavar="N", help="Profiles that iterative makes.")
]
Step = Annotated[
    int,
    typer.Option(
        "--step",
        min=0,
        metavar="N",
        help="Experts that joint drops between two measurements of the same candidates; 0 chooses "
        "by the model's size.",
    ),
]
Exchanges = Annotated[
    int,
    typer.Option(
        "--exchanges",
        min=0,
        metavar="N",
        help="Rounds of exchanges after joint. Each measures every expert once more: hardly better "
        "on the demo model, and much slower on wide ones.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Use what a stopped run of the same options measured.")
]


@grouped
def select(
    model: Model,
    profile: ProfileFile,
    *,
    source: Sources,
    keep: KeepWanted,
    output: Output,
    policy: Policy = "joint",
    metric: MetricName = "weighted-ean-sum",
    scope: ScopeChoice = Scope.LAYER,
    floor: Floor = 1,
    rank: RankBy = "score",
    rounds: Rounds = 8,
    step: Step = 0,
    exchanges: Exchanges = 0,
    lock_keep: LockKeep = "",
    lock_drop: LockDrop = "",
    no_protect: NoProtect = False,
    domain_weight: DomainWeights = None,
    max_tokens: MaxTokens = 24_000,
    seq_len: SeqLen = 256,
    running: Running,
    resume: Resume = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Choose which experts stay by measuring masked models on calibration texts.

    Slower than `seer plan` and better at the same size. `--source demo` means the calibration
    texts; judge the result on others, with `seer evaluate`.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import inspect_model, locate_model
        from core.cli.files import writable
        from core.evaluation.selection import SelectOptions, select_plan
        from core.profiling import load_profile

        writable(output)
        observed = load_profile(profile)
        warn_if_unfinished(observed, terminal)
        number, share = parse_keep(keep)
        weights = parse_weights(domain_weight or [])
        request = Request(
            metric=metric,
            scope=scope,
            floor=floor,
            seed=running.seed,
            weights=weights,
            protect=not no_protect,
            lock_keep=split(lock_keep),
            lock_drop=split(lock_drop),
        )
        folder = locate_model(model)
        info = find_model(observed, str(folder), terminal) or inspect_model(folder)
        start = starting_plan(observed, request)
        wanted = _wanted(start, scope, number, share)
        options = SelectOptions(
            policy=policy,  # type: ignore[arg-type]
            metric=metric,
            scope=scope.value,
            floor=floor,
            rank=rank,  # type: ignore[arg-type]
            rounds=rounds,
            step=step,
            exchanges=exchanges,
            weights=weights,
            seed=running.seed,
            **wanted,
        )
        options.check(start, info)
        texts = running.pack(
            folder, source, "calibration", terminal, max_tokens=max_tokens, seq_len=seq_len
        )
        live = running.load(folder, terminal)
        ledger = ledger_beside(output, live, texts, resume=resume)
        found = select_plan(live, observed, texts, start, options, ledger=ledger, run=terminal.run)
        result = plan_result(found.plan, observed, info, weights, output) | found.to_json()
        found.plan.save(output)
        terminal.show(result, lambda: plan_table(result, more=_rows(found, options)))


def _wanted(start: Plan, scope: Scope, number: int | None, share: float | None) -> dict[str, int]:
    """The size as the options name it: per layer, or in all."""
    if number is not None:
        return {"keep": number}
    asked = share or 1.0
    if scope is Scope.GLOBAL:
        return {"total": max(1, int(sum(start.experts) * asked + 0.5 + 1e-9))}
    return {"keep": max(1, int(max(start.experts) * asked + 0.5 + 1e-9))}


def _rows(found: Selected, options: SelectOptions) -> list[tuple[str, str]]:
    """What was measured, for people."""
    rows: list[tuple[str, str]] = [("policy", options.policy)]
    if found.kl is not None:
        rows.append(
            (
                "measured",
                f"{found.measured} masks in {found.passes:g} passes over {found.tokens:,} tokens",
            )
        )
        rows.append(("KL from the original", f"{found.kl:.4f} nats per token, on these texts"))
    if found.plan.merged:
        rows.append(("merged", f"{found.plan.merged} experts into others"))
    return rows
