"""Genotypes by their reads, quality, depth and imputation: reasons and likelihoods of cells."""

import math
import tracemalloc

import numpy as np
import pytest

from cases import one_test
from pgx.io import read_likelihoods
from pgx.io.read_likelihoods import Cells, apply_read_evidence, read_log_likelihoods
from pgx.io.records import SiteReason
from vcf.support import line, scan_body

NOTHING = (-1,) * 6


def read(cell, form, alt="A", **columns):
    """Return the reason of a cell and its likelihoods."""
    scan = scan_body(line(alt=alt, format=form, cells=[cell], **columns))
    values = NOTHING if scan.likelihoods is None else tuple(scan.likelihoods[0, 0].tolist())
    return SiteReason(int(scan.reason[0, 0])).name, values


def reason(cell, form, alt="A", **columns):
    return read(cell, form, alt, **columns)[0]


def test_two_alleles_are_beta_binomial():
    """Against the closed form, from the log of the Beta function."""
    found = read_log_likelihoods(np.array([[18, 12, -1]]), np.array([2]))[0]

    def beta(a, b):
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    expected = [
        beta(12 + 49 * share, 18 + 49 * (1 - share)) - beta(49 * share, 49 * (1 - share))
        for share in (0.01, 0.5, 0.99)
    ]
    for one, other in ((0, 1), (1, 2)):
        assert found[one] - found[other] == pytest.approx(expected[one] - expected[other])
    assert (found[3:] == -math.inf).all()


@one_test
@pytest.mark.parametrize(
    ("reads", "reference", "heterozygote"),
    [
        ("30,0", "OK", "AD_CONTRADICTS"),
        ("29,1", "OK", "AD_CONTRADICTS"),
        ("27,3", "OK", "AD_CONTRADICTS"),
        ("26,4", "LOW_GQ", "AD_CONTRADICTS"),
        ("24,6", "LOW_GQ", "OK"),
        ("22,8", "LOW_GQ", "OK"),
        ("21,9", "AD_CONTRADICTS", "OK"),
        ("18,12", "AD_CONTRADICTS", "OK"),
        ("15,15", "AD_CONTRADICTS", "OK"),
        ("4,26", "AD_CONTRADICTS", "AD_CONTRADICTS"),
    ],
)
def test_the_table_of_the_documentation(reads, reference, heterozygote):
    assert reason(f"0/0:{reads}", "GT:AD") == reference
    assert reason(f"0/1:{reads}", "GT:AD") == heterozygote


def test_clean_cells_have_no_likelihoods():
    body = [line(format="GT:AD:DP:GQ", cells=[c]) for c in ("0/0:30,0:30:90", "0/1:14,16:30:99")]
    scan = scan_body("".join(body))
    assert scan.reason.tolist() == [[0], [0]]
    assert scan.likelihoods is None
    assert scan.reads is None


def test_what_reads_favour_is_best_and_the_written_genotype_keeps_its_likelihood():
    assert read("0/0:18,12", "GT:AD") == ("AD_CONTRADICTS", (55, 0, 92, -1, -1, -1))
    assert read("0/1:97,3", "GT:AD")[1][:2] == (0, 99)


@one_test
@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("0/0:0,1,4", "GT:PL", "LOW_GQ"),
        ("0/0:0,19,40", "GT:PL", "LOW_GQ"),
        ("0/0:0,20,40", "GT:PL", "OK"),
        ("0/1:0,20,40", "GT:PL", "LOW_GQ"),
        ("0/1:0,31,40", "GT:PL", "AD_CONTRADICTS"),
        ("0/0:99:0,1,4", "GT:GQ:PL", "LOW_GQ"),
        ("0/0:3:0,60,400", "GT:GQ:PL", "LOW_GQ"),
        ("0/1:-1.2,-1.0,-30", "GT:GL", "LOW_GQ"),
        ("0/1:-9,0,-9", "GT:GL", "OK"),
        ("0/1:-4,-1,0", "GT:GL", "LOW_GQ"),
        ("0/1:-4,-4,0", "GT:GL", "AD_CONTRADICTS"),
        ("0/0:0,0,0", "GT:PL", "LOW_GQ"),
        ("0/0:0,.,.", "GT:PL", "OK"),
        ("0/0:.,0,9", "GT:PL", "OK"),
        ("0:0,3", "GT:PL", "LOW_GQ"),
        ("1:0,40", "GT:PL", "AD_CONTRADICTS"),
        ("0/0:0,1", "GT:PL", "OK"),
        ("0/0:0,nan,4", "GT:PL", "OK"),
        ("0/0:0,-1,4", "GT:PL", "OK"),
    ],
)
def test_likelihoods_bound_the_quality(cell, form, expected):
    assert reason(cell, form) == expected


