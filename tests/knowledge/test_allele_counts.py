"""Counts of alleles as `pgx kb show` prints them."""

from pgx.knowledge.gene_records import allele_counts
from pgx.records.genes import GeneFrequencies, HaplotypeCount


def haplotype(allele, *counts):
    return HaplotypeCount(differences={}, allele=allele, counts=counts)


def test_haplotypes_of_one_allele_are_added_up():
    found = GeneFrequencies(
        gene="G",
        groups=("A", "B"),
        haplotypes=(haplotype("*1", 5, 6), haplotype("*1", 1, 0), haplotype("*2", 0, 2)),
    )
    assert allele_counts(found) == {"*1": "A=6/6;B=6/8", "*2": "A=0/6;B=2/8"}


def test_names_that_rest_on_an_untyped_site_have_no_count():
    found = GeneFrequencies(gene="G", groups=("A",), haplotypes=(haplotype("*1", 5),), untyped=(7,))
    assert allele_counts(found) == {}
    assert allele_counts(None) == {}
