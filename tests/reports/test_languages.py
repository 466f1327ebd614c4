"""Catalogues of words: the same keys and gaps in each language, and pages without the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from cases import one_test
from languages import ENGLISH_WORDS, GERMAN
from pgx.errors import UsageError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH, catalogue
from pgx.reports.content.document import build_document
from pgx.reports.content.phrases import (
    day,
    days,
    figure,
    function_in_words,
    percent,
    phenotype_in_words,
    within,
)
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.html_page import render_html
from reports import factory
from reports.test_render_html import Page, full

OWN_TERMS = {"effect", "function", "phenotype", "setting_value", "strength", "test_result"}
IN_GERMAN = ReportFacts(language="de")


def texts(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from texts(value, f"{path}/{key}")
    else:
        for number, value in enumerate(tree):
            yield from texts(value, f"{path}/{number}")


def words_of(catalogue_: Mapping[str, Any]) -> dict[str, str]:
    kept = {k: v for k, v in catalogue_.items() if k not in OWN_TERMS | {"phrases", "style"}}
    return dict(texts(kept))


def test_no_label_is_left_in_english():
    kept = {k: t for k, t in words_of(GERMAN).items() if not k.startswith("/language")}
    assert not {k: t for k, t in kept.items() if ENGLISH_WORDS.search(re.sub(r"\{\w*\}", "", t))}
    assert not {k: t for k, t in texts(GERMAN["label"]) if set(t) & set("<>&")}
    english = words_of(ENGLISH)
    same = {k for k, t in kept.items() if t == english[k] and len(re.sub(r"\{\w*\}", "", t)) > 9}
    assert same <= {"/label/position"}


def test_every_phenotype_function_and_strength_of_the_release_has_a_german_word():
    kb = KnowledgeBase()
    known = {row["phenotype"] for row in kb.table("phenotype_rules")}
    assert {p for p in known if re.search("[a-z]", p)} <= set(GERMAN["phenotype"])
    functions = {row["function"] for row in kb.table("alleles")} - {"", "n/a"}
    assert {f for f in functions if re.search("[a-z]", f)} <= set(GERMAN["function"])
    assert {s.classification for s in kb.statements} - {""} <= set(GERMAN["strength"])
    rules = {f"{r['strength']} {r['effect']}" for r in kb.table("modulators")}
    assert rules <= set(GERMAN["effect"])


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="'fr'"):
        catalogue("fr")
    with pytest.raises(UsageError):
        build_document(factory.result(), ReportFacts(language="../de"))


def test_numbers_days_and_headlines():
    assert figure("≥3.0", GERMAN) == "≥3,0"
    assert figure("1,225 is 1.225", ENGLISH) == "1,225 is 1.225"
    assert percent(0.0042, GERMAN) == "0,4\u00a0%"
    assert percent(0.99999, GERMAN) == ">99,9\u00a0%"
    assert (day("2026-11-05", GERMAN), day("2026-11-05", ENGLISH)) == ("05.11.2026", "2026-11-05")
    assert (day("2025-11", GERMAN), day("2025", GERMAN)) == ("11/2025", "2025")
    assert day("12026-11-05", GERMAN) == "12026-11-05"
    assert days("rash 2026-11-05; S-2026-11-05", GERMAN) == "rash 05.11.2026; S-2026-11-05"
    assert within("Dosis verringern", GERMAN) == "Dosis verringern"
    assert within("Reduce the dose", ENGLISH) == "reduce the dose"


def test_terms_of_results():
    said = phenotype_in_words("Poor Metabolizer", GERMAN)
    assert said == "langsamer Metabolisierer (PM)"
    assert phenotype_in_words("*57:01 positive", GERMAN) == "*57:01 positiv"
    assert phenotype_in_words("*57:01 positive") == "*57:01 positive"
    assert function_in_words("0.5", GERMAN) == "Aktivitätswert 0,5"
    assert function_in_words("No function", GERMAN) == "keine Funktion"
    assert function_in_words(None, GERMAN) == "keine Funktion zugeordnet"


def test_the_page_names_its_language():
    assert Page(render_html(factory.result(), IN_GERMAN)).all("html") == [{"lang": "de"}]
    assert Page(render_html(factory.result())).all("html") == [{"lang": "en"}]


def test_a_page_in_one_language_does_not_change_the_next():
    before = render_html(factory.result())
    render_html(factory.result(), IN_GERMAN)
    assert render_html(factory.result()) == before


def test_numbers_on_the_page():
    page = " ".join(Page(render_html(factory.result(), IN_GERMAN)).text)
    assert "50–66,7\u00a0% der Standarddosis" in page
    assert "66.7" not in page


def test_advice_that_cannot_be_written_anew_stays_and_is_named():
    page = Page(render_html(factory.result(), IN_GERMAN))
    assert "Avoid clopidogrel; use prasugrel or ticagrelor." in " ".join(page.text)
    assert {"class": "text", "lang": "en"} in page.all("p")
    assert any("Empfehlungen nur auf Englisch" in text for text in page.text)
    document = build_document(factory.result(), IN_GERMAN)
    assert "Avoid clopidogrel; use prasugrel or ticagrelor." in document.untranslated
    assert not build_document(factory.result()).untranslated


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_strings_add_no_element_in_german(name):
    def shape(text):
        return [tag for tag, _ in Page(render_html(full(text), IN_GERMAN)).elements]

    assert shape(name) == shape("S1")


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hidden_characters_are_written_out_in_german(name):
    page = render_html(full(name), IN_GERMAN)
    assert not set(page) & set("\x7f\x85\u202e\u2066\u200b\u2028\ufeff\x00\x1b")


def test_a_format_in_a_name_is_only_text():
    result = msgspec.structs.replace(factory.result("{0.__class__}{drug}"))
    assert "{0.__class__}{drug}" in render_html(result, IN_GERMAN)
