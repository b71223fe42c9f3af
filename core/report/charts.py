"""Line and point charts of the report as numbers that a template draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 16.0, 14.0, 34.0
TICKS = 6
MARGIN = 0.06  # of the range, so that no point sits on the frame


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line of the grid and what it says."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A point with its label."""

    x: float
    y: float
    text: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart in the units of its drawing.

    Attributes:
        title: What it shows.
        x_name: The lower axis.
        y_name: The left axis.
        x_ticks: Where its lines stand.
        y_ticks: Likewise.
        lines: Each the `points` of an SVG polyline.
        dots: Points with labels.
    """

    title: str
    x_name: str
    y_name: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[str, ...] = ()
    dots: tuple[Dot, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True)
class _Axis:
    """From values to places."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> _Axis:
        found = list(values)
        low, high = min(found), max(found)
        room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
        return cls(low - room, high + room, start, end)

    def place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> tuple[Tick, ...]:
        """Round numbers, about five of them."""
        step = nice((self.high - self.low) / TICKS)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return tuple(
            Tick(at=round(self.place(step * n), 2), text=f"{step * n:g}")
            for n in range(first, last + 1)
        )


def nice(step: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step)


def line_chart(
    title: str, x_name: str, y_name: str, series: Sequence[Sequence[tuple[float, float]]]
) -> Chart | None:
    """Curves; None if no point is finite."""
    kept = [[(x, y) for x, y in one if math.isfinite(x) and math.isfinite(y)] for one in series]
    points = [point for one in kept for point in one]
    if not points:
        return None
    x_axis = _Axis.over((x for x, _ in points), LEFT, WIDTH - RIGHT)
    y_axis = _Axis.over((y for _, y in points), HEIGHT - BOTTOM, TOP)
    return Chart(
        title=title,
        x_name=x_name,
        y_name=y_name,
        x_ticks=x_axis.ticks(),
        y_ticks=y_axis.ticks(),
        lines=tuple(
            " ".join(f"{x_axis.place(x):.1f},{y_axis.place(y):.1f}" for x, y in one) for one in kept
        ),
    )


def dot_chart(
    title: str, x_name: str, y_name: str, dots: Sequence[tuple[float, float, str, str]]
) -> Chart | None:
    """Labelled points (x, y, label, title); None if none is finite."""
    kept = [dot for dot in dots if math.isfinite(dot[0]) and math.isfinite(dot[1])]
    if not kept:
        return None
    x_axis = _Axis.over((dot[0] for dot in kept), LEFT, WIDTH - RIGHT)
    y_axis = _Axis.over((dot[1] for dot in kept), HEIGHT - BOTTOM, TOP)
    return Chart(
        title=title,
        x_name=x_name,
        y_name=y_name,
        x_ticks=x_axis.ticks(),
        y_ticks=y_axis.ticks(),
        dots=tuple(
            Dot(
                x=round(x_axis.place(x), 1),
                y=round(y_axis.place(y), 1),
                text=text,
                title=name,
            )
            for x, y, text, name in kept
        ),
    )
