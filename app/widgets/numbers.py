"""Numbers as people read them: 22.9 B, 45.8 GB, 96.3 %, 3:12. One place, so that pages agree."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate  # the name that lupdate looks for

DASH = "–"
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_FLOPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def _scaled(value: float, steps: tuple[tuple[float, str], ...], unit: str) -> str:
    for step, name in steps:
        if abs(value) >= step:
            scaled = value / step
            return f"{scaled:.0f} {name}" if abs(scaled) >= 100 else f"{scaled:.1f} {name}"
    return f"{value:.0f} {unit}".rstrip()


def count(value: float) -> str:
    """Parameters, tokens: 46.7 B, 1.2 M, 384."""
    return _scaled(value, _STEPS, "")


def short_count(value: float) -> str:
    """A count for narrow places, a round one without decimals: 200 k."""
    return count(value).replace(".0 ", " ")


def size(value: float) -> str:
    """Bytes in decimal units, as disks and the Hub count them: 45.8 GB."""
    return _scaled(value, _BYTES, "B")


def percent(share: float, digits: int = 1) -> str:
    """A share of one as a percentage: 0.963 → 96.3 %."""
    return f"{100 * share:.{digits}f} %"


def whole_percent(share: float) -> str:
    """A share without decimals, for ticks: 55 %."""
    return percent(share, 0)


def flops(value: float) -> str:
    """Floating-point operations: 25.6 G."""
    return _scaled(value, _FLOPS, "")


def signed(value: float, digits: int = 4) -> str:
    """A difference with its sign: +0.0531, −1.2."""
    if not math.isfinite(value):
        return "+∞" if value > 0 else "−∞"
    return f"{value:+.{digits}f}".replace("-", "−")


def change(share: float) -> str:
    """A relative change with its sign: −24.6 %."""
    if not math.isfinite(share):
        return "+∞"
    text = f"{abs(100 * share):.1f} %"
    if text == "0.0 %":
        return "0 %"
    return f"{'−' if share < 0 else '+'}{text}"


def perplexity(value: float) -> str:
    """A perplexity with as many digits as it deserves."""
    if not math.isfinite(value):
        return "∞"
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Seconds as 0:09, 3:12 or 2:05:00."""
    whole = max(round(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def unit_name(unit: str) -> str:
    """What the engine counts, in the user's language; an unknown unit as it is."""
    return {
        "tokens": translate("Numbers", "tokens"),
        "tensors": translate("Numbers", "tensors"),
        "documents": translate("Numbers", "documents"),
        "batches": translate("Numbers", "batches"),
        "steps": translate("Numbers", "steps"),
        "trials": translate("Numbers", "trials"),
        "experiments": translate("Numbers", "experiments"),
        "experts": translate("Numbers", "experts"),
        "layers": translate("Numbers", "layers"),
        "masks": translate("Numbers", "masks"),
        "questions": translate("Numbers", "questions"),
        "requests": translate("Numbers", "requests"),
        "rounds": translate("Numbers", "rounds"),
    }.get(unit, unit)


def counted(count: str, unit: str) -> str:
    """A number with its unit: 1,024 tokens."""
    text = translate("Numbers", "{count} {unit}")
    return text.format(count=count, unit=unit_name(unit))


def rate(value: float, unit: str) -> str:
    """Units per second: 41 k tok/s, 512 MB/s."""
    if unit == "bytes":
        return f"{size(value)}/s"
    if unit == "tokens":
        return translate("Numbers", "{count} tok/s").format(count=count(value))
    if unit == "steps":
        # A step of a large model takes many seconds.
        text = f"{value:.2g}" if value < 10 else count(value)
        return translate("Numbers", "{count} steps/s").format(count=text)
    return translate("Numbers", "{count} {unit}/s").format(count=count(value), unit=unit_name(unit))
