"""What core says, in another language: a finished English sentence is found again by its template.

Core speaks English where it raises and reports, so that code, log, traceback and command line read
alike. A window or a report in another language asks here: `resources/messages/<language>.json`
maps templates with numbered places ("{0} is not UTF-8 at byte {1}") to the same in that language. A
sentence that no template makes stays as it is, and so do names, paths and numbers in the places.
`python -m resources.messages.update` collects the templates from the source.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

import resources

FOLDER = Path(resources.__file__).parent / "messages"
SOURCE_LANGUAGE = "en"
# A remedy in a message in a message is as deep as it gets.
DEEPEST = 4
# A text of more pieces is a list of facts.
MOST_PIECES = 32
# Letters of a word that says little by itself (to, of, is, vs), and characters of a template.
SHORTEST = 2
FEW = 9
_SPACE = re.compile(r"\s")
_PROSE = re.compile(r"[a-z]{3,} [a-z]{3,}")
# "3, 7 and 9", "score or loss": words without spaces, which join differently in other languages.
_LIST = re.compile(r"[^\s,]+(?:, [^\s,]+)*(?:,? (?P<word>and|or) [^\s,]+)(?: (?P=word) [^\s,]+)*")


@dataclass(frozen=True, kw_only=True)
class Template:
    """One template and what it is in another language.

    Attributes:
        literals: The pieces of the English between the places.
        places: The numbers of the places, in order.
        translation: With the same places.
    """

    literals: tuple[str, ...]
    places: tuple[str, ...]
    translation: str

    def match(self, text: str) -> tuple[str, ...] | None:
        """What stands in the places of a text that this makes, each as short as it can be.

        Linear in the text: the first fit of each piece is as good as any later one.
        """
        first, *middle, last = self.literals
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        values = []
        for piece in middle:
            found = text.find(piece, at, end)
            if found < 0:
                return None
            values.append(text[at:found])
            at = found + len(piece)
        return (*values, text[at:end])

    @property
    def foreign(self) -> re.Pattern[str] | None:
        """What in a place tells that another's sentence only looks like this; None if nothing.

        So little is given by "{0} to {1}" or "use {0}" that other people's sentences may fit.
        """
        words = re.findall(r"[^\W\d_]+", " ".join(self.literals))
        if all(len(word) <= SHORTEST for word in words):
            return _SPACE
        return _PROSE if self.weight < FEW else None

    @property
    def weight(self) -> int:
        """Characters that are given: the more, the surer the match."""
        return sum(map(len, self.literals))


# How sure a match is, what stands in the places, the translation, and the text that was matched.
Hit = tuple[int, tuple[tuple[str, str], ...], str, str]


@dataclass(frozen=True)
class Catalogue:
    """All templates of a language, surest first.

    Attributes:
        fixed: Sentences without places, and their translations as templates.
        templates: Those with places.
        lists: What "and" and "or" in a list of words become, blanks included.
    """

    fixed: dict[str, str]
    templates: tuple[Template, ...]
    lists: dict[str, str]

    def find(self, text: str, depth: int = 0) -> str | None:
        """The translation of a text; None where no template makes it.

        Front ends cut the final period of a sentence off, add one, or write a fix small: of what
        the text may have been, the form with the surest match counts.
        """
        whole = text.endswith(".")
        forms = [text, text[:-1] if whole else f"{text}."]
        if text[:1].islower():
            forms.append(text[0].upper() + text[1:])
        hits = [hit for form in forms if (hit := self._hit(form)) is not None]
        # Of equals the text as it is; no place is filled deeper than messages are nested.
        best = max(hits, key=lambda hit: hit[0], default=None)
        if best is None or (best[1] and depth >= DEEPEST):
            return None
        _, found, translation, form = best
        values = {place: self.value(value, depth + 1) for place, value in found}
        told = fill(translation, values)
        if form == forms[1]:
            return f"{told}." if whole else told.removesuffix(".")
        return told

    def _hit(self, text: str) -> Hit | None:
        """The surest template of a text; what makes it whole is surer than any with places."""
        if text in self.fixed:
            return len(text) + 1, (), self.fixed[text], text
        for template in self.templates:
            found = template.match(text)
            if found is not None and not (
                template.foreign and any(map(template.foreign.search, found))
            ):
                pairs = tuple(zip(template.places, found, strict=True))
                return template.weight, pairs, template.translation, text
        return None

    def value(self, text: str, depth: int = 0) -> str:
        """What stands in a place: a sentence of its own, a list of words, or a fact as it is."""
        found = self.find(text, depth)
        if found is not None:
            return found
        if depth < DEEPEST and (found := self._in_pieces(text, depth + 1)) is not None:
            return found
        if match := _LIST.fullmatch(text):
            word = match["word"]
            return self.lists[word].join(text.split(f" {word} "))
        return text

    def _in_pieces(self, text: str, depth: int) -> str | None:
        """A text of several messages, each by itself; None where it is one."""
        pieces = text.split(", ")
        if 1 < len(pieces) <= MOST_PIECES:
            told = [p if p.startswith("-") else self.find(p, depth) for p in pieces]
            if None not in told:
                return ", ".join(filter(None, told))
        pieces = text.split("; ")
        if 1 < len(pieces) <= MOST_PIECES:
            return "; ".join(self.value(piece, depth) for piece in pieces)
        head, seam, tail = text.partition(": ")
        return self.value(head, depth) + seam + self.value(tail, depth) if seam else None


def translated(text: str, language: str) -> str:
    """A sentence of core in a language; the sentence itself where it is not known.

    Args:
        text: What core said, finished.
        language: A code; English and languages without a catalogue change nothing.
    """
    if not text or language == SOURCE_LANGUAGE:
        return text
    return _translated(text, language)


@lru_cache(maxsize=512)
def _translated(text: str, language: str) -> str:
    known = catalogue(language)
    return text if known is None else known.value(text)


@cache
def catalogue(language: str) -> Catalogue | None:
    """The catalogue of a language; None if there is none."""
    path = FOLDER / f"{language}.json"
    if not path.is_file():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    fixed, templates = {}, []
    for room in data["messages"].values():
        for source, translation in room.items():
            if not translation:
                continue
            literals, places = split(source)
            if places:
                template = Template(literals=literals, places=places, translation=translation)
                templates.append(template)
            else:
                fixed[literals[0]] = translation
    templates.sort(key=lambda template: template.weight, reverse=True)
    return Catalogue(fixed, tuple(templates), data["lists"])


def split(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A template's literal pieces and its places: one piece more than places."""
    literals, places = [""], []
    for literal, place, _, _ in Formatter().parse(template):
        literals[-1] += literal
        if place is not None:
            places.append(place)
            literals.append("")
    return tuple(literals), tuple(places)


def fill(template: str, values: dict[str, str]) -> str:
    """A template with its places filled."""
    literals, places = split(template)
    filled = [piece + values[place] for piece, place in zip(literals, places, strict=False)]
    return "".join(filled) + literals[-1]
