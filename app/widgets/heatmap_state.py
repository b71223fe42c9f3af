"""What is decided about every expert, as masks.

Shape letters: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class CellState:
    """What is decided about every expert, [L, E] masks in expert order.

    Attributes:
        exists_LE: The layer has such an expert.
        kept_LE: It stays.
        locked_LE: Locked, to stay or to go.
        protected_LE: A super-expert that rules keep.
        fixed_LE: A brush cannot change it.
        merged_LE: It goes, averaged into one that stays; None where nothing is merged.
        mean_LE: It stays as the mean of a group; None likewise.
    """

    exists_LE: NDArray[np.bool_]
    kept_LE: NDArray[np.bool_]
    locked_LE: NDArray[np.bool_]
    protected_LE: NDArray[np.bool_]
    fixed_LE: NDArray[np.bool_]
    merged_LE: NDArray[np.bool_] | None = None
    mean_LE: NDArray[np.bool_] | None = None

    @classmethod
    def nothing(cls) -> CellState:
        """No model."""
        none = np.zeros((0, 0), dtype=np.bool_)
        return cls(exists_LE=none, kept_LE=none, locked_LE=none, protected_LE=none, fixed_LE=none)

    def mask(self, mask_LE: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        """A mask of this state, or one of nothing."""
        return np.zeros_like(self.exists_LE) if mask_LE is None else mask_LE

    def differs_from(self, old: CellState) -> NDArray[np.bool_]:
        """Cells that look different from another state of the same shape."""
        changed_LE: NDArray[np.bool_] = old.kept_LE != self.kept_LE
        for before, after in (
            (old.locked_LE, self.locked_LE),
            (old.protected_LE, self.protected_LE),
            (old.exists_LE, self.exists_LE),
            (old.merged_LE, self.merged_LE),
            (old.mean_LE, self.mean_LE),
        ):
            if before is not after:
                changed_LE = changed_LE | (self.mask(before) != self.mask(after))
        return changed_LE
