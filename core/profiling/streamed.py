"""The pass over a streamed model: all batches of a group through a layer, then the next layer.

The statistics of a layer are added up in the order of the batches, as in memory, so the profile is
the same to the last bit. What was seen is consistent whenever a layer is finished; there it is
saved, with what the batches wait with, and there a killed pass goes on.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from core.errors import ResourceError
from core.profiling import partial
from core.profiling.collect import STAGE, Pass, check_tokens, due, forward
from core.profiling.probe import Tokens
from core.profiling.profile import Profile
from core.run import Run
from core.runtime.streaming import LayerStream, Position, Watcher
from core.runtime.streaming_model import plan_pass
from core.runtime.streaming_state import Start, load_start, save_start

if TYPE_CHECKING:
    from pathlib import Path

PROGRESS_SECONDS = 0.1  # a tiny model has thousands of batch-layers a second


def stream_pass(state: Pass, earlier: Profile | None, run: Run) -> None:
    """Take a calibration set through a streamed model.

    Args:
        state: Where the pass stands: at its beginning.
        earlier: What a stopped pass has seen.
        run: Checked before each batch of each layer.

    Raises:
        Cancelled: The run was stopped; what was saved last is kept.
        ResourceError: Not even one batch fits beside two layers.
        ProfileError: The model puts out something that is not a number.
    """
    live, calibration = state.facts.live, state.facts.calibration
    stream = live.stream
    assert stream is not None
    for index in range(len(calibration)):
        check_tokens(live, calibration.batch(index))
    start = _restore(state, earlier, run)
    plan = plan_pass(
        live,
        batches=len(calibration),
        rows=calibration.options.batch_size,
        length=calibration.options.seq_len,
        logits=False,
        run=run,
    )
    stream.drive(
        range(len(calibration)),
        lambda index: forward(live, calibration.batch(index)),
        at_once=plan.at_once,
        park=plan.park_on_host,
        start=start,
        watcher=_Observer(state, stream, run, start),
        run=run,
    )


def _restore(state: Pass, earlier: Profile | None, run: Run) -> Start:
    """Take up what a stopped pass has left."""
    if earlier is None or state.output is None:
        return Start()
    start = Start(first=earlier.batches)
    name = partial.waiting_name(earlier)
    if name is not None:
        found = load_start(partial.waiting_path(state.output, name))
        if found is None or found.first != earlier.batches:
            run.note("starting over: what the batches waited with is gone", level="warning")
            return Start()
        start = found
        run.note(f"going on before layer {start.layer}")
    state.restore(earlier)
    state.tokens = _tokens(state, 0, earlier.batches)
    return start


def _tokens(state: Pass, first: int, last: int) -> int:
    """Tokens of some batches."""
    return sum(state.facts.calibration.batch(index).tokens for index in range(first, last))


class _Observer(Watcher[int]):
    """Observes each batch at each MoE layer, reports, and saves between layers."""

    def __init__(self, state: Pass, stream: LayerStream, run: Run, start: Start) -> None:
        self._state = state
        self._stream = stream
        self._run = run
        self._calibration = state.facts.calibration
        self._row = {layer: row for row, layer in enumerate(state.facts.live.layer_ids)}
        self._layers = len(stream.store.layers)
        # Tokens times layers, of the group.
        self._steps = start.layer * _tokens(state, start.first, start.first + start.batches)
        self._began = 0.0
        self._waited = stream.waited
        self._report_due = 0.0
        self._saves_layers = state.output is not None

    def enter(self, item: int, layer: int) -> None:
        """Look at one row."""
        self._began = time.monotonic()
        row = self._row.get(layer)
        if row is not None:
            self._state.probe.begin(self._calibration.batch(item).mask, (row,))

    def leave(self, item: int, layer: int) -> None:
        """Add what was seen."""
        batch = self._calibration.batch(item)
        row = self._row.get(layer)
        if row is not None:
            tokens = Tokens(ids_BS=batch.input_ids, mask_BS=batch.mask, domain=batch.domain)
            self._state.probe.commit(tokens, (row,))
        now = time.monotonic()
        self._state.seconds += now - self._began
        self._steps += batch.tokens
        if now >= self._report_due:
            self._report()
            self._report_due = time.monotonic() + PROGRESS_SECONDS
            self._state.snapshot(self._run)

    def layer_done(self, position: Position) -> None:
        """Count, and save now and then."""
        state = self._state
        state.seconds += self._stream.waited - self._waited
        self._waited = self._stream.waited
        last = position.first + position.batches
        group = _tokens(state, position.first, last)
        self._steps = group * (position.layer + 1)
        if position.ends_group:
            self._steps = 0
            state.batches = last
            state.tokens += group
            state.sequences += sum(
                len(self._calibration.batch(index).mask) for index in range(position.first, last)
            )
        self._report()
        if state.output is None or (last == len(self._calibration) and position.ends_group):
            return
        if position.ends_group:
            state.keep()
            partial.remove_waiting(state.output)
        elif self._saves_layers and time.monotonic() >= state.save_due:
            self._save(state.output, position)

    def _report(self) -> None:
        """Progress in tokens: a token that has passed half of the layers counts half."""
        done = self._state.tokens + self._steps // self._layers
        self._run.progress(STAGE, done, self._calibration.tokens, "tokens")

    def _save(self, output: Path, position: Position) -> None:
        """Write what the batches wait with, then what points to it, then forget the one before."""
        state, began = self._state, time.monotonic()
        start = self._stream.start_after(position)
        if start is None:
            self._saves_layers = False
            self._run.note("this model's layers share more than can be saved: groups are saved")
            return
        name = f"{start.first}-{start.layer}"
        path = partial.waiting_path(output, name)
        try:
            save_start(path, start)
        except ResourceError as error:
            self._saves_layers = False
            self._run.note(f"a stopped pass will go on at its group: {error}", level="warning")
            return
        seen = state.profile()
        options = {**seen.options, partial.WAITING: name}
        partial.save(output, dataclasses.replace(seen, options=options))
        partial.remove_waiting(output, but=path)
        state.save_due = due(began, 0.0)
