"""`seer compare`: two profiles, or two domains of one, under one metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from core.cli.options import AsJson, Quiet, Seed
from core.cli.plan import MetricName
from core.cli.terminal import Terminal
from core.cli.words import percent

if TYPE_CHECKING:
    from rich.table import Table

    from core.profiling import Profile
    from core.scoring import Comparison, LayerUse
    from core.scoring.metric import Floats

MOST_ROWS = 40  # of the table for people; --json has all


def compare(
    a: Annotated[
        Path,
        typer.Argument(metavar="A.safetensors", help="A file of seer profile.", show_default=False),
    ],
    b: Annotated[
        Path | None,
        typer.Argument(
            metavar="[B.safetensors]", help="Another one; A itself if left out.", show_default=False
        ),
    ] = None,
    *,
    domain_a: Annotated[
        list[str] | None,
        typer.Option("--domain-a", metavar="DOMAIN", help="Only this domain of A; repeatable."),
    ] = None,
    domain_b: Annotated[
        list[str] | None,
        typer.Option("--domain-b", metavar="DOMAIN", help="Only this domain of B; repeatable."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", metavar="PLAN.json", show_default=False,
            help="The plan that B's model was pruned by: its experts are compared with those of A "
            "that they are.",
        ),
    ] = None,
    metric: MetricName = "soft-count",
    top: Annotated[
        int | None,
        typer.Option(
            "--top", min=1, metavar="N",
            help="Experts of a layer that count as needed; half of them if not given.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Compare how two texts use a model's experts: A − B, rank correlation, what only B needs.

    Scores become shares of their layer's total first, so the numbers of tokens need not agree.
    """
    if b is None and not (domain_a or domain_b):
        raise typer.BadParameter("give a second profile, or domains", param_hint="--domain-a")
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from rich.console import Group

        from core import scoring
        from core.planning import Plan
        from core.profiling import load_profile

        left = load_profile(a)
        right = left if b is None else load_profile(b)
        keep = None if plan is None else Plan.load(plan).keep
        if keep is None:
            scoring.same_model(left, right)
        if left.model_fingerprint != right.model_fingerprint:
            terminal.warn("the profiles are of different weights")
        only_a, only_b = _only(left, domain_a), _only(right, domain_b)
        a_LE = scoring.score(left, metric, only_a, seed)
        b_LE = scoring.score(right, metric, only_b, seed)
        if keep is not None:
            a_LE, b_LE = _on_both(a_LE, scoring.on_original(b_LE, keep, a_LE.shape[1]))
        found = scoring.compare(
            a_LE, b_LE, top=top or tuple(max(count // 2, 1) for count in left.experts)
        )
        beside = scoring.layer_use(left, only_a), scoring.layer_use(right, only_b)
        result = comparison_json(found, left, metric) | {"by_layer": layers_json(*beside)}
        terminal.show(result, lambda: Group(_table(found, left), _layer_table(*beside)))


def _only(profile: Profile, domains: list[str] | None) -> dict[str, float] | None:
    """Weights that leave out every other domain; a misspelt one is refused where it is read."""
    if not domains:
        return None
    return {name: 0.0 for name in profile.domains if name not in domains} | dict.fromkeys(
        domains, 1.0
    )


def _on_both(a_LE: Floats, b_LE: Floats) -> tuple[Floats, Floats]:
    """Only the experts that both have."""
    nowhere_LE = np.isnan(a_LE) | np.isnan(b_LE)
    return np.where(nowhere_LE, np.nan, a_LE), np.where(nowhere_LE, np.nan, b_LE)


def layers_json(a: LayerUse, b: LayerUse) -> list[dict[str, object]]:
    """Both sides, layer by layer; null where a layer saw no token."""
    return [
        {
            "layer": layer,
            **{
                f"{name}_{side}": None if np.isnan(value) else value
                for side, use in (("a", a), ("b", b))
                for name, value in (
                    ("entropy", float(use.entropy_L[row])),
                    ("effective_experts", float(use.effective_L[row])),
                    ("largest_share", float(use.largest_L[row])),
                    ("never_chosen", float(use.idle_L[row])),
                )
            },
        }
        for row, layer in enumerate(a.layer_ids)
    ]


def _layer_table(a: LayerUse, b: LayerUse) -> Table:
    from core.cli.tables import grid

    header = ("layer", "entropy A", "B", "experts in use A", "B", "largest share A", "B")
    rows = [
        (
            f"L{layer}",
            *(f"{use.entropy_L[row]:.3f}" for use in (a, b)),
            *(f"{use.effective_L[row]:.1f}" for use in (a, b)),
            *(percent(float(use.largest_L[row])) for use in (a, b)),
        )
        for row, layer in enumerate(a.layer_ids)
    ]
    return grid(header, rows, title="layer by layer; entropy of the router in nats")


def comparison_json(found: Comparison, profile: Profile, metric: str) -> dict[str, object]:
    """The JSON object of `seer compare`."""
    return {
        "metric": metric,
        "layers": list(profile.layer_ids),
        "experts": list(profile.experts),
        "top": list(found.top),
        "spearman": found.spearman,
        "spearman_per_layer": found.spearman_L.tolist(),
        "difference": [
            row[:width]
            for row, width in zip(found.difference_LE.tolist(), profile.experts, strict=True)
        ],
        "only_in_b": [
            {
                "layer": profile.layer_ids[one.row],
                "expert": one.expert,
                "rank_a": one.rank_a,
                "rank_b": one.rank_b,
                "share_a": one.share_a,
                "share_b": one.share_b,
            }
            for one in found.only_b
        ],
    }


def _table(found: Comparison, profile: Profile) -> Table:
    from core.cli.tables import grid

    rows = [
        (
            f"L{profile.layer_ids[one.row]} · {one.expert}",
            percent(one.share_a),
            percent(one.share_b),
            str(one.rank_a),
            str(one.rank_b),
        )
        for one in found.only_b[:MOST_ROWS]
    ]
    title = (
        f"rank correlation {found.spearman:.3f}; {len(found.only_b)} experts are in the top "
        f"{found.top[0]} of B only"
    )
    return grid(("expert", "A", "B", "rank in A", "rank in B"), rows, title=title)
