"""Tables of gene copies and hybrids: read into records, and checked against the genes."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from pgx.knowledge.gene_records import read_structures
from pgx.knowledge.integrity.genes import structure_findings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.structures import PartnerOdds, StructuralHaplotype, StructureUnit, UnitSegment

GENE = KnowledgeBase().genes["CYP2D6"]


def changed(**fields):
    structure = msgspec.structs.replace(GENE.structure, **fields)
    return msgspec.structs.replace(GENE, structure=structure)


def said(gene):
    return [finding.what for finding in structure_findings(gene)]


def test_the_installed_tables_fit():
    assert said(GENE) == []


def test_without_tables_no_gene_has_a_structure():
    assert read_structures({}) == {}


def test_genes_without_a_structure_have_nothing_to_check():
    assert said(KnowledgeBase().genes["CYP2C19"]) == []


def test_exons_are_those_of_gene_and_paralogue():
    numbers = {name: [] for name in ("CYP2D6", "CYP2D7")}
    for exon in GENE.structure.exons:
        numbers[exon.gene].append(exon.number)
    assert numbers == {"CYP2D6": list(range(1, 10)), "CYP2D7": list(range(1, 10))}


@one_test
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"units": GENE.structure.units[:1]},
            "nothing says how *13 shows along the gene",
        ),
        (
            {"partners": (PartnerOdds(units=("gene",), allele="*999", odds=1.0),)},
            "there is no allele *999",
        ),
        (
            {"partners": (PartnerOdds(units=("*13", "*13"), allele="*1", odds=1.0),)},
            "there is no haplotype *13+*13",
        ),
        (
            {"partners": (PartnerOdds(units=("gene",), allele="*1", odds=0.0),)},
            "odds of *1 are not above 0",
        ),
        (
            {
                "partners": (
                    PartnerOdds(units=("gene",), allele="*1", odds=1.0, others=(("X", 1.0),)),
                )
            },
            "odds of *1 are of an unknown group X",
        ),
        (
            {"partners": (PartnerOdds(units=("gene",), allele="*1", odds=1.0, hybrid="*4.013"),)},
            "*4.013 is the name of no hybrid, or of several",
        ),
        (
            {"partners": (PartnerOdds(units=("gene",), allele="*1", odds=1.0, hybrid="*999.001"),)},
            "there is no allele *999.001",
        ),
        (
            {"haplotypes": (StructuralHaplotype(units=("gene",), frequencies=(("EUR", 0.5),)),)},
            "the shares of EUR add up to 0.5000, or one is not above 0",
        ),
        (
            {"haplotypes": (StructuralHaplotype(units=(), frequencies=(("EUR", 1.0),)),)},
            "a deletion has no name",
        ),
        (
            {
                "units": (
                    *GENE.structure.units[1:],
                    StructureUnit(
                        name="*36",
                        segments=(
                            UnitSegment(start=10, end=20, share=0, spread=0, own=0),
                            UnitSegment(start=20, end=30, share=2, spread=0, own=0),
                        ),
                    ),
                )
            },
            "segments of *36 overlap at 20",
        ),
        ({"mismapped": (1,)}, "1 is outside the gene's defining positions"),
    ],
)
def test_what_does_not_fit_is_found(fields, expected):
    assert expected in said(changed(**fields))
