"""Scores to accuracy. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.evaluation.result import TaskResult
from core.evaluation.tasks.item import Item, Task


def result_of(task: Task, scores: Mapping[int, Sequence[float]], *, normalised: bool) -> TaskResult:
    """Accuracy of the likeliest choice.

    With ℓ_c the log-likelihood of choice c and b_c the UTF-8 bytes of its text, the answer is
    argmax ℓ_c, or argmax ℓ_c / b_c when normalised, which does not favour short choices. Ties go
    to the first choice, as argmax does.

    Args:
        task: The questions.
        scores: Log-likelihoods of each item's choices, by its index; all of them.
        normalised: Which of the two is "the" accuracy.
    """
    plain = [_best(scores[i]) == item.answer for i, item in enumerate(task.items)]
    divided = [
        _best(_per_byte(scores[i], item)) == item.answer for i, item in enumerate(task.items)
    ]
    right = divided if normalised else plain
    n = len(right)
    accuracy = sum(right) / n
    return TaskResult(
        accuracy=accuracy,
        n=n,
        stderr=math.sqrt(accuracy * (1 - accuracy) / (n - 1)) if n > 1 else None,
        chance=task.chance,
        accuracy_normalised=sum(divided) / n,
        by_subject=_by_subject(task, right),
        right=tuple(right),
        fingerprint=f"{task.key}{'/bytes' if normalised else ''}",
    )


def _best(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)


def _per_byte(values: Sequence[float], item: Item) -> list[float]:
    sizes = [len(choice.encode()) for choice in item.choices]
    return [value / size for value, size in zip(values, sizes, strict=True)]


def _by_subject(task: Task, right: Sequence[bool]) -> dict[str, tuple[float, int]]:
    found: dict[str, list[bool]] = {}
    for item, hit in zip(task.items, right, strict=True):
        if item.subject:
            found.setdefault(item.subject, []).append(hit)
    return {name: (sum(hits) / len(hits), len(hits)) for name, hits in sorted(found.items())}
