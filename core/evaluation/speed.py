"""How fast a model is, as a value. No torch."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class SpeedOptions:
    """What is timed.

    Attributes:
        batch_size: Sequences that are answered together.
        context: Tokens of each prompt.
        new_tokens: Tokens generated behind it, one at a time.
        rounds: Times that both models are timed, in turn; one more warms up and is not counted.
        seed: Chooses the text.
    """

    batch_size: int = 1
    context: int = 512
    new_tokens: int = 32
    rounds: int = 5
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Medians over rounds of one model, and how it compares with the one beside it.

    Attributes:
        prefill: Prompt tokens per second, all sequences of the batch together.
        decode: Generated tokens per second, likewise.
        first_token: Seconds until the first token is there.
        per_token: Seconds per generated token after it.
        prefill_ratio: Median over rounds of this model's prefill rate / the other's; None alone.
        decode_ratio: The same of decoding.
        batch_size, context, new_tokens, rounds: As in `SpeedOptions`.
        place: dtype and device, e.g. "float32 on cpu".
        command: The `seer …` line that times the same.
        made_at: UTC time, ISO 8601.
    """

    prefill: float
    decode: float
    first_token: float
    per_token: float
    prefill_ratio: float | None = None
    decode_ratio: float | None = None
    batch_size: int = 1
    context: int = 0
    new_tokens: int = 0
    rounds: int = 0
    place: str = ""
    command: str = ""
    made_at: str = ""

    def to_json(self) -> dict[str, object]:
        """As a JSON object; `from_json` reads it."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Speed:
        """Read what `to_json` wrote; fields of a newer version are ignored.

        Raises:
            TypeError: It did not write this.
        """
        known = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class SpeedComparison:
    """Two models timed in turn in one run; or one alone.

    Attributes:
        before: The original.
        after: The smaller model; None if only one was timed.
        prefill_ratios: Rate of the smaller / rate of the original, round by round.
        decode_ratios: The same of decoding.
    """

    before: Speed
    after: Speed | None = None
    prefill_ratios: tuple[float, ...] = ()
    decode_ratios: tuple[float, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As `seer speed` prints it."""
        return {
            "before": self.before.to_json(),
            "after": None if self.after is None else self.after.to_json(),
            "ratio": {"prefill": spread(self.prefill_ratios), "decode": spread(self.decode_ratios)},
        }


def spread(ratios: Sequence[float]) -> dict[str, float] | None:
    """Median, least and largest of some ratios."""
    if not ratios:
        return None
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
