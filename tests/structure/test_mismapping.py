"""Genotypes at positions to which reads of CYP2D7 are aligned."""

import pytest

from pgx.copynumber.evidence import MISMAPPED_COPIES, MismappedSite, SiteReads, resolve_mismapping
from pgx.genotypes.matrix import MISSING, Unknown
from structure.made import GENE, genotypes

SITE = 42127526
INDEX = next(i for i, v in enumerate(GENE.variants) if v.position == SITE)


def judged(first, second, reads, **settings):
    given = genotypes({SITE: (first, second)})
    site = SiteReads(SITE, ("C", "T"), reads)
    return resolve_mismapping(given, 0, [site], [MismappedSite(SITE, **settings)])


def test_few_strayed_reads_are_no_heterozygote():
    found = judged("C", "T", (60, 6))
    assert found.call[INDEX, 0].tolist() == [0, 0]
    assert found.notes == {0: {"paralogue_reads"}}


def test_half_of_the_reads_are_one():
    found = judged("C", "T", (40, 70))
    assert found.call[INDEX, 0].tolist() == [0, 1]
    assert found.notes == {}


def test_between_both_the_likelihoods_of_both_count():
    found = judged("C", "T", (29, 15))
    assert found.call[INDEX, 0].tolist() == [MISSING, MISSING]
    assert found.reason[INDEX, 0] == Unknown.PARALOGUE
    genotypes_left = {likely[:2] for likely in found.likelihoods[INDEX, 0]}
    assert genotypes_left == {(0, 0), (0, 1)}


def test_one_copy_is_all_or_nothing():
    found = judged("C", "T", (30, 13), copies=1)
    assert found.call[INDEX, 0].tolist() == [0, 0]


def test_reads_of_a_hybrid_add_to_those_that_stray():
    """A *68 has CYP2D7's base there: 28 and 20 reads are one copy and what mismapped."""
    found = judged(
        "C", "T", (28, 20), copies=1, mismapped_copies=tuple(a + 0.5 for a in MISMAPPED_COPIES)
    )
    assert found.call[INDEX, 0].tolist() == [0, 0]


def test_no_more_strays_than_is_said():
    assert judged("C", "T", (15, 15), mismapped_copies=(0.0, 0.1, 0.2)).call[INDEX, 0].tolist() == [
        0,
        1,
    ]
    assert judged("C", "T", (15, 15)).call[INDEX, 0].tolist() == [MISSING, MISSING]


@pytest.mark.parametrize("alleles", [("C",), ("C", "G"), ("C", "T", "A")])
def test_what_the_definition_does_not_know_is_left_as_it_is(alleles):
    given = genotypes({SITE: ("C", "T")})
    site = SiteReads(SITE, alleles, (40, 5, 1)[: len(alleles)])
    assert resolve_mismapping(given, 0, [site], [MismappedSite(SITE)]).call[INDEX, 0].tolist() == [
        0,
        1,
    ]


def test_other_samples_columns_are_untouched():
    given = genotypes({SITE: ("C", "T")})
    resolve_mismapping(given, 0, [SiteReads(SITE, ("C", "T"), (41, 6))], [MismappedSite(SITE)])
    assert given.call[INDEX, 0].tolist() == [0, 1]
