"""gVCFs with depth: form, and depth and reads that follow the copies."""

from __future__ import annotations

import itertools

import numpy as np
import pysam
import pytest

from cases import one_test
from pgx.base.assemblies import CANONICAL, Assembly
from pgx.errors import UnknownAlleleError, UnknownGeneError, UsageError
from pgx.simulator.depth.gvcf import DepthSimulator
from pgx.simulator.depth.noise import DepthSettings
from pgx.simulator.depth.sites import draw_dips
from pgx.simulator.settings import WriteStyle
from simulate.depth_support import (
    BODY,
    EXON_9_CORE,
    GENE,
    gene_text,
    kb,
    lines,
    mean_depth,
    mean_share,
    settings,
    simulator,
    text,
)

SPLICE_4 = 42128945
"""Defining position of *4 alone."""


def test_the_file_is_sorted_without_overlaps_and_its_formats_fit():
    found = lines(text("*68+*4", "*36+*10"))
    places = [(CANONICAL.index(line.contig), line.position) for line in found]
    assert places == sorted(places)
    for one, two in itertools.pairwise(found):
        assert one.contig != two.contig or one.end < two.position
    for line in found:
        assert line.alts[-1] == "<NON_REF>"
        n = len(line.alts) + 1
        assert len(line.numbers("PL")) == n * (n + 1) // 2
        assert min(line.numbers("PL")) == 0
        if line.is_block:
            assert int(line.values["MIN_DP"]) <= int(line.values["DP"])
            assert line.values["GT"] == "0/0"
        else:
            assert sum(line.numbers("AD")) == int(line.values["DP"])
            assert line.values["GT"] != "0/0"


def test_blocks_end_where_the_band_of_quality_does():
    found = [line for line in lines(gene_text("*1", "*1", coverage=25.0)) if line.is_block]
    assert len(found) > 30
    for one, two in itertools.pairwise(found):
        if one.contig == two.contig and one.end + 1 == two.position:
            assert one.values["GQ"] != two.values["GQ"]
    long = [line for line in lines(gene_text("*1", "*1", coverage=60.0)) if line.is_block]
    lengths = np.array([line.end - line.position + 1 for line in long])
    assert 150 < (lengths**2).sum() / lengths.sum() < 2000


def test_dips_leave_defining_positions_alone():
    starts = np.arange(1000, 9000, 20)
    depth = np.full(len(starts), 30)
    avoid = set(range(1000, 9000, 3))
    found = draw_dips(starts, starts + 19, depth, avoid, np.random.default_rng(1))
    assert len(found) > 100
    assert not [dip for dip in found if dip.start in avoid]
    assert all(dip.start == dip.end and dip.quality < 99 for dip in found)
    nothing = draw_dips(starts, starts + 19, depth * 0, set(), np.random.default_rng(1))
    assert nothing == []


