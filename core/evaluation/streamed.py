"""Measure a streamed model: the masked model and the original go through each layer together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.ranks import Turns
from core.pruning.masking import Rerouting
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.ranks import Ranks
from core.runtime.streaming import LayerStream, Position, Watcher
from core.runtime.streaming_model import plan_pass

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

PROGRESS_SECONDS = 0.1

Arrays = tuple[NDArray[np.int64], NDArray[np.bool_]]
Predict = Callable[[LiveModel, NDArray[np.int64], NDArray[np.bool_]], tuple[torch.Tensor, ...]]
Sums = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Window:
    """One piece of a batch on its way through the streamed model.

    Attributes:
        batch: Index of its batch.
        piece: Index of the piece within the batch.
        masked: Whether the mask is on while it is on its way.
        tokens: Its tokens.
    """

    batch: int
    piece: int
    masked: bool
    tokens: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurement:
    """What is measured, and how one piece is.

    Attributes:
        live: The model.
        reference: The original, or None.
        mask: What drops experts of `live`, or None.
        pieces: A batch's pieces.
        predict: Logits and targets of one piece.
        sums: What one piece adds, from its logits, its targets and the original's logits.
        turns: Takes what each piece adds, in their order, and says which batches are this rank's.
    """

    live: LiveModel
    reference: LiveModel | None
    mask: Rerouting | None
    pieces: Callable[[int], list[Arrays]]
    predict: Predict
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
    assert driven.stream is not None
    windows = list(_windows(measurement, calibration, in_turn=_in_turn(measurement)))
    shapes = [
        ids.shape for index in range(len(calibration)) for ids, _ in measurement.pieces(index)
    ]
    plan = plan_pass(
        driven,
        batches=len(windows),
        rows=max(rows for rows, _ in shapes),
        length=max(width for _, width in shapes),
        logits=True,
        run=run,
    )
    ranks = measurement.turns.ranks
    groups = -(-len(windows) // plan.at_once)
    most = max(note[0] for note in ranks.agree(groups))
    watcher = _Switch(
        ranks=ranks,
        mask=measurement.mask,
        stream=driven.stream,
        windows=windows,
        calibration=calibration,
        stage=stage,
        run=run,
    )
    try:
        driven.stream.drive(
            windows,
            _step(measurement, calibration, driven),
            at_once=plan.at_once,
            park=plan.park_on_host,
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
    for batch in measurement.turns.own(len(calibration)):
        for piece, (_, mask_BS) in enumerate(measurement.pieces(batch)):
            tokens = int(mask_BS.sum())
            yield Window(batch=batch, piece=piece, masked=masked, tokens=tokens)
            if in_turn:
                yield Window(batch=batch, piece=piece, masked=False, tokens=tokens)


def _step(
    measurement: Measurement, calibration: CalibrationSet, driven: LiveModel
) -> Callable[[Window], None]:
    """What one window does from beginning to end."""
    live, reference, mask = measurement.live, measurement.reference, measurement.mask
    held: dict[tuple[int, int], tuple[torch.Tensor, ...]] = {}

    def step(window: Window) -> None:
        ids_BS, mask_BS = measurement.pieces(window.batch)[window.piece]
        found = measurement.predict(driven, ids_BS, mask_BS)
        key = (window.batch, window.piece)
        if _in_turn(measurement) and window.masked:
            held[key] = found  # until the original's turn, which is next
            return
        other: torch.Tensor | None = None
        if _in_turn(measurement):
            (logits, target), other = held.pop(key), found[0]
        elif driven is not live:  # the original is streamed, the model is in memory
            other = found[0]
            logits, target = _masked(mask, measurement, ids_BS, mask_BS)
        else:
            logits, target = found
            if reference is live:
                other = logits
            elif reference is not None:
                other = measurement.predict(reference, ids_BS, mask_BS)[0]
        if other is not None:
            other = other.to(logits.device)
        domain = calibration.batch(window.batch).domain
        measurement.turns.add(window.batch, domain, measurement.sums(logits, target, other))

    return step


def _masked(
    mask: Rerouting | None,
    measurement: Measurement,
    ids_BS: NDArray[np.int64],
    mask_BS: NDArray[np.bool_],
) -> tuple[torch.Tensor, ...]:
    """The model in memory, masked for the time of one forward."""
    if mask is None:
        return measurement.predict(measurement.live, ids_BS, mask_BS)
    with mask:
        return measurement.predict(measurement.live, ids_BS, mask_BS)


class _Switch(Watcher[Window]):
    """Puts the mask on for the windows that want it, and reports."""

    def __init__(
        self,
        *,
        ranks: Ranks,
        mask: Rerouting | None,
        stream: LayerStream,
        windows: list[Window],
        calibration: CalibrationSet,
        stage: str,
        run: Run,
    ) -> None:
        self.seconds = 0.0
        self._ranks = ranks
        self._mask = mask
        self._on = False
        self._stream = stream
        self._run = run
        self._stage = stage
        self._tokens = calibration.tokens
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

    def leave(self, item: Window, _layer: int, /) -> None:
        """Mask off."""
        self.off()
        now = time.monotonic()
        self.seconds += now - self._began
        self._done += item.tokens
        if now >= self._report_due:
            self._report_due = now + PROGRESS_SECONDS
            done = self._done * self._tokens // max(self._steps, 1)
            self._run.progress(self._stage, done, self._tokens, "tokens")

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
