"""What the paper says, and what the measurements say to it. No torch.

A difference counts where the seeds' ranges do not overlap; otherwise the answer is "unclear".
"""

from __future__ import annotations

from core.paper.options import CONTROL
from core.paper.result import Claim, PaperResult, Spread, Verdict

# A perplexity this much (relative) from another is neither better nor worse: drops have no seeds of
# their own, and other calibration texts move them by about as much.
NOISE = 0.01


def claims_of(result: PaperResult) -> tuple[Claim, ...]:
    """Every claim that the measurements speak to."""
    found = [_counting(result), _soft(result), _global(result)]
    found += [_recovers(result), *(_helps(result, name) for name in _HELPERS), _parity(result)]
    found += [_control(result), _concentrates(result), _saves(result)]
    return tuple(claim for claim in found if claim is not None)


def _counting(result: PaperResult) -> Claim | None:
    """Least used experts against random ones."""
    pairs = [
        (counted, chance)
        for share in result.options.shares
        for metric in ("actual-count", "soft-count")
        if (counted := result.dropped(share, metric, "layer"))
        and (chance := result.dropped(share, "random", "layer"))
    ]
    if not pairs:
        return None
    wins = sum(counted.mean < chance.low for counted, chance in pairs)
    return Claim(
        key="counting",
        text="Dropping the least used experts costs less than dropping random ones.",
        verdict="yes" if wins == len(pairs) else ("no" if wins == 0 else "unclear"),
        evidence="; ".join(f"{c.mean:.2f} vs {_range(r)}" for c, r in pairs),
    )


def _soft(result: PaperResult) -> Claim | None:
    return _compared(
        result,
        key="soft",
        text="Soft counting ranks experts better than actual counting.",
        better=("soft-count", None),
        worse=("actual-count", None),
    )


def _global(result: PaperResult) -> Claim | None:
    return _compared(
        result,
        key="global",
        text="One ranking over all layers is better than the same number in each layer.",
        better=(None, "global"),
        worse=(None, "layer"),
    )


def _compared(
    result: PaperResult,
    *,
    key: str,
    text: str,
    better: tuple[str | None, str | None],
    worse: tuple[str | None, str | None],
) -> Claim | None:
    """Two ways of dropping, share by share; None in a pair stands for each value in turn."""
    wins, losses, words = 0, 0, []
    for share in result.options.shares:
        for metric in ("actual-count", "soft-count") if better[0] is None else (None,):
            for scope in ("layer", "global") if better[1] is None else (None,):
                first = result.dropped(share, better[0] or metric or "", better[1] or scope or "")
                other = result.dropped(share, worse[0] or metric or "", worse[1] or scope or "")
                if first is None or other is None:
                    continue
                wins += first.mean < other.mean * (1 - NOISE)
                losses += first.mean > other.mean * (1 + NOISE)
                words.append(
                    f"{first.mean:.2f} vs {other.mean:.2f} ({metric or scope}, {100 * share:.0f} %)"
                )
    if not words:
        return None
    verdict: Verdict = "unclear"
    if wins and not losses:
        verdict = "yes"
    elif losses and not wins:
        verdict = "no"
    return Claim(key=key, text=text, verdict=verdict, evidence="; ".join(words))


def _recovers(result: PaperResult) -> Claim | None:
    plain = result.tuned("plain")
    if plain is None:
        return None
    gap = result.untuned - result.original
    share = (result.untuned - plain.mean) / gap if gap > 0 else 1.0
    return Claim(
        key="recovers",
        text="Fine-tuning recovers what one expert per token loses.",
        verdict="yes" if plain.high < result.untuned else "no",
        evidence=f"{result.untuned:.2f} → {_range(plain)} ({100 * share:.0f} % of {gap:.2f})",
    )


_HELPERS = {
    "entropy": "The entropy penalty makes fine-tuning at Top-1 better than plain fine-tuning.",
    "annealing": "Letting Top-K fall in whole steps is better than Top-1 from the first step.",
    "fractional": "Letting Top-K fall with a fading gate is better than Top-1 from the first step.",
    "both": "Entropy penalty and a fading gate together are better than plain fine-tuning.",
    "distilled": "Distillation from the original is better than plain fine-tuning.",
    "all": "Everything together is better than plain fine-tuning.",
}


def _helps(result: PaperResult, name: str) -> Claim | None:
    arm, plain = result.tuned(name), result.tuned("plain")
    if arm is None or plain is None:
        return None
    return Claim(
        key=name,
        text=_HELPERS[name],
        verdict=_lower(arm, plain),
        evidence=f"{_range(arm)} vs {_range(plain)}",
    )


def _parity(result: PaperResult) -> Claim | None:
    best = result.tuned(result.best) if result.best else None
    if best is None:
        return None
    verdict: Verdict = "unclear"
    if best.high <= result.original:
        verdict = "yes"
    elif best.low > result.original:
        verdict = "no"
    return Claim(
        key="parity",
        text="With one expert per token the tuned model is as good as the original with two.",
        verdict=verdict,
        evidence=f"{_range(best)} vs {result.original:.2f}",
    )


def _control(result: PaperResult) -> Claim | None:
    """Against a model that had the same texts and kept two experts."""
    best = result.tuned(result.best) if result.best else None
    control = result.tuned(CONTROL)
    if best is None or control is None:
        return None
    return Claim(
        key="control",
        text="It is also as good as the model with two experts tuned for as many steps.",
        verdict="yes" if best.mean <= control.high else _lower(best, control),
        evidence=f"{_range(best)} vs {_range(control)}",
    )


def _concentrates(result: PaperResult) -> Claim | None:
    with_term, plain = result.entropy_after("entropy"), result.entropy_after("plain")
    if with_term is None or plain is None:
        return None
    return Claim(
        key="concentrates",
        text="The entropy penalty makes the router surer of its choice.",
        verdict=_lower(with_term, plain),
        evidence=f"{result.entropy:.2f} → {_range(with_term)} nats; λ = 0: {_range(plain)}",
    )


def _saves(result: PaperResult) -> Claim | None:
    whole, one = result.prices.get("original"), result.prices.get("top-1")
    if whole is None or one is None:
        return None
    saved = 1 - one.flops / whole.flops
    return Claim(
        key="saves",
        text="One expert instead of two saves computation and no storage.",
        verdict="yes" if saved > 0 and one.bytes == whole.bytes else "no",
        evidence=f"−{100 * saved:.1f} % FLOPs, {one.bytes / 1e6:.1f} of {whole.bytes / 1e6:.1f} MB",
    )


def _lower(first: Spread, other: Spread) -> Verdict:
    """Whether the first is lower; one seed alone says nothing about small differences."""
    room = 1 + NOISE if min(first.n, other.n) == 1 else 1.0
    if first.high * room < other.low:
        return "yes"
    return "no" if first.low > other.high * room else "unclear"


def _range(spread: Spread) -> str:
    if spread.n == 1 or spread.low == spread.high:
        return f"{spread.mean:.2f}"
    return f"{spread.mean:.2f} ({spread.low:.2f} – {spread.high:.2f})"
