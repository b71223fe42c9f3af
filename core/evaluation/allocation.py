"""How many experts each layer keeps, by how sensitive it was measured to be.

For each row r the experts go in the order of a score while all other rows stay whole, and the loss
is measured at several counts: its curve c_r(n). With losses of different layers taken to add up,

    minimise Σ_r c_r(n_r)   so that   Σ_r n_r = N,

solved exactly by dynamic programming over rows and totals. Between measured counts a curve is
linear. The unit is a slice (one expert of every router group), see `planning.ranking`. No torch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.evaluation.in_turn import Ahead, MaskLE, in_turn
from core.planning.bounds import Bounds
from core.planning.ranking import Ranking, rank
from core.run import Run

STAGE = "measure layers"
POINTS = 8  # counts per layer that are measured; a curve of loss is smooth


def loss_curves(
    of: Callable[[MaskLE], float],
    ranking: Ranking,
    *,
    points: int = POINTS,
    least: int = 1,
    ahead: Ahead | None = None,
    run: Run,
) -> NDArray[np.float64]:
    """What each row costs by the number of slices that it alone keeps.

    Args:
        of: The loss of a mask, in nats per token.
        ranking: The order in which each row's experts are kept.
        points: Counts per row that are measured, evenly spread from the least to the most.
        least: Slices that a row keeps at least.
        ahead: Told which masks will be asked for.
        run: Checked by `of`; gets `Progress` in masks.

    Returns:
        [L, S + 1]: the loss at each number of slices; inf where the row cannot keep so few or many.
    """
    rows, slices = ranking.value_LS.shape
    most_L = ranking.most_L
    least_L = np.minimum(np.maximum(ranking.least_L, least), most_L)
    curves_LS = np.full((rows, slices + 1), np.inf)
    grids = [
        np.unique(np.linspace(low, high, min(points, high - low + 1)).round().astype(int))
        for low, high in zip(least_L.tolist(), most_L.tolist(), strict=True)
    ]
    total, done = sum(len(grid) for grid in grids), 0
    run.progress(STAGE, 0, total, "masks")

    def mask(point: tuple[int, int]) -> MaskLE:
        slices_L = most_L.copy()
        slices_L[point[0]] = point[1]
        return ranking.keep(slices_L)

    points_in_turn = [(row, n) for row in reversed(range(rows)) for n in grids[row].tolist()]
    losses = in_turn(of, points_in_turn, mask, ahead)
    for row in reversed(range(rows)):
        measured = []
        for _ in grids[row]:
            measured.append(next(losses))
            done += 1
            run.progress(STAGE, done, total, "masks")
        span = np.arange(grids[row][0], grids[row][-1] + 1)
        # Keeping more never costs more, save for noise.
        smooth = np.minimum.accumulate(measured)
        curves_LS[row, span] = np.interp(span, grids[row], smooth)
    return curves_LS


def allocate(curves_LS: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Slices per row that minimise the sum of the curves, at exactly this total.

    Raises:
        PlanError: No choice of counts adds up to the total.
    """
    rows, width = curves_LS.shape
    best = np.full(total + 1, np.inf)
    best[0] = 0.0
    choice = np.zeros((rows, total + 1), dtype=np.int64)
    for row in range(rows):
        following = np.full(total + 1, np.inf)
        for count in np.flatnonzero(np.isfinite(curves_LS[row])).tolist():
            if count > total:
                break
            candidate = best[: total + 1 - count] + curves_LS[row, count]
            better = candidate < following[count:]
            following[count:][better] = candidate[better]
            choice[row, count:][better] = count
        best = following
    if not np.isfinite(best[total]):
        low = int(sum(np.flatnonzero(np.isfinite(row))[0] for row in curves_LS))
        high = int(sum(np.flatnonzero(np.isfinite(row))[-1] for row in curves_LS))
        raise PlanError(
            f"locks and floors leave {low} to {high} slices, {total} are wanted",
            remedy="another number to keep, or fewer locks",
        )
    counts_L = np.zeros(rows, dtype=np.int64)
    left = total
    for row in reversed(range(rows)):
        counts_L[row] = choice[row, left]
        left -= int(counts_L[row])
    assert width > int(counts_L.max(initial=0))
    return counts_L


def keep_allocated(
    of: Callable[[MaskLE], float],
    scores_LE: NDArray[np.float64],
    *,
    bounds: Bounds,
    total: int,
    floor: int = 1,
    points: int = POINTS,
    ahead: Ahead | None = None,
    run: Run,
) -> MaskLE:
    """Keep `total` experts by score, shared out over the layers by measured sensitivity.

    Raises:
        Cancelled: The run was stopped.
        PlanError: Locks and floors do not allow this total.
    """
    ranking = rank(scores_LE, bounds)
    least = -(-floor // bounds.groups)
    curves_LS = loss_curves(of, ranking, points=points, least=least, ahead=ahead, run=run)
    return ranking.keep(allocate(curves_LS, -(-total // bounds.groups)))
