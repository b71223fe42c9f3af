"""How fast a choice follows the hand: scoring, planning and pricing at 61 layers × 384 experts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from core.planning import Bounds, Plan, check_plan, cost, coverage, keep_global, keep_per_layer
from core.planning import toggle as toggle_cell
from core.scoring import comparable, routed_mass, score
from tests.benchmarks.rows import Row, seconds
from tests.values import made_info, made_profile

LAYERS, EXPERTS, KEEP, TOP_K = 61, 384, 288, 8
DOMAINS = ("english", "manuals", "korean", "python", "c", "math")
REPEATS = 30


def run() -> list[Row]:
    """Measure re-planning under each kind of rule, and one edit with everything that follows it."""
    widths = (EXPERTS,) * LAYERS
    info = made_info(experts=widths, top_k=TOP_K)
    grouped = made_info(experts=widths, top_k=TOP_K, n_group=8, topk_group=4)
    profile = made_profile(experts=widths, domains=DOMAINS, top_k=TOP_K)
    whole = Plan.keep_all(info)
    mass_LE = routed_mass(profile)

    def layer_wise(metric: str, bounds: Bounds) -> None:
        scores_LE = score(profile, metric, {"korean": 2.0})
        plan = whole.with_kept(keep_per_layer(scores_LE, bounds=bounds, n=KEEP))
        assert plan.uniform

    def over_all(metric: str, bounds: Bounds) -> None:
        scores_LE = comparable(score(profile, metric), metric)
        kept_LE = keep_global(scores_LE, bounds=bounds, total=KEEP * LAYERS, floor=TOP_K)
        assert whole.with_kept(kept_LE).dropped == (EXPERTS - KEEP) * LAYERS

    free, in_groups = Bounds.of(whole, info), Bounds.of(whole, grouped)
    cuts = {
        "re-score and re-plan, soft-count per layer": lambda: layer_wise("soft-count", free),
        "re-score and re-plan, reap over all layers": lambda: over_all("reap", free),
        "re-score and re-plan, reap in 8 router groups": lambda: layer_wise("reap", in_groups),
    }
    rows = [_row(name, function, target=10.0) for name, function in cuts.items()]
    pruned = whole.with_kept(keep_per_layer(score(profile, "reap"), bounds=free, n=KEEP))
    state = {"plan": pruned, "n": 0}

    def edit() -> None:
        state["n"] += 1
        plan = toggle_cell(state["plan"], state["n"] % LAYERS, 7 * state["n"] % EXPERTS)
        state["plan"] = plan
        assert cost(info, plan).bytes > 0
        assert 0 < coverage(mass_LE, plan.kept_LE).overall <= 1
        check_plan(plan, info)

    rows.append(_row("one edit: plan, cost, coverage, checks", edit, target=3.0))
    return rows


def _row(name: str, function: Callable[[], None], *, target: float) -> Row:
    """Median of many calls in milliseconds; the processor's time tells a busy machine apart."""
    function()
    began = time.process_time()
    times = [1e3 * seconds(function) for _ in range(REPEATS)]
    cpu = 1e3 * (time.process_time() - began) / REPEATS
    return Row(
        name=name,
        value=statistics.median(times),
        unit="ms",
        target=target,
        detail=f"{min(times):.2f} to {max(times):.2f} ms, {cpu:.2f} ms of processor time; "
        f"{LAYERS}×{EXPERTS}, {len(DOMAINS)} domains",
    )
