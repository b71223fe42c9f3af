"""What an evaluation found, as a frozen value. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.evaluation.sequences import SequenceLosses

OVERALL = "overall"


@dataclass(frozen=True, kw_only=True)
class TaskResult:
    """Accuracy on one multiple-choice task.

    Attributes:
        accuracy: Share of questions answered rightly, by the rule that was asked for.
        n: Number of questions.
        stderr: Standard error of the accuracy, √(a(1 − a)/(n − 1)).
        chance: Accuracy of guessing, the mean of 1/choices.
        accuracy_normalised: Accuracy when each choice's log-likelihood is divided by its bytes.
        by_subject: Accuracy and number of questions by subject, where the items name one.
        right: Whether each question was answered rightly, for paired comparisons.
        fingerprint: Of the questions and how they were put; two results compare where it is equal.
    """

    accuracy: float
    n: int
    stderr: float | None = None
    chance: float | None = None
    accuracy_normalised: float | None = None
    by_subject: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    right: tuple[bool, ...] = field(default=(), repr=False)
    fingerprint: str = ""

    def __post_init__(self) -> None:
        """Freeze the mapping."""
        object.__setattr__(self, "by_subject", MappingProxyType(dict(self.by_subject)))

    def to_json(self) -> dict[str, object]:
        """The contract's object, with what else is known."""
        return {
            "accuracy": self.accuracy,
            "n": self.n,
            "stderr": self.stderr,
            "chance": self.chance,
            "accuracy_normalised": self.accuracy_normalised,
            "by_subject": {
                name: {"accuracy": accuracy, "n": n}
                for name, (accuracy, n) in self.by_subject.items()
            },
        }

    def to_record(self) -> dict[str, object]:
        """All of it, as a project keeps it."""
        bits = "".join("01"[hit] for hit in self.right)
        return {**self.to_json(), "right": bits, "fingerprint": self.fingerprint}

    @classmethod
    def from_record(cls, data: Mapping[str, object]) -> TaskResult:
        """Read what `to_record` wrote.

        Raises:
            KeyError, TypeError, ValueError: It did not write this.
        """
        subjects = data.get("by_subject") or {}
        if not isinstance(subjects, Mapping):
            raise TypeError("by_subject is no object")
        plain = {name: data.get(name) for name in ("stderr", "chance", "accuracy_normalised")}
        return cls(
            accuracy=float(str(data["accuracy"])),
            n=int(str(data["n"])),
            by_subject={
                str(name): (float(row["accuracy"]), int(row["n"])) for name, row in subjects.items()
            },
            right=tuple(bit == "1" for bit in str(data.get("right", ""))),
            fingerprint=str(data.get("fingerprint", "")),
            **{name: None if v is None else float(str(v)) for name, v in plain.items()},
        )


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How well a model predicts texts, and how far it is from the original.

    Perplexity is exp of the mean cross-entropy in nats over predicted tokens: of one domain, or,
    under "overall", of all tokens of all domains together (not the mean of the domains' numbers).
    The first token of a sequence is not predicted; padding is neither predicted nor seen.

    Attributes:
        perplexity: "overall" first, then by domain; a domain without a predicted token is absent.
        tokens: Predicted tokens.
        tokens_by_domain: The same by domain.
        kl: Mean KL(original ‖ variant) in nats per predicted token; None without a reference.
        top1_agreement: Share of predicted tokens whose likeliest candidate is the original's.
        kl_by_domain: `kl` by domain; empty without a reference.
        agreement_by_domain: `top1_agreement` by domain.
        reference_perplexity: The original's perplexity, measured in passing; empty without one.
        losses: Loss by sequence of each domain, for paired comparisons; not in the JSON.
        reference_losses: The original's; empty without one.
        tasks: Multiple choice by task.
        reference_tasks: The original's; empty without one.
        seconds: Time it took, pauses left out.
        streamed: Whether a model was streamed layer by layer.
        peak_rss_bytes: Highest resident memory of the process.
    """

    perplexity: Mapping[str, float]
    tokens: int
    tokens_by_domain: Mapping[str, int] = field(default_factory=dict)
    kl: float | None = None
    top1_agreement: float | None = None
    kl_by_domain: Mapping[str, float] = field(default_factory=dict)
    agreement_by_domain: Mapping[str, float] = field(default_factory=dict)
    reference_perplexity: Mapping[str, float] = field(default_factory=dict)
    losses: Mapping[str, SequenceLosses] = field(default_factory=dict)
    reference_losses: Mapping[str, SequenceLosses] = field(default_factory=dict)
    tasks: Mapping[str, TaskResult] = field(default_factory=dict)
    reference_tasks: Mapping[str, TaskResult] = field(default_factory=dict)
    seconds: float = 0.0
    streamed: bool = field(default=False, compare=False)
    peak_rss_bytes: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        for name in (
            "perplexity",
            "tokens_by_domain",
            "kl_by_domain",
            "agreement_by_domain",
            "reference_perplexity",
            "losses",
            "reference_losses",
            "tasks",
            "reference_tasks",
        ):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def to_json(self) -> dict[str, object]:
        """The contract's `evaluate` object; JSON has no infinity, so that becomes null."""
        return {
            "perplexity": _finite(self.perplexity),
            "tokens": self.tokens,
            "tokens_by_domain": dict(self.tokens_by_domain),
            "kl": self.kl if self.kl is None or math.isfinite(self.kl) else None,
            "top1_agreement": self.top1_agreement,
            "kl_by_domain": _finite(self.kl_by_domain),
            "agreement_by_domain": dict(self.agreement_by_domain),
            "reference_perplexity": _finite(self.reference_perplexity),
            "tasks": {name: task.to_json() for name, task in self.tasks.items()},
            "reference_tasks": {
                name: task.to_json() for name, task in self.reference_tasks.items()
            },
            "seconds": self.seconds,
            "streamed": self.streamed,
            "peak_rss_bytes": self.peak_rss_bytes,
        }


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}
