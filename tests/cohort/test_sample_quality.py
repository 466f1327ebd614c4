"""Quality of samples against a loop, gene by gene; what chrX says of the recorded sex."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from cohort.drawn import by_sample, everyone, is_called, pieces, shown, small_gene
from pgx.engine.sample_quality import SAMPLE_QUALITY_SCHEMA, SampleCounts, SexEvidence, check_sexes
from pgx.engine.site_quality import tally_sites
from pgx.genotypes.matrix import ABSENT, MISSING, Unknown
from pgx.records.genes import Ploidy

N = 6


@st.composite
def cohorts(draw):
    """Some genes, each with pieces of all samples."""
    chosen = draw(st.lists(st.sampled_from(Ploidy), min_size=1, max_size=3))
    found = [small_gene(ploidy, draw(st.integers(1, 3))) for ploidy in chosen]
    return [(gene, draw(pieces(gene, N))) for gene in found]


def counted(cohort, females=None):
    counts = SampleCounts(N)
    asked = np.ones(N, np.bool_) if females is None else females
    for gene, drawn in cohort:
        counts.add(gene, drawn, tally_sites(gene, drawn, [everyone(N)], asked))
    return counts


def expected_of(pairs):
    """Nei's unbiased estimate, of the diploid genotypes of a position."""
    haplotypes = [code for pair in pairs for code in pair if min(pair) >= 0]
    if len(haplotypes) < 2:
        return 0.0
    share = 1 - sum((haplotypes.count(k) / len(haplotypes)) ** 2 for k in set(haplotypes))
    return share * len(haplotypes) / (len(haplotypes) - 1)


@given(cohorts())
def test_samples_are_what_a_loop_counts(cohort):
    sums = {name: np.zeros(N) for name in (
        "n_called", "n_autosomal", "n_heterozygous", "expected_heterozygous", "x_called",
        "x_heterozygous", "x_one_strand",
    )}  # fmt: skip
    n_sites = 0
    for gene, drawn in cohort:
        held = by_sample(drawn)
        for site in range(len(gene.variants)):
            pairs = {s: tuple(seen.call[site, c].tolist()) for s, (seen, c) in held.items()}
            n_sites += any(map(is_called, pairs.values()))
            expected = expected_of(pairs.values())
            for sample, pair in pairs.items():
                seen, column = held[sample]
                different = min(pair) >= 0 and pair[0] != pair[1]
                sums["n_called"][sample] += is_called(pair)
                if gene.ploidy is Ploidy.AUTOSOME and min(pair) >= 0:
                    sums["n_autosomal"][sample] += 1
                    sums["n_heterozygous"][sample] += different
                    sums["expected_heterozygous"][sample] += expected
                elif gene.ploidy is Ploidy.X_LINKED:
                    male = seen.reason[site, column] == Unknown.MALE_HETEROZYGOUS
                    sums["x_called"][sample] += is_called(pair)
                    sums["x_heterozygous"][sample] += different or male
                    sums["x_one_strand"][sample] = (
                        sums["x_one_strand"][sample] or column in seen.haploid_samples
                    )
    frame = counted(cohort).frame([f"S{i}" for i in range(N)], [""] * N)
    assert frame.schema == SAMPLE_QUALITY_SCHEMA
    assert frame["n_sites"].to_list() == [n_sites] * N
    for name, values in sums.items():
        np.testing.assert_allclose(frame[name].cast(float).to_numpy(), values, err_msg=name)
    rates = (sums["n_called"] / n_sites).tolist() if n_sites else [None] * N
    assert frame["call_rate"].to_list() == rates
    for f, seen, expected in zip(
        frame["inbreeding"], sums["n_heterozygous"], sums["expected_heterozygous"], strict=True
    ):
        assert f == (pytest.approx(1 - seen / expected) if expected > 0 else None)


def test_inbreeding_is_the_method_of_moments():
    """(O - E) / (N - E) of homozygous genotypes, as PLINK and VCFtools write it."""
    gene = small_gene(n_sites=3)
    counts = counted([(gene, shown(gene, (0, 0), (0, 1), (1, 1), (0, 0), (0, 1), (0, 0)))])
    homozygous = counts.n_autosomal - counts.n_heterozygous
    expected = counts.n_autosomal - counts.expected
    written = (homozygous - expected) / (counts.n_autosomal - expected)
    np.testing.assert_allclose(counts.inbreeding(), written)
    p = 4 / 12
    assert counts.expected[0] == pytest.approx(3 * 2 * p * (1 - p) * 12 / 11)
    assert counts.inbreeding()[0] == 1.0


def test_positions_that_nobody_answers_count_for_no_sample():
    gene = small_gene(n_sites=3)
    drawn = shown(gene, *[(0, 0)] * (N - 1), (MISSING, MISSING))
    drawn[0].genotypes.call[0] = MISSING
    counts = counted([(gene, drawn)])
    assert counts.n_sites == 2
    assert counts.call_rates().tolist() == [1.0] * (N - 1) + [0.0]


@one_test
@pytest.mark.parametrize(
    ("sex", "heterozygous", "haploid_samples", "check", "shown_sex", "reason"),
    [
        ("male", 0, True, "consistent", "male", "one_strand"),
        ("male", 1, False, "inconsistent", "female", "heterozygous"),
        ("male", 1, True, "inconsistent", None, "heterozygous_and_one_strand"),
        ("male", 0, False, "not_informative", None, "homozygous"),
        ("female", 0, True, "inconsistent", "male", "one_strand"),
        ("female", 2, False, "consistent", "female", "heterozygous"),
        ("female", 2, True, "inconsistent", None, "heterozygous_and_one_strand"),
        ("female", 0, False, "not_informative", None, "homozygous"),
        ("", 0, True, "unknown", "male", "one_strand"),
        ("", 2, False, "unknown", "female", "heterozygous"),
        ("", 0, False, "unknown", None, "homozygous"),
    ],
)
def test_what_chrx_says_of_the_sex(sex, heterozygous, haploid_samples, check, shown_sex, reason):
    seen = SexEvidence(
        np.array([5]), np.array([heterozygous]), np.array([haploid_samples]), np.array([False])
    )
    found = check_sexes([sex], seen)
    assert found.check.tolist() == [check]
    assert found.shown.tolist() == [shown_sex]
    assert found.reason.tolist() == [reason]


def test_nothing_called_and_a_mixture_say_so():
    seen = SexEvidence(
        np.array([0, 0]), np.array([0, 0]), np.array([False, True]), np.array([False, True])
    )
    found = check_sexes(["female", ""], seen)
    assert found.check.tolist() == ["not_informative", "unknown"]
    assert found.shown.tolist() == [None, None]
    assert found.reason.tolist() == ["no_call", "mixed_ploidy"]


def test_genes_off_chrx_say_nothing_of_the_sex():
    gene = small_gene()
    drawn = shown(gene, *[(0, 1)] * (N - 1), (0, ABSENT))
    drawn[0].genotypes.haploid_samples = {N - 1}
    counts = counted([(gene, drawn)])
    assert not counts.x_heterozygous.any()
    assert not counts.x_haploid.any()
