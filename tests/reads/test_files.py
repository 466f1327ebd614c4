"""Files of reads that cannot be trusted are refused in one line; nothing is called from them."""

from __future__ import annotations

import os
from pathlib import Path

import pysam
import pytest

from cases import one_test
from pgx.base.assemblies import Assembly
from pgx.errors import AssemblyMismatchError, InputError, PgxError
from pgx.reads.copies import read_regions
from pgx.reads.locus import read_locus
from pgx.reads.sample import ReadLimits, ReadsInput, read_gene
from pgx.reads.source import open_reads
from reads.made import LENGTHS, SHIFT, Unit, gene, person, reference


@pytest.fixture(scope="module")
def made():
    return person(Unit(), Unit(), depth=20)


@pytest.fixture(scope="module")
def good(made, tmp_path_factory) -> Path:
    return made.write(tmp_path_factory.mktemp("bam") / "good.bam")


def copied(good: Path, folder: Path) -> Path:
    """Return a copy of a file and its index, which may be spoilt."""
    place = folder / "copy.bam"
    place.write_bytes(good.read_bytes())
    Path(f"{place}.bai").write_bytes(Path(f"{good}.bai").read_bytes())
    return place


def refused(path, *, reference=None, assembly=None) -> PgxError:
    """Return the error of opening and reading a file."""
    with pytest.raises(InputError) as caught:
        read_gene(ReadsInput(path, reference), gene(), ReadLimits(), assembly=assembly)
    line = caught.value.line()
    assert "\n" not in line
    assert caught.value.exit_status == 3
    return caught.value


def test_a_good_file_tells_sample_and_assembly(good):
    with open_reads(good) as file:
        assert (file.name, file.sample) == ("good.bam", "made")
        assert file.assembly is Assembly.GRCH38
        assert file.contigs == {"chr22": "chr22"}


def test_contigs_without_chr_and_grch37(made, tmp_path):
    path = made.write(tmp_path / "x.bam", assembly=Assembly.GRCH37, contig="22")
    with open_reads(path) as file:
        assert file.assembly is Assembly.GRCH37
        assert file.columns([("chr22", 42_126_499 + SHIFT, 42_130_881 + SHIFT)]).n_reads


def test_standard_input_is_refused():
    assert refused("-").code == "PGX-BAM-001"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    error = refused(tmp_path / "none.bam")
    assert error.code == "PGX-BAM-001"
    assert str(tmp_path) not in error.line()


@pytest.mark.parametrize(
    "content", [b"", b"##fileformat=VCFv4.2\n", b"@HD\tVN:1.6\n", b"\x1f\x8bx"]
)
def test_other_files_are_refused(tmp_path, content):
    place = tmp_path / "x.bam"
    place.write_bytes(content)
    error = refused(place)
    assert error.code == "PGX-BAM-001"
    assert "not a BAM or CRAM file" in error.what


def test_a_gzipped_text_is_refused(tmp_path):
    import gzip

    place = tmp_path / "x.bam"
    place.write_bytes(gzip.compress(b"chr22\t1\t2\n"))
    assert refused(place).code == "PGX-BAM-001"


def test_no_index(good, tmp_path):
    place = copied(good, tmp_path)
    Path(f"{place}.bai").unlink()
    error = refused(place)
    assert error.code == "PGX-BAM-002"
    assert "samtools index" in error.remedy


def test_an_index_older_than_the_file(good, tmp_path):
    place = copied(good, tmp_path)
    os.utime(f"{place}.bai", (1_000_000, 1_000_000))
    error = refused(place)
    assert error.code == "PGX-BAM-002"
    assert "older" in error.what


def test_an_index_that_is_none(good, tmp_path):
    place = copied(good, tmp_path)
    Path(f"{place}.bai").write_bytes(b"no index at all")
    assert refused(place).code == "PGX-BAM-002"


def test_an_index_without_the_suffix_of_the_file(good, tmp_path):
    place = copied(good, tmp_path)
    Path(f"{place}.bai").rename(place.with_suffix(".bai"))
    with open_reads(place) as file:
        assert file.sample == "made"


def test_cut_at_the_end(good, tmp_path):
    place = copied(good, tmp_path)
    place.write_bytes(good.read_bytes()[:-28])
    os.utime(place, (1_000_000, 1_000_000))
    assert refused(place).code == "PGX-BAM-003"


