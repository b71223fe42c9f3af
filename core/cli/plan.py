"""`seer score` and `seer plan`: from a profile to a plan, with arrays alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Quiet, Seed
from core.cli.rule import Request, Scope, find_model, make_plan, plan_result, starting_plan
from core.cli.terminal import Terminal
from core.cli.words import parse_keep, parse_share, parse_weights, percent, size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.table import Table

    from core.profiling import Profile

ProfileFile = Annotated[
    Path,
    typer.Argument(metavar="PROFILE", help="A file of seer profile.", show_default=False),
]
MetricName = Annotated[
    str,
    typer.Option(
        "--metric",
        "-m",
        metavar="NAME",
        help="soft-count, actual-count, gate-sum, ean-sum, weighted-ean-sum, reap, man, msan or "
        "random.",
    ),
]
DomainWeights = Annotated[
    list[str] | None,
    typer.Option(
        "--domain-weight",
        metavar="DOMAIN=WEIGHT",
        help="Weight of a domain, 1 if not given; 0 leaves it out. May be given several times.",
    ),
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
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="PLAN.json", help="Where the plan is written."),
    ],
    metric: MetricName = "soft-count",
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="N|P%",
            help="Experts to keep per layer, or the share of them; with --scope global the same "
            "number on average.",
        ),
    ] = None,
    coverage: Annotated[
        str | None,
        typer.Option(
            "--coverage",
            metavar="X",
            help="Keep the fewest experts that carry this share of the routed mass, e.g. 0.95.",
        ),
    ] = None,
    scope: Annotated[
        Scope, typer.Option("--scope", help="Compare experts within layers or over all of them.")
    ] = Scope.LAYER,
    floor: Annotated[
        int, typer.Option("--floor", min=1, metavar="N", help="Fewest experts per layer.")
    ] = 1,
    lock_keep: Annotated[
        str,
        typer.Option("--lock-keep", metavar="L:E,…", help="Experts that stay: layer:expert, …"),
    ] = "",
    lock_drop: Annotated[
        str, typer.Option("--lock-drop", metavar="L:E,…", help="Experts that go.")
    ] = "",
    uniform: Annotated[
        bool,
        typer.Option(
            "--uniform",
            help="Even the result out to the same number in every layer, so that stock loaders "
            "accept it.",
        ),
    ] = False,
    no_protect: Annotated[
        bool, typer.Option("--no-protect", help="Let rules drop super-experts, too.")
    ] = False,
    domain_weight: DomainWeights = None,
    seed: Seed = 0,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="MODEL", help="The model, if it is not where it was profiled."
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Choose which experts stay, and write that down as a plan.

    Give either --keep or --coverage. Locks win over everything; super-experts are protected.
    """
    if (keep is None) == (coverage is None):
        raise typer.BadParameter("give either --keep or --coverage", param_hint="--keep")
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.cli.files import writable
        from core.profiling import load_profile

        writable(output)
        observed = load_profile(profile)
        number, share = parse_keep(keep) if keep is not None else (None, None)
        request = Request(
            metric=metric,
            scope=scope,
            number=number,
            share=share,
            coverage=None if coverage is None else parse_share(coverage),
            floor=floor,
            seed=seed,
            weights=parse_weights(domain_weight or []),
            uniform=uniform,
            protect=not no_protect,
            lock_keep=_split(lock_keep),
            lock_drop=_split(lock_drop),
        )
        info = find_model(observed, model, terminal)
        start = starting_plan(observed, request)
        made = make_plan(observed, start, info, request)
        result = plan_result(made, observed, info, request.weights, output)
        made.save(output)
        terminal.show(result, lambda: _plan_table(result))


def _split(text: str) -> tuple[str, ...]:
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


def _plan_table(result: dict[str, object]) -> Table:
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
    rows.append(("written", str(result["output"])))
    return facts(rows)
