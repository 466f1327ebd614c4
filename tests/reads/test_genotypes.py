"""Fragments, votes, genotypes and phase: small parts against plain arithmetic."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cases import one_test
from pgx.base.assemblies import Assembly
from pgx.genotypes.matrix import MISSING, UNPHASED, GeneGenotypes, Unknown
from pgx.reads.columns import Blocks, Reads, agreement, bases_at, depth_over
from pgx.reads.locus import NO_SHADOW, assign, read_locus
from pgx.reads.sample import FRACTIONS, OTHER_PARALOGUE, UNSURE, likelihoods
from pgx.reads.votes import LETTER, Votes, phase_sites
from reads.made import Maker, Unit, allele, gene, person, reference
from reads.test_copies import read


def columns(*rows: tuple[int, str, list[tuple[int, int, int]]]) -> Reads:
    """Return reads of (fragment, bases, blocks of position, offset and length)."""
    blocks = [(k, *b) for k, (_, _, own) in enumerate(rows) for b in own]
    sizes = [len(bases) for _, bases, _ in rows]
    text = "".join(bases for _, bases, _ in rows).encode()
    return Reads(
        fragment=np.array([r[0] for r in rows]),
        mapping_quality=np.full(len(rows), 60),
        start=np.array([r[2][0][0] for r in rows]),
        end=np.array([r[2][-1][0] + r[2][-1][2] - 1 for r in rows]),
        clipped=np.zeros((len(rows), 2), np.int64),
        first=np.concatenate([[0], np.cumsum(sizes)]),
        bases=np.frombuffer(text, np.uint8),
        qualities=np.full(len(text), 30, np.uint8),
        blocks=Blocks(*np.array(blocks, np.int64).T.copy()),
    )


def test_bases_at_positions_are_those_of_a_plain_walk():
    rng = np.random.default_rng(3)
    rows = []
    for fragment in range(40):
        position, offset, own = int(rng.integers(100, 160)), int(rng.integers(0, 4)), []
        for _ in range(int(rng.integers(1, 4))):
            size = int(rng.integers(1, 9))
            own.append((position, offset, size))
            position += size + int(rng.integers(0, 3))
            offset += size + int(rng.integers(0, 3))
        rows.append((fragment, "".join(rng.choice(list("ACGT"), offset + 3)), own))
    reads = columns(*rows)
    positions = np.unique(rng.integers(95, 185, 30))
    expected = sorted(
        (k, s, bases[offset + int(p) - start])
        for k, (_, bases, own) in enumerate(rows)
        for start, offset, size in own
        for s, p in enumerate(positions)
        if start <= p < start + size
    )
    hits = bases_at(reads, positions)
    assert expected == sorted(
        (int(r), int(s), chr(b)) for r, s, b in zip(hits.read, hits.site, hits.base, strict=True)
    )
    depth = [sum(a <= p < a + n for _, _, own in rows for a, _, n in own) for p in range(90, 190)]
    assert depth_over(reads, 90, 189).tolist() == depth


def votes(*rows: tuple[int, float, float]) -> Votes:
    """Return votes of (allele, error, odds) at one position."""
    allele_of, error, odds = (np.array(c) for c in zip(*rows, strict=True))
    n = len(rows)
    return Votes(np.arange(n), np.zeros(n, np.int64), allele_of, error, odds)


def plain_likelihood(rows, pair, codes, paralogue) -> float:
    """Return the likelihood of a genotype by its definition."""

    def chance(vote: int, error: float, code: int) -> float:
        return 1 - error if vote == code else error / 3

    others = [c for c in codes if c != paralogue]
    states = [((paralogue, paralogue), 1 - OTHER_PARALOGUE)]
    for code in others:
        states.append(((code, code), OTHER_PARALOGUE / 2 / len(others)))
        states.append(((code, paralogue), OTHER_PARALOGUE / 2 / len(others)))
    fractions = [(1.0, 1.0)] if pair[0] == pair[1] else FRACTIONS
    total = 0.0
    for (share, weight), ((a, b), prior) in itertools.product(fractions, states):
        product = weight * prior
        for vote, error, odds in rows:
            own = min(max(1 / (1 + math.exp(-odds)), UNSURE), 1 - UNSURE)
            mine = share * chance(vote, error, pair[0]) + (1 - share) * chance(vote, error, pair[1])
            other = (chance(vote, error, a) + chance(vote, error, b)) / 2
            product *= own * mine + (1 - own) * other
        total += product
    return total


@pytest.mark.parametrize("paralogue", [0, 1])
def test_likelihoods_are_those_of_the_definition(paralogue):
    rows = [(0, 0.01, 8.0), (1, 0.02, 0.0), (1, 0.005, 3.0), (0, 0.1, -2.0), (1, 0.01, 12.0)]
    pairs, phred = likelihoods(votes(*rows), [0, 1], paralogue)
    plain = np.array([plain_likelihood(rows, p, [0, 1], paralogue) for p in pairs])
    assert pairs == [(0, 0), (0, 1), (1, 1)]
    assert phred.tolist() == np.rint(-10 * np.log10(plain / plain.max())).tolist()


def test_unassigned_fragments_with_the_variant_may_be_the_paralogues():
    _, own = likelihoods(votes(*[(0, 0.01, 8.0)] * 20, *[(1, 0.01, 8.0)] * 8), [0, 1], 0)
    _, unsure = likelihoods(votes(*[(0, 0.01, 8.0)] * 20, *[(1, 0.01, 0.0)] * 8), [0, 1], 0)
    assert own.argmin() == 1
    assert np.sort(own)[1] > 60
    assert unsure[0] < 10


def test_a_read_agrees_best_where_it_lies():
    text = reference()[1000:1200]
    points, wrong, compared = agreement(text[50:100], text, np.arange(30, 70))
    assert (points, wrong, compared) == (50, 0, 50)
    points, _, compared = agreement(text[:50], text[20:], np.arange(-25, -15))
    assert (points, compared) == (30, 30)
    assert agreement(text[:50], text, np.arange(-80, -70)) == (0, 0, 0)


@pytest.mark.parametrize("assembly", list(Assembly))
def test_places_in_the_paralogue_are_known_between_sites_alone(assembly):
    locus = read_locus(gene(), assembly)
    sites = dict(zip(locus.own.tolist(), locus.other.tolist(), strict=True))
    for own, shadow in zip(locus.variants.tolist(), locus.shadows.tolist(), strict=True):
        if own in sites:
            assert shadow == sites[own]
    assert (locus.shadows == NO_SHADOW).any()
    assert (np.diff(locus.own) > 0).all()
    shift = 396_002 if assembly is Assembly.GRCH37 else 0
    assert locus.gene_shift == shift
    assert (locus.variants - shift).tolist() == [v.position for v in gene().variants]


def test_sites_hold_the_bases_of_the_reference_segments():
    segments = gene().segments
    for site in gene().structure.sites:
        for segment in segments:
            if segment.start <= site.position <= segment.end:
                assert segment.sequence[site.position - segment.start] == site.base


def test_fragments_of_either_gene_are_told_apart(tmp_path):
    from pgx.reads.source import open_reads

    made = Maker(depth=30)
    made.unit(Unit())
    n_own = made._number
    made.paralogues(1)
    with open_reads(made.write(tmp_path / "x.bam")) as file:
        locus = read_locus(gene(), file.assembly)
        reads = file.columns([locus.region])
        odds = assign(reads, locus).log_odds
    rows = sorted(made.rows, key=lambda r: r[0])
    numbers = np.array([r[1] for r in rows if locus.region[1] <= r[0] <= locus.region[2]])
    is_own = np.zeros(reads.n_fragments, np.bool_)
    is_own[reads.fragment] = numbers[: len(reads.fragment)] <= n_own
    clear = np.abs(odds) > 2.2
    assert clear.mean() > 0.4  # the rest lies where both genes are alike
    assert ((odds > 0) == is_own)[clear].mean() > 0.995


@one_test(sample=4)
@pytest.mark.parametrize("name", ["*2", "*3", "*4", "*6", "*9", "*17", "*29", "*40", "*41"])
@pytest.mark.parametrize("assembly", list(Assembly))
def test_the_variants_of_an_allele_are_heterozygous(name, assembly):
    found = read(person(Unit(), allele(name), depth=40), assembly=assembly).genotypes
    expected = allele(name).variants
    for index, variant in enumerate(gene().variants):
        call = sorted(found.call[index, 0].tolist())
        written = expected.get(variant.position, variant.ref)
        code = variant.alleles.index(written)
        assert call in ([0, code], [MISSING, MISSING]), variant.position
        if code:
            assert call == [0, code], (variant.position, found.likelihoods.get((index, 0)))


def test_a_base_that_no_definition_names_is_told():
    position = 42_128_945
    found = read(person(Unit(), Unit({position: "G"}), depth=40)).genotypes
    index = [v.position for v in gene().variants].index(position)
    assert found.extra[index] == [f"chr22:{position}:C>G"]
    assert sorted(found.call[index, 0].tolist()) == [0, 2]


def test_low_depth_leaves_likelihoods():
    found = read(person(Unit(), allele("*4"), depth=12)).genotypes
    low = found.reason[:, 0] == Unknown.LOW_DP
    assert low.any()
    assert (found.call[low] == MISSING).all()
    index = int(np.flatnonzero(low)[0])
    assert min(g.phred for g in found.likelihoods[index, 0]) == 0


def test_allelic_depths_are_the_genes_own_and_not_of_leaks():
    found = read(person(Unit(), allele("*4"), allele("*4"), depth=60))
    by_position = {s.position: s for s in found.copies.reads}
    reads = by_position[42_128_945].reads
    assert reads[1] / sum(reads) == pytest.approx(2 / 3, abs=0.12)
    assert not set(by_position) & set(gene().structure.mismapped)
    balance = {b.position: b for b in found.copies.report.balances}[42_128_945]
    assert (balance.reference_reads, balance.alternative_reads) == reads


# -- phase ---------------------------------------------------------------------------------


def phased(*fragments: tuple[int, ...], calls=((0, 1), (0, 1), (0, 1))) -> GeneGenotypes:
    """Return the first sites' genotypes, phased by what fragments show (-1 nothing)."""
    found = GeneGenotypes.empty(gene(), ("x",))
    for site, call in enumerate(calls):
        found.call[site, 0] = call
    rows = sorted(
        (site, fragment, code)
        for fragment, shown in enumerate(fragments)
        for site, code in enumerate(shown)
        if code >= 0
    )
    site, fragment, code = (np.array(c) for c in zip(*rows, strict=True))
    zeros = np.zeros(len(rows))
    phase_sites(found, Votes(fragment, site, code, zeros, zeros))
    return found


def test_fragments_join_positions():
    found = phased(*[(0, 1, -1)] * 5, *[(1, 0, -1)] * 5, *[(-1, 0, 0)] * 4)
    assert found.phase_block[:3, 0].tolist() == [1, 1, 1]
    assert found.call[:3, 0].tolist() == [[0, 1], [1, 0], [1, 0]]


def test_few_or_contradicting_fragments_join_nothing():
    assert (phased(*[(0, 0, -1)] * 3).phase_block == UNPHASED).all()
    found = phased(*[(0, 0, -1)] * 10, *[(0, 1, -1)] * 5, *[(1, 1, -1)] * 10)
    assert (found.phase_block == UNPHASED).all()


def test_two_groups_are_two_blocks():
    calls = ((0, 1),) * 4
    found = phased(*[(0, 0, -1, -1)] * 6, *[(-1, -1, 0, 1)] * 6, calls=calls)
    assert found.phase_block[:4, 0].tolist() == [1, 1, 2, 2]


def test_letters_are_no_codes():
    assert all(len(v.alleles) < LETTER for v in gene().variants)
