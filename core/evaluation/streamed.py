"""Measure a streamed model: the masked model and the original go through each layer together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.forward import Forward, Piece, forward
from core.evaluation.ranks import Turns
from core.pruning.masking import Rerouting
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.ranks import ALONE, Ranks
from core.runtime.streaming import LayerStream, Position, Watcher
from core.runtime.streaming_model import plan_pass

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

PROGRESS_SECONDS = 0.1

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
    mask: Rerouting | None
    piece: Callable[[int], Piece]
    sums: Sums
    turns: Turns


def measure_streamed(
    measurement: Measurement, calibration: CalibrationSet, *, stage: str, run: Run
) -> float:
    """Take all pieces through the layers.

    Returns:
        Seconds, pauses left out.

    Raises:
        InputError: Two different models would have to be streamed at once.
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
    windows = list(_windows(measurement, calibration, in_turn=_in_turn(measurement)))
    return drive(
        driven,
        windows,
        _step(measurement, calibration, driven),
        mask=measurement.mask,
        ranks=measurement.turns.ranks,
        shape=(
            max(len(calibration.batch(i).input_ids) for i in range(len(calibration))),
            max(calibration.batch(i).input_ids.shape[1] for i in range(len(calibration))),
        ),
        report=Report(stage=stage, total=calibration.tokens, unit="tokens"),
        run=run,
    )


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
    mask: Rerouting | None,
    shape: tuple[int, int],
    report: Report,
    ranks: Ranks = ALONE,
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
    groups = -(-len(windows) // plan.at_once)
    most = max(note[0] for note in ranks.agree(groups))
    watcher = _Switch(
        ranks=ranks, mask=mask, stream=driven.stream, windows=windows, report=report, run=run
    )
    try:
        driven.stream.drive(
            windows, step, at_once=plan.at_once, park=plan.park_on_host, watcher=watcher, run=run
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
    measurement: Measurement, calibration: CalibrationSet, driven: LiveModel
) -> Callable[[Window], None]:
    """What one window does from beginning to end."""
    live, reference, mask = measurement.live, measurement.reference, measurement.mask
    held: dict[int, Forward] = {}

    def step(window: Window) -> None:
        piece = measurement.piece(window.index)
        found = forward(driven, piece)
        if _in_turn(measurement) and window.masked:
            held[window.index] = found  # until the original's turn, which is next
            return
        other: Forward | None = None
        if _in_turn(measurement):
            found, other = held.pop(window.index), found
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
        mask: Rerouting | None,
        stream: LayerStream,
        windows: list[Window],
        report: Report,
        run: Run,
    ) -> None:
        self.seconds = 0.0
        self._ranks = ranks
        self._mask = mask
        self._on = False
        self._stream = stream
        self._run = run
        self._report = report
        self._steps = len(stream.store.layers) * sum(window.tokens for window in windows)
        self._done = 0
        self._began = 0.0
        self._waited = stream.waited
        self._report_due = 0.0

    def enter(self, item: Window, _layer: int, /) -> None:
        """Mask on."""
        self._began = time.monotonic()
        if item.masked and self._mask is not None:
            self._mask.__enter__()
            self._on = True

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

    def layer_done(self, _position: Position, /) -> None:
        """Count what was waited for, and hear of the other ranks."""
        self._ranks.agree()
        self.seconds += self._stream.waited - self._waited
        self._waited = self._stream.waited

    def off(self) -> None:
        """Take the mask off, also after an error."""
        if self._on and self._mask is not None:
            self._mask.__exit__(None, None, None)
            self._on = False
