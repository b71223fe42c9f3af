"""Perplexity and router entropy on held-out texts, at one Top-K."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from core.calibration import CalibrationSet
from core.errors import StudioError
from core.run import Run
from core.runtime.layers import Score
from core.tuning import loss
from core.tuning.data import pieces
from core.tuning.dial import TopKDial
from core.tuning.schedule import TopK

STAGE = "validate"
OVERALL = "overall"
# input_ids and attention_mask [B, S] to logits [B, S, V].
Forward = Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What held-out texts say.

    Attributes:
        perplexity: exp of the mean cross-entropy over predicted tokens, under "overall" of all
            together, then by domain.
        entropy: Router entropy in nats, mean over MoE layers and predicted tokens.
        tokens: Predicted tokens.
    """

    perplexity: Mapping[str, float]
    entropy: float
    tokens: int

    def to_json(self) -> dict[str, object]:
        """JSON of this; `from_json` gives it back. JSON has no infinity."""
        perplexity = {k: v if math.isfinite(v) else str(v) for k, v in self.perplexity.items()}
        return {"perplexity": perplexity, "entropy": self.entropy, "tokens": self.tokens}

    @classmethod
    def from_json(cls, data: Any) -> Validation:
        """Read what `to_json` wrote."""
        perplexity = {str(k): float(v) for k, v in data["perplexity"].items()}
        return cls(perplexity=perplexity, entropy=data["entropy"], tokens=data["tokens"])

    @property
    def by_domain(self) -> dict[str, float]:
        """Perplexity of each domain."""
        return {name: value for name, value in self.perplexity.items() if name != OVERALL}

    @property
    def overall(self) -> float:
        """Perplexity over all tokens."""
        return self.perplexity[OVERALL]


def forward_of(model: Any) -> Forward:
    """How to run a model, or what is wrapped around it."""

    def forward(ids_BS: torch.Tensor, mask_BS: torch.Tensor | None) -> torch.Tensor:
        logits: torch.Tensor = model(
            input_ids=ids_BS, attention_mask=mask_BS, use_cache=False
        ).logits
        return logits

    return forward


@torch.no_grad()
def validate(
    model: Any,
    texts: CalibrationSet,
    dial: TopKDial,
    *,
    top_k: int,
    vocabulary: int,
    device: torch.device,
    scores: tuple[Score, ...],
    run: Run,
) -> Validation:
    """Measure a model as it is, with `top_k` experts per token.

    Raises:
        Cancelled: The run was stopped.
        StudioError: The model puts out NaN, or the texts have nothing to predict.
    """
    forward, was = forward_of(model), model.training
    model.eval()
    dial.turn(TopK(top_k, 1.0))
    sums = [[0.0, 0.0, 0.0] for _ in texts.domains]
    done = 0
    run.progress(STAGE, 0, texts.tokens, "tokens")
    for batch in texts.batches():
        for ids, mask in pieces(batch, vocabulary):
            run.check()
            added = _piece(forward, dial, scores, ids.to(device), mask.to(device))
            for column, value in enumerate(added):
                sums[batch.domain][column] += value
        done += batch.tokens
        run.progress(STAGE, done, texts.tokens, "tokens")
    model.train(was)
    return _validation(texts, sums)


def _piece(
    forward: Forward,
    dial: TopKDial,
    scores: tuple[Score, ...],
    ids_BS: torch.Tensor,
    mask_BS: torch.Tensor,
) -> tuple[float, float, float]:
    """Cross-entropy, entropy and tokens of one piece."""
    with dial.hearing() as heard:
        logits_BSV = forward(ids_BS, None if bool(mask_BS.all()) else mask_BS.long())
    target_T, counted_T = loss.next_tokens(ids_BS, mask_BS)
    ce = entropy = 0.0
    # A sequence at a time: log-probabilities of a whole piece would double what the logits take.
    for row, target_S in zip(logits_BSV, target_T.view(ids_BS.shape), strict=True):
        ce += float(loss.cross_entropy_sum(loss.log_probabilities(row[None]), target_S))
    entropy = float(loss.entropy_sum(heard, scores, counted_T))
    return ce, entropy, float(counted_T.sum())


def _validation(texts: CalibrationSet, sums: list[list[float]]) -> Validation:
    total = [sum(column) for column in zip(*sums, strict=True)]
    if not total[2]:
        raise StudioError(
            "no validation sequence has a token to predict", remedy="longer validation texts"
        )
    rows = {OVERALL: total} | dict(zip(texts.domains, sums, strict=True))
    perplexity = {name: _exp(ce / n) for name, (ce, _, n) in rows.items() if n}
    if any(math.isnan(value) for value in perplexity.values()):
        raise StudioError(
            "the model puts out NaN on the validation text",
            remedy="a smaller --lr, or a checkpoint without NaN weights",
        )
    return Validation(perplexity=perplexity, entropy=total[1] / total[2], tokens=round(total[2]))


def _exp(mean: float) -> float:
    return math.exp(mean) if mean < 700 else (math.inf if mean == mean else math.nan)  # noqa: PLR0124
