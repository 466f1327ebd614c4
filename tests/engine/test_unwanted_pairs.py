"""Medicines that the label of another one advises against, beside each other in a patient file."""

from __future__ import annotations

import pytest

from pgx.engine.personal import Personal
from pgx.knowledge.integrity.tables import medicine_findings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import catalogue, languages
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import CallStatus, GeneCall, PatientResult, Provenance
from pgx.records.patient import Medicine, MedicineUse, Patient, UnwantedPair
from pgx.reports.content.document import build_document

KB = KnowledgeBase()
GUIDANCE = guidance_of(KB)


def taking(*medicines: Medicine) -> PatientResult:
    call = GeneCall(
        sample="S1", gene="CYP2C19", status=CallStatus.CALLED, phenotype="Normal Metabolizer",
        lookup_keys=("Normal Metabolizer",),
    )  # fmt: skip
    plain = PatientResult(
        sample="S1",
        calls=(call,),
        recommendations=tuple(recommend(GUIDANCE, "S1", [call], drugs=["clopidogrel"])),
        provenance=Provenance(
            tool="pgx", version="0", knowledge_release=KB.release, knowledge_digest="",
            assembly="GRCh38", input=(), settings={},
        ),
    )  # fmt: skip
    return Personal(KB, GUIDANCE, Patient(medicines=medicines)).result(plain, ["clopidogrel"])


def unwanted(*medicines: Medicine):
    found = taking(*medicines).context.conversions
    return [c for c in found if c.reason == "label_advises_against"]


def drug(name: str, use: MedicineUse = MedicineUse.CURRENT) -> Medicine:
    return Medicine(name=name, use=use)


@pytest.mark.parametrize("other", ["omeprazole", "esomeprazole"])
@pytest.mark.parametrize("use", [MedicineUse.CURRENT, MedicineUse.PLANNED])
def test_what_the_label_advises_against_is_named(other, use):
    [pair] = unwanted(drug("clopidogrel"), drug(other, use))
    assert (pair.gene, pair.drug, pair.predicted_phenotype) == (
        "CYP2C19", "clopidogrel", "Normal Metabolizer",
    )  # fmt: skip
    assert pair.medicines[0].startswith(f"{other} (")


@pytest.mark.parametrize(
    "medicines",
    [
        (drug("clopidogrel"), drug("pantoprazole")),
        (drug("clopidogrel"), drug("omeprazole", MedicineUse.STOPPED)),
        (drug("omeprazole"), drug("esomeprazole")),
    ],
)
def test_other_medicines_are_not(medicines):
    assert unwanted(*medicines) == []


def test_both_are_one_line_and_the_report_says_it_in_every_language():
    result = taking(drug("Plavix"), drug("omeprazole"), drug("esomeprazole"))
    for language in languages():
        document = build_document(result, words=catalogue(language))
        [line] = [c for c in document.patient.conversions if "lopidogrel" in c.converted]
        assert "omeprazol" in line.medicines.casefold()
        assert line.evidence


def test_a_pair_of_what_nobody_knows_is_a_finding():
    kb = KnowledgeBase()
    strange = UnwantedPair(drug="nothing", gene="CYP2C19", substances=("nowhere",))
    known = kb.medicines_as_written
    kb.medicines_as_written = type(known)(
        **{f: getattr(known, f) for f in known.__struct_fields__} | {"unwanted_pairs": (strange,)}
    )
    found = [f.what for f in medicine_findings(kb) if f.table == "unwanted_pairs"]
    assert found == ["there is no substance nowhere", "no such drug or gene"]
