"""What no rule may break: locks, protected experts, and what the router needs to work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning.plan import Plan

# Group-limited routers rank a group by the sum of its two best experts (DeepSeek-V3), so a group
# needs two survivors.
PER_GROUP_MINIMUM = 2


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits inside which a rule chooses. Locks win over everything else.

    Attributes:
        exists_LE: Cells that the original has.
        must_keep_LE: Locked to stay, protected, or of a hash-routed layer, and not locked to go.
        must_drop_LE: Locked to go.
        minimum: Fewest experts that a layer may keep, i.e. Top-K.
        groups: Router groups of equal size that must keep equally many; 1 for most models.
        groups_chosen: Groups that a token may choose from; they must hold Top-K survivors.
        group_best: Experts that the router's code takes the best of to rank a group, or all of them
            where they are one.

    Raises:
        PlanError: Masks contradict each other, or groups do not divide the experts.
    """

    exists_LE: NDArray[np.bool_]
    must_keep_LE: NDArray[np.bool_]
    must_drop_LE: NDArray[np.bool_]
    minimum: int = 1
    groups: int = 1
    groups_chosen: int = 1
    group_best: int = 1

    def __post_init__(self) -> None:
        if not self.exists_LE.shape == self.must_keep_LE.shape == self.must_drop_LE.shape:
            raise PlanError("locks and experts have different shapes")
        if (self.must_keep_LE & self.must_drop_LE).any():
            raise PlanError("an expert is locked to stay and to go", remedy="lock it one way")
        if self.groups > 1 and (self.experts_L % self.groups).any():
            raise PlanError(
                f"{int(self.experts_L.max())} experts do not split into {self.groups} groups"
            )

    @classmethod
    def of(cls, plan: Plan, info: ModelInfo | None = None, *, top_k: int | None = None) -> Bounds:
        """The bounds that a plan's locks and its model's router set.

        Args:
            plan: Its locks, protected cells and Top-K count; its kept cells do not.
            info: The model; without it there are no groups and the minimum is the plan's Top-K.
            top_k: Overrides both for the minimum.
        """
        own = info.top_k if info is not None else 1
        locks = plan.locks
        must_keep = plan.mask(locks.keep | (plan.made_by.protected - locks.drop))
        if info is not None and info.hash_layers:
            # A token table names experts that no rule may take away.
            hashed_L = np.isin(plan.layer_ids, info.hash_layers)
            must_keep = must_keep | (hashed_L[:, None] & ~plan.mask(locks.drop))
        return cls(
            exists_LE=plan.exists_LE,
            must_keep_LE=must_keep & plan.exists_LE,
            must_drop_LE=plan.mask(locks.drop) & plan.exists_LE,
            minimum=max(1, top_k or plan.top_k or own),
            groups=max(1, info.n_group) if info is not None else 1,
            groups_chosen=max(1, info.topk_group) if info is not None else 1,
            group_best=info.group_best if info is not None else 1,
        )

    @classmethod
    def free(
        cls,
        exists_LE: NDArray[np.bool_],
        *,
        minimum: int = 1,
        groups: int = 1,
        groups_chosen: int | None = None,
    ) -> Bounds:
        """Bounds without any lock."""
        none = np.zeros_like(exists_LE)
        return cls(
            exists_LE=exists_LE,
            must_keep_LE=none,
            must_drop_LE=none,
            minimum=minimum,
            groups=groups,
            groups_chosen=groups_chosen or groups,
        )

    @property
    def experts_L(self) -> NDArray[np.int64]:
        """Experts of the original, per row."""
        experts_L: NDArray[np.int64] = self.exists_LE.sum(axis=1, dtype=np.int64)
        return experts_L

    @property
    def least_per_group(self) -> int:
        """Fewest survivors of a group: Top-K in the groups chosen, and two where there are any.

        Most grouped routers' code takes the best two of one group as well.
        """
        if self.groups == 1:
            return max(self.minimum, self.group_best)
        return max(-(-self.minimum // self.groups_chosen), PER_GROUP_MINIMUM)

    @property
    def least(self) -> int:
        """Fewest survivors of a layer of one group; Top-K of one with more."""
        return self.least_per_group if self.groups == 1 else self.minimum

    def per_group(self, mask_LE: NDArray[np.bool_]) -> NDArray[np.int64]:
        """True cells per row and router group, [L, G]."""
        counts_LG: NDArray[np.int64]
        if self.groups == 1 or self.exists_LE.all():
            grouped_LGS = mask_LE.reshape(len(mask_LE), self.groups, -1)
            counts_LG = np.count_nonzero(grouped_LGS, axis=2).astype(np.int64)
        else:
            counts_LG = np.stack(
                [
                    row[:count].reshape(self.groups, -1).sum(axis=1)
                    for row, count in zip(mask_LE, self.experts_L.tolist(), strict=True)
                ]
            )
        return counts_LG

    def slices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Fewest and most experts per group that each row can keep in all its groups alike.

        Where the fewest are more than the most, locks stand against equal groups.
        """
        most_L = self.per_group(self.exists_LE & ~self.must_drop_LE).min(axis=1)
        held_L = self.per_group(self.must_keep_LE).max(axis=1)
        return np.maximum(held_L, np.minimum(self.least_per_group, most_L)), most_L
