"""Bisection over plans by size: where it looks, and where it may look next."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from core.errors import PlanError
from core.planning.plan import Plan

LEVELS = 2  # that one reading of a streamed model is used for: three plans


class Candidates(Sequence[Plan]):
    """Plans by size, each made when it is looked at: bisection looks at few of many thousands."""

    def __init__(self, sizes: Sequence[int], make: Callable[[int], Plan]) -> None:
        """Make nothing yet.

        Args:
            sizes: Ascending.
            make: The plan of a size; a larger size never keeps fewer.
        """
        self._sizes, self._make = sizes, make

    def __len__(self) -> int:
        """How many sizes there are."""
        return len(self._sizes)

    @overload
    def __getitem__(self, index: int) -> Plan: ...
    @overload
    def __getitem__(self, index: slice) -> Candidates: ...
    def __getitem__(self, index: int | slice) -> Plan | Candidates:
        """The plan of a size, made anew."""
        if isinstance(index, slice):
            return Candidates(self._sizes[index], self._make)
        return self._make(self._sizes[index])


def possible(indices: Sequence[int], candidates: Sequence[Plan]) -> Iterator[Plan]:
    """The candidates that a router can take."""
    for index in indices:
        with contextlib.suppress(PlanError):
            yield candidates[index]


def coming(low: int, high: int, levels: int = LEVELS) -> list[int]:
    """Where bisection may look next, the certain one first, then either half's."""
    if high - low <= 1 or not levels:
        return []
    middle = (low + high) // 2
    halves = (coming(low, middle, levels - 1), coming(middle, high, levels - 1))
    return [middle, *halves[0], *halves[1]]


def smallest(
    count: int,
    within: Callable[[int], bool],
    ahead: Callable[[list[int]], None] | None = None,
) -> int | None:
    """The least index within the limit, by bisection; None if not even the last one is.

    `ahead` is told before each look where the next ones may be, the certain one first.
    """
    low, high = -1, count - 1
    if not within(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if ahead is not None:
            ahead(coming(low, high))
        if within(middle):
            high = middle
        else:
            low = middle
    return high
