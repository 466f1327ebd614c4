"""What a scan says of phase, blocks, windows, regions and contigs."""

from __future__ import annotations

import numpy as np
import pytest

from cases import one_test
from pgx.errors import InvariantError, VcfFormatError
from pgx.io.windows import Windows
from vcf.support import line, scan_body


def phase(cell, form="GT", **columns):
    scan = scan_body(line(format=form, cells=[cell], **columns))
    return (
        tuple(scan.genotypes[0, 0].tolist()),
        bool(scan.phased[0, 0]),
        int(scan.phase_set[0, 0]),
    )


@one_test
@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("0|1", "GT", ((0, 1), True, 0)),
        ("0/1", "GT", ((0, 1), False, 0)),
        ("|0|1", "GT", ((0, 1), True, 0)),
        ("/0|1", "GT", ((0, 1), False, 0)),
        ("1", "GT", ((1, -2), False, 0)),
        ("|1", "GT", ((1, -2), True, 0)),
        ("0|1:17", "GT:PS", ((0, 1), True, 17)),
        ("0/1:17", "GT:PS", ((0, 1), False, 0)),
        ("0|1:.", "GT:PS", ((0, 1), True, 0)),
        ("0|1:17:5", "GT:PID:PS", ((0, 1), True, 5)),
        ("0|1:17:.", "GT:PID:PS", ((0, 1), True, 17)),
        ("0/1:1|0:17", "GT:PGT:PID", ((1, 0), True, 17)),
        ("0/1:0|1:.", "GT:PGT:PID", ((0, 1), False, 0)),
        ("0/1:0/1:17", "GT:PGT:PID", ((0, 1), False, 0)),
        ("1/1:0|1:17", "GT:PGT:PID", ((1, 1), False, 0)),
        ("0/0:0|1:17", "GT:PGT:PID", ((0, 0), False, 0)),
        ("./1:0|1:17", "GT:PGT:PID", ((-1, 1), False, 0)),
    ],
)
def test_phase_comes_from_gt_ps_and_gatk(cell, form, expected):
    assert phase(cell, form) == expected


def test_pgt_of_other_alleles_is_not_used():
    assert phase("0/2:0|1:17", "GT:PGT:PID", alt="A,T") == ((0, 2), False, 0)


def test_phase_sets_by_name_are_equal_or_not():
    one, same, other = (
        phase(f"0/1:0|1:{name}", "GT:PGT:PID")[2] for name in ("9_G_A", "9_G_A", "8_G_A")
    )
    assert one == same != other
    assert one >= 2**30


def test_reference_blocks_are_told_and_cover_their_span():
    body = line(alt="<NON_REF>", pos="100", info="END=200", format="GT:DP:GQ", cells=["0/0:9:30"])
    body += line(alt="<*>", pos="201", info="DP=3;END=300", cells=["0/0"])
    body += line(alt="A,<NON_REF>", pos="301")
    body += line(alt=".", pos="302", info="END=400", cells=["0/0"])
    scan = scan_body(body, windows=[("chr10", 150, 1000)])
    assert [(r.position, r.end, r.block) for r in scan.records] == [
        (100, 200, "NON_REF"),
        (201, 300, "*"),
        (301, 301, ""),
        (302, 400, ""),
    ]
    assert [r.alts for r in scan.records[2:]] == [("A", "<NON_REF>"), ()]
    assert scan.has_depth
    assert not scan.sites_only


def test_records_are_chosen_by_what_they_cover():
    body = "".join(
        [
            line(pos="98", ref="GG"),
            line(pos="98", ref="GGG", alt="G"),
            line(pos="100"),
            line(pos="101"),
            line(pos="50", alt="<DEL>", info="SVLEN=-60"),
            line(pos="50", alt="<INS>", info="SVLEN=60"),
            line(chrom="chr12", pos="100"),
        ]
    )
    scan = scan_body(body, windows=[("chr10", 100, 100)])
    assert [(r.position, r.end) for r in scan.records] == [(98, 100), (100, 100), (50, 110)]
    assert [r.line for r in scan.records] == [7, 8, 10]
    assert scan.n_records == 7


