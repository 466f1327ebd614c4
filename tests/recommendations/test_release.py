"""Every row of the published release finds our statement again."""

from __future__ import annotations

import pytest

from pgx.base.calls import CallStatus, GeneCall
from pgx.recommendations.lookup import recommend
from recommendations.made import call

pytestmark = pytest.mark.validation

POPULATIONS = {
    "CVI ACS PCI": "acs_or_pci",
    "CVI non-ACS non-PCI": "cardiovascular_without_acs_or_pci",
    "NVI": "neurovascular",
    "child >40kg_adult": "adults_and_children_over_40_kg",
    "CBZ-no alternatives": "first_use_without_alternative",
    "CBZ naive": "first_use",
    "PHT naive": "first_use",
    "OXC naive": "first_use",
    "CBZ use >3mos": "used_over_3_months",
    "PHT use >3mos": "used_over_3_months",
    "OXC use >3 mos": "used_over_3_months",
}


ONE_INDICATION = {"ivacaftor": "cystic_fibrosis"}


def population_of(row, otherwise):
    """Our code of a row's population."""
    [drug] = row["drugs"]
    return ONE_INDICATION.get(drug) or POPULATIONS.get(
        row["population"], row["population"] or otherwise
    )


def as_call(gene: str, key: str) -> GeneCall:
    if key == "No Result":
        return GeneCall(sample="S1", gene=gene, status=CallStatus.NOT_ASSESSED)
    return call(gene, key)


def test_every_row_of_the_release_is_found_again(release_rows, index):
    """Statement, classification and marks are those of the row, for each of its lookups."""
    assert len(release_rows) == 744
    for row in release_rows:
        [drug] = row["drugs"]
        [topic] = [t for t in index.topics if t.drug.drug == drug]
        marks = {f for f in ("dosing_information", "alternate_drug", "other_guidance") if row[f]}
        wanted = population_of(row, None)
        for population in [wanted] if wanted else topic.populations:
            for lookup in row["lookup_keys"]:
                found = topic.find(population, tuple(lookup[gene] for gene in topic.genes))
                assert found is not None, (drug, lookup)
                grade = row["classification"]
                assert found.classification == ("" if grade in (None, "N/A") else grade)
                assert set(found.flags) == marks
                assert found.guideline_id == row["guideline_id"]


def test_every_lookup_gives_a_row_of_advice(release_rows, index):
    """The whole way: calls with these keys give this statement's advice."""
    for row in release_rows:
        lookup = row["lookup_keys"][0]
        calls = [as_call(gene, key) for gene, key in lookup.items()]
        rows = recommend(index, "S1", calls, drugs=row["drugs"])
        wanted = population_of(row, rows[0].population)
        [own] = [r for r in rows if r.population == wanted]
        grade = row["classification"]
        if own.certainty != "unknown":
            assert own.classification == (None if grade in (None, "N/A") else grade)
        assert own.text
