"""Choose jointly, by measured loss: drop one expert at a time, always the one that costs least now.

Scores look at each expert alone, while what an expert is worth depends on which others are there to
stand in for it. Here every drop is measured on the model as it is after the drops before it:

    e* = argmin_e KL(original ‖ model without D ∪ {e}),   D ← D ∪ {e*}

Measuring all experts before every drop is not needed. What a drop costs hardly ever falls while
others go, so an old cost is taken as a lower bound and only the cheapest candidates are measured
anew ("lazy greedy", Minoux 1978): a handful of measurements per drop, each of them half a forward
pass on average (`losses`). Layers compete with each other when the scope is global, so the number
of experts per layer comes out of the same measurements; with the scope "layer" all keep the same.

What greedy cannot take back, `exchange` may. No torch here: whoever calls hands in a function from
masks to losses.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.evaluation.in_turn import Ahead, MaskLE
from core.planning.bounds import Bounds
from core.run import Run

STAGE_RANK = "measure experts"
STAGE_DROP = "drop experts"
LOOK = 32  # candidates by drop that may be looked at before it
LATELY = 32  # measurements that say how costs rise
# Which of these rises a guess reckons with, from the smallest to the largest. On random models of 4
# to 8 layers with 8 to 24 experts the median computed 0.97 to 1.15 of what memory does (1.01 on the
# demo model), three
# quarters 1.06 to 1.22 with up to a third fewer readings.
RISE = 0.5
WIDTH = 16  # candidates of a layer that are measured at a time, the lowest by score first

Cells = tuple[int, tuple[int, ...]]  # a row, and the experts that go together


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Where losses come from.

    Attributes:
        of: The loss of a mask, in nats per token.
        rebase: Says which mask the next ones are small changes of.
        ahead: Told masks of which the first is about to be asked for and the others probably will
            be, which is of use where many cost no more than one. It changes no choice.
    """

    of: Callable[[MaskLE], float]
    rebase: Callable[[MaskLE], None]
    ahead: Ahead | None = None

    def foresee(self, masks: Iterable[MaskLE]) -> None:
        """Tell `ahead`; masks are not even made where nobody listens."""
        if self.ahead is not None:
            self.ahead(masks)


@dataclass(frozen=True, kw_only=True)
class Target:
    """How far to go.

    Attributes:
        total: Experts to keep over all layers.
        least_L: Fewest of each row.
        step: Experts that go between two measurements of the same candidates; 1 is best and
            slowest.
        width: Candidates of a row that are measured at a time.
    """

    total: int
    least_L: tuple[int, ...]
    step: int = 1
    width: int = WIDTH


def joint(
    measured: Measured,
    scores_LE: NDArray[np.float64],
    *,
    bounds: Bounds,
    target: Target,
    start_LE: MaskLE | None = None,
    run: Run,
) -> MaskLE:
    """Drop experts one by one until the target is reached.

    Args:
        measured: Losses of masks.
        scores_LE: Decides which experts of a wide layer are candidates first, and the order within
            router groups; −inf goes first.
        bounds: Locks, Top-K, groups. A grouped router loses one expert per group at a time.
        target: Where to stop.
        start_LE: Where to begin; everything that is not locked to go if None.
        run: Checked by `measured`; gets `Progress` in experts.

    Returns:
        The kept cells.

    Raises:
        Cancelled: The run was stopped.
        PlanError: Locks and floors leave more than the target.
    """
    kept_LE = bounds.exists_LE & ~bounds.must_drop_LE
    if start_LE is not None:
        kept_LE = kept_LE & start_LE
    queue = _Queue(measured, _waiting(scores_LE, kept_LE, bounds), target, kept_LE)
    queue.fill(run)
    first = int(kept_LE.sum())
    run.progress(STAGE_DROP, 0, first - target.total, "experts")
    while int(queue.kept_LE.sum()) > target.total:
        run.check()
        if not queue.drop():
            raise PlanError(
                f"locks and floors leave {int(queue.kept_LE.sum())} experts, "
                f"{target.total} are wanted",
                remedy="fewer locks, or keep more",
            )
        gone = first - int(queue.kept_LE.sum())
        run.progress(STAGE_DROP, min(gone, first - target.total), first - target.total, "experts")
    return queue.kept_LE


