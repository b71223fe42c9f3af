"""What several ranks measure, put together as if one process had measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluation.tally import Tally
from core.runtime.ranks import Ranks

if TYPE_CHECKING:
    from core.calibration import Batch


class Turns:
    """Batches are taken in turn; each sequence has its own row of the tally, whoever took it.

    A row that another rank measured is zero here, so the sum over ranks is every row as it was
    measured, to the last bit: five numbers a sequence, which is nothing beside a model.
    """

    def __init__(self, tally: Tally, ranks: Ranks) -> None:
        """Add to `tally`."""
        self.ranks = ranks
        self.tally = tally

    def own(self, batches: int) -> range:
        """This rank's batches."""
        return range(self.ranks.rank, batches, self.ranks.size)

    def add(self, batch: Batch, sums_B5: NDArray[np.float64]) -> None:
        """Take a batch of this rank.

        Raises:
            StudioError: The model put out something that is not a number.
        """
        self.tally.add(batch.domain, batch.first, sums_B5)

    def settle(self) -> None:
        """Let every rank have the rows of all."""
        if self.ranks.alone:
            return
        for rows_S5 in self.tally.sums_DS5:
            mine = torch.from_numpy(rows_S5)
            parts = self.ranks.gather(mine)
            whole = torch.stack(parts).sum(dim=0) if self.ranks.leads else mine
            rows_S5[:] = self.ranks.leaders(whole).numpy()
