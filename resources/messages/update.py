"""Collect what core says into the catalogues of other languages.

python -m resources.messages.update [--where]

Write translations into <language>.json with the same places ({0}, {1}, in any order), then run
this again: what is translated stays, what is new comes in empty, what is gone goes. `--where` lists
every template with the line that says it.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from resources.messages import foreign
from resources.messages.extract import Extractor, Found
from resources.messages.source import Program

HERE = Path(__file__).resolve().parent
LANGUAGES = ("ko",)
FOLDERS = ("core", "app")

Messages = dict[str, dict[str, str]]


def collect() -> tuple[Found, ...]:
    """Every template of the program and of what it hands on.

    Raises:
        ValueError: A message is put together in a way that cannot be followed.
    """
    extractor = Extractor(Program(*FOLDERS))
    found = extractor.all()
    if extractor.unknown:
        raise ValueError("no template can be read off:\n" + "\n".join(extractor.unknown))
    handed_on = {
        "system": foreign.SYSTEM,
        "python": foreign.PYTHON,
        "libraries": foreign.LIBRARIES,
    }
    others = (
        Found(template=text, room=room, place="resources/messages/foreign.py")
        for room, texts in handed_on.items()
        for text in texts
    )
    return (*found, *others)


def by_room(found: Sequence[Found], known: Mapping[str, Mapping[str, str]]) -> Messages:
    """The templates by room, with the translations that are known, wherever they stood before."""
    have = {source: text for room in known.values() for source, text in room.items() if text}
    out: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in sorted(found, key=lambda one: (one.room, one.place.partition(":")[0], one.template)):
        out[one.room][one.template] = have.get(one.template, "")
    return dict(out)


def read(language: str) -> dict[str, dict[str, str]]:
    """The messages of a catalogue as they are kept."""
    messages: Messages = load(language)["messages"]
    return messages


def load(language: str) -> dict[str, Messages]:
    """A catalogue as it is kept."""
    data: dict[str, Messages] = json.loads((HERE / f"{language}.json").read_text(encoding="utf-8"))
    return data


def main(arguments: Sequence[str] = ()) -> int:
    """Update every language; say what is left to translate."""
    found = collect()
    if "--where" in arguments:
        sys.stdout.writelines(f"{one.place}: {one.template}\n" for one in found)
    for language in LANGUAGES:
        data = load(language)
        messages = by_room(found, data["messages"])
        text = json.dumps({**data, "messages": messages}, ensure_ascii=False, indent=1)
        (HERE / f"{language}.json").write_text(text + "\n", encoding="utf-8")
        left = sum(not text for room in messages.values() for text in room.values())
        sys.stdout.write(f"{language}: {left} left to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
