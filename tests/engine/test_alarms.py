"""Whole genomes: a reference genotype raises no alert, a carrier does; the unknown stays open."""

from __future__ import annotations

import json

import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.patient import Condition, Medicine, MedicineUse, Patient
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_groups import build_overview
from pgx.reports.content.drug_ranking import ACTIONABLE, NO_CHANGE
from pgx.reports.content.release_facts import facts_of
from pgx.reports.fhir.write_bundle import render_fhir
from pgx.reports.html_page import render_html
from simulated import vcf_file

KB = KnowledgeBase()
SEX = {"S1": SampleInfo(sample="S1", sex="male")}
CYSTIC_FIBROSIS = Condition(name="Cystic fibrosis", code="E84.9", system="ICD-10")


def outside(cyp2d6: str = "*1/*1", hla_b: str = "*07:02/*08:01") -> list[OutsideCall]:
    said = {"CYP2D6": cyp2d6, "HLA-A": "*01:01/*02:01", "HLA-B": hla_b}
    return [OutsideCall(gene=g, diplotype=d, where="test") for g, d in said.items()]


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    """Return a function from diplotypes to a result; genes not named carry the default allele."""

    def made(diplotypes=None, calls=None, patient=None, **fields):
        path = vcf_file(
            tmp_path_factory.mktemp("g"), {"CYP2C19": "*1/*1", **(diplotypes or {})},
            style="gvcf", sex="male",
        )  # fmt: skip
        run = annotate(
            [path], RunSettings(**fields), knowledge=KB, sample_info=SEX,
            outside=outside() if calls is None else calls, patient=patient,
        )  # fmt: skip
        [result] = run.results()
        return result

    return made


def groups(result) -> dict[str, str]:
    """Return the group of each drug in the report."""
    document = build_document(result, facts_of(KB))
    return {drug.drug: group.key for group in document.groups for drug in group.drugs}


def alerted(result) -> set[str]:
    return {drug for drug, group in groups(result).items() if group in ACTIONABLE}


def test_a_genome_of_default_alleles_alarms_nobody_but_before_tacrolimus(genome):
    result = genome()
    assert all(call.status.value == "called" for call in result.calls)
    assert alerted(result) == {"tacrolimus"}
    assert set(build_overview(result).drugs_in(*ACTIONABLE)) == {"tacrolimus"}
    tasks = [
        entry["resource"]
        for entry in json.loads(render_fhir(result, facts_of(KB)))["entry"]
        if entry["resource"]["resourceType"] == "Task"
    ]
    proposed = {task["reasonReference"]["display"] for task in tasks}
    kept = {r.drug for r in result.recommendations if r.action[0] == "use_as_directed"}
    assert proposed - kept == {"tacrolimus"}


def test_what_guidelines_say_of_the_reference_is_still_told(genome):
    page = render_html(genome(drugs=("ivacaftor", "desflurane", "eliglustat")), facts_of(KB))
    for words in ("people with cystic fibrosis", "84 mg", "desflurane"):
        assert words.casefold() in page.casefold()


@one_test(sample=5)
@pytest.mark.parametrize(
    ("diplotypes", "calls", "drug", "group"),
    [
        ({"CYP2C19": "*2/*2"}, None, "clopidogrel", "avoid"),
        ({"DPYD": "Reference/c.1905+1G>A (*2A)"}, None, "fluorouracil", "dose"),
        ({"RYR1": "Reference/c.487C>T"}, None, "sevoflurane", "avoid"),
        ({"G6PD": ("A- 202A_376G",)}, None, "rasburicase", "avoid"),
        ({"MT-RNR1": ("m.1555A>G",)}, None, "gentamicin", "avoid"),
        (
            {"VKORC1": "rs9923231 variant (T)/rs9923231 variant (T)", "CYP2C9": "*1/*3"}, None,
            "warfarin", "dose",
        ),
        ({}, outside(hla_b="*57:01/*08:01"), "abacavir", "avoid"),
        ({}, outside("*4/*5"), "codeine", "avoid"),
        ({}, outside("*1/*1x2"), "codeine", "avoid"),
        ({"CYP3A5": "*1/*3"}, None, "tacrolimus", "dose"),
        ({"CYP3A5": "*3/*3"}, None, "tacrolimus", "conditional"),
    ],
)  # fmt: skip
def test_carriers_are_alarmed(genome, diplotypes, calls, drug, group):
    assert groups(genome(diplotypes, calls, drugs=(drug,)))[drug] == group


def test_a_disease_that_the_patient_has_makes_advice_on_it_an_alert(genome):
    drugs = ("ivacaftor",)
    nobody = Patient(age_years=30)
    ill = Patient(age_years=30, conditions=(CYSTIC_FIBROSIS,))
    planned = Patient(medicines=(Medicine(name="ivacaftor", use=MedicineUse.PLANNED),))
    found = [groups(genome(patient=p, drugs=drugs))["ivacaftor"] for p in (nobody, ill, planned)]
    assert found == ["information", "avoid", "avoid"]


@pytest.mark.parametrize(
    ("diplotypes", "calls", "drug", "known"),
    [
        ({"CYP2B6": "*1/*49"}, None, "efavirenz", "*49: Uncertain function"),
        ({}, outside("*1/*22"), "codeine", "*1: activity value 1.0; *22: no activity value"),
        ({"NUDT15": "*1/*20"}, None, "azathioprine", "*20: Uncertain function"),
        (
            {"CYP2C9": "*1/*92"},
            None,
            "phenytoin",
            "*92: no activity value, contains the variants of *2",
        ),
    ],
)
def test_an_unknown_effect_is_no_clearance(genome, diplotypes, calls, drug, known):
    result = genome(diplotypes, calls, drugs=(drug,))
    assert {r.certainty.value for r in result.recommendations} == {"certain"}
    document = build_document(result, facts_of(KB))
    [group] = document.groups
    assert group.key == "indeterminate"
    assert group.key not in NO_CHANGE
    assert known in group.drugs[0].brief


@pytest.mark.parametrize("allele", ["*15:02", "*15:11", "*57:01", "*58:01"])
def test_each_allele_of_which_a_guideline_speaks_is_told_present_or_absent(genome, allele):
    """One guideline asks for several alleles of a gene: none may be left out of the test."""
    carrier = genome(calls=outside(hla_b=f"{allele}/*08:01"), genes=("HLA-B",))
    [call] = carrier.calls
    assert f"{allele} positive" in call.lookup_keys
    assert {key.partition(" ")[0] for key in call.lookup_keys} >= {
        "*15:02", "*15:11", "*57:01", "*58:01",
    }  # fmt: skip
    assert all(row.certainty.value == "certain" for row in carrier.recommendations
               if row.genes == ("HLA-B",))  # fmt: skip
    assert alerted(carrier)
