"""`seer compare`: two profiles, or two domains of one, under one metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Quiet, Seed
from core.cli.plan import MetricName
from core.cli.terminal import Terminal
from core.cli.words import percent

if TYPE_CHECKING:
    from rich.table import Table

    from core.profiling import Profile
    from core.scoring import Comparison

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
        from core import scoring
        from core.profiling import load_profile

        left = load_profile(a)
        right = left if b is None else load_profile(b)
        scoring.same_model(left, right)
        if left.model_fingerprint != right.model_fingerprint:
            terminal.warn("the profiles are of different weights")
        found = scoring.compare(
            scoring.score(left, metric, _only(left, domain_a), seed),
            scoring.score(right, metric, _only(right, domain_b), seed),
            top=top or tuple(max(count // 2, 1) for count in left.experts),
        )
        terminal.show(comparison_json(found, left, metric), lambda: _table(found, left))


def _only(profile: Profile, domains: list[str] | None) -> dict[str, float] | None:
    """Weights that leave out every other domain; a misspelt one is refused where it is read."""
    if not domains:
        return None
    return {name: 0.0 for name in profile.domains if name not in domains} | dict.fromkeys(
        domains, 1.0
    )


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