def test_more_than_three_alleles_have_a_margin_and_no_likelihoods():
    sure, unsure = "0/0:" + ",".join(["0", *["90"] * 9]), "0/3:0,9,9,9,9,9,3,9,9,9"
    assert read(sure, "GT:PL", "A,C,T") == ("OK", NOTHING)
    assert read(unsure, "GT:PL", "A,C,T") == ("LOW_GQ", NOTHING)
    assert reason("0/3:15,0,0,15", "GT:AD", "A,C,T") == "OK"
    assert read("0/3:15,15,0,0", "GT:AD", "A,C,T") == ("AD_CONTRADICTS", NOTHING)
    assert read("0/0:15,0,0,15", "GT:AD", "A,C,T") == ("AD_CONTRADICTS", NOTHING)


def test_reads_overrule_likelihoods_only_where_they_contradict():
    assert reason("0/0:24,6:0,90,900", "GT:AD:PL") == "OK"
    assert reason("0/1:26,4:90,0,900", "GT:AD:PL") == "OK"
    found, values = read("0/0:18,12:0,90,900", "GT:AD:PL")
    assert (found, values[:3]) == ("AD_CONTRADICTS", (55, 0, 92))


@one_test
@pytest.mark.parametrize(
    ("cell", "form", "info", "expected"),
    [
        ("0|0:0.36,0.33,0.31", "GT:GP", "R2=0.28", "LOW_GP"),
        ("0|0:0.36,0.33,0.31", "GT:GP", ".", "LOW_GP"),
        ("0|0:0.995,0.005,0", "GT:GP", ".", "OK"),
        ("0|0:0.989,0.011,0", "GT:GP", ".", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "R2=0.79", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "AF=0.1;DR2=0.79;IMP", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "DR2=0.8;XR2=0.1", "OK"),
        ("0|0:1,0,0", "GT:GP", "R2=x", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "R2=0.28;DR2=.", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "DR2=0.28;AF=0.1;R2=0.9", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "R2=0.9;DR2=0.28", "LOW_GP"),
        ("0|0:1,0,0", "GT:GP", "R2=.;DR2=.", "OK"),
        ("0|0:0,25,60", "GT:GP", ".", "OK"),
        ("0|0:0,15,60", "GT:GP", ".", "LOW_GP"),
        ("0|0:0,0,0", "GT:GP", ".", "LOW_GP"),
        ("0|0:1,0", "GT:GP", ".", "LOW_GP"),
        ("0|0:nan,0,0", "GT:GP", ".", "LOW_GP"),
        ("0|0:.", "GT:GP", "R2=0.1", "OK"),
        ("0|0", "GT", "R2=0.1", "OK"),
        ("0|1:0.002,0.997", "GT:HDS", ".", "OK"),
        ("0|1:0.2,0.997", "GT:HDS", ".", "LOW_GP"),
        ("1|0:0.002,0.997", "GT:HDS", ".", "LOW_GP"),
        ("0|1:1.005", "GT:DS", ".", "OK"),
        ("0|0:0.36", "GT:DS", ".", "LOW_GP"),
        ("0|0:0.36:1,0,0", "GT:DS:GP", ".", "OK"),
        ("0|0:0.4,0.3,0.3:0,60,90", "GT:GP:PL", "R2=0.1", "OK"),
    ],
)
def test_imputed_genotypes_need_support(cell, form, info, expected):
    found, values = read(cell, form, info=info)
    assert found == expected
    assert form == "GT:GP:PL" or values == NOTHING


