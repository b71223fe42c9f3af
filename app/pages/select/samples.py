"""Texts to try the token lens on: the beginning of a document of each bundled domain."""

from __future__ import annotations

import json
from importlib import resources

CHARACTERS = 700
SPLIT = "heldout"  # what the demo model has not been calibrated on


def sample_domains() -> tuple[str, ...]:
    """Names of the bundled domains."""
    folder = resources.files("resources.demo") / "texts" / SPLIT
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".jsonl")]
    return tuple(sorted(name.removesuffix(".jsonl") for name in names))


def sample_text(domain: str, characters: int = CHARACTERS) -> str:
    """The beginning of the first document of a domain, to the end of a line where that is near."""
    file = resources.files("resources.demo") / "texts" / SPLIT / f"{domain}.jsonl"
    with file.open(encoding="utf-8") as lines:
        text = str(json.loads(lines.readline())["text"])
    if len(text) <= characters:
        return text
    end = text.rfind("\n", characters // 2, characters)
    return text[: end if end > 0 else characters]