def test_pysam_reads_it(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_text(text("*36+*10", "*2"))
    with pysam.VariantFile(str(path)) as file:
        assert len(list(file)) == len(lines(path.read_text()))


@one_test
@pytest.mark.parametrize(
    ("one", "two", "copies"),
    [
        ("*1", "*1", 2),
        ("*1", "*5", 1),
        ("*5", "*5", 0),
        ("*1x2", "*4", 3),
        ("*2x3", "*4", 4),
        ("*36+*10", "*2", 3),
        ("*36x2+*10", "*36+*10", 5),
        ("*13+*2", "*1", 3),
    ],
)
def test_depth_over_the_gene_follows_the_copies(one, two, copies):
    """The seed and name are the same, so that the noise cancels out of the ratio."""
    usual = mean_depth(gene_text("*1", "*1", coverage=20.0), BODY)
    depth = mean_depth(gene_text(one, two, coverage=20.0), BODY)
    assert depth / usual == pytest.approx(copies / 2, abs=0.15)


def test_controls_have_the_coverage_whatever_the_copies():
    span = (1, 300_000_000)
    found = [mean_depth(text(*pair), span, "chr7") for pair in (("*5", "*5"), ("*1x4", "*1x4"))]
    assert found == pytest.approx([40, 40], rel=0.1)


def test_hybrids_lose_the_reads_of_their_foreign_part():
    # in a deep file a long block of one band hides the dip: its depth is a median
    def mean(one, span, name):
        return mean_depth(gene_text(one, "*1", sample=name, coverage=20.0), span)

    def ratio(one, span):
        return np.mean([mean(one, span, name) / mean("*1", span, name) for name in "ABCDEFGHIJ"])

    assert ratio("*36+*10", EXON_9_CORE) == pytest.approx(1.0, abs=0.2)
    assert ratio("*36+*10", BODY) == pytest.approx(1.5, abs=0.1)
    assert ratio("*68+*4", (42127700, 42130400)) == pytest.approx(1.05, abs=0.12)
    assert ratio("*68+*4", (42130500, 42131700)) == pytest.approx(1.5, abs=0.1)
    assert ratio("*13+*2", (42130500, 42131600)) == pytest.approx(1.0, abs=0.15)


@one_test(sample=6)
@pytest.mark.parametrize(
    ("one", "two", "position", "expected"),
    [
        ("*4", "*1", SPLICE_4, 1 / 2),
        ("*4x2", "*1", SPLICE_4, 2 / 3),
        ("*1x2", "*4", SPLICE_4, 1 / 3),
        ("*1x3", "*4", SPLICE_4, 1 / 4),
        ("*4", "*5", SPLICE_4, 1),
        ("*36+*10", "*1", 42130692, 2 / 3),
        ("*36+*10", "*1", 42126611, 1 / 2),
        ("*68+*4", "*1", 42130692, 2 / 3),
        ("*68+*4", "*1", SPLICE_4, 1 / 2),
    ],
)
def test_reads_of_an_allele_follow_the_copies_that_carry_it(one, two, position, expected):
    assert mean_share(one, two, position) == pytest.approx(expected, abs=0.08)


def test_a_diploid_caller_writes_two_alleles_whatever_the_copies():
    genotypes = {
        line.values["GT"] for line in lines(gene_text("*4x3", "*1x2")) if line.position == SPLICE_4
    }
    assert genotypes == {"0/1"}


def test_reads_of_the_paralogue_lower_the_quality_at_leaks():
    mismapped = kb().genes[GENE].structure.mismapped
    seen = {"other": [], "leak": []}
    for name in "ABCDEFGH":
        for line in lines(gene_text("*1", "*1", sample=name)):
            if line.contig == "chr22" and BODY[0] - 1400 < line.position < BODY[1]:
                kind = "leak" if line.position in mismapped else "other"
                seen[kind].append(line.numbers("PL")[1] / max(int(line.values["DP"]), 1))
    assert np.mean(seen["leak"]) < 0.8 * np.mean(seen["other"])


def test_a_deleted_gene_leaves_hardly_a_read():
    found = [line for line in lines(gene_text("*5", "*5")) if BODY[0] <= line.position <= BODY[1]]
    assert max(int(line.values["DP"]) for line in found) <= 4
    assert all(int(line.values["GQ"]) < 20 for line in found)


def test_a_seed_and_a_name_give_the_same_bytes_and_others_do_not():
    one = text("*36+*10", "*2")
    depth = DepthSettings(coverage=40.0, noise=0.02)
    again = DepthSimulator(kb().genes, settings(), depth, simulator().panel)
    again.render("OTHER", {GENE: ("*5", "*5")})
    assert again.render("S1", {GENE: ("*36+*10", "*2")}) == one
    assert text("*36+*10", "*2", seed=1) != one
    assert lines(text("*36+*10", "*2", sample="S2"))[5].values != lines(one)[5].values


def test_coverage_and_noise_are_as_asked():
    def spread(noise):
        found = [
            int(line.values["DP"])
            for line in lines(text("*1", "*1", coverage=60.0, noise=noise))
            if line.contig in ("chr1", "chr2", "chr3") and line.end - line.position < 25
        ]
        return np.std(np.log(found))

    assert spread(0.3) > spread(0.0) + 0.08
    assert mean_depth(text("*1", "*1", coverage=15.0), (1, 10**9), "chr2") == pytest.approx(
        15, rel=0.12
    )


def test_on_grch37_only_genes_are_written():
    found = lines(text("*1", "*5", assembly=Assembly.GRCH37))
    genes = kb().genes.values()
    ends = {
        g.contig: max(v.position_grch37 for v in g.variants) + 10_000 for g in genes if g.variants
    }
    assert {line.contig for line in found} <= set(ends)
    assert any(42522500 < line.position < 42527000 for line in found if line.contig == "chr22")


def test_missing_positions_are_covered_by_nothing():
    hidden = [(GENE, v.position) for v in kb().genes[GENE].variants]
    depth = DepthSettings()
    chosen = settings(missing=frozenset(hidden), only_named=True)
    content = DepthSimulator(kb().genes, chosen, depth).render("S1", {GENE: ("*4", "*1")})
    covered = [(line.position, line.end) for line in lines(content)]
    assert covered
    assert not [p for _, p in hidden for start, end in covered if start <= p <= end]


@pytest.mark.parametrize("name", ["", "a\tb", "a\nb", "a\rb"])
def test_names_that_a_vcf_cannot_hold_are_refused(name):
    with pytest.raises(UsageError):
        simulator().render(name, {})


@one_test
@pytest.mark.parametrize(
    ("diplotypes", "error"),
    [
        ({GENE: ("*1",)}, UsageError),
        ({GENE: ("*1", "*1", "*1")}, UsageError),
        ({GENE: ("*1", "*999")}, UnknownAlleleError),
        ({GENE: ("*1", "*36+")}, UsageError),
        ({GENE: ("*1", "*1x0")}, UsageError),
        ({GENE: ("*1", "*1x9")}, UsageError),
        ({GENE: ("*1", "*1x999999999")}, UnknownAlleleError),
        ({GENE: ("*1", "*2xN")}, UnknownAlleleError),
        ({GENE: ("*1", "[*2")}, UsageError),
        ({"CYP2C99": ("*1", "*1")}, UnknownGeneError),
        ({"CYP2C19": ("*1x2", "*1")}, UnknownAlleleError),
    ],
)
def test_diplotypes_that_cannot_be_are_refused(diplotypes, error):
    with pytest.raises(error):
        simulator().render("S1", diplotypes)


@one_test
@pytest.mark.parametrize(
    ("depth", "options"),
    [
        ({"coverage": 0.0}, {}),
        ({"coverage": float("nan")}, {}),
        ({"noise": -0.1}, {}),
        ({"noise": 2.0}, {}),
        ({"seed": -1}, {}),
        ({}, {"default_phase_sets": 1}),
        ({}, {"depth": False}),
        ({}, {"no_calls": frozenset({(GENE, SPLICE_4)})}),
        ({}, {"filtered": frozenset({(GENE, SPLICE_4)})}),
    ],
)
def test_settings_that_do_not_go_with_depth_are_refused(depth, options):
    with pytest.raises(UsageError):
        DepthSimulator(kb().genes, settings(**options), DepthSettings(**depth))


def test_depth_needs_the_style_gvcf():
    import msgspec

    chosen = msgspec.structs.replace(settings(), style=WriteStyle.VARIANTS)
    with pytest.raises(UsageError, match="gVCF"):
        DepthSimulator(kb().genes, chosen, DepthSettings())
