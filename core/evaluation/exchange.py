"""Better a choice of experts by exchanges: one comes back, another one goes, if that was measured.

A greedy choice cannot take back its early drops. Each round here measures what every dropped expert
would gain if it came back and what every kept one costs if it went, then tries the pairs that
promise most, g_a + c_b < 0, and keeps those whose measured loss is lower. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from core.evaluation.in_turn import MaskLE, in_turn
from core.evaluation.joint import Measured
from core.planning.bounds import Bounds
from core.run import Run

STAGE = "exchange experts"
TOLERANCE = 1e-6  # an exchange has to gain more than rounding
PATIENCE = 8  # exchanges in a row that may fail before a round ends

Cell = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The limits of an exchange.

    Attributes:
        bounds: Locks and Top-K.
        within_rows: Whether both experts are of one layer, so that the counts stay.
        least_L: Fewest experts of each row.
    """

    bounds: Bounds
    within_rows: bool
    least_L: tuple[int, ...]

    def may(self, kept_LE: MaskLE, come: Cell, go: Cell) -> bool:
        """Whether an exchange keeps what must be kept."""
        if come[0] == go[0]:
            return True
        return not self.within_rows and int(kept_LE[go[0]].sum()) > self.least_L[go[0]]


def refine(
    measured: Measured, kept_LE: MaskLE, *, limits: Exchange, rounds: int = 1, run: Run
) -> MaskLE:
    """Exchange experts while the measured loss falls; the total stays.

    Args:
        measured: Losses of masks.
        kept_LE: The choice to better.
        limits: What an exchange may do.
        rounds: At most this many.
        run: Checked by `measured`; gets `Progress` in experts.

    Returns:
        The better choice; the same one for a grouped router, whose groups must stay equal, so that
        no expert of it can be measured alone.

    Raises:
        Cancelled: The run was stopped.
    """
    if limits.bounds.groups > 1:
        return kept_LE
    for _ in range(rounds):
        before_LE = kept_LE
        kept_LE = _round(measured, kept_LE, limits, run)
        if np.array_equal(before_LE, kept_LE):
            break
    return kept_LE


def _round(measured: Measured, kept_LE: MaskLE, limits: Exchange, run: Run) -> MaskLE:
    """Measure every expert alone, then try pairs."""
    bounds = limits.bounds
    measured.rebase(kept_LE)
    back = np.argwhere(bounds.exists_LE & ~kept_LE & ~bounds.must_drop_LE)
    # A layer of Top-K experts cannot be measured with one less.
    spare_L = kept_LE.sum(axis=1) > bounds.least
    away = np.argwhere(kept_LE & ~bounds.must_keep_LE & spare_L[:, None])
    total, done = len(back) + len(away), 0
    run.progress(STAGE, 0, total, "experts")
    both = [[(row, expert) for row, expert in cells.tolist()] for cells in (back, away)]
    every = both[0] + both[1]
    measured.foresee(chain([kept_LE], (_turned(kept_LE, cell) for cell in every)))
    now = measured.of(kept_LE)
    losses = in_turn(measured.of, every, lambda cell: _turned(kept_LE, cell), measured.ahead)
    changes: list[list[tuple[float, Cell]]] = []
    for cells in both:
        found = []
        for cell in cells:
            found.append((next(losses) - now, cell))
            done += 1
            run.progress(STAGE, done, total, "experts")
        changes.append(sorted(found))
    pairs = sorted(
        (gain + cost, come, go)
        for gain, come in changes[0]
        for cost, go in changes[1]
        if gain + cost < 0 and limits.may(kept_LE, come, go)
    )
    return _try_pairs(measured, kept_LE, now, [(come, go) for _, come, go in pairs], limits)


def _turned(kept_LE: MaskLE, *cells: Cell) -> MaskLE:
    """The mask with some cells the other way."""
    mask_LE = kept_LE.copy()
    for cell in cells:
        mask_LE[cell] = not mask_LE[cell]
    return mask_LE


def _try_pairs(
    measured: Measured,
    kept_LE: MaskLE,
    now: float,
    pairs: list[tuple[Cell, Cell]],
    limits: Exchange,
) -> MaskLE:
    """Measure the most promising exchanges, each cell at most once, and keep those that help."""
    used: set[Cell] = set()
    failures = 0
    for at, (come, go) in enumerate(pairs):
        if failures >= PATIENCE:
            break
        if come in used or go in used or not limits.may(kept_LE, come, go):
            continue
        mask_LE = _turned(kept_LE, come, go)
        others = (
            _turned(kept_LE, *pair)
            for pair in pairs[at + 1 :]
            if not used & {*pair} and limits.may(kept_LE, *pair)
        )
        measured.foresee(chain([mask_LE], islice(others, PATIENCE)))
        loss = measured.of(mask_LE)
        if loss < now - TOLERANCE:
            kept_LE, now, failures = mask_LE, loss, 0
            used |= {come, go}
            measured.rebase(kept_LE)
        else:
            failures += 1
    return kept_LE
