"""Copies that a structural record counts, as evidence for models of CYP2D6."""

import numpy as np
import pytest

from cases import one_test
from pgx.copynumber.configurations import structural_models
from pgx.copynumber.evidence import records_copies
from pgx.genotypes.matrix import GeneGenotypes, SeenCopies
from simulated import genes

GENE = genes()["CYP2D6"]
MODELS = structural_models(GENE.structure)


def evidence(copies, quality=None, *, gene=GENE, structural=False):
    genotypes = GeneGenotypes.empty(gene, ("S1",))
    if copies is not None:
        kind = ("deletion", "", "duplication")[int(np.sign(copies - 2)) + 1]
        genotypes.copies[0] = SeenCopies(
            "*5" if kind == "deletion" else "", kind, copies, (0, 1), quality
        )
    genotypes.structural[0] = structural
    return records_copies(genotypes, 0)


def whole(n):
    return MODELS.counts.tolist().index([n, *[0] * (len(MODELS.units) - 1)])


@one_test
@pytest.mark.parametrize("copies", [0, 1, 2, 3, 4])
def test_as_many_whole_copies_are_the_likeliest(copies):
    found = evidence(copies)
    assert found.is_assessed
    assert found.report.source == "records"
    assert found.log_likelihood[whole(copies)] == found.log_likelihood.max() == 0
    assert np.isfinite(found.log_likelihood).all()
    off = np.abs(MODELS.copies - copies)
    assert found.log_likelihood[off >= 1].max() < np.log(0.1)


def test_a_hybrid_that_shows_over_most_of_the_gene_counts_as_a_copy():
    found = evidence(3)
    own = {MODELS.name(m): value for m, value in enumerate(found.log_likelihood.tolist())}
    assert own["2 gene + 1 *36"] > own["2 gene + 1 *68"] > own["2 gene"]
    assert own["2 gene + 1 *36"] > -1


def test_hybrids_alone_are_unlikely_where_there_is_a_copy():
    found = evidence(1)
    none_whole = (MODELS.counts[:, 0] == 0) & (MODELS.copies == 1)
    assert found.log_likelihood[none_whole].max() < np.log(0.01)


def test_quality_says_how_much_another_number_costs():
    costs = [evidence(1, q).log_likelihood[whole(2)] for q in (5, 20, 40, 60, 2000)]
    assert costs[0] == costs[1] > costs[2] > costs[3] == costs[4]
    assert evidence(1).log_likelihood[whole(2)] == evidence(1, 30).log_likelihood[whole(2)]


def test_what_says_nothing():
    assert evidence(None) is None
    assert evidence(3, gene=genes()["CYP2C19"]) is None
    found = evidence(3, structural=True)
    assert (found.is_assessed, found.report.reason) == (False, "conflict")


def test_the_record_stands_in_the_result():
    [record] = evidence(1, 44).report.records
    assert (record.allele, record.kind, record.copies, record.quality) == ("*5", "deletion", 1, 44)
    assert record.positions == tuple(v.position for v in GENE.variants[:2])
