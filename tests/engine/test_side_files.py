"""Side files: what editors and spreadsheets do to them, and one-line errors."""

import pytest

from cases import one_test
from pgx.errors import InputError
from pgx.inputs.side_files import read_outside_calls, read_sample_info, read_untyped

TEXT = "sample\tgene\tdiplotype\nS1\tCYP2D6\t*1x2/*4\n"


@one_test
@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\n" + TEXT.encode() + b"\n",
        ("#" + TEXT).encode(),
    ],
    ids=["plain", "CRLF", "BOM", "empty lines", "hash"],
)
def test_equal_content_reads_the_same(data, tmp_path):
    path = tmp_path / "o.tsv"
    path.write_bytes(data)
    [call] = read_outside_calls(path)
    assert (call.sample, call.gene, call.diplotype) == ("S1", "CYP2D6", "*1x2/*4")


@one_test
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"sample\tdiplotype\nS1\t*1/*1\n",
        b"gene\tdiplotype\nCYP2D6\n",
        b"gene\tdiplotype\nCYP2D6\t*1/*1\textra\n",
        b"gene\tgene\tdiplotype\nCYP2D6\tCYP2C9\t*1/*1\n",
        b"gene\tdiplotype\n\xff\xfe\n",
        "gene\tdiplotype\n".encode("utf-16"),
    ],
)
def test_refusals_are_one_line(data, tmp_path):
    path = tmp_path / "o.tsv"
    path.write_bytes(data)
    with pytest.raises(InputError) as found:
        read_outside_calls(path)
    assert "\n" not in found.value.line()
    assert "o.tsv" in found.value.line()


def test_a_column_twice_is_refused(tmp_path):
    path = tmp_path / "o.tsv"
    path.write_text("gene\tgene\tdiplotype\nCYP2D6\tCYP2C9\t*1/*1\n")
    with pytest.raises(InputError):
        read_outside_calls(path)


def test_a_sample_twice_or_another_sex_is_refused(tmp_path):
    path = tmp_path / "s.tsv"
    for text in ("sample\tsex\nS1\tmale\nS1\tfemale\n", "sample\tsex\nS1\tboth\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="line"):
            read_sample_info(path)


def test_untyped_positions_that_are_none(tmp_path):
    path = tmp_path / "u.tsv"
    for text in ("contig\tpos\nchr10\t-5\n", "contig\tpos\nchrZ\t5\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="line 2"):
            read_untyped(path)
