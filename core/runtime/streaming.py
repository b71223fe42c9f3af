"""Layer-major streaming: run a model whose layers fit into memory only one or two at a time.

Every batch runs the model's own forward in a coroutine (a greenlet) that stops before each decoder
layer. The layers are loaded in order; each is loaded once, all batches of the group go through it,
and it is freed, while the next one is being read in a thread. The forward is the model's own, so
masks, rotary embeddings and norms are as they are in memory, and results are equal to the last bit.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import torch
from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]
from torch import Tensor, nn

from core.errors import Parked, ResourceError, UnsupportedModelError
from core.run import Run
from core.runtime.memory import gigabytes
from core.runtime.streaming_crew import Branch, Passenger, Position, Watcher
from core.runtime.streaming_layers import LayerStore
from core.runtime.streaming_loader import Loader
from core.runtime.streaming_parking import Parking
from core.runtime.streaming_state import (
    NOT_YET,
    Call,
    Prelude,
    Start,
    leave_out_some,
    named,
    output_length,
    put_back,
    replaced,
    states_in,
    states_of,
)

T = TypeVar("T")


class LayerStream:
    """Drives batches through a model whose layers are on disk.

    Attributes:
        store: The layers.
        waited: Seconds that computing has waited for layers so far.
    """

    def __init__(self, layers: nn.ModuleList, store: LayerStore, device: torch.device) -> None:
        self.store = store
        self.waited = 0.0
        self._layers = layers
        self._device = device
        self._parking: Parking | None = None
        self._resident = -1
        self._aboard: dict[greenlet, Passenger[Any]] = {}
        self._crew: Sequence[Passenger[Any]] = ()
        self._again = False
        self._outputs: dict[int, int] = {}

    def drive(
        self,
        items: Sequence[T],
        step: Callable[[T], None],
        *,
        at_once: int,
        park: bool = False,
        start: Start | None = None,
        branches: Mapping[int, Branch] | None = None,
        watcher: Watcher[T] | None = None,
        run: Run,
    ) -> None:
        """Call `step` for each item, interleaved at the decoder layers.

        Args:
            items: Batches.
            step: Runs the model on one of them, once or several times; each time costs one
                reading of the checkpoint per group.
            at_once: Batches of one group.
            park: Whether waiting batches leave the device for the host.
            start: Where to go on; its states are taken out of it.
            branches: By index of an item, where it begins; the others begin at the first layer.
            watcher: Told about every batch at every layer.
            run: Checked before each batch of each layer, while waiting for a layer, and wherever
                a step looks at it.

        Raises:
            Cancelled: The run was cancelled; all layers are freed.
            Parked: The run was paused and gives its memory back; likewise. The watcher was told
                where to go on: what is lost is what one batch had done of one layer.
            UnsupportedModelError: The model does not call its layers in order, or hands on what
                a branch cannot take over.
            ResourceError: The device ran out of memory.
        """
        watcher = watcher or Watcher()
        start = start or Start()
        self._parking = Parking(self._device) if park else None
        self._outputs = dict(enumerate(start.outputs))
        first = start.first
        # One mode for all: a coroutine that entered or left one would change it for the others.
        with (
            self._hooks(),
            torch.inference_mode(),
            Loader(self.store, run) as loader,
        ):
            while first < len(items):
                size = start.batches or at_once
                chosen, states = items[first : first + size], start.take()
                self._crew = crew = [
                    self._board(
                        item,
                        step,
                        replace(start, states=states.pop(i - start.first, {})),
                        i,
                        (branches or {}).get(i),
                    )
                    for i, item in enumerate(chosen, first)
                ]
                try:
                    more = first + size < len(items)
                    self._through(crew, loader, watcher, first=start.layer, more=more)
                except Parked:
                    loader.stop()
                    watcher.parked(self.start_now())
                    raise
                except (MemoryError, RuntimeError) as error:
                    if not _is_out_of_memory(error):
                        raise
                    raise ResourceError(
                        f"{self._device} ran out of memory with {self.store.copies} layers of "
                        f"{gigabytes(self.store.largest)} and {len(chosen)} batches",
                        remedy="a smaller --batch-size or --seq-len, or closing other programs",
                    ) from error
                finally:
                    self._abandon(crew)
                first, start = first + size, Start()

    def start_now(self) -> Start | None:
        """Where a pass could go on that was stopped now; only within `layer_done`.

        None if what the batches wait with cannot be written down, or if they go through the layers
        once more.
        """
        if self._again:
            return None
        layers: list[int] = []
        states: dict[str, Tensor] = {}
        for place, passenger in enumerate(self._crew):
            if passenger.through or passenger.branch is not None:
                layers.append(len(self._layers) if passenger.through else NOT_YET)
                continue
            held = self._held(passenger)
            if held is None:
                return None
            layers.append(passenger.layer)
            states.update(named(place, held))
        return Start(
            first=self._crew[0].number,
            batches=len(layers),
            layer=min((layer for layer in layers if 0 <= layer < len(self._layers)), default=0),
            layers=tuple(layers),
            outputs=self.outputs,
            states=states,
        )

    @property
    def outputs(self) -> tuple[int, ...]:
        """How each layer returns its states, as far as layers have run: what a `Start` needs."""
        known = next(index for index in range(len(self._layers) + 1) if index not in self._outputs)
        return tuple(self._outputs[index] for index in range(known))

    def held_by(self, number: int) -> dict[int, Tensor] | None:
        """What a batch is about to enter a layer with, by place; only within `enter`."""
        return self._held(self._crew[number - self._crew[0].number])

    def _held(self, passenger: Passenger[Any]) -> dict[int, Tensor] | None:
        """What a batch enters the layer with that it waits for, by place in the call.

        None if it cannot be written down. A batch that is in its layer has kept it.
        """
        if passenger.layer == 0:
            return {}  # any new run makes it again
        if passenger.start is not None:
            return states_in(passenger.start, passenger.number)
        if passenger.waiting is None or passenger.prelude is None:
            return None
        held = states_of(passenger.waiting, passenger.prelude)
        if held is None or self._parking is None:
            return held
        return {place: self._parking.copy_of(tensor) for place, tensor in held.items()}

    def _board(
        self,
        item: T,
        step: Callable[[T], None],
        start: Start,
        number: int,
        branch: Branch | None,
    ) -> Passenger[T]:
        layer = start.layer_of(number)
        if layer > 0:
            branch = None  # it has branched off already
        coroutine = greenlet(lambda: step(item))
        # Without this a coroutine would see none of the caller's context variables.
        coroutine.gr_context = contextvars.copy_context()
        passenger = Passenger(
            item=item,
            number=number,
            coroutine=coroutine,
            layer=layer if branch is None else branch.layer,
            start=replace(start, layer=layer) if 0 < layer < len(self._layers) else None,
            branch=branch,
            through=layer >= len(self._layers),
        )
        self._aboard[coroutine] = passenger
        return passenger

    def _through(
        self,
        crew: Sequence[Passenger[T]],
        loader: Loader,
        watcher: Watcher[T],
        *,
        first: int,
        more: bool,
    ) -> None:
        """Take a group through all layers from the first one, as often as steps call the model."""
        count, self._again, over = len(self._layers), False, False
        while not over:
            for layer in range(0 if self._again else first, count):
                self.waited += loader.wait(layer)
                # Whether the layers are needed once more is known only when the last one is done.
                if layer + 1 < count or more:
                    loader.begin((layer + 1) % count)
                self._resident = layer
                self._branch_off(crew, layer)
                self._leave_out(crew, layer)
                for passenger in crew:
                    if passenger.layer == layer and not passenger.through:
                        loader.run.check()
                        watcher.enter(passenger.item, layer)
                        self._advance(passenger, layer)
                        watcher.leave(passenger.item, layer)
                self._resident = -1
                self.store.free(layer)
                put_back(self._layers)
                watcher.layer_done(
                    Position(
                        first=crew[0].number,
                        batches=len(crew),
                        layer=layer,
                        layers=count,
                        again=self._again,
                    )
                )
            over = all(passenger.through for passenger in crew)
            self._again = True

    def _branch_off(self, crew: Sequence[Passenger[T]], layer: int) -> None:
        """Let those that begin at this layer take over what the others wait with."""
        starts: dict[int, Start] = {}
        for passenger in crew:
            branch = passenger.branch
            if branch is None or branch.layer != layer:
                continue
            if branch.of not in starts:
                starts[branch.of] = self._take_over(crew[branch.of - crew[0].number], layer)
            passenger.branch = None
            passenger.start = replace(starts[branch.of], first=passenger.number)

    def _leave_out(self, crew: Sequence[Passenger[T]], layer: int) -> None:
        """Make the layers before this one do nothing for those that begin here."""
        if layer and any(p.start is not None and p.layer == layer for p in crew):
            outputs = [self._outputs[index] for index in range(layer)]
            leave_out_some(self._layers[:layer], outputs, self._begins_later)

    def _take_over(self, other: Passenger[T], layer: int) -> Start:
        """What another batch is about to enter a layer with, copied."""
        if other.layer != layer or other.through:
            raise UnsupportedModelError("a batch to branch off from is not under way")
        held = self._held(other)
        if held is None:
            raise UnsupportedModelError(
                f"layers of this model hand on more than tensors, so no batch can begin at {layer}",
                remedy="beginning at the first layer",
            )
        return Start(
            layer=layer,
            outputs=tuple(self._outputs[index] for index in range(layer)),
            states=named(0, {place: tensor.clone() for place, tensor in held.items()}),
        )

    def _begins_later(self) -> bool:
        """Whether the batch that runs now has not come to where it begins."""
        return self._aboard[getcurrent()].start is not None

    def _advance(self, passenger: Passenger[T], layer: int) -> None:
        """Let one batch go on to its next layer, or to its end."""
        if self._parking is not None:
            self._parking.fetch(passenger.number)
        # It keeps what it waited with until it waits again: that is where a pause would find it.
        arrived = passenger.coroutine.switch()
        if passenger.coroutine.dead:
            passenger.waiting, passenger.through = None, True
            return
        if arrived != 0 and arrived <= layer:
            raise UnsupportedModelError(
                f"the model calls layer {arrived} after layer {layer}, so it cannot be streamed",
                remedy="--stream never",
            )
        passenger.layer = arrived
        self._park(passenger)

    def _park(self, passenger: Passenger[T]) -> None:
        """Let a waiting batch's tensors leave the device."""
        if self._parking is not None and passenger.waiting is not None:
            self._parking.park(passenger.number, passenger.waiting)

    def _abandon(self, crew: Sequence[Passenger[T]]) -> None:
        """Let go of a group; end the coroutines that an error has left waiting."""
        put_back(self._layers)
        self._resident, self._crew = -1, ()
        for passenger in crew:
            self._aboard.pop(passenger.coroutine, None)
            passenger.waiting = None
            if passenger.coroutine and not passenger.coroutine.dead:
                passenger.coroutine.throw()
        if self._parking is not None:
            self._parking.clear()

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        """Stop coroutines before layers, for the time of one drive."""
        handles = []
        for index, layer in enumerate(self._layers):
            before = self._stop_before(index)
            handles.append(layer.register_forward_pre_hook(before, with_kwargs=True))
            handles.append(layer.register_forward_hook(self._note_output(index)))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _stop_before(self, index: int) -> Callable[..., Call | None]:
        def hook(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
            coroutine = getcurrent()
            passenger = self._aboard[coroutine]
            if passenger.prelude is None:
                passenger.prelude = Prelude((args, kwargs))
            start = passenger.start
            if start is not None and index < start.layer:
                return None  # left out
            passenger.start = None
            if start is not None:
                args, kwargs = replaced(
                    passenger.number - start.first, (args, kwargs), start.states
                )
            passenger.waiting = (args, kwargs)
            while self._resident != index:
                coroutine.parent.switch(index)
            return args, kwargs

        return hook

    def _note_output(self, index: int) -> Callable[..., None]:
        def hook(_: nn.Module, __: object, output: object) -> None:
            self._outputs[index] = output_length(output)

        return hook


def _is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that an allocation failed; on the CPU torch has no type for it."""
    kinds = (MemoryError, torch.cuda.OutOfMemoryError)
    return isinstance(error, kinds) or "can't allocate memory" in str(error)
