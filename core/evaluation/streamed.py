"""Measure a streamed model: the masked model and the original go through each layer together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.forward import Forward, Piece, forward
from core.evaluation.kept import Kept
from core.evaluation.ranks import Turns
from core.pruning.by_layer import Mask, StreamedMask
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.ranks import ALONE, Ranks
from core.runtime.streaming import LayerStream
from core.runtime.streaming_crew import Position, Watcher
from core.runtime.streaming_model import plan_pass
from core.runtime.streaming_state import Start

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

PROGRESS_SECONDS = 0.1
_HELD = "held "  # names of what `GoingOn` holds, beside what batches wait with

Sums = Callable[[Forward, Forward | None, int], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Window:
    """One piece on its way through the streamed model.

    Attributes:
        index: Which piece.
        masked: Whether the mask is on while it is on its way.
        tokens: Its tokens.
    """

    index: int
    masked: bool
    tokens: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurement:
    """What is measured, and how one piece is.

    Attributes:
        live: The model.
        reference: The original, or None.
        mask: What drops experts of `live`, or None.
        piece: A batch as a piece.
        sums: What one piece adds, from both forwards and its number of sequences.
        turns: Takes what each batch adds, in their order, and says which batches are this rank's.
    """

    live: LiveModel
    reference: LiveModel | None
    mask: Mask | None
    piece: Callable[[int], Piece]
    sums: Sums
    turns: Turns


def measure_streamed(
    measurement: Measurement, calibration: CalibrationSet, *, stage: str, kept: Kept, run: Run
) -> float:
    """Take all pieces through the layers; those that are kept, if one process measures, no more.

    Returns:
        Seconds, pauses left out.

    Raises:
        InputError: Two different models would have to be streamed at once.
        Parked: The run was paused and gives its memory back; `kept` has where it was.
        ResourceError: Not even one piece fits beside two layers.
    """
    live, other = measurement.live, measurement.reference
    other_streams = other is not None and other is not live and other.stream is not None
    if other_streams and live.stream is not None:
        raise InputError(
            "two models that are both streamed cannot be compared",
            remedy="--plan on the original, which streams once, or a reference that fits in memory",
        )
    driven = other if other_streams and other is not None else live
    in_turn, held = _in_turn(measurement), dict[int, torch.Tensor]()
    windows = list(_windows(measurement, calibration, in_turn=in_turn))
    return drive(
        driven,
        windows,
        _step(measurement, calibration, driven, held),
        mask=measurement.mask,
        ranks=measurement.turns.ranks,
        shape=(
            max(len(calibration.batch(i).input_ids) for i in range(len(calibration))),
            max(calibration.batch(i).input_ids.shape[1] for i in range(len(calibration))),
        ),
        report=Report(stage=stage, total=calibration.tokens, unit="tokens"),
        going_on=(
            GoingOn(kept, 2 if in_turn else 1, held) if measurement.turns.ranks.alone else None
        ),
        run=run,
    )


class Resumable(Protocol):
    """What `drive` asks and tells of a pass that may be paused."""

    @property
    def windows(self) -> int:
        """Windows of one batch, which come one after another."""

    @property
    def seconds(self) -> float:
        """What the pass took so far."""

    def start(self) -> Start:
        """Where the pass begins."""

    def layer_done(self, position: Position, seconds: float) -> None:
        """All windows of a group have left a layer."""

    def parked(self, start: Start | None, seconds: float, run: Run) -> None:
        """The pass ends here, to begin again later."""


class GoingOn:
    """Where a pass goes on that was paused, and where it will if it is.

    Args:
        kept: What was measured.
        windows: Windows of one batch, which come one after another.
        held: Last states of masked windows that are through, until the original's is.
    """

    def __init__(
        self, kept: Kept, windows: int, held: dict[int, torch.Tensor] | None = None
    ) -> None:
        self._windows = windows
        self._kept = kept
        self._held = {} if held is None else held

    @property
    def windows(self) -> int:
        """Windows of one batch."""
        return self._windows

    @property
    def seconds(self) -> float:
        """What the pass took so far."""
        return self._kept.seconds

    def start(self) -> Start:
        """Where the pass begins."""
        first = self._kept.batches * self.windows
        waiting = self._kept.waiting()
        if waiting is None or waiting.first != first:
            return Start(first=first)
        for name in [name for name in waiting.states if name.startswith(_HELD)]:
            self._held[int(name.removeprefix(_HELD))] = waiting.states[name]
        states = {k: v for k, v in waiting.states.items() if not k.startswith(_HELD)}
        return replace(waiting, states=states)

    def layer_done(self, position: Position, seconds: float) -> None:
        """Count batches that are through."""
        self._kept.seconds = seconds
        if position.ends_group:
            self._kept.batches = (position.first + position.batches) // self.windows

    def parked(self, start: Start | None, seconds: float, run: Run) -> None:
        """Keep what the batches of the group wait with."""
        self._kept.seconds = seconds
        if start is None or start.begins or start.first != self._kept.batches * self.windows:
            return
        held = {f"{_HELD}{index}": tensor for index, tensor in self._held.items()}
        self._kept.wait(replace(start, states={**start.states, **held}), run)


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a pass reports: the stage, and what its whole way counts as."""

    stage: str
    total: int
    unit: str


