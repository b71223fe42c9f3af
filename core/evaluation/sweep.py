"""One way of texts through a streamed model under many masks: the layers are read once.

Shapes: N predicted tokens of a piece, V vocabulary.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from core.errors import StudioError
from core.evaluation.loss_pieces import TextPiece, logits_of, note_prediction, sums
from core.planning.plan import Plan
from core.pruning.by_layer import LayerMasks
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.memory import gigabytes
from core.runtime.streaming_crew import Branch, Position, Watcher
from core.runtime.streaming_model import memory_plan

STAGE = "measure masks"
PROGRESS_SECONDS = 0.1
# Travellers that are worth taking at once: beyond it computing outweighs reading by far, and a
# guess at what will be asked for is more often wrong.
MOST = 4096


@dataclass(frozen=True, kw_only=True)
class Traveller:
    """A piece of text under a mask.

    Attributes:
        plan: The mask.
        piece: Index of the piece.
        mask: Index of the mask among those of this sweep.
    """

    plan: Plan
    piece: int
    mask: int


class Sweep:
    """Sweeps over fixed texts.

    Attributes:
        room: Travellers that memory has room for at once.
        same_logits: Whether all that branched off while predicting came out as the original did.
    """

    def __init__(self, live: LiveModel, pieces: Sequence[TextPiece], *, run: Run) -> None:
        """Plan the memory.

        Raises:
            ResourceError: Not even one piece fits beside two layers.
        """
        self._live, self._pieces, self._run = live, pieces, run
        self._masks = LayerMasks(live)
        self.same_logits = True
        shape_2 = [max(piece.ids_BS.shape[axis] for piece in pieces) for axis in (0, 1)]
        plan = memory_plan(live, batches=MOST, rows=shape_2[0], length=shape_2[1], logits=True)
        self.room, self._park = plan.at_once, plan.park_on_host
        masks = max(1, self.room // len(pieces) - 1)
        part = plan.footprint
        run.note(
            f"streaming {part.layers} layers of {gigabytes(part.layer)}: each reading of the model "
            f"measures up to {masks:,} masks, of which {gigabytes(part.parked * len(pieces))} each "
            f"wait between layers; {gigabytes(plan.free)} are free on {plan.device}"
        )

    def through(
        self,
        travellers: Sequence[Traveller],
        branches: Mapping[int, Branch],
        *,
        predicting: bool = False,
    ) -> list[torch.Tensor]:
        """Take travellers through the layers together.

        Args:
            travellers: In order; who branches off comes after the one it branches off from.
            branches: By index of a traveller.
            predicting: Whether these are of the original, whose predictions are kept. Who branches
                off then is compared with the whole way of the first piece.

        Returns:
            What each adds to its mask's loss, on the host.

        Raises:
            Cancelled: The run was stopped; the model is as before.
            PlanError: A router cannot take a mask.
            ResourceError: The device ran out of memory.
        """
        assert self._live.stream is not None
        checked = {id(t.plan): self._masks.checked(t.plan) for t in travellers}
        found: dict[int, torch.Tensor] = {}
        whole_NV: list[torch.Tensor] = []
        self.same_logits = True

        def step(index: int) -> None:
            piece = self._pieces[travellers[index].piece]
            logits_NV = logits_of(self._live, piece)
            if predicting and index in branches:
                same = bool(whole_NV) and torch.equal(whole_NV[0], logits_NV)
                self.same_logits = self.same_logits and same
            elif predicting:
                note_prediction(piece, logits_NV)
                if not index and branches:
                    whole_NV.append(logits_NV)
            found[index] = sums(logits_NV, piece).cpu()

        plans = [checked[id(traveller.plan)] for traveller in travellers]
        watcher = Masking(self._masks, plans, self._reporter(travellers))
        try:
            self._live.stream.drive(
                list(range(len(travellers))),
                step,
                # Branches need whom they branch off from in the same group.
                at_once=len(travellers) if branches else min(self.room, len(travellers)),
                park=self._park,
                branches=branches,
                watcher=watcher,
                run=self._run,
            )
        finally:
            watcher.off()
        if len(found) != len(travellers):
            raise StudioError("a text has not come through the model", remedy="report this model")
        return [found[index] for index in range(len(travellers))]

    def _reporter(self, travellers: Sequence[Traveller]) -> Callable[[int], None]:
        assert self._live.stream is not None
        layers = len(self._live.stream.store.layers)
        count = len({traveller.mask for traveller in travellers})

        def report(layer: int) -> None:
            done, at = layer * count // layers, (layer + 1, layers)
            self._run.progress(STAGE, done, count, "masks", layer=at)

        return report


class Masking(Watcher[int]):
    """Puts each traveller's mask on while it goes through a layer, and reports."""

    def __init__(
        self, masks: LayerMasks, plans: Sequence[Plan], report: Callable[[int], None]
    ) -> None:
        """Nothing is on yet.

        Args:
            masks: Of the streamed model.
            plans: By item: a checked plan.
            report: Told the layer, now and then.
        """
        self._masks, self._plans, self._report = masks, plans, report
        self._on = contextlib.ExitStack()
        self._report_due = 0.0

    def enter(self, item: int, layer: int, /) -> None:
        """Mask on."""
        self._on.enter_context(self._masks.on(self._plans[item], layer))
        now = time.monotonic()
        if now >= self._report_due:
            self._report_due = now + PROGRESS_SECONDS
            self._report(layer)

    def leave(self, _item: int, _layer: int, /) -> None:
        """Mask off."""
        self.off()

    def layer_done(self, _position: Position, /) -> None:
        """The layer is leaving."""
        self._masks.forget()

    def off(self) -> None:
        """Take the mask off, also after an error."""
        self._on.close()
