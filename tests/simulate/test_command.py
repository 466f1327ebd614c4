"""``pgx simulate`` as a command, tables of diplotypes, and writing."""

from __future__ import annotations

import gzip

import pytest
import typer
from typer.testing import CliRunner

from cases import one_test
from pgx.cli.simulate import simulate
from pgx.errors import OutputError, UnknownGeneError, UsageError
from pgx.simulator.settings import Sex
from pgx.simulator.vcf import parse_samples, read_samples, write_vcf
from simulated import cohort_text, vcf_text

APP = typer.Typer()
APP.command()(simulate)


def run(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def test_command_writes_what_the_function_renders(tmp_path):
    path = tmp_path / "a.vcf"
    result = run("-o", path, "--gene", "CYP2C19=*2/*17", "--sample", "P", "--style", "gvcf",
                 "--missing", "UGT1A1:all", "--phase-sets", "1", "--phase-sets", "CYP2D6:2",
                 "--assembly", "GRCh37", "--contigs", "bare")  # fmt: skip
    assert result.exit_code == 0, result.output
    sites = [("UGT1A1", p) for p in (233759924, 233760233, 233760498, 233760973)]
    assert path.read_text() == vcf_text(
        {"CYP2C19": "*2/*17"}, sample="P", style="gvcf", assembly="GRCh37", contig_style="bare",
        missing=sites, default_phase_sets=1, phase_sets={"CYP2D6": 2},
    )  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["a.vcf"]


def test_names_with_spaces_and_signs_reach_the_knowledge_base():
    result = run("-o", "-", "--gene", "VKORC1=rs9923231 variant (T)/rs9923231 reference (C)",
                 "--gene", "UGT1A1=*80+*28/*1", "--unphased", "--no-depth")  # fmt: skip
    assert "31096368\trs9923231\tC\tT\t.\tPASS\t.\tGT\t0/1" in result.output


def test_table_gives_many_samples(tmp_path):
    table = tmp_path / "t.tsv"
    table.write_text("# two\nsample\tgene\tdiplotype\nA\tCYP2C19\t*1/*2\nB\tsex\tmale\n")
    assert run("-o", tmp_path / "a.vcf", "--table", table).exit_code == 0
    expected = cohort_text({"A": {"CYP2C19": "*1/*2"}, "B": {}}, sex_of={"B": "male"})
    assert (tmp_path / "a.vcf").read_text() == expected
    assert isinstance(
        run("-o", tmp_path / "a.vcf", "--table", table, "--gene", "CYP2C19=*1/*1").exception,
        UsageError,
    )


@one_test
@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("--gene", "CYP2C19", UsageError),
        ("--gene", "CYP2C99=*1/*1", UnknownGeneError),
        ("--missing", "CYP2C19:x", UsageError),
        ("--missing", "CYP2C99:all", UnknownGeneError),
        ("--phase-sets", "CYP2C19:x", UsageError),
        ("--phase-sets", "-1", UsageError),
    ],
)
def test_wrong_options_are_refused(tmp_path, option, value, error):
    path = tmp_path / "a.vcf"
    assert isinstance(run("-o", path, option, value).exception, error)
    assert not path.exists()


def test_a_gene_twice_is_refused(tmp_path):
    result = run("-o", tmp_path / "a", "--gene", "TPMT=*1/*1", "--gene", "TPMT=*1/*1")
    assert isinstance(result.exception, UsageError)


def test_help_shows_the_examples_whole():
    text = " ".join(run("--help").output.split())
    assert "c.1905+1G>A (*2A)" in text


def test_parsed_table():
    table = parse_samples("sample\tgene\tdiplotype\nA\tsex\tfemale\nA\tTPMT\t*1|*3A\n")
    assert table.samples == {"A": {"TPMT": ("*1", "*3A")}}
    assert table.sex_of == {"A": Sex.FEMALE}


@one_test
@pytest.mark.parametrize(
    "text",
    [
        "",
        "sample\tgene\n",
        "sample\tgene\tdiplotype\nA\tTPMT\n",
        "sample\tgene\tdiplotype\nA\tTPMT\t*1/*1\nA\tTPMT\t*1/*1\n",
        "sample\tgene\tdiplotype\nA\tsex\tother\n",
        "sample\tgene\tdiplotype\nA\tsex\tmale\nA\tsex\tmale\n",
    ],
)
def test_odd_tables_are_refused(text):
    with pytest.raises(UsageError):
        parse_samples(text)


def test_unreadable_table_is_refused(tmp_path):
    with pytest.raises(UsageError):
        read_samples(tmp_path / "absent.tsv")


def test_gzip_is_repeatable_and_failure_leaves_nothing(tmp_path):
    first, second = tmp_path / "a.vcf.gz", tmp_path / "b.vcf.gz"
    write_vcf(first, "x\n")
    write_vcf(second, "x\n")
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()) == b"x\n"
    with pytest.raises(OutputError):
        write_vcf(tmp_path / "absent" / "a.vcf", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError):
        write_vcf(tmp_path / "folder", "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.vcf.gz", "b.vcf.gz", "folder"]