def test_regions_report_first_and_last_position_in_the_order_given():
    body = line(pos="300") + line(pos="100") + line(pos="200") + line(chrom="X", pos="7")
    regions = [("chrX", 1, 10), ("chr10", 50, 250), ("chr12", 1, 10), ("chr10", 100, 100)]
    scan = scan_body(body, windows=[], regions=regions)
    assert scan.region_first.tolist() == [7, 100, 0, 100]
    assert scan.region_last.tolist() == [7, 200, 0, 100]
    assert scan.records == []
    assert scan.genotypes.shape == (0, 1, 2)


def test_variant_sites_only_is_seen():
    assert scan_body(line(cells=["0/1"]) + line(cells=["./."])).sites_only
    assert not scan_body(line(cells=["0/1"]) + line(cells=["0/0"])).sites_only
    assert scan_body(line(cells=["0/1", "0/0"]), ("A", "B")).sites_only
    assert not scan_body(line(cells=["0|0", "0|0"]), ("A", "B"), windows=[]).sites_only
    assert not scan_body("").sites_only


def test_variant_sites_of_some_samples_of_a_call_set_are_seen():
    variant, reference = line(cells=["0/1"]), line(cells=["0/0"])
    assert scan_body(variant * 2 + reference).sites_only
    assert not scan_body(variant + reference * 2).sites_only
    blocks = '##ALT=<ID=NON_REF,Description="">\n'
    assert not scan_body(variant * 2 + reference, extra=blocks).sites_only


@one_test
@pytest.mark.parametrize("name", ["chr10", "10", "CHR10", "NC_000010.11", "CM000672.2"])
def test_contigs_are_known_by_every_alias(name):
    assert scan_body(line(chrom=name)).records[0].contig == "chr10"


def test_hg19_mitochondrion_is_not_the_reference_sequence():
    body = line(chrom="chrM", pos="1555") + line()
    wanted = [("chrM", 1, 16_569)]
    hg19 = scan_body(body, windows=wanted, extra="##contig=<ID=chrM,length=16571>\n")
    assert hg19.hg19_chrm
    assert hg19.records == []
    rcrs = scan_body(body, windows=wanted, extra="##contig=<ID=chrM,length=16569>\n")
    assert not rcrs.hg19_chrm
    assert rcrs.records[0].contig == "chrM"


def test_many_records_fill_several_blocks_in_order():
    n = 9_000
    body = "".join(line(pos=str(i + 1), cells=[f"{i % 2}|1"]) for i in range(n))
    scan = scan_body(body, cut=10_000)
    assert [r.position for r in scan.records] == list(range(1, n + 1))
    assert np.array_equal(scan.genotypes[:, 0, 0], np.arange(n) % 2)
    assert scan.phased.dtype == np.bool_


def test_fixed_stride_and_general_way_agree():
    wide = ["0|1", ".|.", "1/0", "0/0", "./1", "1|1"]
    samples = tuple("ABCDEF")
    fast = scan_body(line(cells=wide), samples)
    slow = scan_body(line(cells=[f"{c}:9" for c in wide], format="GT:XX"), samples)
    assert np.array_equal(fast.genotypes, slow.genotypes)
    assert np.array_equal(fast.reason, slow.reason)
    assert scan_body(line(cells=wide), samples, windows=[]).n_records == 1


def test_windows_refuse_what_cannot_be():
    with pytest.raises(InvariantError):
        Windows.build([("10", 1, 2)])
    with pytest.raises(InvariantError):
        Windows.build([("chr10", 2, 1)])
    merged = Windows.build([("chr10", 5, 9), ("chr10", 1, 6), ("chr1", 3, 3), ("chr10", 10, 12)])
    assert merged.windows.tolist() == [[3, 3], [1, 12]]


def test_contigs_of_the_header_are_known_beforehand():
    from pgx.io._kernels import scan as loop

    statuses = []

    def counting(*arguments):
        statuses.append(loop(*arguments))
        return statuses[-1]

    names = [f"HLA-A*{i:02}:{i}" for i in range(300)] + ["é", "c" * 90]
    extra = "".join(f"##contig=<ID={name},length={i + 9}>\n" for i, name in enumerate(names))
    body = "".join(line(chrom=name, pos="9") for name in [*names, "chr10", "chr12", "7"])
    assert scan_body(body, extra=extra, kernel=counting).n_records == 305
    assert statuses == [2, 0]  # one name was new: 7
    with pytest.raises(VcfFormatError, match="PGX-VCF-042"):
        scan_body(line(chrom=names[5], pos="16"), extra=extra)
