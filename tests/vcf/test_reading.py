"""Fast ways through the text say what the slow ones say: cells by words, UTF-8, growth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.errors import VcfFormatError
from pgx.io import scanner
from pgx.io.header import parse_header
from pgx.io.records import ScanLimits
from pgx.io.source import open_source
from pgx.io.windows import Windows
from reference.scan import RefusedError
from reference.scan import scan as oracle_scan
from vcf.support import CONTIGS, header_text, line, python_kernel, scan_body

WINDOWS = [("chr10", 100, 200)]
# genotype 2, phased 1, phase set 4, reason 1, GQ 2, DP 4, six likelihoods 12, three reads 12
ROW_BYTES = 38
RICH = "GT:AD:PL:PS"
USUAL = ["0|0", "0|1", "1|0", "1|1"]
MIXED = [*USUAL, "0/0", "0/1", "./.", ".|1", "0|.", "0", "1", "."]
RARE = ["2|0", "0|2", "0/1/1", "|0", "00", "0|", "0|1:3", "", "0|10", "x", "0 1", "\t"]
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def view(body, samples, **options):
    """Return what a scan says, the number of the line that it refuses, or 0: no known contig."""
    try:
        scan = scan_body(body, samples, WINDOWS, **options)
    except VcfFormatError as error:
        return 0 if error.code == "PGX-VCF-058" else int(error.where.split()[-1])
    facts = [(record.position, record.line) for record in scan.records]
    arrays = scan.genotypes, scan.phased, scan.reason, scan.gq, scan.phase_set
    return facts, scan.n_records, scan.sites_only, [a.tolist() for a in arrays]


def oracle(body, samples):
    """Return the same of the oracle: records and alleles, or the refused line."""
    first = header_text(samples).count("\n")
    try:
        found = oracle_scan(body, samples, CONTIGS, WINDOWS, ScanLimits(), first)
    except RefusedError as error:
        return error.args[0]
    facts = [(record["pos"], record["line"]) for record in found]
    cells = [[cell["alleles"] for cell in record["cells"]] for record in found]
    phases = [[cell["phased"] for cell in record["cells"]] for record in found]
    return facts, cells, phases


def assert_all_agree(body, samples):
    fast, slow, truth = (
        view(body, samples),
        view(body, samples, kernel=python_kernel(), cut=999),
        oracle(body, samples),
    )
    assert fast == slow
    if fast == 0:
        assert truth[0] == []
        return
    if isinstance(fast, int) or isinstance(truth, int):
        assert fast == truth
        return
    facts, _, _, (genotypes, phased, *_) = fast
    assert facts == truth[0]
    assert [[tuple(cell) for cell in row] for row in genotypes] == truth[1]
    assert phased == truth[2]


@st.composite
def genotype_lines(draw):
    n_samples = draw(st.sampled_from([1, 2, 3, 9, 40]))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        pool = draw(st.sampled_from([USUAL, ["0|0"], ["0/0", "0/1"], MIXED, MIXED, ["0", "1"]]))
        cells = draw(st.lists(st.sampled_from(pool), min_size=n_samples, max_size=n_samples))
        if draw(st.integers(0, 3)) == 0:
            cells[draw(st.integers(0, n_samples - 1))] = draw(st.sampled_from(RARE))
        alt = draw(st.sampled_from(["A", "A", "A", ".", "A,C"]))
        position = draw(st.sampled_from(["150", "150", "50"]))
        lines.append(line(alt=alt, pos=position, cells=cells))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return n_samples, "".join(lines).replace("\n", end).encode()


@SLOW
@given(genotype_lines())
def test_genotypes_by_words_are_those_by_bytes(given_lines):
    n_samples, body = given_lines
    assert_all_agree(body, tuple(f"S{i}" for i in range(n_samples)))


@one_test(sample=11)
@pytest.mark.parametrize("at", [0, 1_023, 1_024, 2_998, 2_999])
@pytest.mark.parametrize("cell", ["1|1", "./.", "0", "2|0", "0|x", "0/1/1"])
def test_one_odd_cell_among_thousands_is_found(at, cell):
    cells = ["0|0"] * 3_000
    cells[at] = cell
    samples = tuple(f"S{i}" for i in range(3_000))
    body = line(pos="150", cells=["0|0"] * 3_000) + line(pos="160", cells=cells)
    seen, truth = view(body.encode(), samples), oracle(body.encode(), samples)
    if isinstance(truth, int):
        assert seen == truth
    else:
        assert [tuple(c) for c in seen[3][0][1]] == truth[1][1]
        assert seen[2] is False


@SLOW
@given(
    st.lists(st.binary(max_size=5) | st.text(max_size=3).map(str.encode), min_size=3, max_size=3),
    st.sampled_from(["id", "filter", "info", "cell", "comment", "format", "chrom"]),
    st.sampled_from([b"150", b"50"]),
)
def test_text_is_refused_where_python_cannot_decode_it(parts, column, position):
    body = b""
    for part in parts:
        kept = bytes(byte for byte in part if byte >= 32 and byte not in b" :;,#")
        text = line(pos="150", cells=["0/1:x"], format="GT:XX").encode()
        fields = text.rstrip(b"\n").split(b"\t")
        fields[1] = position
        places = {"chrom": 0, "id": 2, "filter": 6, "info": 7, "format": 8, "cell": 9}
        if column == "comment":
            body += b"# " + kept + b"\n"
        else:
            fields[places[column]] += kept
        body += b"\t".join(fields) + b"\n"
    assert_all_agree(body, ("S1",))


def test_lines_longer_than_the_buffer_are_read_whole(monkeypatch):
    body = "".join(line(pos=str(p), info="A" * 3_000_000) for p in (150, 160)).encode()
    expected = view(body, ("S1",))
    monkeypatch.setattr(scanner, "_FIRST_CAPACITY", 100)
    assert view(body, ("S1",), cut=70_000) == expected
    assert expected[0] == [(150, 6), (160, 7)]


def test_contigs_that_the_header_does_not_name_are_kept_apart():
    names = [f"scaffold_{i}" for i in range(3_000)] + ["x" * 999 + str(i % 10) for i in range(90)]
    order = [*names, "10", *names[::-1], "chr10"]
    body = "".join(line(chrom=name, pos=str(k % 100 + 101)) for k, name in enumerate(order))
    scan = scan_body(body, windows=WINDOWS)
    assert scan.n_records == len(order)
    assert [record.line - 5 for record in scan.records] == [len(names) + 1, len(order)]


class Shapes:
    """Keeps how many rows it is given at once, their genotypes, and how large all arrays are."""

    def __init__(self):
        self.restart()

    def restart(self):
        self.sizes, self.parts, self.bytes = [], [], []

    def take(self, block):
        self.sizes.append(len(block.records))
        self.parts.append(block.genotypes.copy())
        self.bytes.append(sum(array.nbytes for array in block[1:] if array is not None))


def test_blocks_of_wide_files_with_reads_and_likelihoods_keep_their_limit(tmp_path, monkeypatch):
    cells = [("0/1:1,30:90,0,9:9", "0/0:30,1:0,9,90:9")[i % 2] for i in range(5_000)]
    extra = "##contig=<ID=chrM,length=16569>\n"
    lines = [line(chrom="chrM", pos=str(101 + k), format=RICH, cells=cells) for k in range(8)]
    path = tmp_path / "wide.vcf"
    path.write_text(header_text([f"S{i}" for i in range(5_000)], extra) + "".join(lines))
    monkeypatch.setattr(scanner, "_BLOCK_BYTES", ROW_BYTES * 5_000 * 3)
    sink = Shapes()
    open_source(path).scan(Windows.build([("chrM", 100, 200)]), sink=sink)
    assert sink.sizes == [3, 3, 2]
    assert sink.bytes == [ROW_BYTES * 5_000 * size for size in sink.sizes]


def test_blocks_of_wide_files_hold_fewer_rows(tmp_path, monkeypatch):
    samples = tuple(f"S{i}" for i in range(5_000))
    path = tmp_path / "wide.vcf"
    rows = [[("0|1", "1|1", "0|0")[(i * k) % 3] for i in range(5_000)] for k in range(40)]
    lines = [line(pos=str(101 + k), cells=cells) for k, cells in enumerate(rows)]
    path.write_text(header_text(samples) + "".join(lines))
    windows, found = Windows.build(WINDOWS), {}
    for limit in (1 << 26, ROW_BYTES * 5_000 * 3, 1):
        monkeypatch.setattr(scanner, "_BLOCK_BYTES", limit)
        found[limit] = Shapes()
        open_source(path).scan(windows, sink=found[limit])
    assert [max(sink.sizes) for sink in found.values()] == [16, 3, 1]
    whole = open_source(path).scan(windows).genotypes
    assert all(np.array_equal(np.concatenate(s.parts), whole) for s in found.values())


@one_test
@pytest.mark.parametrize("name", ["a\u200bb", "\u202ea", " a", "a\u00a0", "", "a\x07b"])
def test_hidden_characters_of_sample_names_are_refused(name):
    text = header_text(("A", name, "B")).encode()
    with pytest.raises(VcfFormatError, match=r"PGX-VCF-024.*sample 2"):
        parse_header(text, "t.vcf")


@pytest.mark.parametrize("name", ["a" * 256, "患" * 86, "a" * 1_000_000])
def test_long_sample_names_are_refused(name):
    text = header_text(("A", name)).encode()
    with pytest.raises(VcfFormatError, match=r"PGX-VCF-024.*sample 2") as refusal:
        parse_header(text, "t.vcf")
    assert len(refusal.value.line()) < 300


@one_test
@pytest.mark.parametrize(
    "name", ["a b", "Jürgen", "患者", "a\u00a0b", "\ue000", "a" * 255, "患" * 85]
)
def test_other_sample_names_are_kept(name):
    assert parse_header(header_text(("A", name)).encode(), "t.vcf").samples == ("A", name)
