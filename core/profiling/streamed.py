"""The pass over a streamed model: all batches of a group through a layer, then the next layer.

The statistics of a layer are added up in the order of the batches, as in memory, so the profile is
the same to the last bit. What was seen is consistent whenever a batch has left a layer. When all of
them have it is saved now and then, with what the batches wait with, and there a killed pass goes
on; a pass that is paused saves at once, and does no more again than one batch's layer.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import ResourceError
from core.profiling import partial
from core.profiling.forward import check_tokens, forward
from core.profiling.probe import Tokens
from core.profiling.profile import Profile
from core.profiling.state import STAGE, Pass, due
from core.run import Run
from core.runtime.ranks import Ranks
from core.runtime.streaming import LayerStream
from core.runtime.streaming_crew import Position, Watcher
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
        Parked: It was paused and gives its memory back; what was seen until then is kept.
        ResourceError: Not even one batch fits beside two layers.
        ProfileError: The model puts out something that is not a number.
    """
    live, calibration, ranks = state.facts.live, state.facts.calibration, state.ranks
    stream = live.stream
    assert stream is not None
    for index in range(len(calibration)):
        check_tokens(live, calibration.batch(index))
    start = _restore(state, earlier, run)
    state.count(range(state.batches))
    items = _shared_out(state)
    plan = plan_pass(
        live,
        batches=len(items),
        rows=calibration.options.batch_size,
        length=calibration.options.seq_len,
        logits=False,
        run=run,
    )

    def step(index: int | None) -> None:
        if index is not None:
            forward(live, calibration.batch(index))

    stream.drive(
        items,
        step,
        # Groups begin and end on all ranks alike.
        at_once=min(note[0] for note in ranks.agree(plan.at_once)),
        park=plan.park_on_host,
        start=start,
        watcher=_Observer(state, stream, items, start, run),
        run=run,
    )


def _shared_out(state: Pass) -> list[int | None]:
    """The batches of this rank: all of them, or its share of what is to do.

    Ranks take turns and have equally many, the last of which may be none.
    """
    count, ranks = len(state.facts.calibration), state.ranks
    if ranks.alone:
        return list(range(count))
    turns = range(state.batches, count, ranks.size)
    return [i if (i := turn + ranks.rank) < count else None for turn in turns]


def _restore(state: Pass, earlier: Profile | None, run: Run) -> Start:
    """Take up what a stopped pass has left: at the group, or between two layers of it."""
    ranks = state.ranks
    name = partial.waiting_name(earlier) if earlier is not None else None
    where = tuple(map(int, re.split("[-.]", name))) if name is not None else (0, -1)
    # The leader alone has read the profile.
    first, layer, ahead = ranks.agree(*(*where, 0)[:3])[0]
    start = Start(first=state.batches if ranks.alone else 0)
    if layer >= 0:
        found = _waiting(state, _name(first, layer, ahead))
        if not all(note[0] for note in ranks.agree(int(found is not None))):
            run.note("starting over: what the batches waited with is gone", level="warning")
            state.batches = state.saved = 0
            return Start()
        assert found is not None
        # Ranks share out what is to do anew, beginning with the group that was under way.
        start = found if ranks.alone else dataclasses.replace(found, first=0)
        run.note(f"going on at layer {start.layer}")
    if earlier is not None:
        state.restore(earlier)
    return start


def _waiting(state: Pass, name: str) -> Start | None:
    """What this rank's batches waited with."""
    if state.output is None:
        return None
    found = load_start(partial.waiting_path(state.output, name, state.ranks.rank))
    return found if found is not None and name == _name_of(found, state.ranks) else None


def _name_of(start: Start, ranks: Ranks) -> str:
    """What tells what batches wait with from what they waited with before."""
    ahead = sum(layer > start.layer for layer in start.layers)
    return _name(start.first, start.layer, ahead if ranks.alone else 0)


def _name(first: int, layer: int, ahead: int) -> str:
    return f"{first}-{layer}.{ahead}" if ahead else f"{first}-{layer}"


