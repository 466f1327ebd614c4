"""Identifiers of genes: every gene of its own has one, and a wrong one is found."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from pgx.knowledge.integrity.guidance import gene_code_faults
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneCode

KB = KnowledgeBase()
CLUSTER = {"CYP2C"}  # a name for variants between genes


def of(system):
    return {c.gene: c.code for c in KB.gene_codes if c.system == system}


def test_every_gene_has_an_identifier_but_the_cluster():
    assert set(of("HGNC")) == set(KB.genes) - CLUSTER


def test_dpyd_has_hgncs_number_and_not_ncbis():
    assert of("HGNC")["DPYD"] == "HGNC:3012"


def test_genes_of_one_chromosome_have_one_accession():
    by_contig = {}
    for gene, code in of("REFSEQ").items():
        by_contig.setdefault(KB.genes[gene].contig, set()).add(code)
    assert all(len(codes) == 1 for codes in by_contig.values())
    assert len(set().union(*by_contig.values())) == len(by_contig)


@pytest.mark.parametrize("contig", ["chr1", "chr10", "chr22"])
def test_accessions_bear_their_chromosomes_number(contig):
    codes = {c for g, c in of("REFSEQ").items() if KB.genes[g].contig == contig}
    assert {int(c[3:9]) for c in codes} == {int(contig[3:])}


def test_the_release_has_no_faults():
    assert list(gene_code_faults(KB.gene_codes, KB.genes)) == []


@one_test
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"code": "3012"}, "no code of"),
        ({"system": "NCBI"}, "no code of"),
        ({"gene": "CYP9Z9"}, "there is no gene"),
        ({}, "a second code"),
        ({"gene": "TPMT"}, "is DPYD's"),
    ],
)
def test_faults_are_found(changes, what):
    right = GeneCode(gene="DPYD", system="HGNC", code="HGNC:3012")
    wrong = msgspec.structs.replace(right, **changes)
    [fault] = gene_code_faults([right, wrong], KB.genes)
    assert what in fault.what
    assert fault.table == "gene_codes"
