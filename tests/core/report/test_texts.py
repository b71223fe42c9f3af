"""The report speaks two languages: the same keys, the same places, nothing of one in the other."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest

from core.errors import InputError
from core.planning import Merge
from core.report.origin import FACTS
from core.report.page import Look, report_html
from core.report.texts import FOLDER, LANGUAGES, texts
from core.scoring import metrics
from tests.core.report.test_html import model, read, subject_of  # noqa: F401 - a fixture

TEMPLATE = (FOLDER / "report.html").read_text(encoding="utf-8")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_all_languages_have_the_same_keys_and_the_same_places() -> None:
    english = texts("en").table
    for language in LANGUAGES:
        table = texts(language).table
        assert table.keys() == english.keys()
        for key, text in table.items():
            assert text.strip() == text != "", key
            assert places(text) == places(english[key]), (language, key)


def test_korean_is_korean_wherever_english_has_words() -> None:
    # What is written alike everywhere: names of measures, units.
    same = {"fact.top_k"}
    for key, text in texts("ko").table.items():
        if text == texts("en").table[key]:
            assert key in same, key
        else:
            assert re.search("[가-힣]", text) or key in {"tuning.nats", "quality.kl"}, key


def test_a_metric_is_explained_in_the_language_of_the_report() -> None:
    for metric in metrics():
        assert texts("en").said(metric.meaning) == metric.meaning
        assert re.search("[가-힣]", texts("ko").said(metric.meaning)), metric.name
        for text in (metric.formula, metric.source):
            assert not re.search("all|seeded|variant|control|code", texts("ko").said(text)), text
    assert texts("ko").said("something new") == "something new"


def test_every_fact_and_every_key_of_the_template_has_a_text() -> None:
    table = texts("en").table
    assert {f"fact.{key}" for key in FACTS} <= table.keys()
    asked = set(re.findall(r"t\('([\w.]+)'[,)]", TEMPLATE))
    assert len(asked) > 30
    assert asked <= table.keys()


def test_the_template_itself_says_nothing() -> None:
    markup = r"<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>"
    bare = re.sub(markup, " ", TEMPLATE, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{3,}", bare)) <= {"Top", "SEER", "Studio"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_of_one_language(model, language) -> None:  # noqa: F811
    subject = subject_of(model)
    merged = subject.plan.with_merges([[Merge.of(2, {2: 1.0, 6: 1.0})], []])
    subject = replace(subject, plan=merged, missing=("gone",))
    text = report_html(subject, look=Look(language=language))
    page = read(text)
    tag, attributes = page.tags[0]
    assert (tag, attributes["lang"]) == ("html", language)
    t, shown = texts(language), " ".join(page.text.split())
    for key in ("experts.title", "layers.merged", "cost.routed_experts", "quality.chart",
                "origin.title", "fact.fingerprint", "kind.original"):  # fmt: skip
        assert t(key) in shown, key
    assert t("page.missing", what="gone") in shown
    assert t("share", part="10", whole="16") in shown
    assert t.said("mean contribution when chosen") in shown
    other = texts("ko" if language == "en" else "en")
    for key in ("experts.title", "layers.title", "cost.how", "quality.title", "origin.title"):
        assert other(key, context="1,024") not in shown
    # Numbers are written alike in both: thousands parted, a dash where one is not known.
    assert "12.50" in shown
    assert "∞" in shown


def test_another_language_is_refused() -> None:
    with pytest.raises(InputError, match="'fr'"):
        Look(language="fr")
