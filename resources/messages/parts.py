"""Runs of text and places, which templates are written from."""

from __future__ import annotations

import itertools

# Text, or None for a place.
Part = str | None
Parts = tuple[Part, ...]
PLACE: Parts = (None,)
# Words that are names of things: the same in every language.
NAMES = frozenset({
    "auto", "bfloat16", "calibration", "config", "cpu", "demo", "float32", "heldout", "hub",
    "layers", "locks", "model", "protected", "seeds", "seer", "sigmoid", "softmax", "steps",
    "torchrun",
})  # fmt: skip


def is_word(parts: Parts) -> bool:
    """Whether a piece only makes sense where it stands: a word, an ending, or nothing."""
    if not parts or parts == ("",):
        return True
    first, last = parts[0], parts[-1]
    if (first and first[0] in " ,:;") or (last and last[-1] in " ,:;"):
        return True
    return None not in parts and worded(parts) and " " not in str(first)


def is_name(parts: Parts) -> bool:
    """Whether there is nothing in it to translate: names, numbers, units, or nothing at all."""
    return None not in parts and not worded(parts)


def worded(parts: Parts) -> bool:
    """Whether there is a word in it that another language has its own for."""
    words = (word.strip(".,:;()'") for part in parts for word in (part or "").split())
    return any(
        any(a.isalpha() and b.isalpha() for a, b in itertools.pairwise(word))
        and not (word.isupper() or word in NAMES or {*word} & {".", "_", "/"} or word[0] == "-")
        for word in words
    )


def merged(parts: Parts) -> Parts:
    """Neighbouring texts as one, neighbouring places as one."""
    out: list[Part] = []
    for part in parts:
        if part == "":
            continue
        if out and part is None and out[-1] is None:
            continue
        if out and part is not None and out[-1] is not None:
            out[-1] += part
        else:
            out.append(part)
    return tuple(out)


def written(parts: Parts) -> str:
    """Parts as a template: places numbered, braces doubled."""
    numbers = itertools.count()
    return "".join(
        f"{{{next(numbers)}}}" if p is None else p.replace("{", "{{").replace("}", "}}")
        for p in parts
    )
