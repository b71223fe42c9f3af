"""Perplexity of several masks of a streamed model in one reading of it, by domain.

What `measure.evaluate` says of each mask by itself, to the last bit: same pieces, same sums.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from core.evaluation.forward import forward
from core.evaluation.kept import Waits
from core.evaluation.ledger import plan_question
from core.evaluation.measure import STAGE, check_texts, piece_of, sums_of
from core.evaluation.sweep import Masking
from core.evaluation.tally import Tally
from core.planning.plan import Plan
from core.pruning.by_layer import LayerMasks
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.streaming_model import memory_plan
from core.runtime.streaming_state import Start

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.runtime.streaming_plan import StreamPlan


@dataclass(frozen=True, kw_only=True)
class _Passenger:
    """A batch under a mask."""

    batch: int
    plan: Plan
    mask: int


def room_for(live: LiveModel, texts: CalibrationSet, most: int) -> int:
    """How many masks, at most `most`, can be measured in one reading; 1 at least.

    Raises:
        ResourceError: Not even one batch fits beside two layers.
    """
    return max(1, _memory(live, texts, most * len(texts)).at_once // len(texts))


def _memory(live: LiveModel, texts: CalibrationSet, batches: int) -> StreamPlan:
    """How so many batches share the memory."""
    return memory_plan(
        live,
        batches=batches,
        rows=texts.options.batch_size,
        length=texts.options.seq_len,
        logits=True,
    )


def _name(live: LiveModel, texts: CalibrationSet, plans: Sequence[Plan]) -> str:
    """What is measured, as far as it decides the numbers."""
    where = repr((live.info.fingerprint, str(live.dtype), texts.fingerprint))
    return where + "".join(plan_question("perplexity", plan) for plan in plans)


def perplexities(
    live: LiveModel,
    texts: CalibrationSet,
    plans: Sequence[Plan],
    *,
    waits: Waits | None = None,
    run: Run,
) -> list[Mapping[str, float]]:
    """Measure masks together.

    Args:
        live: The original model, streamed.
        texts: What is measured on.
        plans: The masks; `room_for` says how many one reading is enough for.
        waits: Where a pass over the same masks goes on that was paused.
        run: Checked before each batch of each layer; gets `Progress` in tokens.

    Returns:
        Perplexity of each, "overall" first, then by domain.

    Raises:
        Cancelled: The run was stopped; the model is as before.
        Parked: It was paused and gives its memory back; `waits` has where it was: one batch's layer
            under one mask is done again.
        PlanError: A router cannot take a mask.
        ResourceError: Not even one batch fits beside two layers.
        InputError: No text, or token ids that are not this model's.
        StudioError: The model puts out NaN.
    """
    assert live.stream is not None
    check_texts(live, None, texts)
    masks = LayerMasks(live)
    checked = [masks.checked(plan) for plan in plans]
    counts = [len(rows) for rows in texts.sequences_by_domain]
    waits = waits or Waits()
    name = _name(live, texts, checked)
    held, start = waits.held, waits.take(name)
    tallies = [Tally(texts.domains, counts, compared=False) for _ in plans]
    if start is not None:
        tallies = cast("list[Tally]", held)
        run.note(f"going on at layer {start.layer}")
    aboard = [
        _Passenger(batch=batch, plan=plan, mask=at)
        for batch in range(len(texts))
        for at, plan in enumerate(checked)
    ]

    def step(index: int) -> None:
        passenger = aboard[index]
        batch = texts.batch(passenger.batch)
        piece = piece_of(batch)
        found = forward(live, piece)
        parts_B5 = sums_of(found, None, len(piece.ids))
        tallies[passenger.mask].add(batch.domain, batch.first, parts_B5)

    layers, tokens = len(live.stream.store.layers), texts.tokens

    def report(layer: int) -> None:
        run.progress(STAGE, layer * tokens // layers, tokens, "tokens", layer=(layer + 1, layers))

    plan = _memory(live, texts, len(aboard))
    began = time.monotonic()

    def parked(start: Start) -> None:
        waits.keep(name, start, run)
        waits.held = tallies

    watcher = _Parking(masks, [passenger.plan for passenger in aboard], report, parked)
    try:
        live.stream.drive(
            list(range(len(aboard))),
            step,
            at_once=plan.at_once,
            park=plan.park_on_host,
            start=start,
            watcher=watcher,
            run=run,
        )
    finally:
        watcher.off()
    seconds = time.monotonic() - began
    return [tally.evaluation(seconds).perplexity for tally in tallies]


class _Parking(Masking):
    """Also says where the pass is when it is paused."""

    def __init__(
        self,
        masks: LayerMasks,
        plans: Sequence[Plan],
        report: Callable[[int], None],
        parked: Callable[[Start], None],
    ) -> None:
        super().__init__(masks, plans, report)
        self._parked = parked

    def parked(self, start: Start | None, /) -> None:
        """Hand on."""
        if start is not None:
            self._parked(start)
