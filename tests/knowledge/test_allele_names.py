"""Other names of alleles: each means an allele that is there, and a wrong row is found."""

from __future__ import annotations

import msgspec
import pytest

from pgx.knowledge.integrity.genes import gene_findings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import AlleleName

KB = KnowledgeBase()


def faults(*names):
    rows = tuple(AlleleName(gene="CYP2D6", **row) for row in names)
    gene = msgspec.structs.replace(KB.genes["CYP2D6"], names=rows)
    return [f for f in gene_findings(gene) if f.table == "allele_names"]


def test_the_release_has_none_that_is_wrong():
    assert not [f for g in KB.genes.values() for f in gene_findings(g) if f.table == "allele_names"]


def test_withdrawn_names_of_hybrids_are_there():
    same = {n.name: n.allele for n in KB.genes["CYP2D6"].names if n.meaning == "same_as"}
    assert {same[f"*{n}"] for n in (16, 66, 67, 76, 77, 78, 79, 80)} == {"*13"}
    assert (same["*57"], same["*4N"], same["*2A"]) == ("*36", "*4.013", "*2")


def test_letters_that_tell_alleles_apart_have_no_row():
    assert not {"*3A", "*3B", "*3C"} & {n.name for n in KB.genes["TPMT"].names}
    assert not KB.genes["NAT2"].names  # its names were dealt out anew


@pytest.mark.parametrize(
    "row",
    [
        {"name": "*1A", "meaning": "same_as", "allele": "*9999"},
        {"name": "*9999", "meaning": "hybrid"},
        {"name": "*1A", "meaning": "like", "allele": "*1"},
        {"name": "*2", "meaning": "same_as", "allele": "*1"},
    ],
)
def test_a_wrong_row_is_found(row):
    [fault] = faults(row)
    assert "CYP2D6" in fault.line()


def test_a_name_that_stands_twice_is_found():
    row = {"name": "*1A", "meaning": "same_as", "allele": "*1"}
    assert len(faults(row, row)) == 1
