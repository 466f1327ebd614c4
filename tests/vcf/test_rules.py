"""One defect a record: each rule refuses with its own code, line and sample."""

from __future__ import annotations

from functools import partial

import pytest

from cases import one_test
from pgx.errors import VcfFormatError
from pgx.io.faults import FAULTS
from pgx.io.records import ScanLimits, SiteReason
from vcf.support import header_text, line, scan_body

REFUSED = [
    ("##x=1\n", 30),
    ("#CHROM\tPOS\n", 30),
    ("#chrom\tpos\n", 30),
    ("\n" + line(), 31),
    ("\r\n" + line(), 31),
    ("\n\n\n# missing: rs1\n", 31),
    (line(info="A\x01"), 32),
    (line(cells=["0/1\0"]), 32),
    (line(id="a\x0bb"), 32),
    (line(info="A\rB"), 33),
    (line().replace("\n", "\r\r\n"), 33),
    (line(cells=[]), 34),
    ("chr10\t5\n", 34),
    (line(cells=["0/1", "0/1"]), 35),
    (line().replace("\n", "\t\n"), 35),
    (line(ref=""), 37),
    (line(alt=""), 37),
    (line(filter=""), 37),
    (line(pos=""), 37),
    (line(chrom=""), 37),
    (line(format=""), 37),
    (line(chrom="chr 10"), 40),
    (line(chrom="c" * 1001), 40),
    (line(pos="+5"), 41),
    (line(pos="-5"), 41),
    (line(pos="05"), 41),
    (line(pos="5.0"), 41),
    (line(pos=" 5"), 41),
    (line(pos="5 "), 41),
    (line(pos="123456789012"), 41),
    (line(pos="133797424"), 42),
    (line(chrom="chr3", pos="4294967297"), 42),
    (line(ref="-"), 43),
    (line(ref="."), 43),
    (line(ref="G,A"), 43),
    (line(alt="A/T"), 44),
    (line(alt="-"), 44),
    (line(alt="<DEL"), 44),
    (line(alt="<>"), 44),
    (line(alt="<A>B"), 44),
    (line(alt="<A B>"), 44),
    (line(alt="A[chr1:5"), 44),
    (line(alt="A[chr1:5]"), 44),
    (line(alt="[chr1:5["), 44),
    (line(alt=".."), 44),
    (line(alt="0"), 44),
    (line(alt="A,"), 45),
    (line(alt=",A"), 45),
    (line(alt="A,.,T"), 45),
    (line(alt="A,A"), 46),
    (line(alt="A,a"), 46),
    (line(alt="*,A,*"), 46),
    (line(alt="G"), 47),
    (line(alt="g"), 47),
    (line(qual="high"), 48),
    (line(qual="1e"), 48),
    (line(qual="1.2.3"), 48),
    (line(qual="+"), 48),
    (line(qual="infinite"), 48),
    (line(info="END=5"), 49),
    (line(info="END=x"), 49),
    (line(info="END="), 49),
    (line(info="END=94781860;END=94781860"), 49),
    (line(info="END=133797424"), 50),
    (line(alt=",".join("A" * n for n in range(1, 4_097))), 51),
    (line(format="GT:DP:DP"), 52),
    (line(format="GT::DP"), 52),
    (line(format="GT:"), 52),
    (line(format="GT: GQ"), 52),
    (line(format="GT:GQ "), 52),
    (line(format="DP:GT", cells=["3:0/1"]), 53),
    (line(cells=["0/"]), 54),
    (line(cells=["/"]), 54),
    (line(cells=["0//1"]), 54),
    (line(cells=["01"]), 54),
    (line(cells=["0/A"]), 54),
    (line(cells=["0 /1"]), 54),
    (line(cells=[""]), 54),
    (line(cells=["0∕1"]), 54),
    (line(cells=["-1/0"]), 54),
    (line(cells=["0/2"]), 55),
    (line(alt=".", cells=["0/1"]), 55),
    (line(cells=["0/99999"]), 55),
    (line(cells=["0/1:3"]), 56),
    (line(format="GT:DP", cells=["0/1:3:4"]), 56),
    (line(format="DP", cells=[""]), 56),
    (line(format="GT:DP", cells=["0/1:"]), 56),
]


