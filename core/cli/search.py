"""`seer search`: the smallest plan within a stated loss of quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    Uniform,
    plan_table,
    split,
    warn_if_unfinished,
)
from core.cli.rule import Request, Scope, find_model, make_plan, plan_result, starting_plan
from core.cli.running import Running, ledger_beside
from core.cli.terminal import Terminal
from core.cli.words import parse_increase, parse_weights

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.evaluation.search import Found
    from core.planning import Plan
    from core.profiling import Profile

Increase = Annotated[
    str,
    typer.Option(
        "--max-ppl-increase",
        metavar="X%",
        help="How much perplexity may rise over the original's, e.g. 5% or 0.05.",
        show_default=False,
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Use what a stopped search of the same options measured.")
]


@grouped
def search(
    model: Model,
    profile: ProfileFile,
    *,
    source: Sources,
    max_ppl_increase: Increase,
    output: Output,
    metric: MetricName = "soft-count",
    scope: ScopeChoice = Scope.LAYER,
    floor: Floor = 1,
    lock_keep: LockKeep = "",
    lock_drop: LockDrop = "",
    uniform: Uniform = False,
    no_protect: NoProtect = False,
    domain_weight: DomainWeights = None,
    max_tokens: MaxTokens = 50_000,
    seq_len: SeqLen = 256,
    running: Running,
    resume: Resume = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the smallest plan of a rule whose perplexity stays within a limit.

    Plans of the same metric and scope are masked and measured on the texts, halving the range of
    sizes each time. Nothing but the plan is written.
    """
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.checkpoint import inspect_model, locate_model
        from core.cli.files import writable
        from core.profiling import load_profile

        limit = parse_increase(max_ppl_increase)
        writable(output)
        observed = load_profile(profile)
        warn_if_unfinished(observed, terminal)
        request = Request(
            metric=metric,
            scope=scope,
            floor=floor,
            seed=running.seed,
            weights=parse_weights(domain_weight or []),
            uniform=uniform,
            protect=not no_protect,
            lock_keep=split(lock_keep),
            lock_drop=split(lock_drop),
        )
        folder = locate_model(model)
        info = find_model(observed, str(folder), terminal) or inspect_model(folder)
        start = starting_plan(observed, request)
        candidates = _candidates(observed, start, info, request)
        _ = candidates[-1]  # what locks forbid is said before the model is loaded
        texts = running.pack(
            folder, source, "heldout", terminal, max_tokens=max_tokens, seq_len=seq_len
        )
        from core.evaluation.search import search_plan

        live = running.load(folder, terminal)
        ledger = ledger_beside(output, live, texts, resume=resume)
        found = search_plan(
            live, texts, candidates, max_increase=limit, ledger=ledger, run=terminal.run
        )
        made = _signed(found, max_ppl_increase)
        if not made.dropped:
            terminal.warn(
                f"no expert can go within {max_ppl_increase} by this rule: the plan keeps all"
            )
        result = plan_result(made, observed, info, request.weights, output) | found.to_json()
        made.save(output)
        terminal.show(result, lambda: plan_table(result, more=_rows(found)))


def _candidates(
    observed: Profile, start: Plan, info: ModelInfo, request: Request
) -> Sequence[Plan]:
    """The rule's plans of every size, made when they are looked at."""
    from core.evaluation.bisection import Candidates

    per_layer = request.scope is Scope.LAYER
    least, most = observed.top_k, max(observed.experts)
    if not per_layer:
        least, most = least * len(observed.experts), sum(observed.experts)

    def make(size: int) -> Plan:
        sized = replace(request, number=size) if per_layer else replace(request, total=size)
        return make_plan(observed, start, info, sized)

    return Candidates(range(least, most + 1), make)


def _signed(found: Found, limit: str) -> Plan:
    """The plan with the record of how it was found."""
    plan, kept_L = found.plan, found.plan.kept_L
    counts = set(kept_L.tolist())
    options = dict(plan.made_by.options)
    options["keep"] = counts.pop() if len(counts) == 1 else f"{int(kept_L.sum())} in all"
    options["max_ppl_increase"] = limit
    options["perplexity"] = found.perplexity["overall"]
    options["perplexity_original"] = found.original["overall"]
    return plan.with_kept(plan.kept_LE, made_by=replace(plan.made_by, options=options))


def _rows(found: Found) -> list[tuple[str, str]]:
    """What was measured, for people."""
    rows = [
        (
            f"trial {number}",
            (
                f"{sum(trial.kept)} experts: perplexity {trial.perplexity['overall']:.2f}, "
                f"{100 * trial.increase:+.1f} %{'' if trial.within else ', too much'}"
            ),
        )
        for number, trial in enumerate(found.trials, 1)
    ]
    rows.append(
        (
            "perplexity",
            (
                f"{found.perplexity['overall']:.2f}, the original {found.original['overall']:.2f} "
                f"({100 * found.increase:+.1f} %)"
            ),
        )
    )
    return rows
