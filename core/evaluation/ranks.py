"""What several ranks measure, added up as if one process had measured it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluation.tally import COLUMNS, Tally
from core.runtime.ranks import Ranks


class Turns:
    """Batches are taken in turn; sums wait until the end to be added in the order of the batches.

    Five numbers for each piece of a batch are kept until then: nothing beside a model.
    """

    def __init__(self, tally: Tally, ranks: Ranks) -> None:
        """Add to `tally`."""
        self.ranks = ranks
        self._tally = tally
        # Batch, domain, sums; pieces of a batch in their order.
        self._rows: list[tuple[float, ...]] = []

    def own(self, batches: int) -> range:
        """This rank's batches."""
        return range(self.ranks.rank, batches, self.ranks.size)

    def add(self, batch: int, domain: int, sums_5: NDArray[np.float64]) -> None:
        """Take one piece of a batch of this rank.

        Raises:
            StudioError: The model put out something that is not a number.
        """
        if self.ranks.alone:
            self._tally.add(domain, sums_5)
            return
        self._tally.check(domain, sums_5)
        self._rows.append((batch, domain, *sums_5.tolist()))

    def settle(self) -> None:
        """Add everything on the leader, and let the others have its sums."""
        ranks = self.ranks
        if ranks.alone:
            return
        lengths = [note[0] for note in ranks.agree(len(self._rows))]
        mine = torch.zeros(max(lengths), 2 + COLUMNS, dtype=torch.float64)
        mine[: len(self._rows)] = torch.tensor(self._rows, dtype=torch.float64).reshape(
            -1, 2 + COLUMNS
        )
        found = [
            row
            for part, length in zip(ranks.gather(mine), lengths, strict=False)
            for row in part[:length].tolist()
        ]
        for row in sorted(found, key=lambda row: row[0]):  # stable: pieces keep their order
            self._tally.add(int(row[1]), np.array(row[2:]))
        self._tally.sums_D5 = ranks.leaders(torch.from_numpy(self._tally.sums_D5)).numpy()