@one_test
@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_a_defect_is_refused_with_its_code_and_line(text, code):
    with pytest.raises(VcfFormatError) as caught:
        scan_body(line(pos="5") + text)
    assert caught.value.code == f"PGX-VCF-{code:03d}"
    assert caught.value.where == f"t.vcf line {header_text().count(chr(10)) + 2}"
    assert caught.value.remedy


@one_test
@pytest.mark.parametrize(("text", "code"), [case for case in REFUSED if case[1] not in (56,)])
def test_a_defect_is_refused_where_nobody_looks(text, code):
    with pytest.raises(VcfFormatError) as caught:
        scan_body(line(pos="5") + text, windows=[("chr12", 1, 2)])
    assert caught.value.code == f"PGX-VCF-{code:03d}"


@one_test
@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("end", ["\n", "\n\n", "\r\n\r\n"])
def test_blank_lines_may_end_a_file(end, cut):
    whole = scan_body(line() + end, cut=cut)
    assert (whole.n_records, whole.genotypes.tolist()) == (1, [[[0, 1]]])
    assert scan_body(end).n_records == 0


def test_the_sample_of_a_bad_genotype_is_named_by_number():
    with pytest.raises(VcfFormatError, match="sample 3"):
        scan_body(line(cells=["0/1", "1/1", "0|x"]), ("A", "B", "C"))


def test_text_that_is_not_utf8_is_refused_at_its_line():
    with pytest.raises(VcfFormatError, match="PGX-VCF-036") as caught:
        scan_body(line().encode() + line(id="é").encode("latin-1"))
    assert caught.value.where.endswith(str(header_text().count("\n") + 2))
    assert scan_body(line(id="é")).n_records == 1


def test_a_missing_last_newline_is_refused():
    with pytest.raises(VcfFormatError, match="PGX-VCF-018"):
        scan_body(line() + line().rstrip("\n"))


def test_a_file_without_a_human_chromosome_is_refused():
    with pytest.raises(VcfFormatError, match="PGX-VCF-058"):
        scan_body(line(chrom="scaffold_1"))
    assert scan_body("").n_records == 0


def test_limits_are_kept():
    with pytest.raises(VcfFormatError, match="PGX-VCF-015"):
        scan_body(line(info="A" * 3000), cut=100, limits=ScanLimits(max_line_bytes=2000))
    with pytest.raises(VcfFormatError, match="PGX-VCF-017"):
        scan_body(line() * 3, limits=ScanLimits(max_records=2))
    with pytest.raises(VcfFormatError, match="PGX-VCF-057"):
        scan_body(line() * 10_001)
    assert scan_body(line() * 9_000 + line(pos="7") + line() * 9_000).n_records == 18_001


def test_every_fault_says_what_and_what_to_do():
    assert all(what and remedy for what, remedy in FAULTS.values())


ACCEPTED = [
    (line(pos="0"), (0, 1)),
    (line(pos="133797423"), (0, 1)),
    (line(cells=["|0|1"]), (0, 1)),
    (line(cells=["/0/1"]), (0, 1)),
    (line(cells=["."]), (-1, -1)),
    (line(cells=["./."]), (-1, -1)),
    (line(cells=["./1"]), (-1, 1)),
    (line(cells=["1|."]), (1, -1)),
    (line(cells=["1"]), (1, -2)),
    (line(cells=["0|1|1"]), (0, 1)),
    (line(alt="C[chr12:5[", cells=["0/1"]), (0, 1)),
    (line(alt="<DEL>,<DEL>", cells=["1/2"]), (1, 2)),
    (line(alt="A,*", cells=["1|2"]), (1, 2)),
    (line(format="GT:DP:GQ", cells=["0/1"]), (0, 1)),
    (line(format="GT:XX", cells=["0/1:a b"]), (0, 1)),
    (line(format="DP", cells=["0"]), (-1, -1)),
    (line().replace("\n", "\r\n"), (0, 1)),
    ("# missing: rs1\n" + line(), (0, 1)),
    (line(id="", qual="", info=""), (0, 1)),
    (line(ref="g", alt="a"), (0, 1)),
]


@one_test
@pytest.mark.parametrize(("text", "expected"), ACCEPTED)
def test_legal_forms_are_read(text, expected):
    scan = scan_body(text, windows=[("chr10", 0, 133_797_424)])
    assert tuple(scan.genotypes[0, 0].tolist()) == expected


