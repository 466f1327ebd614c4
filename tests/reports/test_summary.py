"""The first screen hides no drug to avoid and says no more than the data."""

from __future__ import annotations

import html
import os
from pathlib import Path

import msgspec
import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.recommendations.condition_fits import NO_REACTION
from pgx.records.advice import Drug, DrugStatus
from pgx.records.calls import AdviceFacts, Candidate, DrugCode, KeyEvidence, PatientContext
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.records.patient import Applies, ConditionFit, KnownMedicine, MedicineUse, Patient
from pgx.reports.content.document import build_document
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, facts_for
from pgx.reports.html_page import render_html
from reports import factory

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
REAL = sorted((SHARED / "gvcf").glob("*.g.vcf.gz"))
NONE = "No drug needs to be avoided"


def avoided(result):
    return [d for line in build_document(result).summary.avoid for d in line.drugs]


def test_a_drug_to_avoid_is_listed_while_its_genotype_is_unresolved():
    row = factory.depending(action=("avoid",))
    [drug] = avoided(factory.result(recommendations=(row,)))
    assert drug.word == "avoid, provisional"
    assert avoided(factory.result(recommendations=(factory.depending(),))) == []


def test_no_drug_to_avoid_is_said_only_where_nothing_is_open():
    row = factory.advice(action=("use_as_directed",))
    called = factory.result(calls=(factory.called(),), recommendations=(row,))
    assert NONE in render_html(called)
    calls = (factory.called(), factory.not_assessed())
    page = render_html(msgspec.structs.replace(called, calls=calls))
    assert NONE not in page
    assert "unresolved or not tested may give other" in page


def test_a_medicine_that_was_not_looked_up_says_so():
    taken = KnownMedicine(name="Plavix", use=MedicineUse.CURRENT, drugs=("clopidogrel",))
    context = PatientContext(patient=Patient(), medicines=(taken,))
    document = build_document(factory.result(recommendations=(), context=context))
    [line] = document.summary.medicines
    assert "no recommendation was looked up" in line.remark


def test_the_word_of_a_drug_is_that_of_what_put_it_in_its_group():
    row = factory.usable(drug="carbamazepine", action=("no_recommendation",))
    fit = ConditionFit(
        drug="carbamazepine", condition=NO_REACTION, applies=Applies.NO, reason="reacted"
    )
    context = PatientContext(patient=Patient(), condition_fits=(fit,))
    summary = build_document(factory.result(recommendations=(row,), context=context)).summary
    [drug] = [d for line in summary.by_class for d in line.drugs]
    assert (drug.kind, drug.word) == ("care", "caution")
    assert drug.action.startswith("A reaction to the drug is recorded")


def test_a_called_gene_is_provisional_and_not_unresolved():
    called = factory.called(
        gene="CYP2B6",
        diplotype="*1/*6",
        probability=0.999,
        candidates=(Candidate("*1/*6", 0.999), Candidate("*4/*6", 0.001)),
        n_candidates=2,
        phenotype="Intermediate Metabolizer",
        phenotypes=("Intermediate Metabolizer", "Poor Metabolizer"),
        lookup_keys=("Intermediate Metabolizer", "Poor Metabolizer"),
        key_evidence=(
            KeyEvidence(
                lookup_key="Poor Metabolizer",
                diplotype="*4/*6",
                phenotype="Poor Metabolizer",
                probability=0.001,
            ),
        ),
    )
    row = factory.depending(depends_on=("CYP2B6:genotype",))
    summary = build_document(factory.result(calls=(called,), recommendations=(row,))).summary
    assert summary.unresolved == ""
    assert summary.provisional.startswith("CYP2B6: most likely *1/*6 (posterior 99.9%); *4/*6")
    assert "would mean Poor Metabolizer" in summary.provisional
    unclear = factory.ambiguous()
    summary = build_document(factory.result(calls=(unclear,), recommendations=(row,))).summary
    assert summary.unresolved.startswith("CYP2B6: the recommendation")
    assert summary.provisional == ""


def test_a_paragraph_for_the_record_has_action_gene_source_release_and_use():
    validated = factory.provenance(validated_genes=(ValidatedGene(gene="CYP2C19"),))
    result = factory.result()
    text = build_document(result).records["clopidogrel"]
    for part in ("Clopidogrel: Avoid", "CYP2C19 *2/*3", "CPIC", "Strong", "PMID 35034351"):
        assert part in text
    assert "2025.11.1" in text
    assert text.endswith("validated method.")
    page = html.unescape(render_html(result))
    assert f"<div>{text}</div><button" in page
    whole = build_document(result).records[""]
    assert f"<div>{whole}</div><button" in page
    for part in ("CYP2C19 *2/*3", "Clopidogrel (avoid)", "CYP2B6", "HLA-B", "2025.11.1"):
        assert part in whole
    records = build_document(factory.result(provenance=validated)).records
    assert "research use" not in records["clopidogrel"]
    assert "research use only, except for CYP2C19" in records[""]
    every = tuple(ValidatedGene(gene=call.gene) for call in result.calls)
    facts = ReportFacts(laboratory=Laboratory(name="L", validated_genes=every))
    assert "research use" not in " ".join(build_document(result, facts).records.values())


