"""``pgx simulate --coverage``: files, folders, truth, refusals."""

from __future__ import annotations

import gzip

import pytest

from cases import one_test
from pgx.cli.simulate import numbered, write_depth
from pgx.errors import OutputError, UnknownAlleleError, UsageError
from pgx.simulator.depth.noise import DepthSettings
from pgx.simulator.vcf import SampleTable, read_samples
from simulate.depth_support import GENE, kb, lines, settings
from simulate.test_command import run

TABLE = """sample\tgene\tdiplotype
A\tCYP2D6\t*10+*36/*2
A\tCYP2C19\t*17/*1
B\tsex\tmale
B\tCYP2D6\t*17/*5
"""


def deep(*arguments):
    return run("--coverage", "30", "--only-named", *arguments)


def test_one_sample_is_one_file_and_the_truth_is_named_as_in_results(tmp_path):
    path, truth = tmp_path / "a.g.vcf.gz", tmp_path / "truth.tsv"
    named = ("--gene", "CYP2D6=*10+*36/*2", "--sample", "P")
    result = deep("-o", path, *named, "--truth", truth)
    assert result.exit_code == 0, result.output
    assert truth.read_text() == "sample\tgene\tdiplotype\nP\tCYP2D6\t*2/*36+*10\n"
    content = gzip.decompress(path.read_bytes()).decode()
    assert "\tFORMAT\tP\n" in content
    assert lines(content)
    assert "##FORMAT=<ID=PL,Number=G,Type=Integer" in content
    again = deep("-o", "-", *named)
    assert again.output == content


def test_a_table_of_truth_can_be_simulated_again(tmp_path):
    table, truth, second = (tmp_path / name for name in ("t.tsv", "truth.tsv", "again.tsv"))
    table.write_text(TABLE)
    assert deep("-o", tmp_path / "one", "--table", table, "--truth", truth).exit_code == 0
    found = read_samples(truth)
    assert found.samples["A"] == {"CYP2C19": ("*1", "*17"), "CYP2D6": ("*2", "*36+*10")}
    assert found.samples["B"] == {"CYP2D6": ("*5", "*17")}
    assert found.sex_of == {"B": "male"}
    assert deep("-o", tmp_path / "two", "--table", truth, "--truth", second).exit_code == 0
    assert sorted(second.read_text().splitlines()) == sorted(truth.read_text().splitlines())
    assert sorted(p.name for p in (tmp_path / "two").iterdir()) == ["A.g.vcf.gz", "B.g.vcf.gz"]


def test_drawn_samples_repeat_and_fill_a_folder(tmp_path):
    options = ("--structures", "--count", "5", "--seed", "4")
    for name in ("one", "two"):
        truth = tmp_path / f"{name}.tsv"
        result = deep("-o", tmp_path / name, *options, "--truth", truth)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "one.tsv").read_bytes() == (tmp_path / "two.tsv").read_bytes()
    samples = read_samples(tmp_path / "one.tsv").samples
    assert sorted(samples) == [f"SAMPLE_{n}" for n in range(1, 6)]
    assert {gene for own in samples.values() for gene in own} == {GENE}
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_what_is_named_is_not_drawn(tmp_path):
    truth = tmp_path / "truth.tsv"
    deep("-o", tmp_path / "a.vcf", "--structures", "--gene", "CYP2D6=*4/*5", "--truth", truth)
    assert truth.read_text().endswith("SAMPLE\tCYP2D6\t*4/*5\n")


@one_test
@pytest.mark.parametrize(
    "options",
    [
        ("--coverage", "30", "--style", "variants"),
        ("--coverage", "30", "--no-depth"),
        ("--coverage", "30", "--no-call", "CYP2D6:all"),
        ("--coverage", "nan"),
        ("--coverage", "0"),
        ("--coverage", "30", "--noise", "-1"),
        ("--coverage", "30", "--seed", "-1"),
        ("--coverage", "30", "--count", "0"),
        ("--structures",),
        ("--count", "3"),
        ("--gene", "CYP2D6=*36+*10/*5"),
        ("--coverage", "30", "--gene", "CYP2D6=*36+/*1"),
        ("--coverage", "30", "--sample", "a\tb"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options):
    path = tmp_path / "a.vcf"
    result = run("-o", path, *options)
    assert isinstance(result.exception, (UsageError, UnknownAlleleError)), result.output
    assert not path.exists()


def test_a_count_and_a_table_exclude_each_other():
    two = SampleTable(samples={"A": {}, "B": {}}, sex_of={})
    with pytest.raises(UsageError):
        numbered(two, 3)
    assert numbered(two, None) is two


@one_test
@pytest.mark.parametrize(
    "name",
    ["../a", "a/b", "a\\b", ".hidden", "..", "C:a", "a\x1b[31m", "a\x00", "x" * 300, "a\u202eb"],
)
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path, name):
    table = SampleTable(samples={"A": {}, name: {}}, sex_of={})
    folder = tmp_path / "folder"
    with pytest.raises(UsageError) as error:
        write_depth(folder, kb().genes, table, settings(only_named=True), DepthSettings())
    assert name not in str(error.value)
    assert not folder.exists()
    assert not list(tmp_path.iterdir())


def test_several_samples_need_a_folder(tmp_path):
    table = SampleTable(samples={"A": {}, "B": {}}, sex_of={})
    chosen, depth = settings(only_named=True), DepthSettings()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError):
        write_depth(tmp_path / "file", kb().genes, table, chosen, depth)
    with pytest.raises(OutputError):
        write_depth(tmp_path / "absent" / "folder", kb().genes, table, chosen, depth)
    with pytest.raises(UsageError):
        write_depth(type(tmp_path)("-"), kb().genes, table, chosen, depth)
    assert (tmp_path / "file").read_text() == "kept"
