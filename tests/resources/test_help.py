"""The help pages: complete in both languages, and what the window points at is there."""

from __future__ import annotations

import re

import pytest

from core.scoring import metrics
from resources.help import LANGUAGES, help_page, help_pages, help_section
from resources.help.make_families import page as families_page
from resources.i18n.update import ROOT

TOPIC = re.compile(r'help_for\(\s*"([a-z0-9-]+#[a-z0-9-]+)"')
LINK = re.compile(r"\]\(([a-z0-9-]+)\.md(?:#([a-z0-9-]+))?\)")


def pages(language):
    return {page.key: page for page in help_pages(language)}


def test_every_page_of_the_window_has_its_help():
    steps = {"welcome", "model", "calibrate", "select", "tune", "evaluate", "export"}
    assert steps | {"jobs", "settings", "scores"} <= set(pages("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_pages_and_settings(language):
    folder = ROOT / "resources" / "help"
    for key, page in pages("en").items():
        assert (folder / language / f"{key}.md").is_file(), f"{language} lacks {key}"
        assert set(help_page(key, language).sections) == set(page.sections), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_that_offers_help_has_a_section_that_says_something(language):
    sources = "".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    topics = TOPIC.findall(sources)
    assert len(topics) >= 10
    for topic in topics:
        section = help_section(topic, language)
        assert section.title, topic
        assert len(section.text) > 20, topic
        assert "<!--" not in section.text, topic


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_between_pages_lead_somewhere(language):
    found = pages(language)
    for page in found.values():
        for key, section in LINK.findall(page.text):
            assert key in found, f"{page.key} links to {key}"
            assert not section or section in found[key].sections


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_is_explained(language):
    text = help_page("scores", language).text
    assert [m.name for m in metrics() if f"| {m.name} |" not in text] == []


def test_a_section_ends_where_the_next_heading_begins():
    page = help_page("calibrate", "en")
    assert "heat map" in page.text
    assert "heat map" not in page.sections["stream"].text
    assert page.sections["seed"].text.count("\n") < 4


def test_a_page_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        help_page("../../README", "en")
    with pytest.raises(KeyError):
        help_section("calibrate#nothing", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_families_is_what_the_table_makes(language):
    path = ROOT / "resources" / "help" / language / "families.md"
    remedy = "run python -m resources.help.make_families"
    assert path.read_text(encoding="utf-8") == families_page(language), remedy
