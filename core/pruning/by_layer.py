"""Masks of a model that is streamed: each is on in one layer at a time, while that layer is there.

Routers stay loaded, so their surviving rows could be cut beforehand; but the means of a merged plan
need the experts, and hundreds of masks of all layers take more memory than the layers do. So a
layer's masks are made when something is to go through it, shared by all plans that say the same
about it, and forgotten when it leaves.
"""

from __future__ import annotations

import contextlib

from core.planning.plan import Plan
from core.pruning.fits import fitted
from core.pruning.masking import Rerouting
from core.runtime.live import LiveModel
from core.runtime.structure import Changes

OFF: contextlib.AbstractContextManager[None] = contextlib.nullcontext()


class LayerMasks:
    """Masks of one streamed model by plan and decoder layer."""

    def __init__(self, live: LiveModel) -> None:
        self._live = live
        self._row = {layer.layer_id: row for row, layer in enumerate(live.moe)}
        self._known: dict[tuple[int, int | None], Changes] = {}
        self._made: dict[tuple[object, ...], Rerouting] = {}

    def checked(self, plan: Plan | None, *, top_k: int | None = None) -> Plan:
        """The plan as it will be applied, which `on` takes.

        Raises:
            PlanError: The plan is another model's, or its router cannot take it.
        """
        return fitted(self._live, plan, top_k)

    def on(self, plan: Plan, layer: int) -> contextlib.AbstractContextManager[None]:
        """The mask of one decoder layer, which is loaded; nothing where the plan changes nothing.

        Raises:
            PlanError: Experts of integers would have to be averaged.
        """
        row = self._row.get(layer)
        if row is None:
            return OFF
        merges = plan.merges[row] if plan.merges else ()
        whole = len(plan.keep[row]) == self._live.moe[row].count
        if whole and not merges and plan.top_k is None:
            return OFF
        key = (row, plan.keep[row], merges, plan.top_k)
        if key not in self._made:
            self._made[key] = Rerouting(self._live, plan, known=self._known, rows=(row,))
        return self._made[key]

    def forget(self) -> None:
        """Let go of what was made for a layer that is leaving."""
        self._made.clear()


class StreamedMask(contextlib.AbstractContextManager[None]):
    """One plan's mask of a streamed model, on for the whole model or a layer at a time."""

    def __init__(self, live: LiveModel, plan: Plan | None, *, top_k: int | None = None) -> None:
        """Check the plan; nothing changes until it is entered.

        Raises:
            PlanError: The plan is another model's, or its router cannot take it.
        """
        self._live = live
        self._masks = LayerMasks(live)
        self._plan = self._masks.checked(plan, top_k=top_k)
        self._whole: Rerouting | None = None

    def on(self, layer: int) -> contextlib.AbstractContextManager[None]:
        """The mask of one decoder layer, which is loaded."""
        return self._masks.on(self._plan, layer)

    def forget(self) -> None:
        """Let go of what was made for a layer that is leaving."""
        self._masks.forget()

    def __enter__(self) -> None:
        """Put all of it on.

        Raises:
            PlanError: It merges experts, which are not there.
        """
        if self._whole is None:
            self._whole = Rerouting(self._live, self._plan)
        self._whole.__enter__()

    def __exit__(self, *_: object) -> None:
        """Take all of it off."""
        assert self._whole is not None
        self._whole.__exit__()


Mask = Rerouting | StreamedMask


def mask_of(live: LiveModel, plan: Plan | None, *, top_k: int | None = None) -> Mask:
    """A plan's mask of a model, in memory or streamed.

    Raises:
        PlanError: The plan is another model's, or its router cannot take it.
    """
    if live.stream is None:
        return Rerouting(live, plan, top_k=top_k)
    return StreamedMask(live, plan, top_k=top_k)
