"""Quality of positions against a loop over samples, and against scikit-allel."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.drawn import by_sample, everyone, is_called, pieces, shown, small_gene
from pgx.engine.frequencies import Grouping
from pgx.engine.reading import Piece
from pgx.engine.site_quality import SITE_QUALITY_SCHEMA, exact_p, site_quality, tally_sites
from pgx.genotypes.matrix import ABSENT, Evidence, GeneGenotypes, Unknown
from pgx.records.genes import Ploidy

N = 8


@st.composite
def cohorts(draw, ploidies=tuple(Ploidy)):
    gene = small_gene(draw(st.sampled_from(ploidies)))
    numbers = draw(st.lists(st.integers(-1, 1), min_size=N, max_size=N))
    females = draw(st.lists(st.booleans(), min_size=N, max_size=N))
    level = Grouping("superpopulation", ("AFR", "EUR"), np.array(numbers, np.int32))
    return gene, draw(pieces(gene, N)), level, np.array(females)


def plain_row(gene, drawn, level, females, number, site):
    """One position of one group, counted sample by sample."""
    row, reasons = Counter(), Counter()
    carried, tested = [], []
    for sample, (seen, column) in by_sample(drawn).items():
        if level.numbers[sample] != number:
            continue
        row["n_samples"] += 1
        pair = tuple(seen.call[site, column].tolist())
        if not is_called(pair):
            row["n_missing"] += 1
            reason = Unknown(int(seen.reason[site, column]))
            reasons[Unknown.HALF_CALL if reason is Unknown.NONE else reason] += 1
            continue
        row["n_called"] += 1
        row["n_assumed_reference"] += seen.evidence[site, column] == Evidence.ASSUMED_REFERENCE
        carried += [code for code in pair if code >= 0]
        if pair[1] == ABSENT:
            row["n_haploid_alternative" if pair[0] else "n_haploid_reference"] += 1
            continue
        if pair[0] != pair[1]:
            row["n_heterozygous"] += 1
        else:
            row["n_alternative" if pair[0] else "n_reference"] += 1
        if gene.ploidy is Ploidy.AUTOSOME or (gene.ploidy is Ploidy.X_LINKED and females[sample]):
            tested.append(pair)
    best = max(reasons, key=lambda r: (reasons[r], -r), default=None)
    row["missing_reason"] = best.name.lower() if best else None
    row["n_missing_reason"] = reasons[best]
    row["n_tested"] = len(tested)
    row["call_rate"] = row["n_called"] / row["n_samples"] if row["n_samples"] else None
    others = sum(code > 0 for code in carried)
    row["alternative_frequency"] = others / len(carried) if carried else None
    return row, tested


def plain_equilibrium(tested):
    if not tested:
        return {}
    haplotypes = [code for pair in tested for code in pair]
    expected = 1 - sum((haplotypes.count(k) / len(haplotypes)) ** 2 for k in set(haplotypes))
    observed = sum(a != b for a, b in tested) / len(tested)
    copies = Counter((a > 0) + (b > 0) for a, b in tested)
    return {
        "observed_heterozygosity": observed,
        "expected_heterozygosity": expected,
        "inbreeding": 1 - observed / expected if expected > 1e-12 else None,
        "hwe_p": float(exact_p(*(np.array([copies[k]]) for k in range(3)))[0]),
    }


@given(cohorts())
def test_positions_are_what_a_loop_over_samples_counts(cohort):
    gene, drawn, level, females = cohort
    frame = site_quality(tally_sites(gene, drawn, [level], females))
    assert frame.schema == SITE_QUALITY_SCHEMA
    rows = frame.rows(named=True)
    assert len(rows) == 2 * len(gene.variants)
    for place, row in enumerate(rows):
        number, site = divmod(place, len(gene.variants))
        variant = gene.variants[site]
        counted, tested = plain_row(gene, drawn, level, females, number, site)
        wanted = counted | plain_equilibrium(tested)
        assert row["gene"] == gene.gene
        assert row["position"] == f"{gene.contig}:{variant.position}"
        assert row["rsid"] == variant.rsid
        assert (row["level"], row["group"]) == (level.name, level.groups[number])
        for name in SITE_QUALITY_SCHEMA.names()[5:]:
            default = 0 if name.startswith("n_") else None
            assert row[name] == pytest.approx(wanted.get(name, default)), name


@given(cohorts(ploidies=(Ploidy.AUTOSOME,)))
def test_autosomal_shares_are_those_of_scikit_allel(cohort):
    allel = pytest.importorskip("allel", reason="the extra frames is not installed")
    gene, drawn, level, females = cohort
    level = level._replace(groups=("all",), numbers=np.zeros(N, np.int32))
    calls = np.full((len(gene.variants), N, 2), -1)
    for sample, (seen, column) in by_sample(drawn).items():
        pairs = seen.call[:, column]
        diploid = (pairs >= 0).all(axis=1)
        calls[diploid, sample] = pairs[diploid]
    frame = site_quality(tally_sites(gene, drawn, [level], females))
    genotypes = allel.GenotypeArray(calls)
    assert frame["n_tested"].to_list() == genotypes.count_called(axis=1).tolist()
    assert frame["n_heterozygous"].to_list() == genotypes.count_het(axis=1).tolist()
    assert frame["n_reference"].to_list() == genotypes.count_hom_ref(axis=1).tolist()
    assert frame["n_alternative"].to_list() == genotypes.count_hom_alt(axis=1).tolist()
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = allel.heterozygosity_observed(genotypes)
    own = frame["observed_heterozygosity"].fill_null(np.nan).to_numpy()
    np.testing.assert_allclose(own, observed)


def test_on_chrx_only_recorded_females_are_asked_of_equilibrium():
    """A call set may write males with two equal alleles, which would look like inbreeding."""
    gene = small_gene(Ploidy.X_LINKED, 1)
    drawn = shown(gene, (0, 1), (0, 1), (1, 1), (0, 0), (1, ABSENT))
    females = np.array([True, True, False, False, False])
    [row] = site_quality(tally_sites(gene, drawn, [everyone(5)], females)).rows(named=True)
    assert (row["n_tested"], row["observed_heterozygosity"]) == (2, 1.0)
    assert (row["n_called"], row["n_haploid_alternative"]) == (5, 1)
    assert row["alternative_frequency"] == 5 / 9
    nobody = np.zeros(5, np.bool_)
    [row] = site_quality(tally_sites(gene, drawn, [everyone(5)], nobody)).rows(named=True)
    assert (row["n_tested"], row["hwe_p"], row["inbreeding"]) == (0, None, None)


def test_more_columns_than_are_looked_at_at_once():
    gene, rng = small_gene(n_sites=2), np.random.default_rng(5)
    n_samples = 9_000
    found = GeneGenotypes.empty(gene, tuple(map(str, range(n_samples))))
    found.call[:] = rng.integers(0, 3, found.call.shape)
    found.reason[:] = Unknown.NONE
    piece = Piece(found, np.arange(n_samples), np.arange(n_samples, dtype=np.int32))
    level = everyone(n_samples)
    frame = site_quality(tally_sites(gene, [piece], [level], np.ones(n_samples, np.bool_)))
    different = (found.call[:, :, 0] != found.call[:, :, 1]).sum(axis=1)
    assert frame["n_heterozygous"].to_list() == different.tolist()
    assert frame["n_called"].to_list() == [n_samples] * 2


def test_a_gene_without_a_sample():
    frame = site_quality(tally_sites(small_gene(), [], [everyone(0)], np.zeros(0, np.bool_)))
    assert frame["n_samples"].to_list() == [0] * 3
    assert frame["call_rate"].to_list() == [None] * 3