def test_an_alternative_that_the_genotype_forbids_is_not_suggested():
    named = tuple(DrugCode(name, "1") for name in ("citalopram", "sertraline", "prasugrel"))
    facts = AdviceFacts(statement="S", instead=(*named, DrugCode("other_drug")))
    rows = (
        factory.advice(facts=facts),
        factory.depending(drug="citalopram", action=("avoid",)),
        factory.usable(drug="sertraline"),
    )
    document = build_document(factory.result(recommendations=rows))
    found = document.instead["clopidogrel"]
    assert [text.split(" (")[0] for text in found.suitable] == ["sertraline", "prasugrel"]
    assert found.suitable[0] == "sertraline (as directed)"
    assert found.unsuitable[0].startswith("citalopram (avoid, provisional; CYP2B6 ")
    page = html.unescape(render_html(factory.result(recommendations=rows)))
    assert f"unsuitable for this genotype: {found.unsuitable[0]}" in page


def test_an_alternative_for_some_patients_says_for_whom_it_is_not():
    prasugrel, ticagrelor = DrugCode("prasugrel", "1"), DrugCode("ticagrelor", "2")
    coronary = AdviceFacts(statement="A", instead=(prasugrel, ticagrelor))
    stroke = AdviceFacts(statement="B", instead=(ticagrelor,), avoid_also=(prasugrel,))
    rows = (
        factory.advice(facts=coronary, population="acs_or_pci"),
        factory.advice(facts=stroke, population="neurovascular"),
    )
    first, second = (
        build_document(factory.result(recommendations=rows)).instead["clopidogrel"].suitable
    )
    assert first.startswith("prasugrel (")
    assert "not for: neurovascular" in first
    assert second.startswith("ticagrelor (")
    assert "not for" not in second
    alone = build_document(factory.result(recommendations=rows[1:])).instead["clopidogrel"]
    assert [text.split(" (")[0] for text in alone.suitable] == ["ticagrelor"]


def test_drugs_of_the_same_class_are_listed_apart():
    codes = {"clopidogrel": "B01AC04", "other": "B01AC22", "citalopram": "N06AB04"}
    drugs = tuple(
        Drug(drug=name, authority="CPIC", status=DrugStatus.COVERED, atc=(code,))
        for name, code in codes.items()
    )
    rows = (
        factory.advice(),
        factory.usable(drug="other"),
        factory.usable(drug="citalopram"),
    )
    document = build_document(factory.result(recommendations=rows), ReportFacts(drugs=drugs))
    assert document.instead["clopidogrel"].same_class == ("Other",)
    assert document.instead["clopidogrel"].suitable == ()


@one_test
@pytest.mark.parametrize("language", ["en", "de"])
def test_of_several_test_results_the_positive_one_is_shown(language):
    phenotype = "*15:02 negative; *57:01 positive"
    call = factory.called(gene="HLA-B", phenotype=phenotype, phenotypes=(phenotype,))
    facts = msgspec.structs.replace(NO_FACTS, language=language)
    [line] = build_document(
        factory.result(calls=(call,), recommendations=()), facts
    ).summary.findings
    assert line.phenotype == "*57:01 positi" + ("ve" if language == "en" else "v")


@pytest.mark.validation
@pytest.mark.skipif(not REAL, reason="no validation data (PGX_VALIDATION_DATA)")
def test_every_drug_to_avoid_and_every_called_gene_is_on_the_first_screen():
    run = annotate(REAL)
    for result in run.results():
        document = build_document(result, facts_for(result, run.knowledge))
        summary = document.summary
        listed = {d.drug for line in summary.avoid for d in line.drugs}
        first = {d.drug: d.rows[0].action for g in document.groups for d in g.drugs if d.rows}
        wanted = {
            drug.drug
            for group in document.groups
            if group.key in ("avoid", "open_change")
            for drug in group.drugs
            if first.get(drug.drug) in ("avoid", "alternative")
        }
        assert wanted <= listed
        avoided_drugs = {d.name.casefold() for d in summary.drugs if d.is_avoided}
        for found in document.instead.values():
            suggested = {n for t in found.suitable for n in t.split(" (")[0].split(", ")}
            assert not avoided_drugs & {n.casefold() for n in (*suggested, *found.same_class)}
        genes = {g.gene for g in summary.findings} | {
            g.gene for u in summary.usual for g in u.genes
        }
        assert genes == {c.gene for c in result.calls if c.status in ("called", "ambiguous")}
