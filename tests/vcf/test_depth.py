"""The depth of a gVCF in windows, heard while it is scanned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.io.depth import DepthLayout, DepthListener
from reference.depth import window_depth

WINDOWS = [("chr1", 100, 119), ("chr1", 150, 300), ("chr1", 400, 420), ("chr2", 90, 130)]
DIPS = [False, True, True, False]
LAYOUT = DepthLayout(WINDOWS, DIPS, {"chr1": (100, 200)})


def block(contig, start, end, depth, lowest, keys="GT:DP:GQ:MIN_DP:PL"):
    values = {"GT": "0/0", "DP": depth, "GQ": 50, "MIN_DP": lowest, "PL": "0,9,90"}
    cell = ":".join(str(values[key]) for key in keys.split(":"))
    return f"{contig}\t{start}\t.\tA\t<NON_REF>\t.\t.\tEND={end}\t{keys}\t{cell}"


def heard(lines, size=1 << 16, n_samples=1, layout=LAYOUT):
    text = "".join(f"{line}\n" for line in lines).encode()
    listener = DepthListener(layout, n_samples)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert b"".join(listener.tap(pieces)) == text
    return listener.finish()


@st.composite
def gvcf(draw):
    lines = []
    for contig in ("chr1", "chr2"):
        at = draw(st.integers(1, 120))
        for _ in range(draw(st.integers(0, 12))):
            end = at + draw(st.integers(0, 130))
            depth = draw(st.integers(0, 60))
            keys = draw(st.sampled_from(["GT:DP:GQ:MIN_DP:PL", "GT:GQ:DP", "GT:GQ", "DP:MIN_DP"]))
            lines.append(block(contig, at, end, depth, draw(st.integers(0, depth)), keys))
            at = end + draw(st.integers(1, 30))
    return lines


@given(gvcf(), st.integers(7, 400))
def test_depth_is_that_of_the_plain_reading_whatever_the_pieces(lines, size):
    found = heard(lines, size).depth[:, 0]
    plain = [
        window_depth(lines, *window, dips=dip) for window, dip in zip(WINDOWS, DIPS, strict=True)
    ]
    np.testing.assert_allclose(found, plain)


def test_allelic_depths_are_those_of_records_with_an_alternative_in_the_span():
    record = "chr1\t150\t.\tA\tG,<NON_REF>\t9\t.\t.\tGT:AD:DP\t0/1:7,5,0:12"
    outside = "chr1\t350\t.\tA\tG,<NON_REF>\t9\t.\t.\tGT:AD:DP\t0/1:7,5,0:12"
    found = heard([block("chr1", 100, 149, 12, 12), record, outside]).allelic
    assert found == ((("chr1", 150, ("A", "G", "<NON_REF>"), (7, 5, 0)),),)


def test_each_sample_has_its_own_depth():
    line = block("chr1", 100, 119, 20, 20) + "\t0/0:30:50:30:0,9,90"
    assert heard([line], n_samples=2).depth[0].tolist() == [20, 30]


def test_more_records_than_one_call_can_note_are_all_noted():
    record = "chr1\t{}\t.\tA\tG,<NON_REF>\t9\t.\t.\tGT:AD:DP\t0/1:7,5,0:12"
    layout = DepthLayout(WINDOWS, DIPS, {"chr1": (1, 5000)})
    found = heard([record.format(p) for p in range(1, 3001)], layout=layout)
    assert [own.position for own in found.allelic[0]] == list(range(1, 3001))


@one_test
@pytest.mark.parametrize(
    "line",
    [
        "chr1",
        "chr1\t",
        "chr1\tx\t.\tA\tG",
        "chr1\t110\t.\tA",
        "chr1\t110\t.\tA\t<NON_REF>\t.\t.\tEND=\tDP\t.",
        "chr1\t110\t.\tA\t<NON_REF>\t.\t.\tEND=999999999999999999999\tDP\t9",
        "chr1\t110\t.\tA\tG,C\t.\t.\t.\tGT:AD\t0/1:1,x,3",
        "chr1\t110\t.\tA\tG\t.\t.\t.\tGT:AD\t0/1:1",
        "chr1\t110\t.\tA\tG\t.\t.\t.\tGT:AD",
        "chr1\t" + "0" * 5000 + "110\t.\tA\tG\t.\t.\t.\tGT:AD\t0/1:1,2",
        "chr1\t110e3\t.\tA\tG\t.\t.\t.\tGT:AD\t0/1:1,2",
        "#comment\twith\ttabs",
        "",
        "\t\t\t\t\t\t\t\t\t",
    ],
)
def test_what_is_no_record_adds_nothing(line):
    """The scan refuses such a line; until then it must do no harm here."""
    after = block("chr1", 150, 300, 30, 30)
    found = heard([line, after])
    assert found.depth[1, 0] == pytest.approx(30)


TEXTS = st.lists(st.sampled_from([b"\t", b"\n", b"#", b"chr1", b"7", b"\xff", b"AD"])).map(b"".join)


@given(st.binary(max_size=300) | TEXTS)
def test_any_bytes_are_passed_on(data):
    listener = DepthListener(LAYOUT, 1)
    assert b"".join(listener.tap([data, b"\nchr1\t", b"1\n"])) == data + b"\nchr1\t1\n"
    listener.finish()


def test_a_file_that_is_read_again_counts_once():
    line = block("chr1", 100, 119, 20, 20).encode() + b"\n"
    listener = DepthListener(LAYOUT, 1)
    list(listener.tap([line]))
    listener.restart()
    list(listener.tap([line]))
    assert listener.finish().depth[0, 0] == 20
