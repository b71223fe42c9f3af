"""How much of the routed mass a plan keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """Share of the routed mass that kept experts hold.

    Attributes:
        overall: Over all layers, 0 to 1.
        per_layer_L: Of each row; NaN where a layer saw no mass.
    """

    overall: float
    per_layer_L: Floats

    @property
    def worst_row(self) -> int | None:
        """The row that keeps the least, or None where no layer saw any mass."""
        if np.isnan(self.per_layer_L).all():
            return None
        return int(np.nanargmin(self.per_layer_L))


def coverage(mass_LE: Floats, kept_LE: NDArray[np.bool_]) -> Coverage:
    """Measure a choice of experts.

    Args:
        mass_LE: Routed mass, e.g. the sum of gates; NaN counts as nothing.
        kept_LE: True where an expert stays.
    """
    mass_LE = _clean(mass_LE)
    total_L = mass_LE.sum(axis=1)
    kept_L = np.where(kept_LE, mass_LE, 0.0).sum(axis=1)
    per_layer_L = np.full(len(total_L), np.nan)
    np.divide(kept_L, total_L, out=per_layer_L, where=total_L > 0)
    total = float(total_L.sum())
    return Coverage(overall=float(kept_L.sum()) / total if total else 0.0, per_layer_L=per_layer_L)


def coverage_curve(scores_LE: Floats, mass_LE: Floats) -> Floats:
    """Coverage when the n best experts of the whole model are kept, for n = 0 … all, [n + 1].

    Args:
        scores_LE: The order in which experts are taken; NaN marks cells that do not exist.
        mass_LE: Routed mass.
    """
    exists_LE = ~np.isnan(scores_LE)
    order = np.argsort(-scores_LE[exists_LE], kind="stable")
    taken = np.concatenate([[0.0], np.cumsum(_clean(mass_LE)[exists_LE][order])])
    return taken / taken[-1] if taken[-1] > 0 else taken


def _clean(mass_LE: Floats) -> Floats:
    return np.where(np.isfinite(mass_LE), mass_LE, 0.0).clip(min=0.0)
