"""Names of chromosomes, drawn structures, and samples as arrays."""

from __future__ import annotations

import doctest
from collections import Counter

import numpy as np
import pytest

from cases import one_test
from pgx.errors import UsageError
from pgx.records.structures import WHOLE
from pgx.simulator.depth import noise as window_module
from pgx.simulator.depth import sites as blocks
from pgx.simulator.depth import sites as genotypes
from pgx.simulator.depth.noise import DepthWindows, Neighbours, draw_depth, generator, kernel
from pgx.simulator.depth.people import (
    Copy,
    allele_weights,
    chromosome_name,
    copy_haplotype,
    draw_copies,
    draw_diplotypes,
    parse_chromosome,
    true_diplotypes,
)
from simulate.depth_support import GENE, kb


def gene():
    return kb().genes[GENE]


@pytest.mark.parametrize("module", [genotypes, window_module, blocks])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@one_test
@pytest.mark.parametrize(
    ("name", "units", "canonical"),
    [
        ("*1", [WHOLE], "*1"),
        ("*5", [], "*5"),
        ("*2x2", [WHOLE, WHOLE], "*2x2"),
        ("*36+*10", ["*36", WHOLE], "*36+*10"),
        ("*10+*36", [WHOLE, "*36"], "*36+*10"),
        ("*68+*4", ["*68", WHOLE], "*68+*4"),
        ("*13+*2", ["*13", WHOLE], "*13+*2"),
        ("*36", ["*36"], "*36"),
        ("*36x2", ["*36", "*36"], "*36x2"),
        ("*36+*36+*10", ["*36", "*36", WHOLE], "*36x2+*10"),
        ("*36+*10x2", ["*36", WHOLE, WHOLE], "*36+*10x2"),
        ("*4+*4.013", [WHOLE, "*36"], "*4.013+*4"),
        ("*1+*2", [WHOLE, WHOLE], "*1+*2"),
        ("[*2 + *119]", [WHOLE], "[*2 + *119]"),
        ("[*2 + *119]x2", [WHOLE, WHOLE], "[*2 + *119]x2"),
    ],
)
def test_names_of_chromosomes(name, units, canonical):
    copies = parse_chromosome(gene(), name)
    assert [copy.unit for copy in copies] == units
    assert chromosome_name(gene(), copies) == canonical
    again = parse_chromosome(gene(), canonical)
    assert sorted(again) == sorted(copies)


def test_true_diplotypes_are_named_as_results_name_them():
    pairs = {
        ("*1x2", "*4"): "*1x2/*4",
        ("*17", "*5"): "*5/*17",
        ("*2", "*10+*36"): "*2/*36+*10",
        ("*68+*4", "*1"): "*1/*68+*4",
    }
    for pair, expected in pairs.items():
        assert true_diplotypes(kb().genes, {GENE: pair}) == {GENE: expected}
    assert true_diplotypes(kb().genes, {"CYP2C19": ("*17", "*1")}) == {"CYP2C19": "*1/*17"}


def test_a_gene_without_structure_has_no_copies_to_name():
    assert parse_chromosome(kb().genes["UGT1A1"], "*80+*28") == (Copy(WHOLE, "*80+*28"),)


def test_hybrids_carry_their_own_alleles_only_in_their_own_part():
    reference = {v.position: v.ref for v in gene().variants}
    haplotype = copy_haplotype(gene(), Copy("*68", "*68"))
    changed = {p for p, allele in haplotype.items() if allele != reference[p]}
    mismapped = set(gene().structure.mismapped)
    assert changed - mismapped <= {p for p in reference if p > 42130400}
    assert mismapped & reference.keys() <= changed
    assert haplotype[42128945] == reference[42128945]
    like_4 = copy_haplotype(gene(), Copy("*36", "*4.013"))
    assert like_4[42128945] != reference[42128945]
    exon_1 = copy_haplotype(gene(), Copy("*13", "*13"))
    assert all(exon_1[p] == reference[p] for p in reference if 42130401 <= p <= 42131700)
    assert exon_1[42127941] != reference[42127941]


def test_structures_are_drawn_by_their_frequencies():
    n = 4000
    drawn = Counter()
    for number in range(n // 2):
        pair = draw_diplotypes(kb().genes, kb().frequencies, generator(3, 1, f"S{number}"))[GENE]
        drawn.update(pair)
    wanted = {h.units: h.frequency for h in gene().structure.haplotypes}
    tandems = sum(k for name, k in drawn.items() if name.startswith("*36+"))
    assert drawn["*5"] / n == pytest.approx(wanted[()], abs=0.012)
    assert tandems / n == pytest.approx(wanted["*36", WHOLE], abs=0.015)
    whole = sum(k for name, k in drawn.items() if not set(name) & set("+x"))
    assert whole / n == pytest.approx(wanted[WHOLE,] + wanted[()], abs=0.02)
    assert 0.2 < drawn["*1"] / n < 0.4
    beside = Counter(name.partition("+")[2] for name in drawn.elements() if name[:4] == "*68+")
    assert beside["*4"] > 0.6 * beside.total()


def test_what_is_beside_a_hybrid_follows_the_odds():
    haplotype = next(h for h in gene().structure.haplotypes if h.units == ("*36", WHOLE))
    random, weights = np.random.default_rng(1), allele_weights(gene(), kb().frequencies)
    drawn = [draw_copies(gene(), haplotype, weights, random) for _ in range(500)]
    found = Counter((hybrid.allele, beside.allele) for hybrid, beside in drawn)
    assert found["*36", "*10"] > 300
    assert found["*36", "*10"] + found["*4.013", "*4"] > 480


def test_a_gene_without_structure_cannot_be_drawn():
    haplotype = gene().structure.haplotypes[0]
    with pytest.raises(UsageError):
        draw_copies(kb().genes["TPMT"], haplotype, {"*1": 1.0}, np.random.default_rng(1))


def test_neighbouring_windows_are_alike_as_the_kernel_says():
    starts = [1000 + 20 * i for i in range(60)]
    near = Neighbours(DepthWindows.of(["chr1"] * 60, starts, [s + 19 for s in starts]))
    drawn = near.draw(np.random.default_rng(2), 4000)
    assert drawn.std() == pytest.approx(1, abs=0.03)
    for apart in (1, 5, 20):
        measured = np.mean(drawn[apart:] * drawn[:-apart])
        assert measured == pytest.approx(float(kernel(np.float64(20.0 * apart))), abs=0.05)


def test_depth_has_the_mean_and_the_variance_that_are_asked_for():
    near = Neighbours(DepthWindows.of(["chr1"] * 40, [k * 10_000 for k in range(1, 41)],
                                 [k * 10_000 + 19 for k in range(1, 41)]))  # fmt: skip
    for copies, noise in ((2.0, 0.0), (1.0, 0.1), (4.0, 0.2)):
        held = np.full((40, 2000), copies)
        depth = draw_depth(near, held, 30.0, noise, np.random.default_rng(4))
        mean = 15 * copies
        assert depth.mean() == pytest.approx(mean, rel=0.01)
        assert depth.var() == pytest.approx(0.9 * mean + (noise * mean) ** 2, rel=0.06)
