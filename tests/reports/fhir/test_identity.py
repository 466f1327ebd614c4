"""Patient, order, specimen, laboratory and signers in the bundle; status and amendment."""

from __future__ import annotations

import msgspec
import pytest
from validation.fhir.bundles import own_faults

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.records.order import Amends, Order, ReportStatus, Signature
from pgx.reports.content.release_facts import facts_of
from pgx.reports.fhir.read_bundle import parse_fhir
from pgx.reports.fhir.vocabulary import fields_of, own_url
from pgx.reports.fhir.write_bundle import fhir_bundle, render_fhir
from reports import factory

ORDER = Order(
    name="Ada Example", birth_date="1959-03-14", sex="female", mrn="M-1", accession="A-1",
    specimen="EDTA blood", collected="2026-11-02", received="2026-11-03", reported="2026-11-20",
    clinician="Dr. B", indication="clopidogrel", comment="See a cardiologist.",
    signatures=(Signature(name="C. Example", role="Director", date="2026-11-20"),),
)  # fmt: skip
LABORATORY = Laboratory(name="L", clia="00D0000000", cap="1", address=("1 Street",), assay="Panel")
FACTS = facts_of(KnowledgeBase())
RESULT = factory.result()
ORDERED = msgspec.structs.replace(FACTS, laboratory=LABORATORY, orders={RESULT.sample: ORDER})


def resources(facts, result=RESULT):
    bundle = fhir_bundle(result, facts)
    found = {}
    for entry in bundle["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return bundle, found


def test_a_bundle_with_an_order_keeps_its_promises():
    bundle, _ = resources(ORDERED)
    assert own_faults(bundle, has_order=True) == []
    assert "Patient: says more of the person than the sample's name" in own_faults(bundle)


def test_the_order_is_in_resources_that_refer_to_each_other():
    bundle, found = resources(ORDERED)
    by_url = {e["fullUrl"]: e["resource"] for e in bundle["entry"]}
    [report], [patient] = found["DiagnosticReport"], found["Patient"]
    assert (patient["name"], patient["gender"], patient["birthDate"]) == (
        [{"text": "Ada Example"}], "female", "1959-03-14",
    )  # fmt: skip
    assert [i["value"] for i in patient["identifier"]] == [RESULT.sample, "M-1"]
    request = by_url[report["basedOn"][0]["reference"]]
    assert request["code"] == {"text": "Panel"}
    assert request["reasonCode"] == [{"text": "clopidogrel"}]
    assert by_url[request["requester"]["reference"]]["name"] == [{"text": "Dr. B"}]
    specimen = by_url[report["specimen"][0]["reference"]]
    assert request["specimen"] == report["specimen"]
    assert specimen["collection"] == {"collectedDateTime": "2026-11-02"}
    laboratory = by_url[report["performer"][0]["reference"]]
    assert laboratory["identifier"][0] == {
        "system": "urn:oid:2.16.840.1.113883.4.7", "value": "00D0000000",
    }  # fmt: skip
    signer = by_url[report["resultsInterpreter"][0]["reference"]]
    assert signer["qualification"] == [{"code": {"text": "Director"}}]
    assert report["effectiveDateTime"] == "2026-11-02"
    assert "See a cardiologist." in report["conclusion"]


def test_another_sample_of_the_orders_is_nobody():
    facts = msgspec.structs.replace(ORDERED, orders={"S9": ORDER}, laboratory=None)
    bundle, _ = resources(facts)
    assert own_faults(bundle) == []


@one_test
@pytest.mark.parametrize("status", [None, *ReportStatus])
def test_the_status_is_that_of_report_and_observations(status):
    _, found = resources(msgspec.structs.replace(ORDERED, status=status))
    said = {r["status"] for r in (*found["DiagnosticReport"], *found["Observation"])}
    assert said == {(status or ReportStatus.PRELIMINARY).value}
    is_open = status in (None, ReportStatus.PRELIMINARY)
    assert ("not yet verified" in found["DiagnosticReport"][0]["conclusion"]) is is_open


def test_an_amended_report_says_which_report_why_and_what():
    old = msgspec.structs.replace(RESULT, calls=(factory.called(diplotype="*1/*1"),))
    amends = Amends(result=old, sha256="ab" * 32, reason="second method")
    facts = msgspec.structs.replace(ORDERED, status=ReportStatus.AMENDED, amends=amends)
    _, found = resources(facts)
    [report] = found["DiagnosticReport"]
    [said] = [e for e in report["extension"] if e["url"] == own_url("amendment")]
    parts = fields_of(said)
    assert parts["sha256"] == ["ab" * 32]
    assert parts["reason"] == ["second method"]
    assert "CYP2C19" in {fields_of(change)["subject"][0] for change in parts["changes"]}
    assert "Reason: second method." in report["conclusion"]


@one_test
@pytest.mark.parametrize(
    ("genes", "begins"),
    [((), "For research use only. Not for use"), (("CYP2C19",), "For research use only, not")],
)
def test_research_use_leads_the_conclusion(genes, begins):
    validated = tuple(ValidatedGene(gene=gene) for gene in genes)
    laboratory = msgspec.structs.replace(LABORATORY, validated_genes=validated)
    result = factory.result(calls=(factory.called(), factory.called(gene="TPMT")))
    _, found = resources(msgspec.structs.replace(ORDERED, laboratory=laboratory), result)
    assert found["DiagnosticReport"][0]["conclusion"].startswith(begins)


def test_no_research_use_if_all_is_validated():
    laboratory = msgspec.structs.replace(
        LABORATORY, validated_genes=(ValidatedGene(gene="CYP2C19"),)
    )
    result = factory.result(calls=(factory.called(),))
    _, found = resources(msgspec.structs.replace(ORDERED, laboratory=laboratory), result)
    assert "research" not in found["DiagnosticReport"][0]["conclusion"]


def test_what_is_read_back_has_no_identity():
    made = msgspec.structs.replace(
        RESULT.provenance, validated_genes=(ValidatedGene(gene="TPMT", scope="all"),)
    )
    result = msgspec.structs.replace(RESULT, provenance=made)
    back = parse_fhir(render_fhir(result, ORDERED))
    assert back.provenance == result.provenance
    assert b"Ada" not in msgspec.json.encode(back)
