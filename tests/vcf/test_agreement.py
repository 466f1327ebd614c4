"""Compiled kernel, its plain Python and the oracle agree on generated records."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgx.errors import VcfFormatError
from pgx.io.records import ScanLimits, SiteReason
from reference.scan import RefusedError
from reference.scan import scan as oracle_scan
from vcf.support import CONTIGS, header_text, line, python_kernel, scan_body

WINDOWS = [("chr10", 100, 5_000), ("chr10", 9_000, 9_000), ("chrX", 1, 100), ("chrM", 1, 16_569)]
ALLELES = st.text("ACGTacgtN", min_size=1, max_size=4) | st.sampled_from(
    ["*", "<DEL>", "<INS>", "<NON_REF>", "<*>", "G]chr12:5]", "]chr12:5]G", "G.", "C<c1>"]
)
ODD_ALTS = st.lists(ALLELES, min_size=1, max_size=4).map(",".join) | st.sampled_from(
    ["A,A", "A,", "<DEL", "A,.", "-", "A[chr1:2]", "..", "A<>", "$.", "", "A<x]", "<a b>"]
)
SEPARATOR = st.sampled_from(["/", "|"])


def rarely(draw, odds=60):
    return draw(st.integers(0, odds)) == odds


@st.composite
def alternatives(draw, ref):
    if rarely(draw):
        return draw(ODD_ALTS)
    if draw(st.integers(0, 4)) == 4:
        return draw(st.sampled_from([".", "<NON_REF>", "<*>"]))
    alleles = draw(st.lists(ALLELES, min_size=1, max_size=3, unique_by=str.upper))
    return ",".join(a for a in alleles if a.upper() != ref.upper()) or "."


@st.composite
def genotypes(draw, n_alts):
    index = st.sampled_from([*"0.", *map(str, range(n_alts + 1))])
    text = draw(st.sampled_from(["", "", "", "", "", "", "|", "/"])) + draw(index)
    for _ in range(draw(st.sampled_from([1, 1, 1, 1, 1, 1, 0, 2]))):
        text += draw(SEPARATOR) + draw(index)
    return text


COMMENTS = ["# missing: rs1\n", "#\n", "##x\n", "#chrom\tpos\n", "\n"]
ODD = st.sampled_from(["0/", "0//1", "01", "G/A", "", "0\\1", " 0/1", "0/+1", "9/9", "0/1.0"])
WHOLE = [".", "0", "5", "19", "20", "7", "8", "99"]
NUMBERS = st.sampled_from([*WHOLE, "40.5", "-3", "70000", "NaN", "4,5"])
QUALITIES = st.sampled_from([".", "", "10", "1.5", "1e3", "1e-5", "inf", "-2", "NaN", ".5", "7."])
DEPTHS = st.lists(
    st.sampled_from(["0", "1", "4", "12", "30", "97", "5000"] * 3 + [".", "x"]),
    min_size=1,
    max_size=4,
)
PAIRS = st.sampled_from(["0|1", "1|0", "1|2", "0/1", ".", "1|1"])
NAMES = st.sampled_from([".", "17", "94781859_G_A", "0", "5000000000"])
SMALL = ["0", "0", "3", "30", "300", "99999", "."]
ODD_VALUES = ["-3", "-0", "x", "", "1.5", "1e2", "1e", "+2", "1.", ".5", ".", "nan", "1.2.3"]
SHARES = ["0", "0.001", "0.005", "0.01", "0.03", "0.5", "0.96", "0.985", "0.99", "0.998", "1"]
LOGS = ["-0.05", "-0.1499999", "-12.3", "-1e-3", "-1.5E+1", "-99999999999999999.9", "0", "0.3"]


def likelihoods(values):
    listed = st.sampled_from([1, 2, 3, 3, 3, 3, 6, 6, 6, 7]).flatmap(
        lambda n: st.lists(values, min_size=n, max_size=n)
    )
    return listed.map(",".join).map(lambda text: text or ".")


VALUES = {
    "PL": likelihoods(st.sampled_from(SMALL * 4 + ODD_VALUES)),
    "GL": likelihoods(st.sampled_from(LOGS * 4 + ODD_VALUES) | st.floats().map(str)),
    "GP": likelihoods(st.sampled_from(SHARES * 3 + ODD_VALUES)),
    "HDS": likelihoods(st.sampled_from(SHARES * 3 + ODD_VALUES)),
    "DS": likelihoods(st.sampled_from([*SHARES, *SHARES, "2", "1.99", "2.0", *ODD_VALUES])),
    "GQ": NUMBERS,
    "RGQ": NUMBERS,
    "DP": NUMBERS,
    "MIN_DP": NUMBERS,
    "AD": DEPTHS.map(",".join),
    "PGT": PAIRS,
    "PID": NAMES,
    "PS": NAMES,
    "FT": st.sampled_from(["PASS", ".", "LowGQ"]),
    "XX": st.just("x"),
}


@st.composite
def records(draw, n_samples):
    keys = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=5, unique=True))
    has_gt = draw(st.sampled_from([True] * 9 + [False])) or not keys
    ref = draw(st.text("ACGTNacgt", min_size=1, max_size=3))
    ref = "R" if rarely(draw, 30) else ref
    alt = draw(alternatives(ref))
    n_alts = 0 if alt == "." else alt.count(",") + 1
    cells = []
    for _ in range(n_samples):
        values = [draw(ODD if rarely(draw) else genotypes(n_alts))] if has_gt else []
        kept = draw(st.sampled_from([len(keys)] * 4 + [0]))
        values += [draw(VALUES[key]) for key in keys[: max(kept, 0 if has_gt else 1)]]
        cells.append(":".join(values))
    position = draw(st.integers(90, 5_200) | st.sampled_from([0, 1, 9_000, 9_001]))
    return line(
        chrom=draw(st.sampled_from(["chr10", "10", "X", "chrUn_1", "NC_000010.11", "chrM"])),
        pos="1e3" if rarely(draw) else str(position),
        ref=ref,
        alt=alt,
        id=draw(st.sampled_from([".", "rs1", ""])),
        qual=draw(QUALITIES),
        filter=draw(st.sampled_from(["PASS", "PASS", ".", "q10", "pass"])),
        info="END=5"
        if rarely(draw)
        else draw(
            st.sampled_from(
                [
                    ".",
                    "DP=3",
                    "END=9400",
                    "A;END=9001",
                    "SVLEN=-50",
                    "ENDS=5;E",
                    "R2=0.28",
                    "AF=0.1;DR2=0.9,0.8;IMP",
                    "DR2=0.79;R2=x",
                    "R2=0.28;DR2=.",
                    "R2=.;XR2=0.1",
                    "R2=0.8",
                ]
            )
        ),
        format=":".join([*(["GT"] if has_gt else []), *keys]),
        cells=cells,
    )


@st.composite
def bodies(draw):
    n_samples = draw(st.integers(1, 3))
    lines = draw(st.lists(records(n_samples), min_size=1, max_size=8))
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    if draw(st.integers(0, 9)) == 0:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(COMMENTS)))
    return n_samples, "".join(lines).replace("\n", end)


def compiled_view(body, samples, **options):
    """Return the scan in the oracle's terms, or the refused line."""
    limits = ScanLimits()
    try:
        scan = scan_body(body, samples, WINDOWS, limits=limits, **options)
    except VcfFormatError as error:
        return "no contig" if error.code == "PGX-VCF-058" else int(error.where.split()[-1])
    out = []
    for r, record in enumerate(scan.records):
        cells = [
            (
                tuple(scan.genotypes[r, s].tolist()),
                bool(scan.phased[r, s]),
                int(scan.phase_set[r, s]),
                SiteReason(scan.reason[r, s]).name,
                int(scan.gq[r, s]),
                int(scan.dp[r, s]),
                likelihoods_of(scan, r, s),
                reads_of(scan, r, s),
            )
            for s in range(len(samples))
        ]
        facts = (record.contig, record.position, record.end, record.ref, record.alts)
        out.append((facts, record.filter, record.block, record.line, cells))
    return out