class _Queue:
    """Candidates by what dropping them was last measured to cost."""

    def __init__(
        self, measured: Measured, waiting: list[list[Cells]], target: Target, kept_LE: MaskLE
    ) -> None:
        self._measured, self._waiting, self._target = measured, waiting, target
        self._heap: list[tuple[float, int, Cells, int]] = []
        self._rises: deque[float] = deque(maxlen=LATELY)
        self._round, self._since, self._count = 0, 0, 0
        self.kept_LE = kept_LE.copy()
        self._base_LE = kept_LE.copy()
        measured.rebase(self._base_LE)
        measured.foresee(chain([self._base_LE], map(self._without, self._first())))
        self._now = measured.of(self._base_LE)

    def fill(self, run: Run) -> None:
        """Measure the first candidates of every row."""
        rows = [row for row in range(len(self._waiting)) for _ in range(self._target.width)]
        # From the last row to the first: kept inputs serve either way, but late rows are quick,
        # so that an estimate of the time errs on the long side.
        wanted = [row for row in reversed(rows) if self._waiting[row]]
        total = sum(min(len(w), self._target.width) for w in self._waiting)
        run.progress(STAGE_RANK, 0, total, "experts")
        done = 0
        coming = self._first()
        for row in wanted:
            if self._push_next(row, coming[done:]):
                done += 1
                run.progress(STAGE_RANK, min(done, total), total, "experts")

    def drop(self) -> bool:
        """Take the cheapest candidate away; False if there is none."""
        while self._heap:
            old, _, cells, measured_in = heapq.heappop(self._heap)
            row, experts = cells
            if not self._may_shrink(row, len(experts)):
                continue
            if measured_in < self._round:
                self._rises.append(self._push(cells, self._guesses()) - old)
                continue
            self.kept_LE[row, list(experts)] = False
            self._since += 1
            if self._since >= self._target.step:
                self._base_LE = self.kept_LE.copy()
                self._round, self._since = self._round + 1, 0
                self._measured.rebase(self._base_LE)
                coming = chain(self._waiting[row][-1:], self._guesses())
                self._measured.foresee(chain([self._base_LE], map(self._without, coming)))
                self._now = self._measured.of(self._base_LE)
            self._push_next(row, self._guesses())
            return True
        return False

    def _may_shrink(self, row: int, by: int) -> bool:
        return int(self.kept_LE[row].sum()) - by >= self._target.least_L[row]

    def _push_next(self, row: int, guesses: Iterable[Cells]) -> bool:
        if not self._waiting[row] or not self._may_shrink(row, len(self._waiting[row][-1][1])):
            return False
        self._push(self._waiting[row].pop(), guesses)
        return True

    def _push(self, cells: Cells, guesses: Iterable[Cells]) -> float:
        """Measure what a candidate costs, with a guess at which ones will be measured next."""
        mask_LE = self._without(cells)
        self._measured.foresee(chain([mask_LE], map(self._without, guesses)))
        cost = self._measured.of(mask_LE) - self._now
        self._count += 1
        heapq.heappush(self._heap, (cost, self._count, cells, self._round))
        return cost

    def _without(self, cells: Cells) -> MaskLE:
        row, experts = cells
        mask_LE = self._base_LE.copy()
        mask_LE[row, list(experts)] = False
        return mask_LE

    def _first(self) -> list[Cells]:
        """The candidates that `fill` measures, in its order."""
        return [
            cells
            for waiting in reversed(self._waiting)
            for cells in reversed(waiting[-self._target.width :])
            if self._may_shrink(cells[0], len(cells[1]))
        ]

    def _guesses(self) -> Iterator[Cells]:
        """Candidates that the next drops will probably look at.

        The cheapest by what they cost last is looked at until one that was measured anew is
        cheaper than what all others cost last. What costs rise by from one measurement to the next
        says where that will be.
        """
        wanted = self._target.step - self._since
        ahead = [
            (cost, cells, measured_in < self._round)
            for cost, _, cells, measured_in in heapq.nsmallest(LOOK * wanted, self._heap)
            if self._may_shrink(cells[0], len(cells[1]))
        ]
        rise = self._rise()
        now = sorted(cost + (rise if old else 0.0) for cost, _, old in ahead)
        if not now:
            return
        limit = now[min(wanted, len(now)) - 1]
        yield from (cells for cost, cells, old in ahead if old and cost < limit)

    def _rise(self) -> float:
        """What a candidate probably costs more than when it was measured last."""
        return sorted(self._rises)[int(len(self._rises) * RISE)] if self._rises else 0.0


def _waiting(scores_LE: NDArray[np.float64], kept_LE: MaskLE, bounds: Bounds) -> list[list[Cells]]:
    """Candidates per row, the next one last."""
    free_LE = kept_LE & ~bounds.must_keep_LE
    rows: list[list[Cells]] = []
    for row in range(len(kept_LE)):
        width = int(bounds.experts_L[row])
        size = width // bounds.groups
        by_group = [
            [
                group * size + int(e)
                for e in np.argsort(
                    scores_LE[row, group * size : (group + 1) * size], kind="stable"
                )
                if free_LE[row, group * size + int(e)]
            ]
            for group in range(bounds.groups)
        ]
        # One of each group, lowest first; a group that has none left to give ends the row.
        units = [(row, tuple(unit)) for unit in zip(*by_group, strict=False)]
        rows.append(list(reversed(units)))
    return rows
