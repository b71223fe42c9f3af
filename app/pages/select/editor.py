"""What a hand on the map does to the plan: each gesture one undoable step with a readable name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.pages.select.derived import Derived
from app.pages.select.problems import fix_text
from app.pages.select.rules import Rule, apply_rule, layer_names, undo_text
from core import planning
from core.errors import StudioError
from core.planning.edits import edited, protect

if TYPE_CHECKING:
    from app.session import Session
    from core.planning import Plan, Problem


class Editor(QObject):
    """Turns gestures into plans.

    Args:
        session: Holds the plan and its history.
        derived: What rules work on.
    """

    said = Signal(str)  # a line for the status bar
    failed = Signal(str, str)  # what happened, and what to try

    def __init__(self, session: Session, derived: Derived, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._derived = derived
        self._copied: int | None = None

    def paint(self, mask_LE: NDArray[np.bool_], keep: bool) -> None:  # noqa: FBT001 - Qt's signal
        """Give cells a state."""
        plan = self._session.plan
        if plan is None:
            return
        painted = planning.paint(plan, mask_LE, keep=keep)
        self._session.apply_plan(painted, self._paint_text(plan, mask_LE, keep=keep))

    def previewed(self, mask_LE: NDArray[np.bool_], *, keep: bool) -> Plan | None:
        """The plan as it would be after an unfinished stroke."""
        plan = self._session.plan
        return None if plan is None else planning.paint(plan, mask_LE, keep=keep)

    def toggle_lock(self, row: int, expert: int) -> None:
        """Lock a cell as it is, or free it from its lock or protection."""
        plan = self._session.plan
        if plan is None:
            return
        cell = (row, expert)
        name = f"L{plan.layer_ids[row]} · {expert}"
        if cell in plan.locks.keep | plan.locks.drop:
            changed, text = planning.lock(plan, [cell], None), self.tr("Unlock {name}")
        elif cell in plan.made_by.protected:
            changed, text = planning.lock(plan, [cell], None), self.tr("Stop protecting {name}")
        else:
            kept = bool(plan.kept_LE[cell])
            changed = planning.lock(plan, [cell], "keep" if kept else "drop")
            text = self.tr("Lock {name}")
        self._session.apply_plan(changed, text.format(name=name))

    def refuse(self, row: int, expert: int) -> None:
        """Say why a brush did nothing."""
        plan = self._session.plan
        if plan is None:
            return
        locked = (row, expert) in plan.locks.keep | plan.locks.drop
        text = (
            self.tr("L{layer} · {expert} is locked: press L to unlock it")
            if locked
            else self.tr("L{layer} · {expert} is a protected super-expert: press L to free it")
        )
        self.said.emit(text.format(layer=plan.layer_ids[row], expert=expert))

    def toggle_layers(self, rows: tuple[int, ...]) -> None:
        """Drop what selected layers keep and keep what they drop."""
        self.apply(Rule(kind="invert"), rows)

    def keep_layers(self, rows: tuple[int, ...], *, keep: bool) -> None:
        """Keep or drop whole layers."""
        plan = self._session.plan
        if plan is None:
            return
        mask_LE = np.zeros(plan.exists_LE.shape, dtype=np.bool_)
        mask_LE[list(rows)] = True
        text = self.tr("Keep all of {layers}") if keep else self.tr("Drop all of {layers}")
        self._session.apply_plan(
            planning.paint(plan, mask_LE, keep=keep),
            text.format(layers=layer_names(plan.layer_ids, rows)),
        )

    def copy_pattern(self, row: int) -> None:
        """Remember a layer's pattern."""
        plan = self._session.plan
        if plan is not None:
            self._copied = row
            said = self.tr("Pattern of L{layer} copied: Ctrl+V pastes it")
            self.said.emit(said.format(layer=plan.layer_ids[row]))

    @property
    def has_pattern(self) -> bool:
        """Whether a pattern can be pasted."""
        plan = self._session.plan
        return plan is not None and self._copied is not None and self._copied < len(plan.experts)

    def paste_pattern(self, rows: tuple[int, ...]) -> None:
        """Give layers the remembered pattern; locks win."""
        plan, source = self._session.plan, self._copied
        if plan is None or source is None or not self.has_pattern:
            return
        copied_LE = planning.copy_layer(
            plan.kept_LE, source, bounds=planning.Bounds.of(plan, self._session.info)
        )
        only = np.zeros((len(plan.experts), 1), dtype=np.bool_)
        only[list(rows)] = True
        text = self.tr("Copy the pattern of L{layer} to {layers}").format(
            layer=plan.layer_ids[source], layers=layer_names(plan.layer_ids, rows)
        )
        kept_LE = np.where(only, copied_LE, plan.kept_LE)
        self._session.apply_plan(plan.with_kept(kept_LE, made_by=edited(plan.made_by)), text)

    def apply(self, rule: Rule, rows: tuple[int, ...] = ()) -> None:
        """Apply a rule to all layers or some."""
        ground = self._derived.ground(rows)
        if ground is None:
            return
        try:
            plan = apply_rule(rule, ground)
        except StudioError as error:
            self.failed.emit(str(error), error.remedy)
            return
        self._session.apply_plan(plan, undo_text(rule, ground))

    def fix(self, problem: Problem) -> None:
        """Let a problem's own fix change the plan."""
        if problem.fix is not None:
            self._session.apply_plan(problem.fix(), fix_text(problem))

    def protect_new_profile(self) -> None:
        """Protect the super-experts that a new profile shows, once per profile."""
        session = self._session
        plan, profile, found = session.plan, session.profile, session.super_LE
        if plan is None or profile is None or found is None or found.shape != plan.exists_LE.shape:
            return
        if plan.made_by.profile == profile.fingerprint or not found.any():
            return
        changed = protect(plan, found)
        changed = replace(changed, made_by=replace(changed.made_by, profile=profile.fingerprint))
        count = int(found.sum())
        text = self.tr("Protect {count} super-experts").format(count=count)
        if count == 1:
            text = self.tr("Protect one super-expert")
        session.apply_plan(changed, text)

    def load(self, path: Path) -> None:
        """Take over a selection from a file."""
        info = self._session.info
        if info is None:
            return
        try:
            plan = planning.Plan.load(path).for_model(info)
        except StudioError as error:
            self.failed.emit(str(error), error.remedy)
            return
        self._session.apply_plan(plan, self.tr("Import {name}").format(name=path.name))

    def _paint_text(self, plan: Plan, mask_LE: NDArray[np.bool_], *, keep: bool) -> str:
        rows = tuple(np.flatnonzero(mask_LE.any(axis=1)).tolist())
        count = int(mask_LE.sum())
        if count == 1:
            expert = int(np.flatnonzero(mask_LE[rows[0]])[0])
            text = (
                self.tr("Keep L{layer} · {expert}") if keep else self.tr("Drop L{layer} · {expert}")
            )
            return text.format(layer=plan.layer_ids[rows[0]], expert=expert)
        text = (
            self.tr("Keep {count} experts in {layers}")
            if keep
            else self.tr("Drop {count} experts in {layers}")
        )
        return text.format(count=count, layers=layer_names(plan.layer_ids, rows))
