"""A question with its choices, and a task of them. No torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question, as the model reads it.

    Attributes:
        context: What stands before every choice.
        choices: What may follow; the likeliest is the model's answer.
        answer: Index of the right one.
        subject: What it is about, or empty.
    """

    context: str
    choices: tuple[str, ...]
    answer: int
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Questions under one name.

    Attributes:
        name: What the results are called by.
        items: The questions.
    """

    name: str
    items: tuple[Item, ...]

    def __len__(self) -> int:
        """The number of questions."""
        return len(self.items)

    @property
    def chance(self) -> float:
        """Accuracy of guessing: the mean of 1/choices."""
        return sum(1 / len(item.choices) for item in self.items) / len(self.items)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that the scores depend on; the answers are not among it."""
        digest = hashlib.sha256(b"seer task 1")
        for item in self.items:
            digest.update(json.dumps([item.context, *item.choices]).encode())
        return digest.hexdigest()

    @cached_property
    def key(self) -> str:
        """SHA-256 over the questions and their answers: two results compare where it is equal."""
        digest = hashlib.sha256(self.fingerprint.encode())
        digest.update(json.dumps([[item.answer, item.subject] for item in self.items]).encode())
        return digest.hexdigest()

    def first(self, count: int | None) -> Task:
        """The first `count` questions; all of them if None."""
        return self if count is None else Task(name=self.name, items=self.items[:count])


Row = Mapping[str, object]
