"""What a report says, in one language: every text of it is in `resources/report/<language>.json`.

A key is the part of the report and the thing; a text may have named places that are filled in. The
two files have the same keys. Facts (names, paths, options) are not texts and stay as they are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

import resources
from core.errors import InputError
from core.messages import translated

FOLDER = Path(resources.__file__).parent / "report"
LANGUAGES = ("en", "ko")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Texts:
    """The texts of one language, asked for by key.

    Attributes:
        language: Its code, as HTML's `lang` has it.
        table: Key → text.
    """

    language: str
    table: MappingProxyType[str, str] = field(repr=False)

    def __call__(self, key: str, /, **values: object) -> str:
        """A text, its places filled in."""
        return self.table[key].format(**values)

    def said(self, text: str) -> str:
        """What another room of core said: a formula, a meaning, why something cannot be read."""
        return translated(text, self.language)

    def word(self, value: str) -> str:
        """A fact as it is, but for the two words that every language has."""
        return self.table.get(f"word.{value}", value)


@cache
def texts(language: str = DEFAULT_LANGUAGE) -> Texts:
    """The texts of a language.

    Raises:
        InputError: There is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(
            f"a report cannot be written in {language!r}", remedy=f"one of {', '.join(LANGUAGES)}"
        )
    table = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Texts(language, MappingProxyType(table))
