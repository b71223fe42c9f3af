"""The result as one SVG: dots with their range over seeds, lines for the model as it was. No torch.

Two panels side by side: perplexity after dropping experts (logarithmic: random plans may destroy
the model), and at one expert per token after each kind of tuning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from core.paper.options import CONTROL
from core.paper.result import PaperResult, Spread
from core.paper.words import ENGLISH, WAYS, Words

ROW, HEAD, FOOT = 26, 58, 40
LABEL, PLOT, GAP = 236, 230, 44
# Width of a digit at 11 px, to keep ticks apart.
TICK_ROOM = 44


@dataclass(frozen=True, kw_only=True)
class Inks:
    """Colours: the window hands in its theme's, a file gets these."""

    ground: str = "#ffffff"
    text: str = "#1a1d23"
    dim: str = "#58606e"
    line: str = "#dde1e7"
    accent: str = "#a95805"
    second: str = "#5d7594"
    family: str = "sans-serif"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a panel; without a spread it is a heading."""

    label: str
    spread: Spread | None = None
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A dot plot.

    Attributes:
        title: Above it.
        rows: From the top down.
        marks: Vertical lines: value and name.
        log: Whether the axis is logarithmic.
    """

    title: str
    rows: tuple[Row, ...]
    marks: tuple[tuple[float, str], ...]
    log: bool = False


def picture(result: PaperResult, inks: Inks | None = None, words: Words = ENGLISH) -> str:
    """An SVG of the whole result."""
    inks = inks or Inks()
    panels = (drops_panel(result, words), arms_panel(result, words))
    height = HEAD + max(len(panel.rows) for panel in panels) * ROW + FOOT
    width = 2 * (LABEL + PLOT) + GAP + 24
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="{escape(inks.family)}" font-size="11">'
        ),
        f'<rect width="{width}" height="{height}" fill="{inks.ground}"/>',
    ]
    for at, panel in enumerate(panels):
        parts += _panel(panel, at * (LABEL + PLOT + GAP), height, inks)
    return "\n".join([*parts, "</svg>"]) + "\n"


def drops_panel(result: PaperResult, words: Words = ENGLISH) -> Panel:
    """Every way of dropping, share by share."""
    rows: list[Row] = []
    for share in result.options.shares:
        rows.append(Row(label=words.stay.format(share=f"{100 * share:.0f}")))
        for metric, scope in WAYS:
            spread = result.dropped(share, metric, scope)
            if spread is not None:
                rows.append(
                    Row(label=words.ways[metric, scope], spread=spread, strong=metric != "random")
                )
    return Panel(
        title=words.drops_title,
        rows=tuple(rows),
        marks=((result.original, words.original),),
        log=True,
    )


def arms_panel(result: PaperResult, words: Words = ENGLISH) -> Panel:
    """Every arm that was run."""
    rows = tuple(
        Row(label=words.arms[name], spread=spread, strong=name != CONTROL)
        for name in result.options.arms
        if (spread := result.tuned(name)) is not None
    )
    return Panel(
        title=words.arms_title.format(steps=f"{result.options.steps:,}"),
        rows=rows,
        marks=((result.original, words.original_two), (result.untuned, words.untuned)),
    )


class _Scale:
    """Perplexity to pixels."""

    def __init__(self, panel: Panel, left: float) -> None:
        found = [value for value, _ in panel.marks if math.isfinite(value)]
        for row in panel.rows:
            if row.spread is not None:
                found += [v for v in (row.spread.low, row.spread.high) if math.isfinite(v)]
        low, high = min(found, default=1.0), max(found, default=2.0)
        self._log, self._left = panel.log, left
        self._low, self._high = self._map(low), self._map(high)
        room = (self._high - self._low) * 0.08 or 0.1
        self._low, self._high = self._low - room, self._high + room

    def _map(self, value: float) -> float:
        return math.log10(max(value, 1e-9)) if self._log else value

    def x(self, value: float) -> float:
        """Where a perplexity is; an infinite one is at the right edge."""
        if not math.isfinite(value):
            return self._left + PLOT
        share = (self._map(value) - self._low) / (self._high - self._low)
        return self._left + min(max(share, 0.0), 1.0) * PLOT

    def ticks(self) -> list[float]:
        """Round values, far enough apart to be read."""
        if self._log:
            low, high = 10**self._low, 10**self._high
            raw = [m * 10**e for e in range(-1, 7) for m in (1, 2, 5)]
        else:
            low, high = self._low, self._high
            step = 10 ** math.floor(math.log10((high - low) / 3))
            step *= next(m for m in (1, 2, 5, 10) if (high - low) / (m * step) <= 5)
            raw = [round(k * step, 6) for k in range(math.ceil(low / step), int(high / step) + 1)]
        out: list[float] = []
        for value in raw:
            if low <= value <= high and (not out or self.x(value) - self.x(out[-1]) > TICK_ROOM):
                out.append(value)
        return out


def _panel(panel: Panel, left: int, height: int, inks: Inks) -> list[str]:
    scale = _Scale(panel, left + LABEL)
    bottom = height - FOOT + 6
    out = [_text(left + 12, 24, panel.title, inks.text, weight=600, size=13)]
    for value in scale.ticks():
        x = scale.x(value)
        out.append(_line(x, HEAD - 8, x, bottom, inks.line))
        out.append(_text(x, bottom + 16, f"{value:g}", inks.dim, anchor="middle"))
    for at, (value, name) in enumerate(panel.marks):
        x = scale.x(value)
        out.append(_line(x, HEAD - 8, x, bottom, inks.dim, dash="3 3"))
        anchor = "end" if x > left + LABEL + PLOT / 2 else "start"
        shift = -4 if anchor == "end" else 4
        y = HEAD - 12 - 12 * at  # two names may be near each other
        out.append(_text(x + shift, y, f"{name} {value:.2f}", inks.dim, anchor=anchor))
    for at, row in enumerate(panel.rows):
        out += _row(row, HEAD + at * ROW + ROW / 2, left, scale, inks)
    return out


def _row(row: Row, y: float, left: int, scale: _Scale, inks: Inks) -> list[str]:
    if row.spread is None:
        return [_text(left + 12, y + 4, row.label, inks.dim, weight=600)]
    ink = inks.accent if row.strong else inks.second
    low, mean, high = (scale.x(v) for v in (row.spread.low, row.spread.mean, row.spread.high))
    out = [_text(left + 20, y + 4, row.label, inks.text)]
    if high - low > 1:
        out.append(_line(low, y, high, y, ink, width=2))
    out.append(f'<circle cx="{mean:.1f}" cy="{y:.1f}" r="4" fill="{ink}"/>')
    text = f"{row.spread.mean:,.2f}" if math.isfinite(row.spread.mean) else "∞"
    beside = high + 8
    anchor = "start"
    if beside > left + LABEL + PLOT - 30:
        beside, anchor = low - 8, "end"
    out.append(_text(beside, y + 4, text, inks.dim, anchor=anchor))
    return out


def _text(
    x: float, y: float, text: str, fill: str, *, anchor: str = "start", weight: int = 400,
    size: int = 11,
) -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}" font-size="{size}">{escape(text)}</text>'
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 1, dash: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
        f'stroke-width="{width}"{dashed}/>'
    )