class _Observer(Watcher[int | None]):
    """Observes each batch at each MoE layer, reports, and saves between layers.

    An item is the index of a batch; None stands for no batch, where the other ranks have one more.
    """

    def __init__(
        self,
        state: Pass,
        stream: LayerStream,
        items: Sequence[int | None],
        start: Start,
        run: Run,
    ) -> None:
        self._state = state
        self._stream = stream
        self._items = items
        self._run = run
        self._calibration = state.facts.calibration
        self._row = {layer: row for row, layer in enumerate(state.facts.live.layer_ids)}
        self._layers = len(stream.store.layers)
        self._begun = state.batches  # batches that were through before
        # Tokens times layers, of the group.
        self._steps = sum(
            start.layer_of(item) * self._tokens(item, item + 1)
            for item in range(start.first, start.first + start.batches)
        )
        self._began = 0.0
        self._waited = stream.waited
        self._report_due = 0.0
        self._saves_layers = state.output is not None
        self._layer = start.layer

    def enter(self, item: int | None, layer: int) -> None:
        """Look at one row."""
        self._began = time.monotonic()
        self._layer = layer
        row = self._row.get(layer)
        if row is not None and item is not None:
            self._state.probe.begin(self._calibration.batch(item).mask, (row,))

    def leave(self, item: int | None, layer: int) -> None:
        """Add what was seen."""
        if item is None:
            return
        batch = self._calibration.batch(item)
        row = self._row.get(layer)
        if row is not None:
            self._state.probe.commit(Tokens.of(batch), (row,))
        now = time.monotonic()
        self._state.seconds += now - self._began
        self._steps += batch.tokens * self._state.ranks.size  # the others have come as far
        if now >= self._report_due:
            self._report()
            self._report_due = time.monotonic() + PROGRESS_SECONDS
            self._state.snapshot(self._run)

    def layer_done(self, position: Position) -> None:
        """Count, and save now and then."""
        state = self._state
        last = position.first + position.batches
        row = self._row.get(position.layer)
        if row is not None and self._items[last - 1] is None:
            state.probe.absent((row,))
        state.seconds += self._stream.waited - self._waited
        self._waited = self._stream.waited
        self._steps = self._tokens(position.first, last) * (position.layer + 1)
        if position.ends_group:
            self._steps = 0
            through = self._through(last)
            state.count(range(state.batches, through))
            state.batches = through
        self._report()
        if state.output is None or (last == len(self._items) and position.ends_group):
            return
        if position.ends_group:
            state.ranks.agree()  # or one that failed just now would miss the others, who save
            state.keep()
            if state.ranks.leads:
                partial.remove_waiting(state.output)
        elif self._saves_layers and state.due():
            self._save(state.output, self._stream.start_now())

    def parked(self, start: Start | None) -> None:
        """Save where the pass is."""
        if self._state.output is None or not self._saves_layers:
            return
        if start is not None and start.begins:
            return  # nothing was done since the last group was saved
        self._save(self._state.output, start)

    def _through(self, items: int) -> int:
        """Batches that are through on all ranks once a number of items is on this one."""
        if self._state.ranks.alone:
            return items
        return min(self._begun + items * self._state.ranks.size, len(self._calibration))

    def _tokens(self, first: int, last: int) -> int:
        """Tokens of some items, on all ranks."""
        batches = range(self._through(first), self._through(last))
        return sum(self._calibration.batch(index).tokens for index in batches)

    def _report(self) -> None:
        """Progress in tokens: a token that has passed half of the layers counts half."""
        done = self._state.tokens + self._steps // self._layers
        layer = (self._layer + 1, self._layers)
        self._run.progress(STAGE, done, self._calibration.tokens, "tokens", layer=layer)

    def _save(self, output: Path, start: Start | None) -> None:
        """Write what the batches wait with, then what points to it, then forget the one before."""
        state, began, ranks = self._state, time.monotonic(), self._state.ranks
        why = "this model's layers share more than can be saved: groups are saved"
        name = ""
        if start is not None:
            name = _name_of(start, ranks)
            try:
                save_start(partial.waiting_path(output, name, ranks.rank), start)
            except ResourceError as error:
                start, why = None, f"a stopped pass will go on at its group: {error}"
        if not all(note[0] for note in ranks.agree(int(start is not None))):
            self._saves_layers = False
            self._run.note(why, level="warning")
            return
        seen = state.profile()
        if ranks.leads:
            options = {**seen.options, partial.WAITING: name, partial.RANKS: ranks.size}
            partial.save(output, dataclasses.replace(seen, options=options))
        ranks.agree()  # only now the one before may go
        if ranks.leads:
            partial.remove_waiting(output, but=name)
        state.save_due = due(began, 0.0)