def drive(
    driven: LiveModel,
    windows: list[Window],
    step: Callable[[Window], None],
    *,
    mask: Mask | None,
    shape: tuple[int, int],
    report: Report,
    ranks: Ranks = ALONE,
    going_on: Resumable | None = None,
    run: Run,
) -> float:
    """Take windows through a streamed model, the mask on for those that want it.

    Args:
        driven: The streamed model.
        windows: In order.
        step: What one window does from beginning to end.
        mask: Of `driven`, or None.
        shape: Sequences and tokens of the largest piece.
        report: How progress is told.
        ranks: The processes that each drive their windows through their own copy of the model.
        going_on: Where a paused pass was; None begins anew.
        run: Where it goes.

    Returns:
        Seconds, pauses left out.

    Raises:
        ResourceError: Not even one piece fits beside two layers.
    """
    assert driven.stream is not None
    plan = plan_pass(
        driven, batches=len(windows), rows=shape[0], length=shape[1], logits=True, run=run
    )
    start, at_once = Start(), plan.at_once
    if going_on is not None:
        start, apart = going_on.start(), at_once % going_on.windows
        at_once = at_once - apart or at_once  # a batch's windows belong into one group
        if not start.begins:
            run.note(f"going on at layer {start.layer}")
    groups = -(-len(windows) // at_once)
    most = max(note[0] for note in ranks.agree(groups))
    watcher = _Switch(
        ranks=ranks,
        mask=mask,
        stream=driven.stream,
        windows=windows,
        report=report,
        start=start,
        going_on=going_on,
        run=run,
    )
    try:
        driven.stream.drive(
            windows,
            step,
            at_once=at_once,
            park=plan.park_on_host,
            start=start,
            watcher=watcher,
            run=run,
        )
    finally:
        watcher.off()
    # Ranks with fewer groups wait for the others, and hear if one of them fails.
    for _ in range((most - groups) * len(driven.stream.store.layers)):
        ranks.agree()
    return watcher.seconds


def _in_turn(measurement: Measurement) -> bool:
    """Whether the streamed model is its own reference, unmasked."""
    return measurement.mask is not None and measurement.reference is measurement.live


def _windows(
    measurement: Measurement, calibration: CalibrationSet, *, in_turn: bool
) -> Iterator[Window]:
    """Every piece, and right after it the same piece for the original."""
    streams_live = measurement.live.stream is not None
    masked = measurement.mask is not None and streams_live
    for index in measurement.turns.own(len(calibration)):
        tokens = calibration.batch(index).tokens
        yield Window(index=index, masked=masked, tokens=tokens)
        if in_turn:
            yield Window(index=index, masked=False, tokens=tokens)


def _step(
    measurement: Measurement,
    calibration: CalibrationSet,
    driven: LiveModel,
    held: dict[int, torch.Tensor],
) -> Callable[[Window], None]:
    """What one window does from beginning to end."""
    live, reference, mask = measurement.live, measurement.reference, measurement.mask

    def step(window: Window) -> None:
        piece = measurement.piece(window.index)
        found = forward(driven, piece)
        if _in_turn(measurement) and window.masked:
            held[window.index] = found.states  # until the original's turn, which is next
            return
        other: Forward | None = None
        if _in_turn(measurement):
            # Of the same tokens and the same head: only the states differ.
            states = held.pop(window.index).to(found.states.device)
            found, other = replace(found, states=states), found
        elif driven is not live:  # the original is streamed, the model is in memory
            with mask or contextlib.nullcontext():
                found, other = forward(live, piece), found
        elif reference is live:
            other = found
        elif reference is not None:
            other = forward(reference, piece)
        sums_B5 = measurement.sums(found, other, len(piece.ids))
        measurement.turns.add(calibration.batch(window.index), sums_B5)

    return step


class _Switch(Watcher[Window]):
    """Puts the mask on for the windows that want it, and reports."""

    def __init__(
        self,
        *,
        ranks: Ranks,
        mask: Mask | None,
        stream: LayerStream,
        windows: list[Window],
        report: Report,
        start: Start,
        going_on: Resumable | None,
        run: Run,
    ) -> None:
        self.seconds = 0.0 if going_on is None else going_on.seconds
        self._ranks = ranks
        self._mask = mask
        self._on = contextlib.ExitStack()
        self._stream = stream
        self._run = run
        self._report = report
        self._going_on = going_on
        layers, under_way = len(stream.store.layers), start.first + start.batches
        self._steps = layers * sum(window.tokens for window in windows)
        self._done = layers * sum(window.tokens for window in windows[: start.first])
        at = ((i, windows[i].tokens) for i in range(start.first, under_way))
        self._done += sum(start.layer_of(i) * tokens for i, tokens in at)
        self._began = 0.0
        self._waited = stream.waited
        self._report_due = 0.0

    def enter(self, item: Window, layer: int, /) -> None:
        """Mask on."""
        self._began = time.monotonic()
        if item.masked and isinstance(self._mask, StreamedMask):
            self._on.enter_context(self._mask.on(layer))

    def leave(self, item: Window, layer: int, /) -> None:
        """Mask off."""
        self.off()
        now = time.monotonic()
        self.seconds += now - self._began
        self._done += item.tokens
        if now >= self._report_due:
            self._report_due = now + PROGRESS_SECONDS
            report = self._report
            done = self._done * report.total // max(self._steps, 1)
            at = (layer + 1, len(self._stream.store.layers))
            self._run.progress(report.stage, done, report.total, report.unit, layer=at)

    def layer_done(self, position: Position, /) -> None:
        """Count what was waited for, hear of the other ranks, keep where the pass is."""
        if isinstance(self._mask, StreamedMask):
            self._mask.forget()
        self._ranks.agree()
        self.seconds += self._stream.waited - self._waited
        self._waited = self._stream.waited
        if self._going_on is not None:
            self._going_on.layer_done(position, self.seconds)

    def parked(self, start: Start | None, /) -> None:
        """Keep where the pass is."""
        if self._going_on is not None:
            self._going_on.parked(start, self.seconds, self._run)

    def off(self) -> None:
        """Take the mask off, also after an error."""
        self._on.close()
