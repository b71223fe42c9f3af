"""The point of a plot that the keyboard is on: a step, and one of the curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt

from app.widgets.series import Series

# Page up and page down go a tenth of the curve.
PAGE = 10


class CurveCursor:
    """Goes from point to point of one curve, and from curve to curve."""

    def __init__(self) -> None:
        self._name = ""  # of the curve; one that is gone gives way to the topmost

    def curve(self, series: Sequence[Series]) -> Series | None:
        """The curve that it is on; None where nothing is drawn."""
        drawn = [found for found in series if len(found.x)]
        return next((s for s in drawn if s.name == self._name), drawn[-1] if drawn else None)

    def turn_to(self, name: str) -> None:
        """Be on the curve of this name."""
        self._name = name

    def step(self, key: int, series: Sequence[Series], at: float | None) -> float | None:
        """The step that a key goes to; None for a key that means nothing here.

        Args:
            key: As Qt names it.
            series: The curves, the last on top.
            at: The step now; None for the newest.
        """
        curve = self.curve(series)
        if curve is None:
            return None
        last = len(curve.x) - 1
        now = last if at is None else max(int(np.searchsorted(curve.x, at, "right")) - 1, 0)
        page = max(last // PAGE, 1)
        places = {
            Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_PageUp: now - page,
            Qt.Key.Key_PageDown: now + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = places.get(Qt.Key(key))
        return None if place is None else float(curve.x[min(max(place, 0), last)])

    def turn(self, key: int, series: Sequence[Series]) -> bool:
        """Go to the curve above or below; False for a key that means nothing here."""
        ways = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        way, curve = ways.get(Qt.Key(key), 0), self.curve(series)
        if not way or curve is None:
            return False
        drawn = [found for found in reversed(series) if len(found.x)]  # as the readout has them
        names = [found.name for found in drawn]
        at = names.index(curve.name)
        self._name = names[min(max(at + way, 0), len(names) - 1)]
        return True


def nearest(series: Sequence[Series], x: float, y: float) -> Series | None:
    """The curve whose value at a step is next to a value; None before all of them."""
    found = [(abs(value - y), s) for s in series if (value := s.at(x)) is not None]
    return min(found, key=lambda pair: pair[0])[1] if found else None
