"""Loss by sequence, kept so that two variants can be compared pair by pair. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A project keeps no more rows than this of a domain: beyond it, neighbours are added up. Both sides
# of a pair are added up alike, and a thousand clusters give a standard error to about two per cent.
MOST_ROWS = 1024


@dataclass(frozen=True, kw_only=True)
class SequenceLosses:
    """Summed loss and predicted tokens, sequence by sequence of one domain.

    Attributes:
        nll: Summed cross-entropy in nats of each row (a sequence, or a few neighbours).
        tokens: Predicted tokens of each row.
    """

    nll: tuple[float, ...]
    tokens: tuple[int, ...]

    @classmethod
    def of(cls, nll_S: NDArray[np.float64], tokens_S: NDArray[np.float64]) -> SequenceLosses:
        """Rows of the sequences that have a predicted token, rounded to what means something."""
        there_S = tokens_S > 0
        nll_S, tokens_S = nll_S[there_S], tokens_S[there_S]
        size = -(-len(nll_S) // MOST_ROWS)
        if size > 1:
            starts = np.arange(0, len(nll_S), size)
            nll_S, tokens_S = np.add.reduceat(nll_S, starts), np.add.reduceat(tokens_S, starts)
        return cls(
            nll=tuple(round(float(value), 4) for value in nll_S),
            tokens=tuple(round(float(value)) for value in tokens_S),
        )

    def to_json(self) -> dict[str, object]:
        """Two lists; a loss beyond float64 (a model that a plan destroyed) is the text "inf"."""
        nll = [value if np.isfinite(value) else str(value) for value in self.nll]
        return {"nll": nll, "tokens": list(self.tokens)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> SequenceLosses:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: It did not write this.
        """
        nll, tokens = data["nll"], data["tokens"]
        if not isinstance(nll, list) or not isinstance(tokens, list) or len(nll) != len(tokens):
            raise TypeError("losses are two lists of one length")
        return cls(nll=tuple(float(v) for v in nll), tokens=tuple(int(v) for v in tokens))