@one_test
@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("0/0:12", "GT:GQ", (0, 12, 12)),
        ("0/1:12", "GT:GQ", (-1, -1, -1)),
        ("0/0:5", "GT:DP", (0, 15, 15)),
        ("0/0:5:9", "GT:DP:GQ", (0, 9, 9)),
        ("0:2", "GT:DP", (0, -1, 6)),
        ("0/0:0,0", "GT:AD", (-1, -1, -1)),
        ("0/0:0,0:99", "GT:AD:GQ", (-1, -1, -1)),
        ("0/0:0", "GT:DP", (0, 0, 0)),
        ("0/1:3,3:6", "GT:AD:DP", (31, 0, 31)),
        ("0/1:15,15:9", "GT:AD:GQ", (-1, -1, -1)),
        ("0/0:30,0:9", "GT:AD:GQ", (0, 9, 9)),
    ],
)
def test_what_quality_and_depth_leave(cell, form, expected):
    found, values = read(cell, form)
    assert found in ("LOW_GQ", "LOW_DP")
    assert values[:3] == expected


@one_test
@pytest.mark.parametrize("cell", ["0/0:30", "0/0:30,.", "0/0:3,30,4", "0/0:30,x", "./.:3,30"])
def test_an_odd_list_of_reads_contradicts_nothing(cell):
    assert reason(cell, "GT:AD") != "AD_CONTRADICTS"


def test_a_short_list_has_no_reads_of_the_other_alleles():
    assert reason("0/0:15,15", "GT:AD", "A,C") == "AD_CONTRADICTS"
    assert reason("0/2:15,15", "GT:AD", "A,C") == "OK"


def test_a_haploid_genotype_of_mixed_reads_has_no_likelihood():
    assert read("0:15,15", "GT:AD") == ("AD_CONTRADICTS", NOTHING)
    assert read("0:0,30", "GT:AD") == ("AD_CONTRADICTS", (224, -1, 0, -1, -1, -1))


def test_very_deep_reads_are_scaled():
    assert reason("0/0:2000000000,1000", "GT:AD") == "OK"
    assert reason("0/0:1000000000,1000000000", "GT:AD") == "AD_CONTRADICTS"


def test_mitochondrial_reads_are_kept_whatever_they_say():
    scan = scan_body(
        line(chrom="chrM", pos="1555", format="GT:AD", cells=["0:80,20"]),
        windows=[("chrM", 1, 16_569)],
    )
    assert scan.reason.tolist() == [[0]]
    assert scan.reads.tolist() == [[[80, 20, -1]]]


@pytest.mark.parametrize("cell", ["0/0:1", "0/0:30"])
def test_a_record_of_one_allele_has_no_other_genotype(cell):
    assert read(cell, "GT:AD", ".")[1] == NOTHING


def random_cells(shape=(8, 3_000)):
    """Return cells of every kind: odd reads, low quality, low depth, a mitochondrial record."""
    source = np.random.default_rng(7)
    low = [SiteReason.OK, SiteReason.LOW_GQ, SiteReason.LOW_DP]
    return Cells(
        n_alleles=source.integers(1, 4, shape[0]),
        mitochondrial=np.arange(shape[0]) == 2,
        genotypes=source.integers(0, 2, (*shape, 2)).astype(np.int8),
        reason=source.choice(low, shape).astype(np.uint8),
        gq=source.integers(-1, 40, shape).astype(np.int16),
        dp=source.integers(-1, 40, shape).astype(np.int32),
        likelihoods=None,
        reads=source.integers(-1, 30, (*shape, 3)).astype(np.int32),
    )


def test_cells_are_judged_in_parts_that_bound_memory(monkeypatch):
    whole, parts = random_cells(), random_cells()
    peaks, found = [], []
    for cells, most in ((whole, 1 << 30), (parts, 500)):
        monkeypatch.setattr(read_likelihoods, "_CELLS_AT_ONCE", most)
        tracemalloc.start()
        found.append(apply_read_evidence(cells))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert np.array_equal(*found)
    assert (found[0] >= 0).any()
    assert np.array_equal(whole.reason, parts.reason)
    assert peaks[1] < peaks[0] / 4
