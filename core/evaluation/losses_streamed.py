"""Measured losses of many masks of a streamed model: each layer's weights are read once for many.

A sweep takes the texts through all layers under several masks at once. While a layer is there, each
mask's texts go through it with that mask on (`pruning.by_layer`), and wait before the next one. Two
masks that agree up to some layer give the same hidden states up to there, so the texts also go
through under the *base* mask, and a mask that differs from it first in row r branches off there: on
average half the work. What is measured is the same as in memory, to the last bit.

Reading the model is what costs, so whoever asks says what it will ask next (`ahead`), and as many
of those masks are measured together as memory has room for waiting texts. A guess that turns out
wrong costs computing, not a wrong answer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError, StudioError, UnsupportedModelError
from core.evaluation.ledger import Ledger, plan_question
from core.evaluation.loss_pieces import Loss, loss_of, text_pieces
from core.evaluation.losses import first_difference
from core.evaluation.sweep import Sweep, Traveller
from core.planning.plan import Plan
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.streaming_crew import Branch

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

# What an attempt to begin in the middle of a model may fail with that hands on more than tensors.
_CANNOT = (TypeError, ValueError, AttributeError, KeyError, IndexError, UnsupportedModelError)


class StreamedLosses(contextlib.AbstractContextManager["StreamedLosses"]):
    """What `Losses` is for a model in memory."""

    def __init__(
        self, live: LiveModel, texts: CalibrationSet, *, ledger: Ledger | None = None, run: Run
    ) -> None:
        """Nothing is run before the first question.

        Args:
            live: The original model, streamed.
            texts: Where losses are measured; keep a few thousand tokens of every domain.
            ledger: Answers of a stopped search.
            run: Checked before each piece at each layer; gets the plan of memory and `Progress`.

        Raises:
            InputError: There is no text.
        """
        if len(texts) == 0:
            raise InputError("there is no text to measure on", remedy="add a source")
        self._live, self._run, self._ledger = live, run, ledger or Ledger()
        self._start = self._wanted = Plan.keep_all(live.info)
        self._pieces = text_pieces(live, texts)
        self._sweep = Sweep(live, self._pieces, run=run)
        self._found: dict[str, Loss | StudioError] = {}
        self._rungs: tuple[int, ...] | None = None  # layers where branches were tried
        self.passes = 0.0  # in whole forward passes
        self.asked = 0

    def __enter__(self) -> Self:
        """Nothing has to be put on the model."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing has to be taken off."""

    def rebase(self, kept: NDArray[np.bool_] | Plan) -> None:
        """The mask that the next ones are small changes of."""
        self._wanted = self._plan(kept)

    def ahead(self, masks: Iterable[NDArray[np.bool_] | Plan]) -> None:
        """Measure a mask that is about to be asked for, with others that probably will be.

        Nothing is done if the first one is known.

        Raises:
            Cancelled: The run was stopped.
            PlanError: The router cannot take a mask.
            ResourceError: Not even two pieces of text fit beside two layers.
        """
        plans: dict[str, Plan] = {}
        for mask in masks:
            plan = self._plan(mask)
            known = self._known(plan)
            if known and not plans:
                return
            if not known:
                plans.setdefault(plan_question("loss", plan), plan)
            if len(plans) >= self._sweep.room:
                break
        if plans:
            self._measure(list(plans.values()))

    def of(self, kept: NDArray[np.bool_] | Plan) -> Loss:
        """The loss of a mask, or of a plan with its merges.

        Raises:
            Cancelled: The run was stopped; what was measured before stays known.
            PlanError: The router cannot take the mask.
            StudioError: The model put out NaN.
        """
        self.asked += 1
        plan = self._plan(kept)
        asked = plan_question("loss", plan)
        if asked not in self._found:
            known = self._ledger.get(asked)
            if known is not None and len(known) == 2:
                return Loss(kl=known[0], ce=known[1])
            self._measure([plan])
        found = self._found[asked]
        if isinstance(found, StudioError):
            raise found
        return found

    def _plan(self, kept: NDArray[np.bool_] | Plan) -> Plan:
        return kept if isinstance(kept, Plan) else self._start.with_kept(kept)

    def _known(self, plan: Plan) -> bool:
        asked = plan_question("loss", plan)
        return asked in self._found or self._ledger.knows(asked)

    def _measure(self, plans: Sequence[Plan]) -> None:
        """One sweep over the model (more if memory has no room for all the texts)."""
        if self._rungs is None:
            self._rungs = self._predict()
            plans = [plan for plan in plans if not self._known(plan)]
            if not plans:
                return
        branching = bool(self._rungs) and self._sweep.room >= 2
        base = self._wanted
        # All of them wait at the end, the base too.
        pieces = max(1, min(len(self._pieces), self._sweep.room // (2 if branching else 1)))
        masks = max(1, self._sweep.room // pieces - branching)
        chosen = [plan for plan in plans[:masks] if not branching or _differ(plan, base)]
        crew = [base, *chosen] if branching else chosen
        totals = [torch.zeros(3, dtype=torch.float64) for _ in crew]
        for first in range(0, len(self._pieces), pieces):
            some = range(first, min(first + pieces, len(self._pieces)))
            travellers = [
                Traveller(plan=plan, piece=piece, mask=at)
                for piece in some
                for at, plan in enumerate(crew)
            ]
            branches = {
                index: Branch(layer=layer, of=index - traveller.mask)
                for index, traveller in enumerate(travellers)
                if branching and (layer := self._rung_before(traveller.plan, base)) is not None
            }
            # Summed in the order of the pieces, as in memory.
            for traveller, parts in zip(
                travellers, self._sweep.through(travellers, branches), strict=True
            ):
                totals[traveller.mask] += parts
            self._count(travellers, branches)
        for plan, total in zip(crew, totals, strict=True):
            self._note(plan, total)

    def _rung_before(self, plan: Plan, base: Plan) -> int | None:
        """The last layer before a mask's first difference where branches were tried."""
        row = first_difference(plan, base)
        if row is None:
            return None
        layer = self._live.moe[row].layer_id
        return max((rung for rung in self._rungs or () if rung <= layer), default=None)

    def _predict(self) -> tuple[int, ...]:
        """The original's predictions; and where batches may branch off, tried on the first piece.

        Returns:
            Layers where a branch gave the whole model's bits; none if it does not in one of them.
        """
        whole = [
            Traveller(plan=self._start, piece=piece, mask=0) for piece in range(len(self._pieces))
        ]
        layers = [layer.layer_id for layer in self._live.moe if layer.layer_id > 0]
        room = self._sweep.room - len(whole)
        stride = max(1, -(-len(layers) // room)) if room > 0 else 0
        rungs = tuple(layers[stride - 1 :: stride]) if stride else ()
        tries = [Traveller(plan=self._start, piece=0, mask=1) for _ in rungs]
        branches = {len(whole) + i: Branch(layer=layer, of=0) for i, layer in enumerate(rungs)}
        try:
            parts = self._sweep.through([*whole, *tries], branches, predicting=True)
        except _CANNOT as error:
            if not tries:
                raise
            self._say_whole(error)
            rungs, tries = (), []
            parts = self._sweep.through(whole, {}, predicting=True)
        same = self._sweep.same_logits
        if not same:
            self._say_whole(None)
        self._count([*whole, *tries], branches if tries else {})
        total = torch.zeros(3, dtype=torch.float64)
        for part in parts[: len(whole)]:
            total += part
        self._note(self._start, total)
        return rungs if same else ()

    def _say_whole(self, error: Exception | None) -> None:
        self._run.note(
            f"{self._live.info.model_type}: layers hand on more than hidden states, so every "
            f"measurement runs the whole model{f' ({error})' if error else ''}",
            "warning",
        )

    def _note(self, plan: Plan, total: torch.Tensor) -> None:
        asked = plan_question("loss", plan)
        try:
            loss = loss_of(total)
        except StudioError as error:
            self._found[asked] = error  # raised to whoever asks, which a guess may not be
            return
        self._found[asked] = loss
        self._ledger.put(asked, (loss.kl, loss.ce))

    def _count(self, travellers: Sequence[Traveller], branches: dict[int, Branch]) -> None:
        layers = max(len(self._live.stream.store.layers), 1) if self._live.stream else 1
        for index in range(len(travellers)):
            begun = branches[index].layer if index in branches else 0
            self.passes += (1 - begun / layers) / len(self._pieces)


def _differ(plan: Plan, base: Plan) -> bool:
    return first_difference(plan, base) is not None
