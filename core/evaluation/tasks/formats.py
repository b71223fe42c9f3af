r"""Rows to items: the shapes that multiple choice comes in.

| shape | fields | read as |
|---|---|---|
| MMLU | `question`, `choices`, `answer` (`subject`) | question, lettered choices, `Answer:` |
| continuation | `context`, `choices`, `answer` (`subject`) | context; the choices as they stand |
| SST | `text` or `sentence`, `label` (`label_text`) | `Review: …`, `Sentiment:`, the label's name |

`choices` is a list of texts, or the text of such a list, or four fields `A` to `D`. `answer` is an
index from 0, a letter, or the text of the right choice; `label` and `gold` are other names for it,
`query`, `prompt` and `ctx` for `context`, `endings` and `options` for `choices`, `category` for
`subject`. A context gets what joins it to its choices from the file: a choice that should follow
behind a space begins with one.

With `style` "text", MMLU's choices are not lettered: each choice's text is scored behind
`Question: …\nAnswer:`, which small models understand where they do not understand letters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal

from core.errors import InputError
from core.evaluation.tasks.item import Item, Row

Style = Literal["letters", "text"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SST5 = ("very negative", "negative", "neutral", "positive", "very positive")

_QUESTION = ("question",)
_CONTEXT = ("context", "query", "prompt", "ctx")
_CHOICES = ("choices", "endings", "options")
_ANSWER = ("answer", "label", "gold", "answer_index")
_SUBJECT = ("subject", "category")
_TEXT = ("text", "sentence")


def items_of(rows: Iterable[Row], where: str, style: Style = "letters") -> tuple[Item, ...]:
    """Turn rows into items, the shape told by the first row's fields.

    Args:
        rows: Of one file or data set.
        where: Its name, for errors.
        style: How questions with choices are put.

    Raises:
        InputError: No row, no known shape, or a row that is not of it.
    """
    found = list(rows)
    if not found:
        raise InputError(f"{where} holds no question", remedy="one JSON object per line")
    if _field(found[0], (*_QUESTION, *_CONTEXT)) is None and _field(found[0], _TEXT):
        return _labelled(found, where)
    return tuple(_item(row, number, where, style) for number, row in enumerate(found, start=1))


def _item(row: Row, number: int, where: str, style: Style) -> Item:
    place = f"row {number:,} of {where}"
    choices = _choices(row, place)
    answer = _answer(_value(row, _ANSWER, place), choices, place)
    subject = str(row.get(_field(row, _SUBJECT) or "", "") or "")
    key = _field(row, _QUESTION)
    if key is None:
        context = str(_value(row, _CONTEXT, place))
        return Item(context=context, choices=choices, answer=answer, subject=subject)
    question = str(row[key]).strip()
    if style == "text":
        return Item(
            context=f"Question: {question}\nAnswer:",
            choices=tuple(f" {choice.strip()}" for choice in choices),
            answer=answer,
            subject=subject,
        )
    if len(choices) > len(LETTERS):
        raise InputError(
            f"{place} has {len(choices)} choices, there are {len(LETTERS)} letters",
            remedy="--task-style text",
        )
    lettered = "\n".join(f"{LETTERS[i]}. {choice.strip()}" for i, choice in enumerate(choices))
    return Item(
        context=f"{question}\n{lettered}\nAnswer:",
        choices=tuple(f" {LETTERS[i]}" for i in range(len(choices))),
        answer=answer,
        subject=subject,
    )


def _labelled(rows: list[Row], where: str) -> tuple[Item, ...]:
    """Texts with a label, SST's way: the labels' names are the choices."""
    labels = []
    for number, row in enumerate(rows, start=1):
        label = row.get("label")
        if isinstance(label, bool) or not isinstance(label, int | str):
            raise InputError(
                f"row {number:,} of {where} has no label; it has {', '.join(row) or 'no field'}",
                remedy="fields text and label, or question, choices and answer",
            )
        labels.append(str(label).strip())
    names = _label_names(rows, labels, where)
    order = {label: at for at, label in enumerate(names)}
    choices = tuple(f" {name}" for name in names.values())
    return tuple(
        Item(
            context=f"Review: {str(_value(row, _TEXT, where)).strip()}\nSentiment:",
            choices=choices,
            answer=order[label],
        )
        for row, label in zip(rows, labels, strict=True)
    )


def _label_names(rows: list[Row], labels: list[str], where: str) -> dict[str, str]:
    """The name of each label, in the labels' order."""
    given = {
        label: str(row["label_text"]).strip()
        for row, label in zip(rows, labels, strict=True)
        if row.get("label_text")
    }
    if not given and set(labels) <= {"0", "1", "2", "3", "4"}:
        return {str(at): name for at, name in enumerate(SST5)}
    names = {label: given.get(label, label) for label in sorted(set(labels), key=_label_order)}
    bare = [name for label, name in names.items() if name == label and label.isdigit()]
    if bare:
        raise InputError(
            f"label {bare[0]} of {where} has no name",
            remedy="a field label_text, or the labels 0 to 4 of SST-5",
        )
    if len(names) < 2:
        raise InputError(f"{where} has {len(names)} label; a choice needs 2", remedy="more labels")
    return names


def _label_order(label: str) -> tuple[bool, int, str]:
    return (not label.isdigit(), int(label) if label.isdigit() else 0, label)


def _choices(row: Row, place: str) -> tuple[str, ...]:
    value: object
    if _field(row, _CHOICES) is None and all(letter in row for letter in "ABCD"):
        value = [row[letter] for letter in "ABCD"]
    else:
        value = _value(row, _CHOICES, place)
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        value = value["text"]  # ARC and OpenBookQA: {"text": […], "label": […]}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, list) or len(value) < 2:
        raise InputError(
            f"{place} has no list of at least 2 choices",
            remedy='write them as "choices": ["…", "…"]',
        )
    choices = tuple(str(choice) for choice in value)
    if not all(choice.strip() for choice in choices):
        raise InputError(f"{place} has an empty choice", remedy="a text for each choice")
    return choices


def _answer(value: object, choices: tuple[str, ...], place: str) -> int:
    """The index of the right choice."""
    if isinstance(value, int) and not isinstance(value, bool):
        at = value
    else:
        text = str(value).strip()
        stripped = [choice.strip() for choice in choices]
        if len(text) == 1 and text.upper() in LETTERS and text not in stripped:
            at = LETTERS.index(text.upper())
        elif text in stripped:
            at = stripped.index(text)
        else:
            at = int(text) if text.isdecimal() else -1
    if not 0 <= at < len(choices):
        raise InputError(
            f"the answer {value!r} of {place} is none of its {len(choices)} choices",
            remedy="an index from 0, a letter from A, or the choice's own text",
        )
    return at


def _field(row: Row, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in row), None)


def _value(row: Row, names: tuple[str, ...], place: str) -> object:
    key = _field(row, names)
    if key is None:
        raise InputError(
            f"{place} has no field {' or '.join(names)}; it has {', '.join(row) or 'none'}",
            remedy="fields question, choices and answer; context, choices and answer; or text and "
            "label",
        )
    return row[key]
