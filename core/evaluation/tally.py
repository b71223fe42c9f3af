"""Sums over predicted tokens, by domain, and the evaluation that they make. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import StudioError
from core.evaluation.result import OVERALL, Evaluation

# Columns of what one piece of a batch adds.
TOKENS, LOSS, REFERENCE_LOSS, KL, AGREE = range(5)
COLUMNS = 5


class Tally:
    """Additive sums per domain in float64.

    Attributes:
        sums_D5: The sums so far, by domain and column.
    """

    def __init__(self, domains: Sequence[str], *, compared: bool) -> None:
        """Start with nothing predicted; `compared` says whether there is a reference."""
        self._domains = tuple(domains)
        self._compared = compared
        self.sums_D5 = np.zeros((len(self._domains), COLUMNS))

    def add(self, domain: int, sums_5: NDArray[np.float64]) -> None:
        """Add one piece of a batch.

        Raises:
            StudioError: The model put out something that is not a number.
        """
        self.check(domain, sums_5)
        self.sums_D5[domain] += sums_5

    def check(self, domain: int, sums_5: NDArray[np.float64]) -> None:
        """Refuse sums that are not numbers.

        Raises:
            StudioError: The model put out something that is not a number.
        """
        if np.isnan(sums_5).any():
            raise StudioError(
                f"the model put out NaN on text of domain '{self._domains[domain]}'",
                remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
            )

    @property
    def tokens(self) -> int:
        """Predicted tokens so far."""
        return round(float(self.sums_D5[:, TOKENS].sum()))

    def evaluation(self, seconds: float) -> Evaluation:
        """What the sums so far say."""
        rows = {OVERALL: self.sums_D5.sum(axis=0)}
        rows |= dict(zip(self._domains, self.sums_D5, strict=True))
        rows = {name: row for name, row in rows.items() if row[TOKENS] > 0}
        kl = {name: float(row[KL] / row[TOKENS]) for name, row in rows.items()}
        agree = {name: float(row[AGREE] / row[TOKENS]) for name, row in rows.items()}
        compared = self._compared and bool(rows)
        return Evaluation(
            perplexity={name: _perplexity(row, LOSS) for name, row in rows.items()},
            tokens=self.tokens,
            tokens_by_domain={
                name: round(float(row[TOKENS])) for name, row in rows.items() if name != OVERALL
            },
            kl=kl.pop(OVERALL) if compared else None,
            top1_agreement=agree.pop(OVERALL) if compared else None,
            kl_by_domain=kl if compared else {},
            agreement_by_domain=agree if compared else {},
            reference_perplexity=(
                {name: _perplexity(row, REFERENCE_LOSS) for name, row in rows.items()}
                if compared
                else {}
            ),
            seconds=seconds,
        )


def _perplexity(row: NDArray[np.float64], column: int) -> float:
    mean = float(row[column] / row[TOKENS])
    return math.exp(mean) if mean < 700 else math.inf  # beyond float64's range
