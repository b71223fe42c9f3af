"""Numbers as the report writes them; a dash where one is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence

DASH = "–"
_COUNTS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def count(value: float | None) -> str:
    """Parameters or FLOPs: 46.70 B."""
    return _scaled(value, _COUNTS)


def size(value: float | None) -> str:
    """Bytes: 93.41 GB."""
    return _scaled(value, _BYTES)


def percent(share: float | None) -> str:
    """A share of one: 97.3 %."""
    return DASH if share is None or not math.isfinite(share) else f"{100 * share:.1f} %"


def number(value: float | None, digits: int = 2) -> str:
    """A decimal; infinity is said as it is."""
    if value is None or math.isnan(value):
        return DASH
    return "∞" if math.isinf(value) else f"{value:,.{digits}f}"


def integer(value: int | None) -> str:
    """A whole number, its thousands parted."""
    return DASH if value is None else f"{value:,}"


def runs(ids: Sequence[int]) -> str:
    """0, 2–5, 9."""
    out: list[list[int]] = []
    for one in ids:
        if out and out[-1][1] == one - 1:
            out[-1][1] = one
        else:
            out.append([one, one])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in out)


def span(counts: Sequence[int]) -> str:
    """One number, or the least and the most."""
    ordered = sorted(set(counts)) or [0]
    return f"{ordered[0]}" if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _scaled(value: float | None, units: tuple[tuple[float, str], ...]) -> str:
    if value is None:
        return DASH
    for scale, unit in units:
        if abs(value) >= scale:
            return f"{value / scale:.2f} {unit}"
    return f"{value:,.0f}"
