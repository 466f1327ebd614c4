"""What fuzzing and hostile examples have found, each as small as it can be."""

import pytest

from calling import call_file
from pgx.errors import OutsideCallError
from pgx.inputs.outside_calls import outside_gene_call
from pgx.inputs.side_files import read_outside_calls, read_sample_info, read_untyped
from pgx.io.header import parse_header
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus
from simulated import vcf_text
from vcf.support import header_text
from work import steps

COLUMNS = "gene\tdiplotype\tphenotype\tactivity_score\n"


@pytest.fixture
def read(tmp_path):
    """Return results of a table's text, one call a line."""
    genes = KnowledgeBase().genes

    def results(text):
        path = tmp_path / "calls.tsv"
        path.write_text(COLUMNS + text, encoding="utf-8", newline="")
        markers = ("*57:01",)
        return [
            outside_gene_call(c, genes[c.gene], "S1", markers) for c in read_outside_calls(path)
        ]

    return results


@pytest.mark.parametrize(
    "line",
    [
        "CYP2D6\t*1x" + "9" * 900 + "/*1",
        "CYP2D6\t*1x" + "9" * 5_000 + "/*1",
        "CYP2D6\t\t\t1e999999999",
        "CYP2D6\t*1/*1\t\t1e999999999",
        "CYP2D6\t" + "+".join(["*1"] * 20_000) + "/*1",
    ],
)
def test_numbers_and_names_without_end_are_refused(line, read):
    with pytest.raises(OutsideCallError, match="line 2"):
        read(line + "\n")


@pytest.mark.parametrize("score", ["１", "1_0", "+1", "1.0" + "0" * 30 + "1", "NaN", "≥"])
def test_a_score_is_a_plain_number(score, read):
    with pytest.raises(OutsideCallError, match="line 2"):
        read(f"CYP2D6\t\t\t{score}\n")
    assert read("CYP2D6\t\t\t1\n")[0].activity_score == "1.0"
    assert read("CYP2D6\t\t\t≥3\n")[0].activity_score == "≥3.0"


def test_copies_have_up_to_two_digits(read):
    assert read("CYP2D6\t*1x2/*1\n")[0].activity_score == "3.0"
    assert read("CYP2D6\t*5/*1x12\n")[0].diplotype == "*1x12/*5"
    with pytest.raises(OutsideCallError):
        read("CYP2D6\t*1x100/*1\n")


@pytest.mark.parametrize("hidden", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1e", "\x85", "\x00"])
def test_no_second_line_hides_in_a_cell(hidden, read):
    with pytest.raises(OutsideCallError, match="line 3: the line holds a character"):
        read(f"CYP2D6\t*1/*1\nCYP2D6\t*1/*2{hidden}CYP2C19\t*2/*2\n")


def test_line_ends_of_three_systems_are_read(read):
    for end in ("\n", "\r\n", "\r"):
        assert [c.gene for c in read(f"CYP2D6\t*1/*1{end}TPMT\t*1/*1{end}")] == ["CYP2D6", "TPMT"]


def test_digits_of_other_scripts_name_no_hla_allele(read):
    with pytest.raises(OutsideCallError):
        read("HLA-B\t*５７:01/*07:02\n")
    assert read("HLA-B\t*57:01/*07:02\n")[0].lookup_keys == ("*57:01 positive",)


def test_a_hidden_character_is_refused_in_every_table(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("sample\tsex\nS1\tmale\x0bS2\tfemale\n", encoding="utf-8")
    with pytest.raises(OutsideCallError, match="cannot be seen"):
        read_sample_info(path)
    path.write_text("contig\tpos\nchr1\t5\x1cchr1\t6\n", encoding="utf-8")
    with pytest.raises(OutsideCallError, match="cannot be seen"):
        read_untyped(path)


def test_a_position_has_up_to_ten_digits(tmp_path):
    path = tmp_path / "untyped.tsv"
    path.write_text("contig\tpos\nchr1\t" + "9" * 900 + "\n", encoding="utf-8")
    with pytest.raises(OutsideCallError, match="not a contig and a position"):
        read_untyped(path)


@pytest.mark.parametrize("text", ["ID=chr3,{}>", "ID=chr3,x={}", 'ID=chr3,x="{}', "ID=chr3,=,{}>"])
def test_a_long_word_in_a_contig_line_costs_no_time(text):
    line = "##contig=<" + text.format("a" * 1_000_000) + "\n"
    data = header_text(extra=line).encode()
    assert steps(lambda: parse_header(data, "t.vcf")) < 50 * len(data)
    header = parse_header(data, "t.vcf")
    assert header.contigs["chr3"] is None


def test_more_alleles_at_a_site_than_there_are_codes(tmp_path):
    """Two hundred insertions at one position: who carries a late one is unknown there."""
    text = vcf_text({"UGT1A1": "*1/*28"}, only_named=True)
    line = next(li for li in text.splitlines() if "\t233760233\t" in li)
    cells = line.split("\t")
    cells[3:5] = "C", ",".join(["CAT", *("C" + "G" * n for n in range(1, 201))])
    path = tmp_path / "many.vcf"
    for carried in ("0|70", "0|100", "70|100"):
        many = "\t".join([*cells[:8], "GT", carried])
        path.write_text(text.replace(line, many), encoding="utf-8")
        call = call_file(path, "UGT1A1")["S1", "UGT1A1"]
        assert call.status is CallStatus.AMBIGUOUS
        assert "chr2:233760233" in call.missing
