"""Reading by index yields what a whole pass yields, and is left alone where it is not safe."""

import os
import shutil

import numpy as np
import pysam
import pytest

from pgx.io.records import ScanLimits
from pgx.io.source import open_source
from pgx.io.windows import Windows, usable_index
from simulated import vcf_file

WINDOWS = Windows.build([("chr10", 94_761_000, 94_853_000), ("chr22", 42_126_600, 42_126_700)])
SMALL = ScanLimits(index_min_bytes=0)


@pytest.fixture
def indexed(tmp_path):
    text = vcf_file(tmp_path, {"CYP2C19": "*2/*17", "CYP2D6": "*4/*41"}, style="gvcf")
    path = tmp_path / "sample.g.vcf.gz"
    pysam.tabix_compress(str(text), str(path))
    pysam.tabix_index(str(path), preset="vcf")
    return path


def scanned(path, *, by_index):
    with open_source(path, limits=SMALL) as source:
        return source.scan(WINDOWS, by_index=by_index)


def test_the_same_records_and_genotypes(indexed):
    whole, part = scanned(indexed, by_index=False), scanned(indexed, by_index=True)
    assert part.n_records < whole.n_records
    strip = [(r.contig, r.position, r.end, r.ref, r.alts) for r in whole.records]
    assert strip == [(r.contig, r.position, r.end, r.ref, r.alts) for r in part.records]
    assert np.array_equal(whole.genotypes, part.genotypes)
    assert np.array_equal(whole.gq, part.gq)


def test_the_digest_is_that_of_the_whole_file(indexed):
    with open_source(indexed, limits=SMALL) as one, open_source(indexed) as two:
        one.scan(WINDOWS, by_index=True)
        assert one.sha256() == two.sha256()


def test_an_index_of_another_file_costs_no_record(indexed, tmp_path):
    other = vcf_file(tmp_path, {"TPMT": "*1/*1"}, name="other.vcf", only_named=True)
    foreign = tmp_path / "other.vcf.gz"
    pysam.tabix_compress(str(other), str(foreign))
    pysam.tabix_index(str(foreign), preset="vcf")
    shutil.copy(f"{foreign}.tbi", f"{indexed}.tbi")
    os.utime(f"{indexed}.tbi")
    assert len(scanned(indexed, by_index=True).records) == len(
        scanned(indexed, by_index=False).records
    )


def test_a_stale_small_or_cut_file_is_read_whole(indexed):
    assert usable_index(indexed, 0) is not None
    assert usable_index(indexed, 10**9) is None
    newer = indexed.stat().st_mtime + 10
    os.utime(indexed, (newer, newer))
    assert usable_index(indexed, 0) is None
    os.utime(f"{indexed}.tbi", (newer + 1, newer + 1))
    assert usable_index(indexed, 0) is not None
    indexed.write_bytes(indexed.read_bytes()[:-28])
    os.utime(f"{indexed}.tbi", (newer + 10**6, newer + 10**6))
    assert usable_index(indexed, 0) is None


def test_a_bad_line_in_the_part_read_is_reported_with_its_own_line_number(indexed, tmp_path):
    text = (tmp_path / "simulated.vcf").read_text()
    wanted = text.index("\nchr22\t42126611\t")
    start = text.index("0|1:", wanted)
    bad = f"{text[:start]}?{text[start:]}"
    (tmp_path / "bad.vcf").write_text(bad)
    pysam.tabix_compress(str(tmp_path / "bad.vcf"), str(indexed), force=True)
    pysam.tabix_index(str(indexed), preset="vcf", force=True)
    number = bad[:start].count("\n") + 1
    with pytest.raises(ValueError, match=f"line {number}:"):
        scanned(indexed, by_index=True)
