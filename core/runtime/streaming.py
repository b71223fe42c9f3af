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
    Call,
    Prelude,
    Start,
    leave_out,
    leave_out_some,
    output_length,
    put_back,
    replaced,
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
            start: Where to go on.
            branches: By index of an item, where it begins; the others begin at the first layer.
            watcher: Told about every batch at every layer.
            run: Checked before each batch of each layer, and while waiting for a layer.

        Raises:
            Cancelled: The run was cancelled; all layers are freed.
            Parked: The run was paused and gives its memory back, after a whole layer; likewise.
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
            run.unbroken(),
            Loader(self.store, run) as loader,
        ):
            while first < len(items):
                size = start.batches or at_once
                chosen = items[first : first + size]
                crew = [
                    self._board(item, i, step, start, (branches or {}).get(i))
                    for i, item in enumerate(chosen, first)
                ]
                try:
                    more = first + size < len(items)
                    self._through(crew, loader, watcher, start=start, more=more)
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

    def start_after(self, position: Position) -> Start | None:
        """Where a pass could go on that was stopped now; only within `layer_done`.

        None if what the batches wait with cannot be written down.
        """
        if position.ends_group or position.again:
            return None
        states: dict[str, Tensor] = {}
        for passenger in self._aboard.values():
            if passenger.coroutine.dead:
                continue  # its step was over before the first layer: it waits for nothing
            if passenger.waiting is None or passenger.prelude is None:
                return None
            held = states_of(
                passenger.number - position.first, passenger.waiting, passenger.prelude
            )
            if held is None:
                return None
            states.update(held)
        if self._parking is not None:
            states = {name: self._parking.copy_of(tensor) for name, tensor in states.items()}
        return Start(
            first=position.first,
            batches=position.batches,
            layer=position.layer + 1,
            outputs=tuple(self._outputs[index] for index in range(position.layer + 1)),
            states=states,
        )

    def _board(
        self,
        item: T,
        number: int,
        step: Callable[[T], None],
        start: Start,
        branch: Branch | None,
    ) -> Passenger[T]:
        coroutine = greenlet(lambda: step(item))
        # Without this a coroutine would see none of the caller's context variables.
        coroutine.gr_context = contextvars.copy_context()
        passenger = Passenger(
            item=item,
            number=number,
            coroutine=coroutine,
            layer=start.layer if branch is None else branch.layer,
            start=start if start.layer else None,
            branch=branch,
        )
        self._aboard[coroutine] = passenger
        return passenger

    def _through(
        self,
        crew: Sequence[Passenger[T]],
        loader: Loader,
        watcher: Watcher[T],
        *,
        start: Start,
        more: bool,
    ) -> None:
        """Take a group through all layers, as often as its steps call the model."""
        count, again = len(self._layers), False
        leave_out(self._layers[: start.layer], start.outputs)
        while not all(passenger.coroutine.dead for passenger in crew):
            for layer in range(0 if again else start.layer, count):
                self.waited += loader.wait(layer)
                # Whether the layers are needed once more is known only when the last one is done.
                if layer + 1 < count or more:
                    loader.begin((layer + 1) % count)
                self._resident = layer
                self._branch_off(crew, layer)
                for passenger in crew:
                    if passenger.layer == layer and not passenger.coroutine.dead:
                        loader.run.check()
                        watcher.enter(passenger.item, layer)
                        self._advance(passenger, layer)
                        watcher.leave(passenger.item, layer)
                self._resident = -1
                self.store.free(layer)
                put_back(self._layers)
                over = not more and all(passenger.coroutine.dead for passenger in crew)
                parks = not over and loader.run.parking
                watcher.layer_done(
                    Position(
                        first=crew[0].number,
                        batches=len(crew),
                        layer=layer,
                        layers=count,
                        again=again,
                        parks=parks,
                    )
                )
                if parks:
                    raise Parked
            again = True

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
        if starts:
            outputs = [self._outputs[index] for index in range(layer)]
            leave_out_some(self._layers[:layer], outputs, self._begins_later)

    def _take_over(self, other: Passenger[T], layer: int) -> Start:
        """What another batch is about to enter a layer with, copied."""
        if other.waiting is None or other.prelude is None:
            raise UnsupportedModelError("a batch to branch off from is not under way")
        held = states_of(0, other.waiting, other.prelude)
        if held is None:
            raise UnsupportedModelError(
                f"layers of this model hand on more than tensors, so no batch can begin at {layer}",
                remedy="beginning at the first layer",
            )
        parking = self._parking
        return Start(
            layer=layer,
            outputs=tuple(self._outputs[index] for index in range(layer)),
            states={
                name: (tensor if parking is None else parking.copy_of(tensor)).clone()
                for name, tensor in held.items()
            },
        )

    def _begins_later(self) -> bool:
        """Whether the batch that runs now has not come to where it begins."""
        return self._aboard[getcurrent()].start is not None

    def _advance(self, passenger: Passenger[T], layer: int) -> None:
        """Let one batch go on to its next layer, or to its end."""
        if self._parking is not None:
            self._parking.fetch(passenger.number)
        passenger.waiting = None
        arrived = passenger.coroutine.switch()
        if passenger.coroutine.dead:
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
        self._resident = -1
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
            while self._resident != index:
                passenger.waiting = (args, kwargs)
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
