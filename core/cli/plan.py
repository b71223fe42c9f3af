"""`seer score` and `seer plan`: from a profile to a plan, with arrays alone."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import core
from core.cli.options import AsJson, Quiet, Seed
from core.cli.rule import Request, Scope, find_model, make_plan, plan_result, starting_plan
from core.cli.terminal import Terminal
from core.cli.words import parse_keep, parse_share, parse_weights, percent, size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.table import Table

    from core.planning import Plan
    from core.profiling import Profile


def _metric_names() -> str:
    """The metrics by the names of their files, so that help costs no import."""
    folder = Path(core.__file__).parent / "scoring" / "formulas"
    return ", ".join(
        module.name.replace("_", "-") for module in pkgutil.iter_modules([str(folder)])
    )


ProfileFile = Annotated[
    Path, typer.Argument(metavar="PROFILE", help="A file of seer profile.", show_default=False)
]
MetricName = Annotated[
    str,
    typer.Option("--metric", "-m", metavar="NAME", help=f"One of {_metric_names()}."),
]
DomainWeights = Annotated[
    list[str] | None,
    typer.Option(
        "--domain-weight",
        metavar="DOMAIN=WEIGHT",
        help="Weight of a domain, 1 if not given; 0 leaves it out. May be given several times.",
    ),
]
Output = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="PLAN.json", help="Where the plan is written."),
]
Keep = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="N|P%",
        help="Experts to keep per layer, or the share of them; with --scope global the same "
        "number on average.",
    ),
]
CoverageShare = Annotated[
    str | None,
    typer.Option(
        "--coverage",
        metavar="X",
        help="Keep the fewest experts that carry this share of the routed mass, e.g. 0.95.",
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        metavar="X",
        help="Keep the experts whose score is at least X, in all layers; seer score prints scores.",
    ),
]
ScopeChoice = Annotated[
    Scope, typer.Option("--scope", help="Compare experts within layers or over all of them.")
]
Floor = Annotated[
    int, typer.Option("--floor", min=1, metavar="N", help="Fewest experts per layer.")
]
LockKeep = Annotated[
    str,
    typer.Option("--lock-keep", metavar="L:E,…", help="Experts that stay: layer:expert, …"),
]
LockDrop = Annotated[str, typer.Option("--lock-drop", metavar="L:E,…", help="Experts that go.")]
Uniform = Annotated[
    bool,
    typer.Option(
        "--uniform",
        help="Even the result out to the same number in every layer, so that stock loaders "
        "accept it.",
    ),
]
NoProtect = Annotated[bool, typer.Option("--no-protect", help="Let rules drop super-experts, too.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", help="The model, if it is not where it was profiled."),
]


def score(
    profile: ProfileFile,
    *,
    metric: MetricName = "soft-count",
    domain_weight: DomainWeights = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Print every expert's score under a metric."""
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core import scoring
        from core.profiling import load_profile

        observed = load_profile(profile)
        warn_if_unfinished(observed, terminal)
        scores_LE = scoring.score(observed, metric, parse_weights(domain_weight or []), seed)
        chosen = scoring.metric(metric)
        never, protected = scoring.never_routed(observed), scoring.super_experts(observed)
        terminal.show(
            {
                "metric": chosen.name,
                "formula": chosen.formula,
                "layers": list(observed.layer_ids),
                "experts": list(observed.experts),
                "scores": [
                    row[:width]
                    for row, width in zip(scores_LE.tolist(), observed.experts, strict=True)
                ],
                "never_routed": _cell_names(never, observed.layer_ids),
                "super_experts": _cell_names(protected, observed.layer_ids),
            },
            lambda: _score_table(observed, scores_LE, never, protected),
        )