def test_cut_in_the_middle_and_ended_again(good, tmp_path):
    place = copied(good, tmp_path)
    data = good.read_bytes()
    place.write_bytes(data[: len(data) // 3] + data[-28:])
    os.utime(place, (1_000_000, 1_000_000))
    assert refused(place).code == "PGX-BAM-003"


def test_a_damaged_block(good, tmp_path):
    place = copied(good, tmp_path)
    data = bytearray(good.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    place.write_bytes(data)
    os.utime(place, (1_000_000, 1_000_000))
    assert refused(place).code == "PGX-BAM-003"


def test_reads_sorted_by_name(made, tmp_path):
    place = made.write(tmp_path / "x.bam", order="queryname", index=False)
    Path(f"{place}.bai").write_bytes(b"BAI\x01" + bytes(8))
    assert refused(place).code == "PGX-BAM-004"


def test_several_samples_in_one_file(made, tmp_path):
    error = refused(made.write(tmp_path / "x.bam", samples=("anna", "bert")))
    assert error.code == "PGX-BAM-005"
    assert "anna" not in error.line()


def test_read_groups_of_one_sample(made, tmp_path):
    with open_reads(made.write(tmp_path / "x.bam", samples=("anna", "anna"))) as file:
        assert file.sample == "anna"


def test_another_build(made, tmp_path):
    place = made.write(tmp_path / "x.bam", length=50_000_000)
    with pytest.raises(AssemblyMismatchError, match="neither GRCh37 nor GRCh38"):
        open_reads(place)


def test_no_chromosome_22(made, tmp_path):
    place = made.write(tmp_path / "x.bam", contig="chr1", length=248_956_422)
    with pytest.raises(AssemblyMismatchError, match="no chromosome 22"):
        open_reads(place)


def test_another_assembly_than_asked_for(good):
    assert refused(good, assembly=Assembly.GRCH37).code == "PGX-ASM-001"


def test_no_reads_over_the_gene(tmp_path):
    from reads.made import Maker

    made = Maker(depth=20)
    made.diploid(42_160_000, 42_164_000)
    error = refused(made.write(tmp_path / "x.bam"))
    assert error.code == "PGX-BAM-006"


def test_no_error_names_a_read(good, tmp_path):
    place = copied(good, tmp_path)
    data = bytearray(good.read_bytes())
    data[len(data) // 2] ^= 0xFF
    place.write_bytes(data)
    os.utime(place, (1_000_000, 1_000_000))
    assert "f1" not in refused(place).line()


# -- CRAM ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fasta(tmp_path_factory) -> Path:
    """Return chromosome 22 with the made-up sequence, N elsewhere."""
    from reads.made import END, START

    place = tmp_path_factory.mktemp("fasta") / "ref.fa"
    text = bytearray(b"N" * LENGTHS[Assembly.GRCH38])
    text[START - 1 : END] = reference().tobytes()
    width = 1000
    with place.open("wb") as out:
        out.write(b">chr22\n")
        out.write(b"\n".join(text[a : a + width] for a in range(0, len(text), width)) + b"\n")
    pysam.faidx(str(place))
    return place


@pytest.fixture(scope="module")
def cram(fasta, tmp_path_factory) -> Path:
    made = person(Unit(), Unit(), depth=20)
    place = tmp_path_factory.mktemp("cram") / "x.cram"
    return made.write(place, mode="wc", reference_filename=str(fasta))


def test_a_cram_file_with_its_reference_reads_like_a_bam_file(cram, fasta, good):
    one, other = (
        read_gene(ReadsInput(path, reference), gene(), ReadLimits())
        for path, reference in ((cram, fasta), (good, None))
    )
    assert one.digest == other.digest
    assert (one.genotypes.call == other.genotypes.call).all()


def test_a_cram_file_without_its_reference(fasta, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("REF_PATH", "http://127.0.0.1:9/%s")
    monkeypatch.delenv("REF_CACHE", raising=False)
    gone = tmp_path / "gone.fa"
    gone.symlink_to(fasta)
    Path(f"{gone}.fai").symlink_to(f"{fasta}.fai")
    made = person(Unit(), Unit(), depth=20)
    place = made.write(tmp_path / "y.cram", mode="wc", reference_filename=str(gone))
    gone.unlink()
    error = refused(place)
    assert error.code == "PGX-BAM-007"
    assert "--reference" in error.remedy
    assert os.environ["REF_PATH"] == "http://127.0.0.1:9/%s"


def test_a_reference_that_is_not_there(cram, tmp_path):
    assert refused(cram, reference=tmp_path / "none.fa").code == "PGX-BAM-007"


def test_a_cram_file_that_was_cut(cram, tmp_path):
    place = tmp_path / "x.cram"
    place.write_bytes(cram.read_bytes()[:-38])
    Path(f"{place}.crai").write_bytes(Path(f"{cram}.crai").read_bytes())
    assert refused(place).code == "PGX-BAM-003"


# -- normaliser regions --------------------------------------------------------------------


def test_regions_of_a_bed_file(good, tmp_path):
    bed = tmp_path / "x.bed"
    bed.write_text("#comment\ntrack name=x\n22\t42114000\t42116000\tname\n\nchr22\t1\t2\n")
    with open_reads(good) as file:
        assert read_regions(bed, file, read_locus(gene(), file.assembly)) == [
            ("chr22", 42_114_001, 42_116_000),
            ("chr22", 2, 2),
        ]


@one_test
@pytest.mark.parametrize(
    "text",
    [
        "", "chr22 1 2\n", "chr22\tx\t2\n", "chr22\t5\t5\n", "chr1\t1\t2\n",
        "chr22\t1\t99999999\n",
        "chr22\t42114000\t42114001\n",
        "chr22\t42114000\t42116000\nchr22\t42126000\t42131000\n",
        "chr22\t42114000\t42116000\nchr22\t42135000\t42145000\n",
        "chrX\t42114000\t42116000\n",
    ],
)  # fmt: skip
def test_a_bed_file_that_is_none(good, tmp_path, text):
    bed = tmp_path / "x.bed"
    bed.write_text(text)
    with open_reads(good) as file, pytest.raises(InputError) as caught:
        read_regions(bed, file, read_locus(gene(), file.assembly))
    assert caught.value.code == "PGX-BAM-008"
