"""Copies and hybrids from made-up reads, and what keeps them from being assessed."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cases import one_test
from pgx.base.assemblies import Assembly
from pgx.copynumber.configurations import structural_models
from pgx.genotypes.matrix import MISSING, Unknown
from pgx.reads.copies import Normaliser, _log_gamma, _unusable
from pgx.reads.sample import ReadLimits, ReadsEvidence, ReadsInput, read_gene
from reads.made import HYBRIDS, Maker, Unit, allele, gene, person

WHOLE = Unit()
GENE_AND_PARALOGUE = 42_124_000, 42_146_000


def read(made: Maker, **written) -> ReadsEvidence:
    """Write reads and read them again."""
    with tempfile.TemporaryDirectory() as folder:
        path = made.write(Path(folder) / "x.bam", **written)
        return read_gene(ReadsInput(path), gene(), ReadLimits())


@functools.lru_cache(maxsize=4)
def usual() -> ReadsEvidence:
    return read(person(WHOLE, WHOLE, depth=30))


CASES = {
    "0 gene": [],
    "1 gene": [WHOLE],
    "2 gene": [WHOLE, allele("*2")],
    "3 gene": [WHOLE, WHOLE, allele("*2")],
    "2 gene + 1 *36": [HYBRIDS["*36"], allele("*10"), WHOLE],
    "2 gene + 1 *68": [HYBRIDS["*68"], allele("*4"), WHOLE],
}


@one_test(sample=2)
@pytest.mark.parametrize("name", CASES)
def test_the_structure_of_made_reads_is_the_most_probable(name):
    found = read(person(*CASES[name], depth=40))
    report = found.copies.report
    assert report.is_assessed
    assert report.source == "reads"
    assert sorted(report.models[0].name.split(" + ")) == sorted(name.split(" + "))
    assert report.copies[0].copies == len(CASES[name])
    n_models = len(structural_models(gene().structure).counts)
    assert found.copies.log_likelihood.shape == (n_models,)


def test_a_fusion_by_deletion_lacks_a_copy_of_the_paralogue():
    report = read(person(HYBRIDS["*13"], WHOLE, depth=40, paralogues=1)).copies.report
    assert report.models[0].name == "1 gene + 1 *13"


@pytest.mark.parametrize("paralogues", [1, 3])
def test_copies_of_the_paralogue_are_not_the_genes(paralogues):
    report = read(person(WHOLE, WHOLE, depth=40, paralogues=paralogues)).copies.report
    assert report.copies[0].copies == 2


@pytest.mark.parametrize(
    ("settings", "written"),
    [
        ({"length": 100, "insert": 350}, {}),
        ({"length": 101, "paired": False}, {}),
        ({"depth": 20}, {"assembly": Assembly.GRCH37, "contig": "22"}),
    ],
)
def test_other_reads_and_another_assembly_say_the_same(settings, written):
    report = read(person(WHOLE, WHOLE, **settings), **written).copies.report
    assert report.models[0].name == "2 gene"
    assert report.models[0].probability > 0.9


def test_the_report_draws_both_genes():
    report = usual().copies.report
    genes = {w.gene for w in report.windows}
    assert genes == {"CYP2D6", "CYP2D7"}
    assert all(w.end - w.start == 299 for w in report.windows)
    assert np.mean([w.copies for w in report.windows]) == pytest.approx(2, abs=0.3)
    assert {w.expected for w in report.windows} == {2.0}
    assert report.mean_depth == pytest.approx(30, rel=0.15)
    assert report.n_controls > 20
    assert report.exons == gene().structure.exons


def test_windows_on_grch37_are_reported_on_grch38():
    report = read(
        person(WHOLE, WHOLE, depth=20), assembly=Assembly.GRCH37, contig="22"
    ).copies.report
    assert [(w.gene, w.start) for w in report.windows] == [
        (w.gene, w.start) for w in usual().copies.report.windows
    ]


def test_depth_of_two_is_not_assessed_and_nothing_is_called():
    found = read(person(WHOLE, allele("*4"), depth=2))
    assert found.copies.report.reason == "depth_too_low"
    assert not found.copies.log_likelihood.any()
    assert (found.genotypes.call == MISSING).all()
    assert (found.genotypes.reason == Unknown.LOW_DP).all()
    assert not found.genotypes.likelihoods


def test_without_anything_to_normalise_by_copies_are_not_assessed():
    made = Maker(depth=30)
    made.paralogues()
    made.unit(WHOLE)
    made.unit(allele("*4"))
    found = read(made)
    assert found.copies.report.reason == "no_normaliser"
    assert (found.genotypes.call != MISSING).any()


def test_depth_in_pieces_is_uneven():
    made = Maker(depth=60)
    made.diploid(42_113_500, 42_122_000)
    made.diploid(42_150_000, 42_165_000)
    made.paralogues()
    made.unit(WHOLE)
    made.unit(WHOLE)
    gap = [(p, p + 400) for p in range(42_126_000, 42_150_000, 800)]
    made.rows = [r for r in made.rows if not any(a <= r[0] <= b for a, b in gap)]
    assert read(made).copies.report.reason == "depth_uneven"


@pytest.mark.parametrize("lost", [(42_126_000, 42_129_000), (42_128_500, 42_132_000)])
def test_reads_that_are_missing_over_half_the_gene_are_no_deletion(lost):
    """The other half shows two copies: no structure explains both."""
    made = person(WHOLE, WHOLE, depth=30)
    made.rows = [r for r in made.rows if not lost[0] < r[0] < lost[1]]
    report = read(made).copies.report
    assert report.reason in {"conflict", "depth_uneven"}
    assert not report.copies


def test_flanks_of_half_the_depth_do_not_pass_for_two_copies():
    made = Maker(depth=40)
    made.diploid(*GENE_AND_PARALOGUE)
    made.half /= 2
    made.diploid(42_113_500, GENE_AND_PARALOGUE[0])
    made.diploid(GENE_AND_PARALOGUE[1], 42_168_000)
    assert read(made).copies.report.reason == "conflict"


def test_more_copies_than_any_structure_has_are_no_smaller_number():
    assert read(person(*[WHOLE] * 14, depth=20)).copies.report.reason == "conflict"


def test_controls_that_differ_as_those_of_a_panel_say_nothing():
    many = Normaliser(depth=40.0, noise=0.5, spread=0.08, n_controls=63)
    assert _unusable(many) == "depth_uneven"
    assert not _unusable(replace(many, noise=0.25))


def test_reads_on_an_alternative_contig_are_missed_on_chromosome_22():
    made = person(WHOLE, WHOLE, depth=20)
    found = read(made, extra=(("chr22_KI270928v1_alt", 176_103),), moved=0.3)
    assert found.copies.report.reason == "alternative_contigs"
    assert (found.genotypes.call == MISSING).all()


def test_an_alternative_contig_without_reads_changes_nothing():
    found = read(person(WHOLE, WHOLE, depth=20), extra=(("chr22_KI270928v1_alt", 176_103),))
    assert found.copies.report.is_assessed


def test_log_gamma_is_that_of_the_standard_library():
    import math

    values = np.array([0.01, 0.5, 1, 2.5, 10, 99.9, 5000])
    expected = [math.lgamma(v) for v in values]
    assert _log_gamma(values) == pytest.approx(expected, rel=1e-9, abs=1e-9)
