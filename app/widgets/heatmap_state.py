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
    """

    exists_LE: NDArray[np.bool_]
    kept_LE: NDArray[np.bool_]
    locked_LE: NDArray[np.bool_]
    protected_LE: NDArray[np.bool_]
    fixed_LE: NDArray[np.bool_]

    @classmethod
    def nothing(cls) -> CellState:
        """No model."""
        none = np.zeros((0, 0), dtype=np.bool_)
        return cls(exists_LE=none, kept_LE=none, locked_LE=none, protected_LE=none, fixed_LE=none)
