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
from core.runtime.streaming_state import NOT_YET, Start, named

STAGE = "measure masks"
PROGRESS_SECONDS = 0.1
# Travellers that are worth taking at once: beyond it computing outweighs reading by far, and a
# guess at what will be asked for is more often wrong.
MOST = 4096


# What the base mask's inputs of layers may take of the room, and of RAM; of fewer layers beyond.
KEPT_SHARE = 0.25
KEPT_BYTES = 4 * 2**30


@dataclass(frozen=True, kw_only=True)
class Traveller:
    """A piece of text under a mask.

    Attributes:
        plan: The mask.
        piece: Index of the piece.
        mask: Index of the mask among those of this sweep.
        begins: The layer that it begins at with what was kept there; 0 for the beginning.
        branch: Where it begins with what another traveller of this sweep has come with, or None.
        keeps: Whether its inputs of the layers are kept.
    """

    plan: Plan
    piece: int
    mask: int
    begins: int = 0
    branch: Branch | None = None
    keeps: bool = False

    @property
    def first(self) -> int:
        """The first layer that it goes through."""
        return self.begins if self.branch is None else self.branch.layer


class Sweep:
    """Sweeps over fixed texts.

    Attributes:
        room: Travellers that memory has room for at once.
        rungs: Layers whose inputs under one mask, the base, are kept in RAM: others that differ
            from it only later begin there, in this sweep or in a later one.
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
        self._park = plan.park_on_host
        self.rungs = self._kept_layers(plan.at_once, plan.footprint.parked)
        self.room = plan.at_once - len(self.rungs) * len(pieces)
        self._kept: dict[tuple[int, int], Mapping[int, torch.Tensor]] = {}  # by piece and layer
        masks = max(1, self.room // len(pieces) - 1)
        part = plan.footprint
        run.note(
            f"streaming {part.layers} layers of {gigabytes(part.layer)}: each reading of the model "
            f"measures up to {masks:,} masks, of which {gigabytes(part.parked * len(pieces))} each "
            f"wait between layers; {gigabytes(plan.free)} are free on {plan.device}"
        )

    def _kept_layers(self, room: int, bytes_each: int) -> tuple[int, ...]:
        """The layers whose inputs are kept: those with experts, thinned out to what fits."""
        layers = [layer.layer_id for layer in self._live.moe if layer.layer_id > 0]
        most = min(int(room * KEPT_SHARE), KEPT_BYTES // max(bytes_each, 1)) // len(self._pieces)
        if most < 1:
            return ()
        stride = max(1, -(-len(layers) // most))
        return tuple(layers[stride - 1 :: stride])

    def forget(self) -> None:
        """Let go of what was kept."""
        self._kept.clear()

    def through(
        self, travellers: Sequence[Traveller], *, predicting: bool = False
    ) -> list[torch.Tensor]:
        """Take travellers through the layers together.

        Args:
            travellers: In order; who branches off comes after the one it branches off from.
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
        branches = {i: t.branch for i, t in enumerate(travellers) if t.branch is not None}
        begin = bool(branches) or any(t.begins for t in travellers)
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
        watcher = _Keeping(self._masks, plans, self._reporter(travellers), self._keep(travellers))
        try:
            self._live.stream.drive(
                list(range(len(travellers))),
                step,
                # Branches need whom they branch off from in the same group.
                at_once=len(travellers) if begin else min(self.room, len(travellers)),
                park=self._park,
                start=self._start(travellers) if begin else None,
                branches=branches,
                watcher=watcher,
                run=self._run,
            )
        finally:
            watcher.off()
        if len(found) != len(travellers):
            raise StudioError("a text has not come through the model", remedy="report this model")
        return [found[index] for index in range(len(travellers))]

    def _start(self, travellers: Sequence[Traveller]) -> Start:
        """Everybody where it begins, with what was kept there."""
        assert self._live.stream is not None
        states: dict[str, torch.Tensor] = {}
        for number, traveller in enumerate(travellers):
            if traveller.branch is None and traveller.begins:
                kept = self._kept[traveller.piece, traveller.begins]
                states.update(named(number, kept))
        layers = [NOT_YET if t.branch is not None else t.begins for t in travellers]
        return Start(
            batches=len(travellers),
            layer=min(layer for layer in layers if layer != NOT_YET),
            layers=tuple(layers),
            outputs=self._live.stream.outputs,
            states=states,
        )

    def _keep(self, travellers: Sequence[Traveller]) -> Callable[[int, int], None]:
        """What keeps a traveller's input of a layer, if it is the base's and of a rung."""
        stream, rungs = self._live.stream, frozenset(self.rungs)
        assert stream is not None

        def keep(index: int, layer: int) -> None:
            traveller = travellers[index]
            if traveller.keeps and layer in rungs:
                held = stream.held_by(index)
                if held is not None:
                    self._kept[traveller.piece, layer] = {
                        place: tensor.to("cpu") for place, tensor in held.items()
                    }

        return keep

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


class _Keeping(Masking):
    """Also keeps what some enter their layers with."""

    def __init__(
        self,
        masks: LayerMasks,
        plans: Sequence[Plan],
        report: Callable[[int], None],
        keep: Callable[[int, int], None],
    ) -> None:
        super().__init__(masks, plans, report)
        self._keep = keep

    def enter(self, item: int, layer: int, /) -> None:
        """Keep, then mask on."""
        self._keep(item, layer)
        super().enter(item, layer)
