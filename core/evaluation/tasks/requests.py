"""Items to token rows: what goes through the model, and which of its tokens are a choice.

All choices of an item are scored behind one prefix: the tokens that the context alone and the
context with any of the choices have in common. Where no token crosses the border between context
and choice that is the context; where one does (Korean endings often), every choice is scored from
before that token, so that the probabilities of all choices are of the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.calibration.tokens import Tokenizer, encode
from core.errors import InputError
from core.evaluation.forward import Piece
from core.evaluation.tasks.item import Item
from core.run import Run

_ENCODED_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sequence that goes through the model for one item.

    Attributes:
        ids: Its tokens.
        start: Index of the first scored token.
        last: Where all choices are a single token, one row answers for all: these are the tokens
            that may take its last place, choice by choice. Empty where the row is one choice.
    """

    ids: tuple[int, ...]
    start: int
    last: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """An item as token rows.

    Attributes:
        index: Position of the item in the task.
        rows: One per choice, or one for all.
        cut: Tokens of context left out on the left because the model takes no more.
    """

    index: int
    rows: tuple[Row, ...]
    cut: int = 0

    @property
    def longest(self) -> int:
        """Tokens of its longest row."""
        return max(len(row.ids) for row in self.rows)


def questions_of(
    items: Sequence[Item], tokenizer: Tokenizer, *, longest: int | None, run: Run
) -> tuple[Question, ...]:
    """Encode every item.

    Args:
        items: Of one task.
        tokenizer: The model's.
        longest: Tokens that the model takes; longer contexts lose their beginning.
        run: Checked now and then.

    Raises:
        InputError: A choice alone is longer than the model takes, or encodes to nothing.
    """
    found: list[Question] = []
    for at in range(0, len(items), _ENCODED_AT_ONCE):
        run.check()
        some = items[at : at + _ENCODED_AT_ONCE]
        texts = [text for item in some for text in (item.context, *_whole(item))]
        encoded = iter(encode(texts, tokenizer, specials=True))
        for number, item in enumerate(some, start=at):
            context = next(encoded)
            wholes = [next(encoded) for _ in item.choices]
            found.append(_question(number, context, wholes, longest))
    return tuple(found)


def _whole(item: Item) -> list[str]:
    return [item.context + choice for choice in item.choices]


def _question(
    index: int, context: list[int], wholes: list[list[int]], longest: int | None
) -> Question:
    start = min(_common(context, whole) for whole in wholes)
    if any(len(whole) <= start for whole in wholes):  # one choice begins as another one ends
        start = min(len(whole) for whole in wholes) - 1
    # The first token of a sequence has no probability: a context must leave one before the choice.
    if start < 1:
        raise InputError(
            f"question {index + 1:,} has no token before its choices",
            remedy="a context, or a tokenizer that begins texts with a token of its own",
        )
    width = max(len(whole) for whole in wholes)
    cut = max(width - longest, 0) if longest is not None else 0
    if cut >= start:
        raise InputError(
            f"a choice of question {index + 1:,} has {width - start:,} tokens, the model takes "
            f"{longest:,}",
            remedy="a model with a longer context",
        )
    ids = [tuple(whole[cut:]) for whole in wholes]
    start -= cut
    if all(len(row) == start + 1 for row in ids):
        last = tuple(row[start] for row in ids)
        rows: tuple[Row, ...] = (Row(ids=ids[0], start=start, last=last),)
    else:
        rows = tuple(Row(ids=row, start=start) for row in ids)
    return Question(index=index, rows=rows, cut=cut)


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two sequences begin alike with."""
    for at, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return at
    return min(len(a), len(b))


def batches_of(questions: Sequence[Question], batch_size: int) -> Iterator[tuple[Question, ...]]:
    """Whole questions, longest first, so that what is too long for the device fails at once."""
    batch: list[Question] = []
    rows = 0
    for question in sorted(questions, key=lambda q: (-q.longest, q.index)):
        if batch and rows + len(question.rows) > batch_size:
            yield tuple(batch)
            batch, rows = [], 0
        batch.append(question)
        rows += len(question.rows)
    if batch:
        yield tuple(batch)


def piece_of(batch: Sequence[Question], pad_id: int) -> Piece:
    """The rows of a batch, padded on the right."""
    rows = [row for question in batch for row in question.rows]
    width = max(len(row.ids) for row in rows)
    ids = np.full((len(rows), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.bool_)
    scored = np.zeros((len(rows), width), dtype=np.bool_)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = row.ids
        mask[at, : len(row.ids)] = True
        scored[at, row.start : len(row.ids)] = True
    return Piece(ids=ids, mask=mask, scored=scored)
