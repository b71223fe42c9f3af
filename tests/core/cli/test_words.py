import pytest

from core.cli import words
from core.errors import InputError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (46_702_792_704, "46.7 B"),
        (12_879_925_248, "12.9 B"),
        (999_960, "1.0 M"),
        (999, "999"),
        (0, "0"),
        (1.2e13, "12.0 T"),
    ],
)
def test_counts_read_as_people_say_them(value: float, text: str) -> None:
    assert words.count(value) == text


def test_bytes_flops_and_rates_carry_their_unit() -> None:
    assert words.size(93_405_585_408) == "93.4 GB"
    assert words.size(12) == "12 bytes"
    assert words.flops(27.6e9) == "27.6 GFLOPs"
    assert words.rate(1.3e9, "bytes") == "1.3 GB/s"
    assert words.rate(41_200, "tokens") == "41.2 k tokens/s"


def test_changes_carry_a_sign_and_no_noise() -> None:
    assert words.change(75, 100) == "−25.0 %"
    assert words.change(110, 100) == "+10.0 %"
    assert words.change(100, 100) == "0 %"
    assert words.change(100.001, 100) == "0.0 %"
    assert words.change(5, 0) == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (192, "3:12"), (3725, "1:02:05"), (59.6, "1:00")]
)
def test_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [("5GB", 5 * 10**9), ("500 mb", 500 * 10**6), ("1.5GiB", 3 * 2**29), ("1000", 1000)],
)
def test_sizes_are_decimal_unless_they_say_otherwise(text: str, size: int) -> None:
    assert words.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "5 apples", "-5GB", "0GB", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a size"):
        words.parse_size(text)


def test_keep_is_a_number_or_a_share() -> None:
    assert words.parse_keep("12") == (12, None)
    assert words.parse_keep("75%") == (None, 0.75)
    for bad in ("0", "-3", "0%", "101%", "half", "0.75"):
        with pytest.raises(InputError):
            words.parse_keep(bad)


def test_shares_and_weights_are_read_as_written() -> None:
    assert words.parse_share("95%") == pytest.approx(0.95)
    assert words.parse_share("0.95") == 0.95
    assert words.parse_weights(["a=2", "b=c=0.5"]) == {"a": 2.0, "b=c": 0.5}
    for bad in ("2", "1.01", "nan", "x"):
        with pytest.raises(InputError):
            words.parse_share(bad)
    for bad in ("a", "=2", "a=x"):
        with pytest.raises(InputError):
            words.parse_weights([bad])
