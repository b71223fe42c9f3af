"""Two measurements of the same texts or questions, compared pair by pair. No torch.

Two models that read the same sequence find the same things hard, so the difference of their losses
varies far less than either loss: a paired comparison tells apart what two error bars would not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.evaluation.result import OVERALL, TaskResult
from core.evaluation.sequences import SequenceLosses


@dataclass(frozen=True, kw_only=True)
class PairedLoss:
    """Difference of two models' mean loss on the same tokens.

    With d_i the difference of summed loss and n_i the tokens of sequence i of S:
    Δ = Σ d_i / Σ n_i, and its standard error √(S/(S − 1) · Σ (d_i − Δ n_i)²) / Σ n_i, the ratio
    estimator's. Sequences are taken as independent, which neighbours of one document are not quite.

    Attributes:
        delta: Δ in nats per token; positive where the variant is worse.
        stderr: Its standard error; None with a single sequence.
        sequences: S.
    """

    delta: float
    stderr: float | None
    sequences: int

    @property
    def change(self) -> float:
        """Relative change of perplexity, exp(Δ) − 1."""
        return math.expm1(self.delta) if self.delta < 700 else math.inf

    @property
    def clear(self) -> bool:
        """Whether the difference is beyond two standard errors."""
        return self.stderr is not None and abs(self.delta) > 2 * self.stderr

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {"delta": self.delta, "stderr": self.stderr, "sequences": self.sequences}


@dataclass(frozen=True, kw_only=True)
class PairedTask:
    """Difference of two models' accuracy on the same questions.

    Attributes:
        delta: Accuracy of the variant less the other's.
        stderr: Standard error of the mean difference, √(Var(a − b) / n); None with one question.
        won: Questions that only the variant answers rightly.
        lost: Questions that only the other one does.
        n: Questions.
    """

    delta: float
    stderr: float | None
    won: int
    lost: int
    n: int

    @property
    def clear(self) -> bool:
        """Whether the difference is beyond two standard errors."""
        return self.stderr is not None and abs(self.delta) > 2 * self.stderr

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "delta": self.delta,
            "stderr": self.stderr,
            "won": self.won,
            "lost": self.lost,
            "n": self.n,
        }


def paired_losses(
    mine: Mapping[str, SequenceLosses], theirs: Mapping[str, SequenceLosses]
) -> dict[str, PairedLoss]:
    """Differences by domain, "overall" first; domains that were not cut alike are left out."""
    both = [
        name
        for name, losses in mine.items()
        if name in theirs and theirs[name].tokens == losses.tokens
    ]
    found = {name: _loss([mine[name]], [theirs[name]]) for name in both}
    if not found:
        return {}
    overall = _loss([mine[name] for name in both], [theirs[name] for name in both])
    return {OVERALL: overall, **found} if len(both) == len(mine) else found


def paired_tasks(
    mine: Mapping[str, TaskResult], theirs: Mapping[str, TaskResult]
) -> dict[str, PairedTask]:
    """Differences by task; a task that was put in another way to either is left out."""
    return {
        name: _task(task, theirs[name])
        for name, task in mine.items()
        if name in theirs and task.right and task.fingerprint == theirs[name].fingerprint
    }


def _loss(mine: list[SequenceLosses], theirs: list[SequenceLosses]) -> PairedLoss:
    a_S = np.concatenate([losses.nll for losses in mine])
    b_S = np.concatenate([losses.nll for losses in theirs])
    n_S = np.concatenate([losses.tokens for losses in mine])
    if not (np.isfinite(a_S).all() and np.isfinite(b_S).all()):
        delta = math.inf if not np.isfinite(a_S).all() else -math.inf
        return PairedLoss(delta=delta, stderr=None, sequences=len(n_S))
    d_S, tokens, S = a_S - b_S, n_S.sum(), len(n_S)
    delta = float(d_S.sum() / tokens)
    stderr = None
    if S > 1:
        rest = float(((d_S - delta * n_S) ** 2).sum())
        stderr = math.sqrt(rest * S / (S - 1)) / float(tokens)
    return PairedLoss(delta=delta, stderr=stderr, sequences=S)


def _task(mine: TaskResult, theirs: TaskResult) -> PairedTask:
    a_N, b_N = np.array(mine.right, dtype=float), np.array(theirs.right, dtype=float)
    d_N, n = a_N - b_N, len(a_N)
    return PairedTask(
        delta=float(d_N.mean()),
        stderr=float(d_N.std(ddof=1) / math.sqrt(n)) if n > 1 else None,
        won=int((d_N > 0).sum()),
        lost=int((d_N < 0).sum()),
        n=n,
    )
