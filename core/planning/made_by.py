"""Where a plan comes from: its rule, what the rule was given, and what it could not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import PlanError

Cell = tuple[int, int]  # (row, expert)
Option = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Locks:
    """Cells that no rule and no brush may change.

    Attributes:
        keep: Cells (row, expert) that stay whatever a rule says.
        drop: Cells that go whatever a rule says.

    Raises:
        PlanError: A cell is locked both ways.
    """

    keep: frozenset[Cell] = frozenset()
    drop: frozenset[Cell] = frozenset()

    def __post_init__(self) -> None:
        both = self.keep & self.drop
        if both:
            row, expert = min(both)
            raise PlanError(
                f"expert {expert} of MoE row {row} is locked to stay and to go",
                remedy="lock it one way",
            )

    def __bool__(self) -> bool:
        return bool(self.keep or self.drop)


@dataclass(frozen=True, kw_only=True)
class MadeBy:
    """Where a plan comes from.

    Attributes:
        metric: The importance metric that ranked the experts, or "manual".
        scope: "layer", "global", or "manual".
        options: What the rule was given, e.g. {"keep": "75%", "seed": 0}.
        profile: Fingerprint of the profile behind the scores; empty if none.
        locks: The cells that were locked.
        protected: Super-experts that rules must keep unless they are locked to go.
    """

    metric: str = "manual"
    scope: str = "manual"
    options: Mapping[str, Option] = field(default_factory=dict)
    profile: str = ""
    locks: Locks = field(default_factory=Locks)
    protected: frozenset[Cell] = frozenset()
