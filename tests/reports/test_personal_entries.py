"""What a patient adds to entries of drugs: advice with current medicines, where it is new."""

from __future__ import annotations

import msgspec
import pytest

from pgx.records.calls import PHENOCONVERTED, Certainty, PatientContext, Recommendation
from pgx.records.patient import GeneConversion, KnownMedicine, MedicineUse, Patient
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_entries import DrugEntry
from reports import factory

CONVERSION = GeneConversion(
    gene="CYP2C19",
    medicines=("examplol (strong inhibitor)",),
    effect="inhibitor",
    strength="strong",
    predicted_phenotype="Intermediate Metabolizer",
    phenotype="Poor Metabolizer",
    lookup_keys=("Poor Metabolizer",),
    evidence="established",
)
MEDICINE = KnownMedicine(name="Examplol", use=MedicineUse.CURRENT, substances=("examplol",))


def entry(own: Recommendation, changed: Recommendation) -> DrugEntry:
    context = PatientContext(
        patient=Patient(),
        medicines=(MEDICINE,),
        fits=(),
        conversions=(CONVERSION,),
    )
    rows = (own, msgspec.structs.replace(changed, basis=PHENOCONVERTED))
    document = build_document(factory.result(recommendations=rows, context=context))
    [found] = [d for group in document.groups for d in group.drugs if d.drug == own.drug]
    return found


def row(action: str, **more: object) -> Recommendation:
    return factory.advice(action=(action,), **more)


def test_other_advice_stands_beside_the_genotypes_own():
    found = entry(row("reduce_dose"), row("avoid"))
    assert found.rows[0].headline == "Reduce the dose"
    assert found.adjusted is not None
    assert [r.headline for r in found.adjusted.rows] == ["Avoid"]
    assert found.brief.endswith("with current medicines: avoid")


def test_no_advice_either_way_is_no_news():
    own = row("no_recommendation", certainty=Certainty.DEPENDS, depends_on=("CYP2C19:genotype",))
    found = entry(own, row("no_recommendation"))
    assert found.adjusted is None
    assert "current medicines" not in found.brief


@pytest.mark.parametrize("action", ["avoid", "use_as_directed"])
def test_advice_that_is_lost_or_won_is_shown(action):
    assert entry(row(action), row("no_recommendation")).adjusted is not None
    assert entry(row("no_recommendation"), row(action)).adjusted is not None
