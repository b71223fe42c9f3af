"""Single edits by hand: toggle a cell, paint an area, lock cells. Each returns a new plan.

A locked cell keeps its state whatever the brush does, and so does a protected one until it is
unlocked. Edits may leave a layer below Top-K: `checks` says so at once, with a fix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.planning.made_by import Cell, Locks, MadeBy
from core.planning.plan import Plan

MaskLE = NDArray[np.bool_]


def fixed(plan: Plan) -> MaskLE:
    """Cells that no edit may change: locked either way, or protected."""
    return plan.mask(plan.locks.keep | plan.locks.drop | plan.made_by.protected)


def toggle(plan: Plan, row: int, expert: int) -> Plan:
    """Drop a kept expert or keep a dropped one; a locked or protected cell stays as it is.

    Raises:
        PlanError: There is no such expert.
    """
    if not (0 <= row < len(plan.experts) and 0 <= expert < plan.experts[row]):
        raise PlanError(f"there is no expert {expert} in MoE row {row}")
    return paint(plan, [(row, expert)], keep=not bool(plan.kept_LE[row, expert]))


def paint(plan: Plan, cells: MaskLE | Iterable[Cell], *, keep: bool) -> Plan:
    """Keep or drop every given cell that is neither locked nor protected.

    Args:
        plan: The plan to change.
        cells: A mask [L, E], or cells (row, expert).
        keep: The state to paint.

    Returns:
        The new plan, or the same object if nothing changed.
    """
    painted_LE = _as_mask(plan, cells) & plan.exists_LE & ~fixed(plan)
    kept_LE = plan.kept_LE | painted_LE if keep else plan.kept_LE & ~painted_LE
    return _changed(plan, kept_LE, edited(plan.made_by))


def lock(plan: Plan, cells: MaskLE | Iterable[Cell], state: Literal["keep", "drop"] | None) -> Plan:
    """Lock cells to stay or to go, or unlock them (which also lifts protection).

    Args:
        plan: The plan to change.
        cells: A mask [L, E], or cells (row, expert).
        state: "keep" and "drop" also change the cells to that state; None only unlocks.
    """
    mask_LE = _as_mask(plan, cells) & plan.exists_LE
    chosen = plan.cells(mask_LE)
    keep, drop = plan.locks.keep - chosen, plan.locks.drop - chosen
    protected, kept_LE = plan.made_by.protected, plan.kept_LE
    if state == "keep":
        keep, kept_LE = keep | chosen, kept_LE | mask_LE
    elif state == "drop":
        drop, kept_LE = drop | chosen, kept_LE & ~mask_LE
    else:
        protected = protected - chosen
    made_by = replace(plan.made_by, locks=Locks(keep=keep, drop=drop), protected=protected)
    return plan if made_by == plan.made_by else plan.with_kept(kept_LE, made_by=made_by)


def protect(plan: Plan, cells: MaskLE | Iterable[Cell]) -> Plan:
    """Make these the protected cells; those not locked to go are kept from now on."""
    mask_LE = _as_mask(plan, cells) & plan.exists_LE
    made_by = replace(plan.made_by, protected=plan.cells(mask_LE))
    kept_LE = plan.kept_LE | (mask_LE & ~plan.mask(plan.locks.drop))
    return _changed(plan, kept_LE, made_by)


def edited(made_by: MadeBy) -> MadeBy:
    """The same origin, marked as changed by hand since."""
    if made_by.scope == "manual" or made_by.options.get("edited"):
        return made_by
    return replace(made_by, options={**made_by.options, "edited": True})


def _changed(plan: Plan, kept_LE: MaskLE, made_by: MadeBy) -> Plan:
    same = np.array_equal(kept_LE, plan.kept_LE)
    if same and made_by.protected == plan.made_by.protected:
        return plan
    return plan.with_kept(kept_LE, made_by=made_by)


def _as_mask(plan: Plan, cells: MaskLE | Iterable[Cell]) -> MaskLE:
    if isinstance(cells, np.ndarray):
        if cells.shape != plan.exists_LE.shape:
            raise PlanError(f"cells have shape {cells.shape}, not {plan.exists_LE.shape}")
        return cells.astype(np.bool_)
    return plan.mask(cells)
