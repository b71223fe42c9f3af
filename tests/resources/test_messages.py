"""Core's sentences are complete in every language: all are found in the source, none is stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.messages import catalogue, fill, split, translated
from resources.messages.extract import Extractor
from resources.messages.source import Program
from resources.messages.update import LANGUAGES, by_room, collect, load, read

HOW = "run python -m resources.messages.update and translate what is empty in {language}.json"
SOURCE = """
NOUN = "a thing"
HOW = {"a": "by hand and foot", "b": "slowly"}


class Reader:
    def read(self, path, number):
        kind = "torn" if number else "upside down"
        if number > 1:
            raise InputError(f"{path} is {kind}: {number:,} of {NOUN}", remedy=_way("some glue"))
        ending = "" if number else ", and lost"
        raise InputError("the book " + f"of {self._owner(number)} is gone{ending}")

    def _owner(self, number) -> str:
        return f"the {number}. reader" if number else "nobody in particular"


def _way(what: str) -> str:
    return f"{HOW['a']} with {what}"


def _passed(error):
    raise InputError(error.what, remedy=error.remedy)


def _open(text):
    raise InputError(text())
"""


@pytest.fixture(scope="module")
def found():
    return collect()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_core_is_translated_and_none_is_stale(found, language) -> None:
    kept = read(language)
    fresh = by_room(found, kept)
    assert fresh == kept, HOW.format(language=language)
    missing = [text for room in fresh.values() for text, korean in room.items() if not korean]
    assert not missing, HOW.format(language=language)
    # Less would mean that the collector has lost sight of the source.
    assert len(found) > 700
    assert {"checkpoint", "families", "planning", "runtime", "tuning", "export"} <= fresh.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_places_of_their_templates(language) -> None:
    for room in read(language).values():
        for source, text in room.items():
            assert sorted(split(source)[1]) == sorted(split(text)[1]), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_finds_its_own_translation_among_all(language) -> None:
    for room in read(language).values():
        for source, text in room.items():
            values = {place: f"x{place}/y" for place in split(source)[1]}
            assert translated(fill(source, values), language) == fill(text, values), source


# Written otherwise, but without a word.
SYMBOLS = {"{0} to {1}", "{0} → {1} nats; λ = 0: {2}", "[Errno {0}] {1}", "[Errno {0}] {1}: {2}",
           "{0} (os error {1})"}  # fmt: skip


def test_korean_has_korean_words_wherever_english_has_words() -> None:
    for room in read("ko").values():
        for source, text in room.items():
            if not re.search("[가-힣]", text) and source not in SYMBOLS:
                # An option, a command, the name of a paper: the same in every language.
                assert text == source, source
                assert re.match(r"--|pip |StreamedLosses|.*arXiv|\w+\+bias$", text), source


def test_korean_needs_no_particle_that_depends_on_what_a_place_holds() -> None:
    for room in read("ko").values():
        for text in room.values():
            assert not re.search(r"이\(가\)|을\(를\)|은\(는\)|와\(과\)|\(으\)로", text), text
            # Nor one that only fits some endings; sizes end in "byte" and take 가.
            found = re.findall(r"\}(이|가|을|를|은|는|과|와)(?=[ ,.]|$)", text)
            assert not found or "GB" in text or "필요한데" in text, text


def test_the_collector_follows_words_variables_and_helpers(tmp_path: Path) -> None:
    (tmp_path / "core" / "room").mkdir(parents=True)
    (tmp_path / "core" / "room" / "file.py").write_text(SOURCE, encoding="utf-8")
    extractor = Extractor(Program("core", root=tmp_path))
    assert {one.template for one in extractor.all()} == {
        "{0} is torn: {1} of {2}",  # a single word is spelled out
        "{0} is {1}: {2} of {3}",  # a phrase is a template of its own, and a place
        "upside down",
        "a thing",
        "{0} with {1}",
        "by hand and foot",
        "slowly with {0}",
        "some glue",
        "the book of {0} is gone",
        "the book of {0} is gone, and lost",
        "the {0}. reader",
        "nobody in particular",
    }
    assert {one.room for one in extractor.all()} == {"room"}
    # What nobody can follow is told and not passed over; what is handed on is found where it began.
    assert {line.rpartition(": ")[2] for line in extractor.unknown} == {"text()"}


def test_a_catalogue_is_read_once_and_other_languages_have_none() -> None:
    assert catalogue("ko") is catalogue("ko")
    assert catalogue("xx") is None
    assert translated("there is no plan to try", "xx") == "there is no plan to try"
    assert load("ko").keys() == {"lists", "messages"}
