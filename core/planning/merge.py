"""Experts that are merged instead of dropped: a group averaged into one expert that stays.

    W_into = Σ_m w_m W_m,   Σ_m w_m = 1,   for every weight of the expert

The one that stays keeps its own row of the router, so the merged expert is chosen where that one
was; how members are found and weighed is `core.evaluation.merging`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import PlanError

# Weights are shares; JSON keeps every bit of a float, so this is for files written by hand.
SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Merge:
    """One group of a layer.

    Attributes:
        into: The expert that stays and takes the average.
        members: All experts of the group with `into` among them, ascending.
        weights: The share of each member, in their order; they add up to 1.

    Raises:
        PlanError: Fewer than two members, out of order, `into` not among them, or weights that are
            no shares.
    """

    into: int
    members: tuple[int, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.members) < 2 or self.into not in self.members:
            raise PlanError(f"the group of expert {self.into} does not hold it and another one")
        if any(a >= b for a, b in itertools.pairwise(self.members)):
            raise PlanError(f"the group of expert {self.into} is not ascending and unique")
        good = all(math.isfinite(weight) and weight >= 0 for weight in self.weights)
        if len(self.weights) != len(self.members) or not good:
            raise PlanError(
                f"the group of expert {self.into} needs one weight from 0 up per expert"
            )
        if abs(math.fsum(self.weights) - 1) > SUM_TOLERANCE:
            raise PlanError(
                f"the weights of expert {self.into}'s group add up to {math.fsum(self.weights):g}",
                remedy="shares that add up to 1",
            )

    @classmethod
    def of(cls, into: int, uses: Mapping[int, float]) -> Merge:
        """The group with weights proportional to use; where nothing was used all weigh the same."""
        members = tuple(sorted(uses))
        total = math.fsum(max(uses[member], 0.0) for member in members)
        weights = tuple(
            max(uses[member], 0.0) / total if total > 0 else 1 / len(members) for member in members
        )
        return cls(into=into, members=members, weights=weights)

    @property
    def absorbed(self) -> tuple[int, ...]:
        """The members that go."""
        return tuple(member for member in self.members if member != self.into)

    @property
    def shares(self) -> dict[int, float]:
        """Weight by member."""
        return dict(zip(self.members, self.weights, strict=True))

    def without(self, gone: frozenset[int]) -> Merge | None:
        """The group without some members, its weights shared out anew; None if none is left."""
        left = {member: share for member, share in self.shares.items() if member not in gone}
        if len(left) == len(self.members):
            return self
        if self.into not in left or len(left) < 2:
            return None
        return Merge.of(self.into, left)


Row = tuple[Merge, ...]


def check_row(layer: int, merges: Sequence[Merge], keep: Sequence[int], experts: int) -> None:
    """Refuse groups that contradict what a layer keeps.

    Raises:
        PlanError: A group's expert goes, a member stays or is in two groups, or is not there.
    """
    kept, seen = set(keep), set[int]()
    for merge in merges:
        if merge.into not in kept:
            raise PlanError(f"layer {layer} merges into expert {merge.into}, which goes")
        for member in merge.absorbed:
            if not 0 <= member < experts:
                raise PlanError(f"layer {layer} merges expert {member}, which is not there")
            if member in kept or member in seen:
                raise PlanError(
                    f"layer {layer} merges expert {member}, which stays or is in another group"
                )
        seen.update(merge.members)
    if len({merge.into for merge in merges}) < len(merges):
        raise PlanError(f"layer {layer} merges twice into one expert")


def fitting(merges: Sequence[Merge], keep: Sequence[int]) -> Row:
    """The groups that are left when a layer keeps other experts than it did.

    A group goes with the expert that it is merged into; a member that stays after all leaves it.
    """
    kept = frozenset(keep)
    found = [merge.without(kept - {merge.into}) for merge in merges if merge.into in kept]
    return tuple(merge for merge in found if merge is not None)


def row_to_json(merges: Sequence[Merge]) -> dict[str, dict[str, float]]:
    """A layer's groups: the expert that stays → the share of each member."""
    return {
        str(merge.into): {str(member): share for member, share in merge.shares.items()}
        for merge in merges
    }


def row_from_json(data: object, where: str) -> Row:
    """What `row_to_json` wrote.

    Args:
        data: The object.
        where: What it is part of, for messages.

    Raises:
        PlanError: It is something else.
    """
    found = []
    for into, shares in _object(data, f"{where}: merge").items():
        named = f"{where}: the group of expert {into}"
        members = {_expert(m): _share(v, named) for m, v in _object(shares, named).items()}
        ordered = tuple(sorted(members))
        weights = tuple(members[member] for member in ordered)
        found.append(Merge(into=_expert(into), members=ordered, weights=weights))
    return tuple(sorted(found, key=lambda merge: merge.into))


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise PlanError(f"{what} is not a JSON object", remedy="a file written by seer select")
    return value


def _expert(name: str) -> int:
    if not (name.isascii() and name.isdecimal() and len(name) <= 9):
        raise PlanError(f"{name!r} is not an expert id")
    return int(name)


def _share(value: object, what: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise PlanError(f"{what}: a weight is not a number")
    return float(value)
