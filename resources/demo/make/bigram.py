"""The yardstick of the model card: an interpolated bigram model of each domain.

Witten and Bell's interpolation: p(w|v) = (c(v,w) + N1+(v·) p(w)) / (c(v) + N1+(v·)), where N1+(v·)
is the number of different tokens seen after v, and p(w) is the unigram share with one count added.
"""

import math

import numpy as np
from numpy.typing import NDArray


class Bigram:
    """Counts of one token stream."""

    def __init__(self, stream: NDArray[np.uint16], vocabulary: int) -> None:
        self._vocabulary = vocabulary
        tokens = np.asarray(stream, dtype=np.int64)
        pairs = tokens[:-1] * vocabulary + tokens[1:]
        self._pairs, self._pair_counts = np.unique(pairs, return_counts=True)
        self._first = np.bincount(tokens[:-1], minlength=vocabulary)
        self._followers = np.bincount(self._pairs // vocabulary, minlength=vocabulary)
        unigram = np.bincount(tokens, minlength=vocabulary) + 1.0
        self._unigram = unigram / unigram.sum()

    def perplexity(self, sequences: list[NDArray[np.int64]]) -> float:
        """Exp(mean negative log-probability) over every token that has one before it."""
        total, count = 0.0, 0
        for tokens in sequences:
            total -= float(np.log(self._probability(tokens[:-1], tokens[1:])).sum())
            count += len(tokens) - 1
        return math.exp(total / count)

    def _probability(self, v: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.float64]:
        pair = v * self._vocabulary + w
        place = np.searchsorted(self._pairs, pair).clip(max=len(self._pairs) - 1)
        found = np.where(self._pairs[place] == pair, self._pair_counts[place], 0)
        followers = self._followers[v]
        # A token never seen before anything falls back to the unigram alone.
        followers = np.where(followers == 0, 1, followers)
        return (found + followers * self._unigram[w]) / (self._first[v] + followers)
