"""Sums over predicted tokens, by domain and sequence, and the evaluation they make. No torch.

Shapes: D domains, S sequences of a domain, 5 columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import StudioError
from core.evaluation.result import OVERALL, Evaluation
from core.evaluation.sequences import SequenceLosses

# Columns of what one sequence adds.
TOKENS, LOSS, REFERENCE_LOSS, KL, AGREE = range(5)
COLUMNS = 5


class Tally:
    """Sums per sequence in float64.

    Each sequence has its row from the beginning, so the tallies of several processes that measured
    different batches add up to the one of a process that measured all.
    """

    def __init__(self, domains: Sequence[str], sequences: Sequence[int], *, compared: bool) -> None:
        """Start with nothing predicted.

        Args:
            domains: Names.
            sequences: How many sequences each has.
            compared: Whether there is a reference.
        """
        self._domains = tuple(domains)
        self._compared = compared
        self.sums_DS5 = [np.zeros((count, COLUMNS)) for count in sequences]

    def add(self, domain: int, first: int, sums_B5: NDArray[np.float64]) -> None:
        """Take consecutive sequences of a domain, beginning at `first`.

        What a stopped pass had measured of them is written over.

        Raises:
            StudioError: The model put out something that is not a number.
        """
        if np.isnan(sums_B5).any():
            raise StudioError(
                f"the model put out NaN on text of domain '{self._domains[domain]}'",
                remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
            )
        self.sums_DS5[domain][first : first + len(sums_B5)] = sums_B5

    @property
    def tokens(self) -> int:
        """Predicted tokens so far."""
        return round(float(sum(rows_S5[:, TOKENS].sum() for rows_S5 in self.sums_DS5)))

    def evaluation(self, seconds: float) -> Evaluation:
        """What the sums so far say."""
        sums_D5 = np.array([rows_S5.sum(axis=0) for rows_S5 in self.sums_DS5])
        rows = {OVERALL: sums_D5.sum(axis=0)}
        rows |= dict(zip(self._domains, sums_D5, strict=True))
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
            losses=self._losses(LOSS),
            reference_losses=self._losses(REFERENCE_LOSS) if compared else {},
            seconds=seconds,
        )

    def _losses(self, column: int) -> dict[str, SequenceLosses]:
        """Loss by sequence of each domain that has a predicted token."""
        return {
            name: SequenceLosses.of(rows_S5[:, column], rows_S5[:, TOKENS])
            for name, rows_S5 in zip(self._domains, self.sums_DS5, strict=True)
            if rows_S5[:, TOKENS].any()
        }


def _perplexity(row: NDArray[np.float64], column: int) -> float:
    mean = float(row[column] / row[TOKENS])
    return math.exp(mean) if mean < 700 else math.inf  # beyond float64's range
