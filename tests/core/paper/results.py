"""Results as a run might bring them, made without one."""

from __future__ import annotations

from dataclasses import replace

from core.paper import ARMS, Arm, Drop, PaperOptions, PaperResult
from core.paper.claims import claims_of
from core.paper.result import Price

PRICE = Price(parameters=1000, active=400, bytes=2000, flops=800.0)
TUNED = {
    "top-2": 13.6, "plain": 14.5, "entropy": 14.7, "annealing": 14.52, "fractional": 14.3,
    "both": 14.4, "distilled": 14.2, "all": 14.1,
}  # fmt: skip
COUNTED = {
    (0.75, "actual-count", "layer"): 16.5,
    (0.75, "actual-count", "global"): 16.0,
    (0.75, "soft-count", "layer"): 17.5,
    (0.75, "soft-count", "global"): 17.0,
    (0.5, "actual-count", "layer"): 24.0,
    (0.5, "actual-count", "global"): 23.0,
    (0.5, "soft-count", "layer"): 26.0,
    (0.5, "soft-count", "global"): 25.0,
}


def drop(share: float, metric: str, scope: str, perplexity: float, seed: int = 0) -> Drop:
    return Drop(
        share=share,
        metric=metric,
        scope=scope,
        seed=seed,
        kept=round(16 * share),
        perplexity=perplexity,
        price=PRICE,
    )


def arm(name: str, seed: int, perplexity: float) -> Arm:
    after = 1.4 if "entropy_weight" in ARMS[name] else 2.1
    return Arm(
        name=name,
        seed=seed,
        top_k=2 if name == "top-2" else 1,
        perplexity=perplexity,
        entropy_before=2.14,
        entropy_after=after,
        seconds=1.0,
    )


def example(**more) -> PaperResult:
    """Two seeds, 0.06 apart; random plans between 40 and infinity."""
    drops = [drop(*way, perplexity) for way, perplexity in COUNTED.items()]
    for share in (0.75, 0.5):
        for seed, value in enumerate((40.0, 90.0, float("inf"))):
            drops.append(drop(share, "random", "layer", value, seed))
    arms = [arm(name, s, value + 0.06 * s) for s in (0, 1) for name, value in TUNED.items()]
    made = PaperResult(
        options=PaperOptions(random_seeds=3),
        model="demo",
        original=13.8,
        untuned=15.0,
        entropy=2.14,
        prices={"original": PRICE, "top-1": replace(PRICE, active=300, flops=600.0)},
        drops=tuple(drops),
        arms=tuple(arms),
        learning_rate=5e-4,
        seconds=12.0,
    )
    made = replace(made, **more)
    return replace(made, claims=claims_of(made))
