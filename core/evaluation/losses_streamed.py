"""Measured losses of many masks of a streamed model: each layer's weights are read once for many.

A sweep takes the texts through all layers under several masks at once. While a layer is there, each
mask's texts go through it with that mask on (`pruning.by_layer`), and wait before the next one. Two
masks that agree up to some layer give the same hidden states up to there. So the inputs of the
layers under a *base* mask are kept, as in memory, and a mask that differs from it first in row r
begins there: on average half the work, and layers before the first of them are not read. A new base
goes along from where it differs from the one before, and masks branch off from it. What is measured
is the same as in memory, to the last bit.

Reading the model is what costs, so whoever asks says what it will ask next (`ahead`), and as many
of those masks are measured together as memory has room for waiting texts. A guess that turns out
wrong costs computing, not a wrong answer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
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
        self._base: Plan | None = None  # whose inputs are kept
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
        base, moved = self._wanted, self._moved()
        travels = moved is not None and bool(self._rungs) and self._sweep.room >= 2
        # All of them wait at the end, the base too.
        pieces = max(1, min(len(self._pieces), self._sweep.room // (1 + travels)))
        masks = max(1, self._sweep.room // pieces - travels)
        chosen = [plan for plan in plans[:masks] if not travels or _differ(plan, base)]
        crew = [base, *chosen] if travels else chosen
        totals = [torch.zeros(3, dtype=torch.float64) for _ in crew]
        if travels:
            before, self._base = self._base, None  # until all pieces are of one mask
        for first in range(0, len(self._pieces), pieces):
            travellers: list[Traveller] = []
            for piece in range(first, min(first + pieces, len(self._pieces))):
                if travels:
                    place = 0 if before is None else self._kept_before(moved)
                    travellers += self._with_base(crew, piece, place, len(travellers))
                else:
                    travellers += [
                        Traveller(plan=plan, piece=piece, mask=at, begins=self._begins(plan))
                        for at, plan in enumerate(crew)
                    ]
            # Summed in the order of the pieces, as in memory.
            for traveller, parts in zip(travellers, self._sweep.through(travellers), strict=True):
                totals[traveller.mask] += parts
            self._count(travellers)
        if travels and self._sweep.rungs:
            self._base = base
        for plan, total in zip(crew, totals, strict=True):
            self._note(plan, total)

    def _moved(self) -> int | None:
        """The first row in which the wanted base differs from the kept one; None if in none."""
        return 0 if self._base is None else first_difference(self._wanted, self._base)

    def _begins(self, plan: Plan) -> int:
        """Where a mask begins with the base's kept inputs; 0 for the beginning."""
        if self._base is None or not self._rungs:
            return 0
        row = first_difference(plan, self._base)
        return self._kept_before(len(self._live.moe) - 1 if row is None else row)

    def _with_base(
        self, crew: Sequence[Plan], piece: int, place: int, first: int
    ) -> Iterator[Traveller]:
        """A piece under the new base, whose inputs are kept, and under masks that differ from it.

        Args:
            crew: The base, and the masks.
            piece: The piece.
            place: Where the base begins; before it the inputs are those of the one before.
            first: The base's index among the travellers.
        """
        base = crew[0]
        yield Traveller(plan=base, piece=piece, mask=0, begins=place, keeps=True)
        for at, plan in enumerate(crew[1:], 1):
            row = first_difference(plan, base)
            assert row is not None
            layer = self._live.moe[row].layer_id
            rung = max((rung for rung in self._rungs or () if rung <= layer), default=0)
            if rung > place:
                branch = Branch(layer=rung, of=first)
                yield Traveller(plan=plan, piece=piece, mask=at, branch=branch)
            else:
                yield Traveller(
                    plan=plan, piece=piece, mask=at, begins=min(self._kept_before(row), place)
                )

    def _kept_before(self, row: int | None) -> int:
        """The last layer at or before a row's whose inputs are kept; 0 if there is none."""
        layer = self._live.moe[row or 0].layer_id
        return max((rung for rung in self._sweep.rungs if rung <= layer), default=0)

    def _predict(self) -> tuple[int, ...]:
        """The original's predictions; and where batches may branch off, tried on the first piece.

        Returns:
            Layers where a branch gave the whole model's bits; none if it does not in one of them.
        """
        whole = [
            Traveller(plan=self._start, piece=piece, mask=0, keeps=True)
            for piece in range(len(self._pieces))
        ]
        layers = [layer.layer_id for layer in self._live.moe if layer.layer_id > 0]
        room = self._sweep.room - len(whole)
        stride = max(1, -(-len(layers) // room)) if room > 0 else 0
        rungs = set(layers[stride - 1 :: stride]) if stride else set()
        tries = [
            Traveller(plan=self._start, piece=0, mask=1, branch=Branch(layer=layer, of=0))
            for layer in sorted(rungs)
        ]
        try:
            parts = self._sweep.through([*whole, *tries], predicting=True)
        except _CANNOT as error:
            if not tries:
                raise
            self._say_whole(error)
            rungs, tries = set(), []
            parts = self._sweep.through(whole, predicting=True)
        same = self._sweep.same_logits
        if not same:
            self._say_whole(None)
        self._count([*whole, *tries])
        total = torch.zeros(3, dtype=torch.float64)
        for part in parts[: len(whole)]:
            total += part
        self._note(self._start, total)
        if not same or not rungs:
            self._sweep.forget()
            return ()
        if self._sweep.rungs:
            self._base = self._start
        return tuple(sorted(rungs))

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

    def _count(self, travellers: Sequence[Traveller]) -> None:
        layers = max(len(self._live.stream.store.layers), 1) if self._live.stream else 1
        self.passes += sum((1 - t.first / layers) / len(self._pieces) for t in travellers)


def _differ(plan: Plan, base: Plan) -> bool:
    return first_difference(plan, base) is not None
