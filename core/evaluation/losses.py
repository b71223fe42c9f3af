"""Measured losses of many masks of one model, at a fraction of a pass each.

Two masks that agree up to some layer give the same hidden states up to there. So the inputs of
every MoE layer under a *base* mask are kept, and a mask that differs from it first in row r runs
from that layer on only: on average half the model, and for a mask of the last layer almost nothing.
The model's own forward still makes masks, positions and whatever else its layers take: the layers
before are stood in for by stubs that hand on their input, and the first one that runs is given the
kept input.

What a loss is, see `loss_pieces`; of a model that is streamed, see `losses_streamed`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import InputError, UnsupportedModelError
from core.evaluation.hand_over import keeper, shape_of, stub, with_hidden
from core.evaluation.ledger import Ledger, plan_question
from core.evaluation.loss_pieces import (
    Loss,
    TextPiece,
    logits_of,
    loss_of,
    note_prediction,
    sums,
    text_pieces,
)
from core.planning.plan import Plan
from core.pruning.masking import Rerouting
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.streaming_build import decoder_layers

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.runtime.structure import Changes

# Kept inputs may take this much; with more, only every second, third, … layer's are kept.
KEPT_BYTES = 4 * 2**30


class Losses(contextlib.AbstractContextManager["Losses"]):
    """Losses of masks on fixed texts; a context, in which the model may not be used otherwise."""

    def __init__(
        self, live: LiveModel, texts: CalibrationSet, *, ledger: Ledger | None = None, run: Run
    ) -> None:
        """Nothing is run before the first question.

        Args:
            live: The original model, in memory.
            texts: Where losses are measured; keep a few thousand tokens of every domain.
            ledger: Answers of a stopped search.
            run: Checked before each piece and each MoE layer.

        Raises:
            InputError: The model is streamed, or there is no text.
        """
        if live.stream is not None:
            raise InputError(
                f"{live.folder.name} is streamed: one mask at a time would read it each time",
                remedy="StreamedLosses",
            )
        if len(texts) == 0:
            raise InputError("there is no text to measure on", remedy="add a source")
        self._live, self._run, self._ledger = live, run, ledger or Ledger()
        self._start = Plan.keep_all(live.info)
        self._known: dict[tuple[int, int | None], Changes] = {}
        self._pieces = text_pieces(live, texts)
        self._layers = _decoder_layers(live)
        self._rungs = _rungs(live, texts) if self._layers else ()
        self._wraps: dict[int, bool] = {}
        self._base: Plan | None = None
        self._wanted = self._start
        self._exit = contextlib.ExitStack()
        self.passes = 0.0  # in whole forward passes
        self.asked = 0

    def __enter__(self) -> Self:
        """Let the run stop the model between two layers."""
        self._exit.enter_context(interruptible(self._live, self._run))
        return self

    def __exit__(self, *error: object) -> None:
        """Take everything off the model, forget the kept inputs."""
        self._exit.close()
        self._base = None
        for piece in self._pieces:
            piece.inputs.clear()

    def rebase(self, kept: NDArray[np.bool_] | Plan) -> None:
        """Measure from now on relative to this mask; done when a measurement needs it."""
        self._wanted = self._plan(kept)

    def ahead(self, masks: Iterable[NDArray[np.bool_] | Plan]) -> None:
        """What will be asked for: nothing is gained by knowing it, each question costs itself."""

    def of(self, kept: NDArray[np.bool_] | Plan) -> Loss:
        """The loss of a mask, or of a plan with its merges.

        Raises:
            Cancelled: The run was stopped; the model is as before.
            PlanError: The router cannot take the mask.
            StudioError: The model put out NaN.
        """
        self.asked += 1
        plan = self._plan(kept)
        asked = plan_question("loss", plan)
        known = self._ledger.get(asked)
        if known is not None and len(known) == 2:
            return Loss(kl=known[0], ce=known[1])
        base = self._prepare()
        found = self._measure(plan, self._rung_before(first_difference(plan, base)))
        self._ledger.put(asked, (found.kl, found.ce))
        return found

    def _plan(self, kept: NDArray[np.bool_] | Plan) -> Plan:
        return kept if isinstance(kept, Plan) else self._start.with_kept(kept)

    def _prepare(self) -> Plan:
        """The original's predictions, and the inputs under the base that is wanted."""
        if self._base is None:
            with torch.inference_mode():
                self._capture(self._start, None, predict=True)
            self._base = self._start
            self._verify()
        first = first_difference(self._wanted, self._base)
        if first is not None:
            with torch.inference_mode():
                self._capture(self._wanted, self._rung_before(first), predict=False)
            self._base = self._wanted
        return self._base

    def _rung_before(self, row: int | None) -> int | None:
        """The last decoder layer with kept inputs at or before a row's; None for the beginning."""
        if row is None:
            return self._rungs[-1] if self._rungs else None
        layer = self._live.moe[row].layer_id
        return max((rung for rung in self._rungs if rung <= layer), default=None)

    def _mask(self, plan: Plan) -> contextlib.AbstractContextManager[object]:
        if not plan.dropped:
            return contextlib.nullcontext()
        return Rerouting(self._live, plan, known=self._known)

    @torch.inference_mode()
    def _measure(self, plan: Plan, rung: int | None) -> Loss:
        total = torch.zeros(3, dtype=torch.float64)
        with self._mask(plan), self._from(rung) as feed:
            for piece in self._pieces:
                self._run.check()
                feed(piece)
                total += sums(self._logits(piece), piece).cpu()
        self._count(rung)
        return loss_of(total)

    def _capture(self, plan: Plan, rung: int | None, *, predict: bool) -> None:
        """Keep the inputs of every rung after `rung` under a mask."""
        kept: dict[int, torch.Tensor] = {}
        handles = [
            self._layers[index].register_forward_pre_hook(keeper(kept, index), with_kwargs=True)
            for index in self._rungs
            if rung is None or index > rung
        ]
        if predict:
            handles += [
                layer.register_forward_hook(shape_of(self._wraps, index))
                for index, layer in enumerate(self._layers)
            ]
        try:
            with self._mask(plan), self._from(rung) as feed:
                for piece in self._pieces:
                    self._run.check()
                    feed(piece)
                    logits_NV = self._logits(piece)
                    piece.inputs.update(kept)
                    kept.clear()
                    if predict:
                        note_prediction(piece, logits_NV)
        except BaseException:
            self._base = None  # half of the pieces are of another mask
            raise
        finally:
            for handle in handles:
                handle.remove()
        self._count(rung)

    def _logits(self, piece: TextPiece) -> torch.Tensor:
        return logits_of(self._live, piece)

    @contextlib.contextmanager
    def _from(self, rung: int | None) -> Iterator[Any]:
        """Let the model begin at a decoder layer; yields what to call with each piece before."""
        if rung is None:
            yield lambda _piece: None
            return
        waiting: list[torch.Tensor] = []

        def give(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
            return with_hidden(args, kwargs, waiting.pop().to(self._live.device))

        handle = self._layers[rung].register_forward_pre_hook(give, with_kwargs=True, prepend=True)
        stubbed = self._layers[:rung]
        try:
            for index, layer in enumerate(stubbed):
                vars(layer)["forward"] = stub(wrap=self._wraps.get(index, False))
            yield lambda piece: waiting.append(piece.inputs[rung])
        finally:
            for layer in stubbed:
                vars(layer).pop("forward", None)
            handle.remove()

    @torch.inference_mode()
    def _verify(self) -> None:
        """Begin at every rung once and compare; layers may hand on more than a hidden state."""
        piece = self._pieces[0]
        whole_NV = self._logits(piece)
        for rung in tuple(self._rungs):
            try:
                with self._from(rung) as feed:
                    feed(piece)
                    same = torch.allclose(self._logits(piece), whole_NV, rtol=1e-4, atol=1e-4)
            except (TypeError, ValueError, RuntimeError, AttributeError, KeyError, IndexError):
                same = False
            if not same:
                self._rungs = ()
                for other in self._pieces:
                    other.inputs.clear()
                self._run.note(
                    f"{self._live.info.model_type}: layers hand on more than hidden states, so "
                    "every measurement runs the whole model",
                    "warning",
                )
                return

    def _count(self, rung: int | None) -> None:
        self.passes += 1 - (rung or 0) / max(len(self._layers), 1)


def first_difference(one: Plan, other: Plan) -> int | None:
    """The first row in which two plans differ; None if they are the same."""
    merges = [plan.merges or ((),) * len(plan.keep) for plan in (one, other)]
    rows = zip(one.keep, other.keep, *merges, strict=True)
    return next((i for i, (a, b, c, d) in enumerate(rows) if a != b or c != d), None)


def _decoder_layers(live: LiveModel) -> list[nn.Module]:
    """The model's decoder layers; none if it has no one list of them."""
    try:
        return list(decoder_layers(live.model, [layer.name for layer in live.moe])[1])
    except UnsupportedModelError:
        return []


def _rungs(live: LiveModel, texts: CalibrationSet) -> tuple[int, ...]:
    """Decoder layers whose inputs are kept: those with experts, thinned out to what fits."""
    per_layer = texts.tokens * live.info.hidden_size * live.dtype.itemsize
    layers = [layer.layer_id for layer in live.moe if layer.layer_id > 0]
    stride = max(1, -(-per_layer * len(layers) // KEPT_BYTES))
    return tuple(layers[stride - 1 :: stride])