def likelihoods_of(scan, row, sample):
    if scan.likelihoods is None:
        return (-1,) * 6
    return tuple(scan.likelihoods[row, sample].tolist())


def reads_of(scan, row, sample):
    return (-1, -1, -1) if scan.reads is None else tuple(scan.reads[row, sample].tolist())


def phase_code(name):
    if name is None:
        return 0
    if name.isdigit() and not name.startswith("0") and int(name) < 2**30:
        return int(name)
    return None  # a hash: any number from 2**30 on


def oracle_view(body, samples):
    first_line = header_text(samples).count("\n")
    try:
        found = oracle_scan(body.encode(), samples, CONTIGS, WINDOWS, ScanLimits(), first_line)
    except RefusedError as error:
        return error.args[0]
    return [
        (
            (r["contig"], r["pos"], r["end"], r["ref"], r["alts"]),
            r["filter"],
            r["block"],
            r["line"],
            [
                (
                    c["alleles"],
                    c["phased"],
                    phase_code(c["set"]),
                    c["reason"],
                    c["gq"],
                    c["dp"],
                    c["likelihoods"],
                    c["reads"],
                )
                for c in r["cells"]
            ],
        )
        for r in found
    ]


def assert_agree(seen, expected):
    if seen == "no contig":
        assert expected == []
        return
    if isinstance(seen, int) or isinstance(expected, int):
        assert seen == expected
        return
    assert [r[:4] for r in seen] == [r[:4] for r in expected]
    for one, other in zip(seen, expected, strict=True):
        for cell, plain in zip(one[4], other[4], strict=True):
            reason = plain[3]
            assert (cell[0], cell[1], cell[3]) == (plain[0], plain[1], reason)
            assert cell[2] == plain[2] or (plain[2] is None and cell[2] >= 2**30)
            assert cell[4] == min(plain[4], 32_767)
            assert cell[5:] == plain[5:]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies(), st.sampled_from([None, 1, 7, 50]))
def test_three_readings_of_one_text_agree(generated, cut):
    n_samples, body = generated
    samples = tuple(f"S{i}" for i in range(n_samples))
    expected = oracle_view(body, samples)
    compiled = compiled_view(body, samples, cut=cut)
    assert_agree(compiled, expected)
    assert compiled_view(body, samples, kernel=python_kernel()) == compiled


def test_one_signature_is_compiled():
    from pgx.io._kernels import scan

    assert len(scan.signatures) == 1
