"""Structural models of CYP2D6: what two chromosomes may carry, and how it shows."""

import numpy as np
import pytest

from cases import one_test
from pgx.copynumber.configurations import structural_models
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.structures import WHOLE

GENE = KnowledgeBase().genes["CYP2D6"]
MODELS = structural_models(GENE.structure)


def model(**counts):
    row = [counts.get(name.strip("*").replace("gene", "g"), 0) for name in MODELS.units]
    return next(m for m, own in enumerate(MODELS.counts.tolist()) if own == row)


def by_name(name):
    names = [MODELS.name(m) for m in range(len(MODELS.counts))]
    return names.index(name)


def test_prior_sums_to_one_and_two_copies_are_most_common():
    assert np.exp(MODELS.log_prior).sum() == pytest.approx(1)
    assert MODELS.name(int(MODELS.log_prior.argmax())) == "2 gene"
    assert MODELS.name(MODELS.usual) == "2 gene"


def test_pairs_of_haplotypes_sum_to_the_prior_of_their_models():
    found = np.zeros(len(MODELS.counts))
    for way in MODELS.chromosomes:
        found[way.model] += np.exp(way.log_prior)
    np.testing.assert_allclose(found, np.exp(MODELS.log_prior))


def test_a_group_has_its_own_frequencies():
    east_asian = np.array([float(g == "EAS") for g in MODELS.groups])
    own, _ = MODELS.prior(east_asian)
    tandem = by_name("2 gene + 1 *36")
    assert np.exp(own[tandem]) > 3 * np.exp(MODELS.log_prior[tandem])


@one_test
@pytest.mark.parametrize(
    ("name", "exon_9", "intron_6", "exon_1"),
    [
        ("2 gene", 2, 2, 2),
        ("1 gene", 1, 1, 1),
        ("0 gene", 0, 0, 0),
        ("2 gene + 1 *36", 2, 3, 3),
        ("2 gene + 1 *13", 3, 3, 2),
        ("1 gene + 1 *68", 1, 1, 2),
    ],
)
def test_hybrids_show_where_their_reads_are_aligned(name, exon_9, intron_6, exon_1):
    expected = MODELS.expected([42126640, 42127700, 42130640], [42126650, 42127710, 42130650])
    np.testing.assert_allclose(expected.copies[by_name(name)], [exon_9, intron_6, exon_1])


def test_hybrids_have_the_genes_sequence_on_one_side_of_their_switch():
    own = MODELS.own([42126611, 42129000, 42130692])
    assert own[by_name("1 gene + 1 *36")].tolist() == [1, 2, 2]
    assert own[by_name("1 gene + 1 *13")].tolist() == [2, 2, 1]
    assert own[by_name("1 gene + 1 *68")].tolist() == [1, 1, 2]


def test_units_and_partners_are_alleles_of_the_gene():
    names = {a.name for a in GENE.alleles}
    for haplotype in GENE.structure.haplotypes:
        assert set(haplotype.units) - {WHOLE} <= names
        assert not haplotype.allele or haplotype.allele in names
    assert {p.allele for p in GENE.structure.partners} - {""} <= names
    for group in range(len(MODELS.groups)):
        total = sum(h.frequencies[group][1] for h in GENE.structure.haplotypes)
        assert total == pytest.approx(1, abs=1e-4)
