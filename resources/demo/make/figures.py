"""Measures the demo model with the engine itself: what the model card states.

Shapes: D domains, L MoE layers, E experts.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.calibration import (
    CalibrationOptions,
    CalibrationSet,
    Source,
    build_calibration,
    load_tokenizer,
)
from core.evaluation import evaluate
from core.planning import Bounds, Plan, keep_per_layer, random_keep
from core.profiling import Profile, profile_model
from core.run import Run
from core.runtime import LiveModel, load_model
from core.scoring import score
from resources import demo_model_dir
from resources.demo.make import data
from resources.demo.make.bigram import Bigram
from resources.demo.make.sources import DOMAINS

SEQ_LEN = 512  # what the model was trained on
PRUNED_TOKENS = 96_000  # held-out tokens that plans are compared on, 16,000 a domain
METRICS = ("actual-count", "soft-count", "weighted-ean-sum")
KEPT = (12, 8)
RANDOM_SEEDS = (0, 1, 2, 3, 4)
ALONE = "bible"  # the domain that the lopsided calibration uses


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Everything measured; perplexities are by domain, with "mean" over the domains.

    Attributes:
        calibration_tokens: Tokens of the bundled calibration texts, by domain.
        heldout_tokens: The same of the held-out texts.
        perplexity: On all held-out text, sequences of `SEQ_LEN`, bf16 weights, fp32 logits.
        perplexity_256: The same in sequences of 256.
        bigram: Of an interpolated bigram model of each domain's training text, same tokens.
        divergence_bits: Jensen-Shannon divergence of two domains' use of experts, mean over layers.
        divergence_mean_bits: Its mean over all pairs of domains.
        divergence_by_layer_bits: Its mean over all pairs, by layer.
        seldom_used: Experts that get less than 1 % of their layer's tokens.
        kept: Mean perplexity by experts kept per layer, then by how they were chosen.
        kept_random: Mean perplexity of random halves, by seed.
        kept_alone: Perplexity when half is kept by soft count on `ALONE` only.
        unpruned: Mean perplexity on the tokens that the plans were compared on.
    """

    calibration_tokens: Mapping[str, int]
    heldout_tokens: Mapping[str, int]
    perplexity: Mapping[str, float]
    perplexity_256: Mapping[str, float]
    bigram: Mapping[str, float]
    divergence_bits: Mapping[str, Mapping[str, float]]
    divergence_mean_bits: float
    divergence_by_layer_bits: tuple[float, ...]
    seldom_used: int
    kept: Mapping[str, Mapping[str, float]]
    kept_random: tuple[float, ...]
    kept_alone: Mapping[str, float]
    unpruned: float


def path() -> Path:
    """Where the figures are kept, beside the model's folder."""
    return demo_model_dir().parent / "figures.json"


def read() -> dict[str, object]:
    """The figures as they were last measured."""
    found: dict[str, object] = json.loads(path().read_text(encoding="utf-8"))
    return found


