"""``pgx annotate --reads``: a BAM file alone, and beside the VCF file of the same sample."""

from __future__ import annotations

import csv
from pathlib import Path

import pysam
import pytest

from pgx.api.results import annotate
from pgx.cli.main import main
from reads.made import HYBRIDS, Unit, allele, person

VCF = """##fileformat=VCFv4.2
##contig=<ID=chr10,length=133797422>
##contig=<ID=chr22,length=50818468>
##FORMAT=<ID=GT,Number=1,Type=String,Description="x">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}
chr10\t94781859\t.\tG\tA\t.\tPASS\t.\tGT\t{genotypes}
chr22\t42128945\t.\tC\tT\t.\tPASS\t.\tGT\t{fourth}
"""


@pytest.fixture(scope="module")
def bam(tmp_path_factory) -> Path:
    made = person(Unit(), allele("*2"), allele("*2"), depth=30)
    return made.write(tmp_path_factory.mktemp("bam") / "anna.bam")


def vcf(folder: Path, *names: str) -> Path:
    place = folder / "x.vcf"
    genotypes = "\t".join(["0/1"] * len(names))
    fourth = "\t".join(["1/1"] * len(names))
    place.write_text(VCF.format(names="\t".join(names), genotypes=genotypes, fourth=fourth))
    return place


def run(*words, capsys) -> tuple[int, str]:
    status = main([str(w) for w in ("annotate", *words)])
    return status, capsys.readouterr().err


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "calls.tsv").open() as handle:
        return {row["gene"]: row for row in csv.DictReader(handle, delimiter="\t")}


def test_reads_alone_answer_one_gene(bam, tmp_path, capsys):
    status, _ = run("--reads", bam, "-o", tmp_path / "out", "--format", "json", capsys=capsys)
    assert status == 0
    found = rows(tmp_path / "out")
    own = found.pop("CYP2D6")
    assert (own["diplotype"], own["source"], own["sample"]) == ("*1/*2x2", "reads", "made")
    assert "copy_number_from_reads" in own["notes"]
    assert {row["status"] for row in found.values()} == {"not_assessed"}
    assert "only_reads_given" in found["CYP2C19"]["notes"]


def test_reads_beside_a_vcf_answer_their_gene(bam, tmp_path, capsys):
    words = (vcf(tmp_path, "made"), "--reads", bam, "-o", tmp_path / "out", "--absent", "reference")
    status, _ = run(*words, "--format", "tsv", capsys=capsys)
    assert status == 0
    found = rows(tmp_path / "out")
    assert (found["CYP2D6"]["diplotype"], found["CYP2D6"]["source"]) == ("*1/*2x2", "reads")
    assert (found["CYP2C19"]["diplotype"], found["CYP2C19"]["source"]) == ("*1/*2", "vcf")
    assert "only_reads_given" not in found["CYP2C19"]["notes"]


def test_reads_of_another_sample_are_refused(bam, tmp_path, capsys):
    words = (vcf(tmp_path, "bert"), "--reads", bam, "-o", tmp_path / "out")
    status, said = run(*words, capsys=capsys)
    assert status == 3
    assert "PGX-IN-002" in said
    assert "bert" not in said
    assert not (tmp_path / "out").exists()


def test_reads_beside_several_samples_are_refused(bam, tmp_path, capsys):
    words = (vcf(tmp_path, "made", "bert"), "--reads", bam, "-o", tmp_path / "out")
    status, said = run(*words, capsys=capsys)
    assert status == 3
    assert "PGX-IN-002" in said


@pytest.fixture
def nameless(bam, tmp_path) -> Path:
    """Return the same reads without read groups."""
    place = tmp_path / "x.y.bam"
    with pysam.AlignmentFile(str(bam)) as old:
        header = old.header.to_dict()
        del header["RG"]
        with pysam.AlignmentFile(str(place), "wb", header=header) as new:
            for read in old:
                new.write(read)
    pysam.index(str(place))
    return place


def test_reads_without_a_name_are_the_vcfs(nameless, tmp_path):
    (result,) = annotate(vcf(tmp_path, "bert"), reads=nameless, genes=["CYP2D6"])
    assert result.sample == "bert"
    assert result.calls[0].source == "reads"
    assert [i["name"] for i in result.provenance.input] == ["x.vcf", "x.y.bam"]


def test_reads_without_any_name_have_the_files(nameless):
    (result,) = annotate([], reads=nameless, genes=["CYP2D6"])
    assert result.sample == "x.y"
    assert result.provenance.assembly == "GRCh38"


def test_both_chromosomes_without_the_gene(tmp_path):
    path = person(depth=30).write(tmp_path / "x.bam")
    (result,) = annotate([], reads=path, genes=["CYP2D6"])
    assert result.calls[0].diplotype == "*5/*5"
    assert result.calls[0].phenotype == "Poor Metabolizer"


def test_a_tandem_with_a_hybrid(tmp_path):
    ten = allele("*10")
    hybrid = Unit(ten.variants, HYBRIDS["*36"].converted)
    path = person(hybrid, ten, Unit(), depth=40).write(tmp_path / "x.bam")
    (result,) = annotate([], reads=path, genes=["CYP2D6"])
    assert result.calls[0].diplotype == "*1/*36+*10"


def test_depth_of_two_calls_nothing(tmp_path):
    path = person(Unit(), allele("*4"), depth=2).write(tmp_path / "x.bam")
    (result,) = annotate([], reads=path, genes=["CYP2D6"])
    (call,) = result.calls
    assert call.status == "not_assessed"
    assert call.diplotype is None
    assert call.structure is not None
    assert call.structure.reason == "depth_too_low"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "PGX-USE-001"),
        (("--reference", "x.fa"), "PGX-USE-001"),
        (("--reads", "none.bam"), "PGX-BAM-001"),
        (("--reads", "-"), "PGX-BAM-001"),
    ],
)
def test_one_line_says_what_is_wrong(words, code, tmp_path, capsys):
    status, said = run(*words, "-o", tmp_path / "out", capsys=capsys)
    assert status in (2, 3)
    assert said.startswith(f"[{code}]")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_gene_that_reads_do_not_answer(bam, tmp_path, capsys):
    words = ("--reads", bam, "-o", tmp_path / "out", "--genes", "CYP2C19")
    status, said = run(*words, capsys=capsys)
    assert status == 2
    assert "CYP2D6" in said


def test_a_dry_run_reads_the_header(bam, tmp_path, capsys):
    status = main(["annotate", "--reads", str(bam), "-o", str(tmp_path / "out"), "--dry-run"])
    assert status == 0
    assert "would read anna.bam: GRCh38, 1 sample(s)" in capsys.readouterr().out


def test_regions_of_a_bed_file_normalise(bam, tmp_path):
    bed = tmp_path / "x.bed"
    bed.write_text("chr22\t42114000\t42122000\nchr22\t42151000\t42160000\n")
    from pgx.reads.sample import ReadsInput

    (result,) = annotate([], reads=ReadsInput(bam, normaliser=bed), genes=["CYP2D6"])
    structure = result.calls[0].structure
    assert structure is not None
    assert structure.n_controls == 2
    assert structure.copies[0].copies == 3


def test_depth_that_no_structure_explains_leaves_the_gene_open(tmp_path):
    place = person(*[Unit()] * 14, depth=20).write(tmp_path / "many.bam")
    (result,) = annotate([], reads=place, genes=["CYP2D6"])
    (call,) = result.calls
    assert call.structure is not None
    assert call.structure.reason == "conflict"
    assert call.status == "ambiguous"
    assert call.depends_on == ("CYP2D6:copy_number",)
