"""Numbers read as the design shows them."""

from __future__ import annotations

import math

import pytest

from app.widgets import numbers


@pytest.mark.parametrize(
    ("value", "text"), [(22.9e9, "22.9 B"), (384, "384"), (1_204_224, "1.2 M"), (98_411, "98.4 k")]
)
def test_counts_are_short(value: float, text: str) -> None:
    assert numbers.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(45.8e9, "45.8 GB"), (27_000_000, "27.0 MB"), (12, "12 B")]
)
def test_sizes_are_decimal(value: int, text: str) -> None:
    assert numbers.size(value) == text


def test_changes_carry_a_real_minus_sign() -> None:
    assert numbers.change(-0.246) == "−24.6 %"
    assert numbers.change(0.0) == "0 %"
    assert numbers.change(math.inf) == "+∞"


@pytest.mark.parametrize(("seconds", "text"), [(9, "0:09"), (192, "3:12"), (7500, "2:05:00")])
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


def test_a_destroyed_model_has_infinite_perplexity_not_a_crash() -> None:
    assert numbers.perplexity(math.inf) == "∞"
    assert numbers.perplexity(math.nan) == "∞"
