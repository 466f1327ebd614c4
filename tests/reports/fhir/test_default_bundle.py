"""The default bundle: all results, and of the recommendations those that ask for a change."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from validation.fhir.bundles import own_faults

from pgx.cli import main
from pgx.engine.annotate import annotate
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import (
    PHENOCONVERTED,
    AdviceFacts,
    AlternativeAdvice,
    Certainty,
    Override,
    PatientContext,
)
from pgx.records.patient import Applies, Patient, PopulationFit
from pgx.reports.content.drug_groups import build_overview
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.release_facts import facts_of
from pgx.reports.fhir.read_bundle import parse_fhir
from pgx.reports.fhir.vocabulary import own_url, profile
from pgx.reports.fhir.write_bundle import fhir_bundle, render_fhir
from reports import factory

ROOT = Path(__file__).parents[3]
FACTS = facts_of(KnowledgeBase())
UNRESOLVED = "Genotype unresolved: do not assume standard dosing"


def maybe(**changes):
    """Return a row of standard use that another genotype would change."""
    other = AlternativeAdvice(lookup="CYP2B6=Poor Metabolizer", action=("avoid",), text="Avoid.")
    return factory.depending(action=("no_recommendation",), alternatives=(other,), **changes)


def conditional(**changes):
    return factory.advice(
        action=("avoid",),
        condition="breastfeeding: while breastfeeding",
        facts=AdviceFacts(statement="X", unconditional=("no_recommendation",)),
        **changes,
    )


def bundle_of(*rows, is_full=False, **changes):
    result = factory.result(recommendations=rows, **changes)
    return fhir_bundle(result, FACTS, is_full=is_full)


def of(bundle, kind):
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [
        r
        for r in resources
        if r["resourceType"] == kind or profile(kind) in r.get("meta", {}).get("profile", ())
    ]


def advised(bundle):
    """Return identifiers of implications for a drug, which are numbers of rows."""
    found = [r["identifier"][0]["value"] for r in of(bundle, "therapeutic-implication")]
    return [name for name in found if name.startswith("advice/")]


def conclusion(bundle):
    return bundle["entry"][0]["resource"]["conclusion"]


def test_it_keeps_its_promises():
    for is_full in (False, True):
        assert own_faults(fhir_bundle(factory.result(), FACTS, is_full=is_full)) == []


def test_every_gene_has_a_genotype_and_a_phenotype_where_there_is_one():
    bundle = fhir_bundle(factory.result(), FACTS)
    assert {r["identifier"][0]["value"] for r in of(bundle, "genotype")} == {
        call.gene for call in factory.result().calls
    }
    phenotypes = [r["identifier"][0]["value"] for r in of(bundle, "therapeutic-implication")]
    assert "phenotype/CYP2C19" in phenotypes
    for kind in ("variant", "haplotype", "molecular-consequence"):
        assert not of(bundle, kind)
        assert of(fhir_bundle(factory.result(), FACTS, is_full=True), kind)


@pytest.mark.parametrize(
    ("row", "n_rows", "n_tasks"),
    [
        (factory.advice(), 1, 1),
        (factory.advice(action=("monitor",)), 1, 1),
        (factory.depending(), 1, 1),
        (maybe(), 1, 1),
        (conditional(), 1, 1),
        (factory.advice(action=("use_as_directed", "reduce_dose")), 1, 0),
        (factory.advice(action=("use_as_directed", "monitor"), may_alert=False), 0, 0),
        (factory.advice(may_alert=False), 0, 0),
        (factory.usable(), 0, 0),
        (factory.unknown(), 0, 0),
    ],
    ids=[
        "avoid", "monitor", "unresolved change", "possible change", "conditional change",
        "standard use with a condition", "monitored by everybody", "for everybody", "standard use",
        "not assessed",
    ],
)  # fmt: skip
def test_recommendations_of_a_change_are_there_and_are_tasks(row, n_rows, n_tasks):
    bundle = bundle_of(row)
    assert len(advised(bundle)) == n_rows
    assert len(of(bundle, "Task")) == n_tasks
    assert len(advised(bundle_of(row, is_full=True))) == 1


def test_a_task_of_a_possible_change_says_not_to_assume_standard_dosing():
    [task] = of(bundle_of(maybe()), "Task")
    assert {"text": UNRESOLVED} in task["note"]
    assert task["businessStatus"]["text"].startswith("Provisional")
    [sure] = of(bundle_of(factory.depending()), "Task")
    assert {"text": UNRESOLVED} not in sure["note"]


def test_rows_keep_their_number_so_that_both_bundles_name_them_alike():
    rows = (factory.usable(drug="a"), factory.advice(drug="b"))
    assert advised(bundle_of(*rows)) == ["advice/2"]
    [own], [full] = (
        [e["fullUrl"] for e in b["entry"] if e["resource"]["resourceType"] == "Patient"]
        for b in (bundle_of(*rows), bundle_of(*rows, is_full=True))
    )
    assert own == full


def test_medicines_that_make_a_change_unnecessary_are_not_left_out():
    rows = (factory.advice(), factory.usable(drug="clopidogrel", population="acs_or_pci"))
    converted = msgspec.structs.replace(rows[1], basis=PHENOCONVERTED)
    assert len(advised(bundle_of(rows[0], converted))) == 2
    assert advised(bundle_of(rows[1], converted)) == []


def test_medicines_that_make_a_change_necessary_are_not_left_out():
    row = factory.usable(drug="clopidogrel", population="acs_or_pci")
    assert len(of(bundle_of(row, factory.advice(basis=PHENOCONVERTED)), "Task")) == 1


def test_a_population_that_the_patient_is_not_of_is_left_out():
    fit = PopulationFit(
        drug="clopidogrel", population="acs_or_pci", applies=Applies.NO, reason="age"
    )
    context = PatientContext(patient=Patient(), fits=(fit,))
    assert advised(bundle_of(factory.advice(), context=context)) == []
    assert len(advised(bundle_of(factory.advice(), context=context, is_full=True))) == 1


def test_a_drug_that_a_laboratory_decided_on_is_there():
    said = Override(sample="S1", drug="warfarin", says="x", by="N", date="2026-01-02", reason="y")
    bundle = bundle_of(factory.usable(), overrides=(said,))
    [row] = [r for r in of(bundle, "therapeutic-implication") if "note" in r]
    assert row["note"][0]["text"].startswith("A laboratory decided otherwise on warfarin")


def test_the_conclusion_counts_every_drug_and_names_those_of_unknown_effect():
    bundle = bundle_of(
        factory.advice(), factory.usable(), factory.usable(drug="x"), factory.unknown()
    )
    said = conclusion(bundle)
    assert "For research use only" in said
    assert "Avoid or replace (1); Use as directed (2); Not assessed (1: abacavir)." in said
    assert "warfarin" not in said
    assert "is counted above" in said
    assert "is counted above" not in conclusion(bundle_of(factory.advice(), is_full=True))


def test_the_report_says_which_of_both_it_is():
    for is_full, code in ((False, "actionable"), (True, "full")):
        report = bundle_of(factory.advice(), is_full=is_full)["entry"][0]["resource"]
        [found] = [e for e in report["extension"] if e["url"] == own_url("content")]
        assert found["valueCode"] == code


def test_it_is_read_back_with_its_recommendations():
    result = factory.result()
    read = parse_fhir(render_fhir(result, FACTS))
    assert {call.gene for call in read.calls} == {call.gene for call in result.calls}
    sure = [r for r in result.recommendations if r.certainty is not Certainty.UNKNOWN]
    assert set(read.recommendations) < set(result.recommendations)
    assert {r.drug for r in read.recommendations} < {r.drug for r in sure}


def test_each_drug_that_the_report_calls_actionable_has_a_task():
    [result] = annotate([ROOT / "examples" / "patient.g.vcf"]).results()
    bundle = fhir_bundle(result, FACTS)
    drugs = {task["reasonReference"]["display"] for task in of(bundle, "Task")}
    overview = build_overview(result)
    assert set(overview.drugs_in(*ACTIONABLE, "open_maybe")) <= drugs
    assert not drugs & set(overview.drugs_in("directed", "silent", "unassessed"))
    assert len(bundle["entry"]) < len(fhir_bundle(result, FACTS, is_full=True)["entry"]) / 2


def test_commands_write_both(tmp_path):
    example = str(ROOT / "examples" / "patient.g.vcf")
    words = ["annotate", example, "-o", str(tmp_path), "--genes", "CYP2C19,TPMT", "--quiet"]
    assert main.main([*words, "--force", "--format", "json,fhir,fhir-full"]) == 0
    names = ("EXAMPLE_1.fhir.json", "EXAMPLE_1.full.fhir.json")
    sizes = [len(json.loads((tmp_path / name).read_bytes())["entry"]) for name in names]
    assert sizes[0] < sizes[1]
    saved = str(tmp_path / "EXAMPLE_1.pgx.json")
    for name in names:
        again = tmp_path / "again" / name
        again.parent.mkdir(exist_ok=True)
        assert main.main(["report", saved, "-o", str(again)]) == 0
        assert again.read_bytes() == (tmp_path / name).read_bytes()
