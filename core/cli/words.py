"""Numbers as people write them, and as they type them."""

from __future__ import annotations

import math
import re

from core.errors import InputError

_COUNT_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_BYTE_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_FLOP_UNITS = ((1e12, "TFLOPs"), (1e9, "GFLOPs"), (1e6, "MFLOPs"), (1e3, "kFLOPs"))
_SIZES = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}


def count(value: float) -> str:
    """A number of parameters or tokens: 46.7 B."""
    return _scaled(value, _COUNT_UNITS, "")


def size(value: float) -> str:
    """A number of bytes: 93.4 GB."""
    return _scaled(value, _BYTE_UNITS, "bytes")


def flops(value: float) -> str:
    """Floating-point operations: 25.6 GFLOPs."""
    return _scaled(value, _FLOP_UNITS, "FLOPs")


def plural(number: int, one: str) -> str:
    """A number with its noun: 1 file, 2 files."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def percent(value: float) -> str:
    """A share: 96.3 %."""
    return f"{100 * value:.1f} %"


def change(after: float, before: float) -> str:
    """A relative change with its sign: −24.6 %; 0 % if there is none."""
    if after == before or not before:
        return "0 %" if before else ""
    moved = 100 * (after - before) / before
    return f"{moved:+.1f} %".replace("-", "−") if abs(moved) >= 0.05 else "0.0 %"


def duration(seconds: float) -> str:
    """Minutes and seconds, with hours when there are any: 3:12."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rate(per_second: float, unit: str) -> str:
    """A speed: 41.2 k tokens/s, 1.3 GB/s."""
    return f"{size(per_second)}/s" if unit == "bytes" else f"{count(per_second)} {unit}/s"


def parse_size(text: str) -> int:
    """Bytes from "5GB", "512MiB", "1000000".

    Raises:
        InputError: It is not a size.
    """
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    unit = _SIZES.get(match[2].lower()) if match else None
    if match is None or unit is None or float(match[1]) * unit < 1:
        raise InputError(f"{text!r} is not a size", remedy="for example 5GB or 500MB")
    return int(float(match[1]) * unit)


def parse_share(text: str) -> float:
    """A share from "95%" or "0.95".

    Raises:
        InputError: It is not a number, or not within 0 to 1.
    """
    number = text.strip().removesuffix("%")
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError(f"{text!r} is not a share", remedy="for example 0.95 or 95%")
    return share


def parse_increase(text: str) -> float:
    """A relative increase from "5%" or "0.05"; more than 100 % is allowed.

    Raises:
        InputError: It is not a number, or below 0.
    """
    number = text.strip().removesuffix("%")
    try:
        increase = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        increase = -1.0
    if not (math.isfinite(increase) and increase >= 0):
        raise InputError(f"{text!r} is not an increase", remedy="for example 5% or 0.05")
    return increase


def parse_keep(text: str) -> tuple[int | None, float | None]:
    """(number, None) from "12", (None, share) from "75%".

    Raises:
        InputError: It is neither a whole number from 1 up nor a percentage.
    """
    word = text.strip()
    if word.endswith("%"):
        share = parse_share(word)
        if share > 0:
            return None, share
    elif word.isascii() and word.isdecimal() and len(word) <= 9 and int(word) > 0:
        return int(word), None
    raise InputError(
        f"cannot keep {text!r} experts", remedy="a number from 1 up, or a percentage such as 75%"
    )


def parse_weights(texts: list[str]) -> dict[str, float]:
    """Domain weights from "korean=2" words.

    Raises:
        InputError: A word is not of the form DOMAIN=WEIGHT.
    """
    weights = {}
    for text in texts:
        domain, _, weight = text.rpartition("=")
        try:
            weights[domain] = float(weight)
        except ValueError:
            domain = ""
        if not domain:
            raise InputError(f"{text!r} is not DOMAIN=WEIGHT", remedy="for example korean=2")
    return weights


def _scaled(value: float, units: tuple[tuple[float, str], ...], bare: str) -> str:
    for scale, unit in units:
        # 999,950 would read "1000.0 k": go up as soon as one decimal would round to that.
        if abs(value) >= scale * 0.99995:
            return f"{value / scale:.1f} {unit}"
    return f"{value:.0f} {bare}".rstrip()
