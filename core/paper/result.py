"""What came of it, as frozen values with a JSON round trip. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal, TypeVar

from core.checkpoint.files import read_json
from core.errors import ProjectError, StudioError
from core.paper.options import CONTROL, PaperOptions
from core.planning.files import write_atomically

RESULT_FILE = "paper.json"
SCHEMA = 1
Verdict = Literal["yes", "no", "unclear"]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a model costs.

    Attributes:
        parameters: All of them.
        active: Those that one token uses.
        bytes: Of the checkpoint.
        flops: Of one token's forward pass.
    """

    parameters: int
    active: int
    bytes: int
    flops: float


@dataclass(frozen=True, kw_only=True)
class Drop:
    """A plan and what it made of the model.

    Attributes:
        share: Share of the experts that stay.
        metric: What ranked them: "actual-count", "soft-count", "random".
        scope: "layer" or "global".
        seed: Of the random control; 0 otherwise.
        kept: Experts that stay, over all layers.
        perplexity: On the held-out texts, masked; infinite where the plan destroyed the model.
        price: What is left to store and to compute.
    """

    share: float
    metric: str
    scope: str
    seed: int
    kept: int
    perplexity: float
    price: Price


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One tuning run.

    Attributes:
        name: Of its arm.
        seed: Of its texts.
        top_k: Experts per token in the end.
        perplexity: After tuning, on the held-out texts.
        entropy_before: Router entropy before, nats.
        entropy_after: After.
        seconds: Time spent training.
    """

    name: str
    seed: int
    top_k: int
    perplexity: float
    entropy_before: float
    entropy_after: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Some measurements of one thing over seeds."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value; infinite ones make the mean infinite."""
        return cls(mean=sum(values) / len(values), low=min(values), high=max(values), n=len(values))


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim and what was found.

    Attributes:
        key: Which claim.
        text: The claim, one sentence.
        verdict: "yes", "no", or "unclear" where the spread over seeds is wider than the difference.
        evidence: The numbers.
    """

    key: str
    text: str
    verdict: Verdict
    evidence: str


@dataclass(frozen=True, kw_only=True)
class PaperResult:
    """Everything that was measured.

    Attributes:
        options: What was tried.
        model: The model's name.
        original: Perplexity of the model as it came, on the held-out texts.
        untuned: Perplexity at Top-1 without tuning.
        entropy: Router entropy as it came, nats.
        prices: What the model costs at its own Top-K, under "original", and at Top-1 ("top-1").
        drops: Plans.
        arms: Tuning runs.
        learning_rate: As used.
        seconds: Of the whole.
    """

    options: PaperOptions
    model: str
    original: float
    untuned: float
    entropy: float
    prices: Mapping[str, Price]
    drops: tuple[Drop, ...] = ()
    arms: tuple[Arm, ...] = ()
    learning_rate: float = math.nan
    seconds: float = 0.0
    claims: tuple[Claim, ...] = field(default=(), compare=False)

    def dropped(self, share: float, metric: str, scope: str) -> Spread | None:
        """Perplexity of one kind of plan, over its seeds."""
        found = [
            d.perplexity
            for d in self.drops
            if (d.share, d.metric, d.scope) == (share, metric, scope)
        ]
        return Spread.of(found) if found else None

    def tuned(self, name: str) -> Spread | None:
        """Perplexity of one arm, over its seeds."""
        found = [arm.perplexity for arm in self.arms if arm.name == name]
        return Spread.of(found) if found else None

    def entropy_after(self, name: str) -> Spread | None:
        """Router entropy after one arm, over its seeds."""
        found = [arm.entropy_after for arm in self.arms if arm.name == name]
        return Spread.of(found) if found else None

    @property
    def best(self) -> str:
        """The arm with one expert per token that came out best; empty without one."""
        found = {
            arm.name: spread.mean
            for arm in self.arms
            if arm.name != CONTROL and (spread := self.tuned(arm.name)) is not None
        }
        return min(found, key=lambda name: found[name], default="")

    def to_json(self) -> dict[str, object]:
        """Everything; what is infinite becomes null."""
        return _plain(
            {
                "seer_paper": SCHEMA,
                "options": self.options.to_json(),
                **{name: getattr(self, name) for name in _NUMBERS},
                "model": self.model,
                "prices": {name: asdict(price) for name, price in self.prices.items()},
                "drops": [asdict(drop) for drop in self.drops],
                "arms": [asdict(arm) for arm in self.arms],
                "claims": [asdict(claim) for claim in self.claims],
            }
        )

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> PaperResult:
        """Read what `to_json` wrote.

        Raises:
            ProjectError: It is something else, or damaged.
        """
        if data.get("seer_paper") != SCHEMA:
            raise ProjectError(
                f"this is no result of the paper's claims of version {SCHEMA}",
                remedy=f"a {RESULT_FILE} that seer demo --paper wrote",
            )
        try:
            return cls(
                options=PaperOptions.from_json(_object(data["options"])),
                model=str(data["model"]),
                **{name: _number(data.get(name)) for name in _NUMBERS},
                prices={name: _price(price) for name, price in _object(data["prices"]).items()},
                drops=tuple(_drop(item) for item in _list(data["drops"])),
                arms=tuple(_read(Arm, item) for item in _list(data["arms"])),
                claims=tuple(_read(Claim, item) for item in _list(data["claims"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ProjectError(
                f"the result of the paper's claims cannot be read ({error})",
                remedy="seer demo --paper anew",
            ) from error

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        write_atomically(path, json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> PaperResult:
        """Read a saved result.

        Raises:
            ProjectError: It is not there, or something else.
        """
        try:
            return cls.from_json(read_json(path))
        except ProjectError:
            raise
        except StudioError as error:
            raise ProjectError(error.what, remedy="seer demo --paper -o DIR") from error


_NUMBERS = ("original", "untuned", "entropy", "learning_rate", "seconds")


def _plain(value: object) -> dict[str, object]:
    def walk(item: object) -> object:
        if isinstance(item, Mapping):
            return {key: walk(inner) for key, inner in item.items()}
        if isinstance(item, list | tuple):
            return [walk(inner) for inner in item]
        return None if isinstance(item, float) and not math.isfinite(item) else item

    return walk(value)  # type: ignore[return-value]


def _number(value: object) -> float:
    if value is None:
        return math.inf
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _price(item: object) -> Price:
    return _read(Price, item)


def _drop(item: object) -> Drop:
    data = _object(item)
    return _read(Drop, data | {"price": _price(data["price"])})


def _read(kind: type[T], item: object) -> T:
    """A flat value; null is infinity where a number belongs."""
    data = _object(item)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    return kind(**{k: math.inf if v is None else v for k, v in data.items() if k in known})
