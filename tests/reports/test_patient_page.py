"""The page for patients: plain to read, one page, calm without a finding."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from pgx.messages.catalogue import catalogue
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.pdf.pdf_patient import patient_data
from pgx.reports.pdf.typesetting import render_pdf_patient
from reports import factory
from reports.readability import flesch_kincaid, syllables, wiener_sachtextformel

ALARMING = {
    "en": ("avoid", "danger", "warn", "risk", "serious"),
    "de": ("vermeid", "gefahr", "risiko", "warn"),
}


def usual(*more):
    """A result without a finding."""
    call = factory.called(diplotype="*1/*1", phenotype="Normal Metabolizer")
    row = factory.advice(action=("use_as_directed",), lookup="CYP2C19=Normal Metabolizer")
    return factory.result(calls=(call,), recommendations=(row, *more))


def text_of(result, language):
    made = pypdf.PdfReader(io.BytesIO(render_pdf_patient(result, words=catalogue(language))))
    [page] = made.pages
    return page.extract_text()


def without_names(text, result, language):
    """The text without names of drugs, genes, samples and releases."""
    document = build_document(result, words=catalogue(language))
    names = [d.name for g in document.groups for d in g.drugs] + [g.gene for g in document.genes]
    names += [result.sample, result.provenance.knowledge_release]
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"{re.escape(name)},?", "", text, flags=re.IGNORECASE)
    return text


@pytest.mark.parametrize("result", [factory.result(), usual()], ids=["findings", "usual"])
@pytest.mark.parametrize(
    ("language", "grade", "most"), [("en", flesch_kincaid, 8), ("de", wiener_sachtextformel, 9)]
)
def test_the_page_is_plain(result, language, grade, most):
    assert grade(without_names(text_of(result, language), result, language)) <= most


@pytest.mark.parametrize(
    ("language", "grade", "most"), [("en", flesch_kincaid, 8), ("de", wiener_sachtextformel, 9)]
)
def test_every_sentence_that_may_be_on_the_page_is_plain_together(language, grade, most):
    said = [text for text in catalogue(language)["plain"].values() if text.endswith(".")]
    assert grade("\n".join(re.sub(r"\{\w+\}", "", text) for text in said)) <= most


def test_grades_of_known_texts():
    """The formulas, on sentences counted by hand."""
    assert [syllables(w, "en") for w in ("cat", "medicine", "people", "tested")] == [1, 3, 2, 2]
    assert [syllables(w, "de") for w in ("Arzneimittel", "Gene", "Ärztin")] == [4, 2, 2]
    # 6 words, 6 syllables: 0.39 * 6 + 11.8 - 15.59
    assert flesch_kincaid("The cat sat on the mat.") == pytest.approx(-1.45)
    # 4 words, all of one syllable and short: 0.1672 * 4 - 0.0327 * 100 - 0.875
    assert wiener_sachtextformel("Der Hund ist da.") == pytest.approx(-3.4762)
    hard = "Pharmacogenomic implementation necessitates interdisciplinary collaboration."
    assert flesch_kincaid(hard) > 20


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_a_finding_the_page_is_calm(language):
    maybe = factory.advice(
        drug="phenytoin", action=("use_as_directed",), lookup="CYP2C19=Indeterminate"
    )
    result = usual(maybe)
    assert not any(g.key in ACTIONABLE for g in build_document(result).groups)
    said = " ".join(text_of(result, language).split())
    plain = catalogue(language)["plain"]
    assert plain["none"] in said
    assert plain["matters_hint"] not in said
    assert not [word for word in ALARMING[language] if word in said.casefold()]
    # what is open is said, among what the test does not tell
    data = patient_data(result, words=catalogue(language))
    assert data["lists"] == []
    assert "henytoin" in data["not_tested"][0]


@pytest.mark.parametrize("language", ["en", "de"])
def test_research_use_is_said_in_plain_words(language):
    assert catalogue(language)["plain"]["research_use"] in " ".join(
        text_of(factory.result(), language).split()
    )
