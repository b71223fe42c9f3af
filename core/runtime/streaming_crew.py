"""Who travels through a streamed model: batches, where they are, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from greenlet import greenlet  # type: ignore[import-untyped]

from core.runtime.streaming_state import Call, Prelude, Start

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Position:
    """What is finished.

    Attributes:
        first: Index of the group's first batch.
        batches: Batches of the group.
        layer: The layer that all of them have just left.
        layers: Layers in all.
        again: Whether the group goes through the layers for a second time or later.
    """

    first: int
    batches: int
    layer: int
    layers: int
    again: bool

    @property
    def ends_group(self) -> bool:
        """Whether the group has left the last layer."""
        return self.layer == self.layers - 1


class Watcher(Generic[T]):
    """Told about every batch at every layer; does nothing by itself.

    Where batches are and what a watcher has been told agree when `parked` is called, so whatever a
    batch's layer comes to belongs into `leave`, which may not look whether the run was paused.
    """

    def enter(self, item: T, layer: int, /) -> None:
        """A batch is about to go through a layer; before the first one, also to begin."""

    def leave(self, item: T, layer: int, /) -> None:
        """A batch has left a layer; after the last one, also ended."""

    def layer_done(self, position: Position, /) -> None:
        """All batches of a group have left a layer."""

    def parked(self, start: Start | None, /) -> None:
        """The drive ends here because its memory is wanted back: nothing will be left any more.

        Args:
            start: Where it can go on: batches that had left the present layer wait for the next,
                the one that was in it, if any, and the others wait for it. None if what they wait
                with cannot be written down: then their group is done again.
        """


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Where a batch begins with what another one has come with: the same up to there.

    Attributes:
        layer: The layer that it begins at.
        of: Index of the other batch, which is of the same group and earlier.
    """

    layer: int
    of: int


@dataclass(kw_only=True, eq=False)
class Passenger(Generic[T]):
    """One batch on its way through the layers.

    Attributes:
        item: The batch.
        number: Its index.
        coroutine: Its forward.
        layer: The layer before which it waits; where it will start while it has not.
        waiting: What it will call that layer with, once it has arrived there.
        prelude: The tensors of its first layer call.
        start: Where it takes the place of a stopped one, until it has.
        branch: Where it takes the place of another one of its group, until it has.
        through: Whether a stopped one had come to its end.
    """

    item: T
    number: int
    coroutine: greenlet
    layer: int
    waiting: Call | None = field(default=None, repr=False)
    prelude: Prelude | None = field(default=None, repr=False)
    start: Start | None = field(default=None, repr=False)
    branch: Branch | None = None
    through: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.through or bool(self.coroutine.dead)