def plan(
    profile: ProfileFile,
    *,
    output: Output,
    metric: MetricName = "soft-count",
    keep: Keep = None,
    coverage: CoverageShare = None,
    threshold: Threshold = None,
    scope: ScopeChoice = Scope.LAYER,
    floor: Floor = 1,
    lock_keep: LockKeep = "",
    lock_drop: LockDrop = "",
    uniform: Uniform = False,
    no_protect: NoProtect = False,
    domain_weight: DomainWeights = None,
    seed: Seed = 0,
    model: ModelOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Choose which experts stay, and write that down as a plan.

    Give one of --keep, --coverage and --threshold. Locks win over everything; super-experts are
    protected.
    """
    if [keep, coverage, threshold].count(None) != 2:
        raise typer.BadParameter(
            "give one of --keep, --coverage and --threshold", param_hint="--keep"
        )
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.cli.files import writable
        from core.profiling import load_profile

        writable(output)
        observed = load_profile(profile)
        warn_if_unfinished(observed, terminal)
        number, share = parse_keep(keep) if keep is not None else (None, None)
        request = Request(
            metric=metric,
            scope=scope if threshold is None else Scope.GLOBAL,
            number=number,
            share=share,
            coverage=None if coverage is None else parse_share(coverage),
            threshold=threshold,
            floor=floor,
            seed=seed,
            weights=parse_weights(domain_weight or []),
            uniform=uniform,
            protect=not no_protect,
            lock_keep=split(lock_keep),
            lock_drop=split(lock_drop),
        )
        info = find_model(observed, model, terminal)
        start = starting_plan(observed, request)
        made = make_plan(observed, start, info, request)
        _say_if_moved(made, number, terminal)
        result = plan_result(made, observed, info, request.weights, output)
        made.save(output)
        terminal.show(result, lambda: plan_table(result))


def warn_if_unfinished(observed: Profile, terminal: Terminal) -> None:
    """Say that a profile is of a stopped pass."""
    if not observed.complete:
        terminal.warn(
            f"the profile is of a pass that stopped after batch {observed.batches} of "
            f"{observed.batches_total}"
        )


def _say_if_moved(made: Plan, number: int | None, terminal: Terminal) -> None:
    """Explain a count that is not the one asked for."""
    if number is None or made.made_by.scope != Scope.LAYER.value:
        return
    if number > max(made.experts):
        terminal.warn(f"no layer has {number} experts, the most is {max(made.experts)}")
    rows = zip(made.kept_L.tolist(), made.experts, strict=True)
    counts = sorted({kept for kept, experts in rows if kept != min(number, experts)})
    if counts:
        low, high = counts[0], counts[-1]
        shown = str(low) if low == high else f"{low} to {high}"
        terminal.note(f"keeps {shown} per layer instead of {number}: floor, locks or router groups")


def split(text: str) -> tuple[str, ...]:
    """The parts of a list with commas."""
    return tuple(part for part in text.replace(" ", "").split(",") if part)


def _cell_names(mask_LE: NDArray[np.bool_], layer_ids: tuple[int, ...]) -> list[str]:
    rows, experts = mask_LE.nonzero()
    return [
        f"{layer_ids[row]}:{expert}"
        for row, expert in zip(rows.tolist(), experts.tolist(), strict=True)
    ]


def _score_table(
    observed: Profile,
    scores_LE: NDArray[np.float64],
    never: NDArray[np.bool_],
    protected: NDArray[np.bool_],
) -> Table:
    """Layers with their experts from best to worst."""
    from core.cli.tables import grid

    rows = []
    for row, (layer, count) in enumerate(zip(observed.layer_ids, observed.experts, strict=True)):
        order = (-scores_LE[row, :count]).argsort(kind="stable").tolist()
        for place, expert in enumerate(order):
            mark = "never routed" if never[row, expert] else ""
            mark = "super-expert" if protected[row, expert] else mark
            value = f"{scores_LE[row, expert]:.6g}"
            rows.append((f"L{layer}", str(expert), value, str(place + 1), mark))
    return grid(("layer", "expert", "score", "rank", ""), rows)


def plan_table(result: dict[str, object], *, more: Sequence[tuple[str, str]] = ()) -> Table:
    """What `seer plan` shows, and what a command that measures adds."""
    from core.cli.tables import facts

    kept = result["kept"]
    experts = result["experts"]
    assert isinstance(kept, list)
    assert isinstance(experts, list)
    low, high = min(kept), max(kept)
    spread = str(low) if low == high else f"{low} to {high}"
    rows = [
        ("rule", f"{result['metric']}, {result['scope']}"),
        ("kept", f"{spread} per layer, {sum(kept)} of {sum(experts)} experts"),
        ("coverage", percent(float(str(result["coverage"])))),
        ("loads in", "stock loaders" if result["uniform"] else "the bundled loader (ragged)"),
    ]
    if result["bytes"] is not None:
        rows.append(("checkpoint", size(float(str(result["bytes"])))))
    problems = result["problems"]
    assert isinstance(problems, list)
    rows += [(str(problem["severity"]), str(problem["text"])) for problem in problems]
    rows += more
    rows.append(("written", str(result["output"])))
    return facts(rows)