def judged(cell="0/1", form="GT", **columns):
    scan = scan_body(line(format=form, cells=[cell], **columns))
    return SiteReason(scan.reason[0, 0]).name


@one_test
@pytest.mark.parametrize(
    ("reason", "made"),
    [
        ("OK", judged),
        ("OK", partial(judged, "./1")),
        ("NO_GENOTYPE", partial(judged, "12", "DP")),
        ("NO_CALL", partial(judged, "./.")),
        ("POLYPLOID", partial(judged, "0/1/1")),
        ("AMBIGUOUS_BASE", partial(judged, ref="R")),
        ("AMBIGUOUS_BASE", partial(judged, alt="Y")),
        ("OK", partial(judged, ref="N")),
        ("FILTERED", partial(judged, filter="pass")),
        ("FILTERED", partial(judged, filter="PASS;q10")),
        ("FILTERED", partial(judged, "0/1:LowGQ", "GT:FT")),
        ("OK", partial(judged, "0/1:PASS", "GT:FT", filter=".")),
        ("LOW_GQ", partial(judged, "0/1:19", "GT:GQ")),
        ("OK", partial(judged, "0/1:20", "GT:GQ")),
        ("OK", partial(judged, "0/1:.", "GT:GQ")),
        ("LOW_GQ", partial(judged, "0/0:0", "GT:RGQ")),
        ("LOW_DP", partial(judged, "0/1:7", "GT:DP")),
        ("OK", partial(judged, "0/1:8", "GT:DP")),
        ("LOW_DP", partial(judged, "1:3", "GT:DP")),
        ("OK", partial(judged, "1:4", "GT:DP")),
        ("OK", partial(judged, "0/0:30:2", "GT:DP:MIN_DP")),
        ("LOW_DP", partial(judged, "0/0:30:2", "GT:DP:MIN_DP", alt="<NON_REF>")),
        ("AD_CONTRADICTS", partial(judged, "0/1:0,30", "GT:AD")),
        ("AD_CONTRADICTS", partial(judged, "1/1:15,15", "GT:AD")),
        ("AD_CONTRADICTS", partial(judged, "1:15,15", "GT:AD")),
        # likelihoods of the better homozygote are about 80, 100 and 80 times that of GT: less than
        # the thousand of the veto, but without PL reads of a variant must not favour another
        ("AD_CONTRADICTS", partial(judged, "0/1:0,7", "GT:AD")),
        ("AD_CONTRADICTS", partial(judged, "0/1:3,27", "GT:AD")),
        ("AD_CONTRADICTS", partial(judged, "0/1:7,0", "GT:AD")),
        ("LOW_DP", partial(judged, "0/1:3,4", "GT:AD")),
        ("OK", partial(judged, "0/1:3,27:20,0,99", "GT:AD:PL")),
        ("OK", partial(judged, "0/1:5,25", "GT:AD")),
        ("OK", partial(judged, "0/1:30", "GT:AD")),
        ("OK", partial(judged, "0/1:.,30", "GT:AD")),
        ("UNREADABLE", partial(judged, "0/1:x", "GT:DP")),
        ("UNREADABLE", partial(judged, "0/1:3,b", "GT:AD")),
        ("LOW_GQ", partial(judged, "0/1:x:3", "GT:DP:GQ")),
    ],
)
def test_quality_decides_whether_a_genotype_is_known(reason, made):
    assert made() == reason


def test_an_allele_that_an_int8_cannot_hold_is_unknown():
    alts = ",".join("A" * n for n in range(1, 130))
    scan = scan_body(line(alt=alts, cells=["127/1", "126/1"]), ("A", "B"))
    assert scan.genotypes[0].tolist() == [[-1, 1], [126, 1]]
    assert scan.reason[0].tolist() == [SiteReason.TOO_MANY_ALLELES, SiteReason.OK]


def test_limits_of_zero_still_refuse_a_quality_of_zero():
    scan = scan_body(
        line(format="GT:GQ", cells=["0/1:0", "0/1:1"]), ("A", "B"), limits=ScanLimits(min_gq=0)
    )
    assert scan.reason[0].tolist() == [SiteReason.LOW_GQ, SiteReason.OK]
