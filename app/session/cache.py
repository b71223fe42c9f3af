"""Computed values, each kept until what it was made from is another object.

What it was made from is held weakly: a profile of a large model is a hundred megabytes, and every
metric that was ever looked at would hold on to the profile that was shown then.
"""

from __future__ import annotations

import dataclasses
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")
Parts = tuple[object, ...]

MOST_BYTES = 64 * 2**20


class ValueCache:
    """Values by name; beyond a number of bytes, those that were asked for longest ago go.

    Args:
        most_bytes: What all values may take, the newest excepted.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._values: OrderedDict[str, tuple[Parts, object, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def once(self, name: str, parts: Parts, make: Callable[[], T]) -> T:
        """The value of a name, made again when a part is another object.

        Args:
            name: Of the value.
            parts: What it is made from; tuples, texts and numbers compare by value.
            make: Makes it.
        """
        old = self._values.get(name)
        if old is not None and _same(old[0], parts):
            self._values.move_to_end(name)
            return old[1]  # type: ignore[return-value]
        value = make()
        self._forget(name)
        size = nbytes(value)
        self._values[name] = (tuple(map(_held, parts)), value, size)
        self.bytes += size
        while self.bytes > self.most_bytes and len(self._values) > 1:
            self._forget(next(iter(self._values)))
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self.bytes = 0

    def _forget(self, name: str) -> None:
        old = self._values.pop(name, None)
        if old is not None:
            self.bytes -= old[2]


def nbytes(value: object) -> int:
    """About what a value takes: its arrays, and little for the rest."""
    size = getattr(value, "nbytes", None)  # an array's; NumPy itself comes after the window
    if isinstance(size, int):
        return size
    if isinstance(value, tuple | list):
        return sum(map(nbytes, value)) + sys.getsizeof(value)
    if isinstance(value, Mapping):
        return sum(map(nbytes, value.values())) + sys.getsizeof(value)
    if dataclasses.is_dataclass(value):
        return sum(nbytes(getattr(value, field.name)) for field in dataclasses.fields(value))
    return sys.getsizeof(value)


def _held(part: object) -> object:
    """A part as it is remembered: weakly where that can be."""
    try:
        return weakref.ref(part)
    except TypeError:
        return part


def _same(held: Parts, parts: Parts) -> bool:
    """Whether remembered parts are these."""
    return len(held) == len(parts) and all(map(_is, held, parts))


def _is(held: object, part: object) -> bool:
    if isinstance(held, weakref.ref):
        return held() is part
    return held is part or (isinstance(held, tuple | str | int | float) and held == part)
