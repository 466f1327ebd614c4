"""Simulated diplotypes come back: every pair of alleles, or a fixed sample of 2,000."""

import dataclasses
import itertools
import random

import numpy as np
import pytest

from calling import call_file, read_files
from cases import one_test
from pgx.genotypes.matrix import GeneGenotypes
from pgx.records.calls import CallStatus
from pgx.records.genes import Ploidy, core_allele, format_diplotype
from simulated import cohort_file, genes

ALL_PAIRS = 2000
GENES = [name for name, gene in genes().items() if gene.variants]


def pairs_of(name):
    gene = genes()[name]
    names = [a.name for a in gene.alleles if a.defining or a.is_reference]
    if gene.ploidy is Ploidy.MITOCHONDRIAL:
        return [(name,) for name in names]
    pairs = list(itertools.combinations_with_replacement(names, 2))
    return random.Random(20251105).sample(pairs, ALL_PAIRS) if len(pairs) >= ALL_PAIRS else pairs


@one_test(sample=4)
@pytest.mark.parametrize("name", GENES)
def test_every_pair_of_alleles_comes_back(name, tmp_path):
    pairs = pairs_of(name)
    samples = {f"s{i}": {name: pair} for i, pair in enumerate(pairs)}
    path = cohort_file(tmp_path, samples, only_named=True)
    calls = call_file(path, name, with_sites=False)  # what supports a call takes far longer
    default = genes()[name].default_allele
    for i, pair in enumerate(pairs):
        call = calls[f"s{i}", name]
        assert call.diplotype == format_diplotype([core_allele(a) for a in pair], default)
        assert call.status is CallStatus.CALLED
        assert call.n_missing == 0
        assert not call.undocumented


@one_test(sample=4)
@pytest.mark.parametrize("name", GENES)
def test_a_file_on_grch37_gives_a_call_the_same_to_go_by(name, tmp_path):
    """A call sees nothing but these fields, so that every pair comes back from GRCh37 too."""
    samples = {f"s{i}": {name: pair} for i, pair in enumerate(pairs_of(name))}
    both = []
    for assembly in ("GRCh38", "GRCh37"):
        path = cohort_file(tmp_path, samples, assembly=assembly, only_named=True)
        [gene], found = read_files([path], name, assembly=assembly)
        assert not found.refused
        both.append(found.combined(gene))
    assert (both[0].call >= 0).any()
    for field in dataclasses.fields(GeneGenotypes):
        one, other = (getattr(genotypes, field.name) for genotypes in both)
        same = np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
        assert same, field.name


PAIRED = [g for g in GENES if genes()[g].ploidy is not Ploidy.MITOCHONDRIAL]


@one_test(sample=10)
@pytest.mark.parametrize("name", PAIRED)
def test_the_true_pair_stays_among_the_candidates_without_phase(name, tmp_path):
    pairs = pairs_of(name)[:60]
    samples = {f"s{i}": {name: pair} for i, pair in enumerate(pairs)}
    calls = call_file(cohort_file(tmp_path, samples, phased=False, only_named=True), name)
    default = genes()[name].default_allele
    for i, pair in enumerate(pairs):
        call = calls[f"s{i}", name]
        wanted = format_diplotype([core_allele(a) for a in pair], default)
        assert wanted in [c.diplotype for c in call.candidates]
        assert (call.status is CallStatus.CALLED) == (call.n_candidates == 1)


@one_test(sample=4)
@pytest.mark.parametrize("form", ["right", "mnv"])
@pytest.mark.parametrize("name", ["UGT1A1", "NUDT15", "CYP2C9", "G6PD", "DPYD", "CYP2D6", "TPMT"])
def test_spelling_of_variants_does_not_matter(name, form, tmp_path):
    pairs = pairs_of(name)[:150]
    samples = {f"s{i}": {name: pair} for i, pair in enumerate(pairs)}
    plain = call_file(cohort_file(tmp_path, samples, only_named=True, name="a.vcf"), name)
    other = call_file(
        cohort_file(tmp_path, samples, only_named=True, form=form, lower_case=True, name="b.vcf"),
        name,
    )
    for key, call in plain.items():
        assert other[key].diplotype == call.diplotype
        assert other[key].undocumented == call.undocumented == ()
