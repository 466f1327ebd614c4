"""Tafenoquine while breastfeeding: the infant's G6PD status counts, not the mother's own."""

from __future__ import annotations

import pytest

from pgx.engine.personal import Personal
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import CallStatus, GeneCall, PatientResult, Provenance
from pgx.records.patient import Medicine, MedicineUse, Patient
from pgx.reports.content.document import build_document

KB = KnowledgeBase()


def result(breastfeeding: bool | None, key: str = "Normal") -> PatientResult:
    """Return a woman's result who is to take tafenoquine."""
    call = GeneCall(
        sample="S1", gene="G6PD", status=CallStatus.CALLED, lookup_keys=(key,), phenotype=key
    )
    guidance = guidance_of(KB)
    rows = recommend(guidance, "S1", [call], drugs=["tafenoquine"])
    plain = PatientResult(
        sample="S1",
        calls=(call,),
        recommendations=tuple(rows),
        provenance=Provenance(
            tool="pgx", version="0", knowledge_release=KB.release, knowledge_digest="",
            assembly="GRCh38", input=(), settings={},
        ),
    )  # fmt: skip
    patient = Patient(
        sex="female",
        breastfeeding=breastfeeding,
        medicines=(Medicine(name="tafenoquine", use=MedicineUse.PLANNED),),
    )
    return Personal(KB, guidance, patient).result(plain, ["tafenoquine"])


def label(found: PatientResult):
    [row] = [r for r in found.recommendations if r.source == "FDA_LABEL"]
    return row


@pytest.mark.parametrize(("known", "condition"), [(True, None), (None, "breastfeeding: ")])
def test_a_mother_with_normal_g6pd_is_told_of_her_infant(known, condition):
    row = label(result(known))
    assert row.action == ("avoid",)
    assert "infant" in row.text
    assert (row.condition or "").startswith(condition or "") is True
    assert (row.condition is None) is (condition is None)


def test_a_woman_who_does_not_breastfeed_is_not_concerned():
    assert "does not apply" in (label(result(False)).condition or "")


@pytest.mark.parametrize(
    ("known", "bucket"), [(True, "avoid"), (False, "directed"), (None, "conditional")]
)
def test_a_report_ranks_the_drug_by_what_the_file_says(known, bucket):
    """Her own genotype is the reference: that she breastfeeds is what alerts."""
    [group] = [g for g in build_document(result(known)).groups if g.drugs]
    assert group.key == bucket


def test_an_indeterminate_genotype_leaves_the_status_unknown():
    row = label(result(None, "Indeterminate"))
    assert row.action == ("avoid",)
    assert "status is unknown" in row.text
