"""What can stand on either side of a comparison: a profile, or one of its domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.widgets.take_menu import Table, table_of
from core import scoring
from core.profiling import Profile
from core.scoring import Comparison, LayerUse

translate = QCoreApplication.translate  # the name that lupdate looks for


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side.

    Attributes:
        profile: Fingerprint of the profile.
        domain: One domain; empty for all of them.
    """

    profile: str
    domain: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A profile that can be compared.

    Attributes:
        profile: The profile.
        name: Its name; empty for the project's own.
        path: Its file, as the command line names it.
        keep: Which of the open model's experts its own are, for a pruned model; None for all.
        plan: The file of the plan that pruned it, as the command line names it; None without one.
    """

    profile: Profile
    name: str
    path: Path
    keep: tuple[tuple[int, ...], ...] | None = None
    plan: Path | None = None

    def scores(self, metric: str, side: Side, exists_LE: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Scores of a side on the open model's cells; NaN where its model has no such expert.

        Raises:
            InputError: The profile is not of a model that was pruned so.
        """
        scores_LE = scoring.score(self.profile, metric, self.weights(side))
        if self.keep is None:
            return scores_LE
        return scoring.on_original(scores_LE, self.keep, exists_LE.shape[1])

    def use(self, side: Side) -> LayerUse:
        """How each layer uses its experts, on a side's texts."""
        return scoring.layer_use(self.profile, self.weights(side))

    @property
    def sides(self) -> tuple[tuple[str, Side], ...]:
        """(text, side) of everything in it."""
        key, out = self.profile.fingerprint, []
        domains = self.profile.domains
        whole = self.name or translate("Sides", "all domains")
        out.append((whole, Side(profile=key)))
        if len(domains) > 1:
            for domain in domains:
                text = f"{self.name} · {domain}" if self.name else domain
                out.append((text, Side(profile=key, domain=domain)))
        return tuple(out)

    def weights(self, side: Side) -> Mapping[str, float] | None:
        """Weights that leave only the side's domain."""
        if not side.domain:
            return None
        return {name: float(name == side.domain) for name in self.profile.domains}


def comparison_table(found: Comparison, layer_ids: tuple[int, ...]) -> Table:
    """Shares of both sides, expert by expert; what matters only in B is marked."""
    only = {(one.row, one.expert) for one in found.only_b}
    rows, experts = np.nonzero(np.isfinite(found.difference_LE))
    return table_of(
        ("layer", "expert", "share_a", "share_b", "difference", "matters_only_in_b"),
        (
            (
                layer_ids[r], e, float(found.share_a_LE[r, e]), float(found.share_b_LE[r, e]),
                float(found.difference_LE[r, e]), int((r, e) in only),
            )
            for r, e in zip(rows.tolist(), experts.tolist(), strict=True)
        ),
    )  # fmt: skip
