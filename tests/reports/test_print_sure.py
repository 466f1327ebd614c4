"""Printed pages are never surer, or more harmless, than the result that they print."""

from __future__ import annotations

import io

import pypdf
import pytest

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import (
    PHENOCONVERTED,
    AlternativeAdvice,
    Override,
    PatientContext,
    PatientResult,
)
from pgx.records.patient import Applies, KnownMedicine, MedicineUse, Patient, PopulationFit
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.pdf.typesetting import render_pdf, render_pdf_card, render_pdf_patient
from reports import factory
from reports.test_personal_entries import CONVERSION, MEDICINE

PLAIN = ENGLISH["plain"]
PRINT = ENGLISH["print"]


def pages_of(data: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return [
        " ".join(p.extract_text().replace("\u200b", "").split()).replace("\u00ad ", "")
        for p in pages
    ]


def sides_of(result: PatientResult) -> str:
    """Text of both sides of the card."""
    return " ".join(pages_of(render_pdf_card(result)))


def taking(*medicines: KnownMedicine, **more: object) -> PatientContext:
    return PatientContext(patient=Patient(), medicines=medicines, **more)  # type: ignore[arg-type]


def current(name: str, **more: object) -> KnownMedicine:
    return KnownMedicine(name=name, use=MedicineUse.CURRENT, **more)  # type: ignore[arg-type]


def converted(evidence: str = "established") -> PatientResult:
    """A drug that is used as directed by the genotype, and avoided with current medicines."""
    rule = CONVERSION.__class__(
        **{**{f: getattr(CONVERSION, f) for f in CONVERSION.__struct_fields__},
           "evidence": evidence}
    )  # fmt: skip
    context = taking(MEDICINE, conversions=(rule,))
    own = factory.advice(action=("use_as_directed",))
    changed = factory.advice(action=("avoid",), basis=PHENOCONVERTED)
    return factory.result(recommendations=(own, changed), context=context)


def test_a_medicine_outside_the_run_is_not_said_to_have_no_advice():
    context = taking(current("Siponimod", drugs=("siponimod",)))
    result = factory.result(context=context)
    [page] = pages_of(render_pdf_patient(result))
    assert PLAIN["current_not_asked"] in page
    assert PLAIN["current_none"] not in page
    assert f"siponimod: {PRINT['not_asked']}" in pages_of(render_pdf(result))[0]


def test_the_unknown_part_of_a_combination_is_told_beside_the_known():
    both = current("Plavix + foozzle", drugs=("clopidogrel",), unrecognised=("foozzle",))
    [page] = pages_of(render_pdf_patient(factory.result(context=taking(both))))
    assert PLAIN["current_avoid"] in page
    assert PLAIN["current_part"] in page


@pytest.mark.parametrize("renderer", [render_pdf_patient, render_pdf_card])
def test_nothing_assessed_never_reads_as_nothing_found(renderer):
    result = factory.result(calls=(factory.not_assessed(),), recommendations=(factory.unknown(),))
    page = " ".join(pages_of(renderer(result)))
    assert PLAIN["none_tested"] in page
    assert PLAIN["none"] not in page
    assert PRINT["none_by_area"] not in page


def test_the_patient_reads_how_many_medicines_could_not_be_judged():
    result = factory.result(recommendations=(factory.advice(), factory.unknown()))
    [page] = pages_of(render_pdf_patient(result))
    assert PLAIN["not_tested_drugs"].format(count=1) in page


def test_the_card_names_drugs_that_are_not_settled():
    other = AlternativeAdvice(
        lookup="CYP2B6=Poor Metabolizer", action=("avoid",), probability=0.2, text="Avoid it."
    )
    row = factory.depending(action=("use_as_directed",), drug="maybol", alternatives=(other,))
    page = sides_of(factory.result(recommendations=(row,)))
    assert PRINT["card_maybe"] in page
    assert "Maybol" in page
    assert PRINT["none_by_area"] not in page


def test_of_many_drugs_that_are_not_settled_the_card_names_ten_and_counts_the_rest():
    other = AlternativeAdvice(lookup="CYP2B6=Poor Metabolizer", action=("avoid",), text="No.")
    rows = tuple(
        factory.depending(action=("use_as_directed",), drug=f"maybol {n}", alternatives=(other,))
        for n in range(60)
    )
    page = sides_of(factory.result(recommendations=rows))
    assert PRINT["card_maybe"] in page
    assert page.count("Maybol") == 10
    assert PRINT["card_more"].format(count=50) in page


@pytest.mark.parametrize("renderer", [render_pdf, render_pdf_patient, render_pdf_card])
def test_what_current_medicines_alone_ask_for_has_a_sign(renderer):
    page = " ".join(pages_of(renderer(converted())))
    assert "Clopidogrel †" in page
    assert PRINT["changed_note"] in page


def test_advice_by_a_weak_rule_is_printed_too():
    said = " ".join(pages_of(render_pdf(converted("limited"), ReportFacts(annex=True))))
    assert "Clopidogrel (with current medicines: avoid)" in said


def test_page_one_says_for_whom_advice_on_a_current_medicine_is():
    row = factory.advice(population="Adults")
    fit = PopulationFit(
        drug=row.drug, population="Adults", applies=Applies.UNKNOWN, reason="age_unknown"
    )
    context = taking(current("Plavix", drugs=(row.drug,)), fits=(fit,))
    first = pages_of(render_pdf(factory.result(recommendations=(row,), context=context)))[0]
    assert "Adults (may apply: age unknown)" in first


def test_page_one_names_sources_that_contradict_each_other():
    rows = (
        factory.advice(action=("increase_dose",), dose_factor_min=1.5),
        factory.advice(source="DPWG", action=("reduce_dose",), dose_factor_max=0.5),
    )
    context = taking(current("Plavix", drugs=("clopidogrel",)))
    first = pages_of(render_pdf(factory.result(recommendations=rows, context=context)))[0]
    assert "CPIC: Increase the dose" in first
    assert "DPWG: Reduce the dose" in first


def decided(**subject: str) -> Override:
    return Override(
        sample="S1", says="Poor", by="Dr. B", date="2026-01-02", reason="Sanger", **subject
    )


@pytest.mark.parametrize("subject", [{"gene": "CYP2C19"}, {"drug": "clopidogrel"}])
def test_decisions_are_named_on_the_patients_pages(subject):
    [name] = subject.values()
    result = factory.result(overrides=(decided(**subject),))
    [page] = pages_of(render_pdf_patient(result))
    assert PLAIN["decided"].format(names=name) in page
    assert PRINT["card_decided"].format(names=name) in sides_of(result)


def test_a_decision_on_a_gene_stands_at_its_drugs():
    context = taking(current("Plavix", drugs=("clopidogrel",)))
    result = factory.result(overrides=(decided(gene="CYP2C19"),), context=context)
    label = ENGLISH["label"]["override_of"]
    assert f"{label}: CYP2C19: Poor (Dr. B, 2026-01-02)" in pages_of(render_pdf(result))[0]


def test_a_current_medicine_that_was_not_assessed_is_said_to_be_so():
    context = taking(current("Ziagen", drugs=("abacavir",)))
    result = factory.result(recommendations=(factory.unknown(),), context=context)
    first = pages_of(render_pdf(result))[0]
    assert f"Ziagen (abacavir) ○ {ENGLISH['bucket']['unassessed']}" in first
    assert ENGLISH["action"]["no_recommendation"] not in first


def test_a_current_medicine_that_may_need_a_change_says_which():
    other = AlternativeAdvice(
        lookup="CYP2B6=Poor Metabolizer", action=("avoid",), probability=0.2, text="Avoid it."
    )
    row = factory.depending(action=("use_as_directed",), drug="maybol", alternatives=(other,))
    context = taking(current("Maybol", drugs=("maybol",)))
    first = pages_of(render_pdf(factory.result(recommendations=(row,), context=context)))[0]
    assert "Avoid if CYP2B6 Poor Metabolizer" in first


def test_the_text_by_the_genotype_stands_before_the_advice_with_medicines():
    result = converted()
    taken = current("Plavix", drugs=("clopidogrel",))
    context = result.context
    assert context is not None
    context = PatientContext(
        patient=Patient(), medicines=(*context.medicines, taken),
        conversions=context.conversions,
    )  # fmt: skip
    own = factory.advice(action=("use_as_directed",), text="Text by the genotype.")
    rows = (own, *result.phenoconverted)
    _, *rest = pages_of(render_pdf(factory.result(recommendations=rows, context=context)))
    told = " ".join(rest).partition("Text by the genotype.")[2]
    assert "With current medicines" in told
