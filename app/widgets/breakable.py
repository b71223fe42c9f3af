"""Long words in sentences: paths and names that a line has no room for."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST = 24  # letters of a word that stay together
MOST = 96  # letters of a path in a sentence
_BREAK = "\u200b"  # no width, but a line may end there


def breakable(text: str) -> str:
    """The text with places in its longest words where a line may end; it looks the same."""
    return re.sub(rf"\S{{{LONGEST}}}(?=\S)", lambda found: found.group() + _BREAK, text)


def shortened(path: Path | str, most: int = MOST) -> str:
    """A path with an ellipsis in the middle where it is long: both ends say most."""
    text = str(path)
    if len(text) <= most:
        return text
    head = (most - 1) // 3
    return f"{text[:head]}…{text[head + 1 - most :]}"