def measure(work: Path) -> Figures:
    """Measure everything; needs the training split in `work` for the bigram models."""
    run = Run()
    live = load_model(demo_model_dir(), run=run)
    heldout = _texts("heldout", SEQ_LEN)
    calibration = _texts("calibration", SEQ_LEN)
    perplexity = _perplexity(live, heldout)
    print(f"perplexity {perplexity['mean']:.2f}", flush=True)
    profile = profile_model(live, calibration, output=None, resume=False, run=run)
    bits_LDD = divergence_LDD(profile.count)
    pair = ~np.eye(len(profile.domains), dtype=bool)
    use_LE = profile.count.sum(0) / profile.count.sum((0, 2))[:, None]
    print(f"divergence {bits_LDD[:, pair].mean():.3f} bits", flush=True)
    few = _texts("heldout", SEQ_LEN, PRUNED_TOKENS)
    start = Plan.keep_all(live.info)
    bounds = Bounds.of(start, live.info)

    def kept(scores_LE: NDArray[np.float64], n: int) -> dict[str, float]:
        plan = start.with_kept(keep_per_layer(scores_LE, bounds=bounds, n=n))
        return _perplexity(live, few, plan)

    chosen = {
        str(n): {name: kept(score(profile, name), n)["mean"] for name in METRICS} for n in KEPT
    }
    print(f"kept {chosen}", flush=True)
    half = min(KEPT)
    random = tuple(
        _perplexity(live, few, start.with_kept(random_keep(bounds=bounds, seed=seed, n=half)))[
            "mean"
        ]
        for seed in RANDOM_SEEDS
    )
    print(f"random {random}", flush=True)
    weights = {domain: float(domain == ALONE) for domain in profile.domains}
    return Figures(
        calibration_tokens=dict(
            zip(calibration.domains, calibration.tokens_by_domain, strict=True)
        ),
        heldout_tokens=dict(zip(heldout.domains, heldout.tokens_by_domain, strict=True)),
        perplexity=perplexity,
        perplexity_256=_perplexity(live, _texts("heldout", 256)),
        bigram=_bigram(work, heldout),
        divergence_bits=_table(bits_LDD.mean(0), profile),
        divergence_mean_bits=float(bits_LDD[:, pair].mean()),
        divergence_by_layer_bits=tuple(bits_LDD[:, pair].mean(1).tolist()),
        seldom_used=int((use_LE < 0.01).sum()),
        kept=chosen,
        kept_random=random,
        kept_alone=kept(score(profile, "soft-count", weights), half),
        unpruned=_perplexity(live, few)["mean"],
    )


def save(figures: Figures) -> None:
    """Write the figures as JSON."""
    text = json.dumps(asdict(figures), indent=1, ensure_ascii=False) + "\n"
    path().write_text(text, encoding="utf-8")


def divergence_LDD(count_DLE: NDArray[np.int64]) -> NDArray[np.float64]:
    """Jensen-Shannon divergence in bits between domains' shares of experts, layer by layer.

    JSD(p, q) = H((p + q)/2) − (H(p) + H(q))/2, H the entropy in bits.
    """
    share_DLE = count_DLE / count_DLE.sum(-1, keepdims=True)
    entropy_DL = _entropy(share_DLE)
    middle_DDL = _entropy((share_DLE[:, None] + share_DLE[None]) / 2)
    bits_DDL = middle_DDL - (entropy_DL[:, None] + entropy_DL[None]) / 2
    return np.moveaxis(bits_DDL, -1, 0)


def _entropy(share: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log2(share, where=share > 0, out=np.zeros_like(share))
    found: NDArray[np.float64] = -(share * logs).sum(-1)
    return found


def _table(values_DD: NDArray[np.float64], profile: Profile) -> dict[str, dict[str, float]]:
    names = profile.domains
    return {
        a: {b: float(values_DD[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)
    }


def _texts(
    split: Literal["calibration", "heldout"],
    seq_len: int,
    max_tokens: int = 10_000_000,
) -> CalibrationSet:
    options = CalibrationOptions(
        sources=(Source(path_or_id="demo"),), max_tokens=max_tokens, seq_len=seq_len
    )
    tokenizer = load_tokenizer(demo_model_dir())
    return build_calibration(options, tokenizer, demo_split=split, run=Run())


def _perplexity(
    live: LiveModel, texts: CalibrationSet, plan: Plan | None = None
) -> dict[str, float]:
    found = evaluate(live, texts, plan=plan, run=Run()).perplexity
    return _with_mean({domain: found[domain] for domain in texts.domains})


def _bigram(work: Path, heldout: CalibrationSet) -> dict[str, float]:
    streams = dict(zip(DOMAINS, data.training_streams(work), strict=True))
    found = {}
    for domain, sequences in zip(heldout.domains, heldout.sequences_by_domain, strict=True):
        found[domain] = Bigram(streams[domain], vocabulary=4096).perplexity(list(sequences))
    return _with_mean(found)


def _with_mean(found: dict[str, float]) -> dict[str, float]:
    return found | {"mean": math.fsum(found.values()) / len(found)}
