"""Cohorts for benchmarks: real samples first, then pairs of their haplotypes; sex stays."""

from __future__ import annotations

import gzip
import subprocess

import numpy as np
import pysam
import pytest
from benchmarks import cohorts

from pgx.io.source import open_source
from simulated import cohort_text

HEAD = "##fileformat=VCFv4.2\n##contig=<ID=chr{0},length={1}>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n"
LENGTHS = {"10": 133797422, "X": 156040895}


def source(folder, name, chromosome, rows):
    text = HEAD.format(chromosome, LENGTHS[chromosome]) + COLUMNS
    for at, cells in enumerate(rows, 1000):
        text += f"chr{chromosome}\t{at}\t.\tA\tC\t.\tPASS\t.\tGT\t" + "\t".join(cells) + "\n"
    place = folder / "cohort" / "GRCh38"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cohorts, "DATA", tmp_path)
    source(tmp_path, "one.vcf.gz", "10", [["0|1", "1|0", "0|0"], ["0|1", "0|0", ".|0"]])
    source(tmp_path, "two.vcf.gz", "10", [["0|1", "1|1", "0|0"], ["0|1", "0|0", "2|0"]])
    source(tmp_path, "x1.vcf.gz", "X", [["0", "1|0", "."], ["1", "0|12", "0"]])
    source(tmp_path, "x2.vcf.gz", "X", [["0|1:7", "1:.", "0:3"]])
    return tmp_path


def columns(path):
    """Return names and, record by record, cells."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("##")]
    return rows[0][9:], np.array([row[9:] for row in rows[1:]])


def written(folder, name="out", **settings):
    paths = cohorts.write_cohort(folder / name, 500, **settings)
    return {path.name: columns(path) for path in paths}


def test_real_samples_come_first_and_names_differ(folder):
    for name, (names, cells) in written(folder).items():
        before = columns(folder / "cohort" / "GRCh38" / name)
        assert names[:3] == before[0]
        assert (cells[:, :3] == before[1]).all()
        assert len(set(names)) == cells.shape[1] == 500


def test_new_samples_are_pairs_of_haplotypes_of_their_file(folder):
    _, cells = written(folder)["one.vcf.gz"]
    haplotypes = {tuple(c.split("|")[s] for c in cells[:, i]) for i in range(3) for s in (0, 1)}
    new = [tuple(zip(*(c.split("|") for c in column), strict=True)) for column in cells[:, 3:].T]
    assert {haplotype for pair in new for haplotype in pair} == haplotypes
    assert len(set(new)) == len(haplotypes) ** 2  # combinations that no source sample has, too


def test_genes_are_drawn_each_for_itself(folder):
    found = written(folder)
    one, two = (found[name][1][0, 3:] for name in ("one.vcf.gz", "two.vcf.gz"))
    assert len(set(zip(one, two, strict=True))) > len(set(one))


def test_whole_samples_are_drawn_on_x_the_same_in_all_files(folder):
    found = written(folder)
    both = np.concatenate([found["x1.vcf.gz"][1], found["x2.vcf.gz"][1]])
    real = {tuple(column) for column in both[:, :3].T}
    assert {tuple(column) for column in both[:, 3:].T} == real


def test_equal_arguments_give_equal_bytes_and_seeds_others(folder):
    assert written(folder)["one.vcf.gz"][1].tolist() == written(folder)["one.vcf.gz"][1].tolist()
    first, again = ((folder / n / "one.vcf.gz") for n in ("out", "again"))
    written(folder, "again")
    assert first.read_bytes() == again.read_bytes()
    assert (written(folder, seed=2)["one.vcf.gz"][1] != columns(again)[1]).any()


def test_files_are_bgzf_of_many_blocks(folder):
    rows = [["0|1", "1|0", "0|0"]] * 40
    source(folder, "one.vcf.gz", "10", rows)
    [path, *_] = cohorts.write_cohort(folder / "large", 5000)
    with open_source(path) as opened:
        assert len(opened.header.samples) == 5000
    with pysam.BGZFile(str(path)) as lines:
        assert sum(1 for _ in lines) == 40 + 3
    done = subprocess.run(["gzip", "-t", path], check=False)  # checksums of all blocks
    assert done.returncode == 0


def test_fewer_samples_than_the_source_are_refused(folder):
    with pytest.raises(SystemExit):
        cohorts.write_one(cohorts.source_files()[0], folder, 2, 1, 1)


def test_thinning_keeps_what_a_run_keeps(folder):
    text = cohort_text({"A": {"CYP2C19": "*2/*17"}, "B": {"CYP2C19": "*1/*3"}}, phased=True)
    lines = text.splitlines(keepends=True)
    fields = next(x for x in lines if x.startswith("chr10\t")).split("\t")
    fields[1:5] = ["94700001", ".", "A", "C"]
    at = next(i for i, x in enumerate(lines) if x.startswith("#CHROM")) + 1
    extra = ["\t".join([fields[0], str(94_700_000 + i), *fields[2:]]) for i in range(10)]
    path = folder / "cohort" / "GRCh38" / "one.vcf.gz"
    path.write_bytes(gzip.compress("".join(lines[:at] + extra + lines[at:]).encode()))
    cohorts.write_one(path, folder, 9, 5, 1)
    kept = gzip.decompress((folder / "one.vcf.gz").read_bytes()).decode().splitlines()
    positions = [x.split("\t")[1] for x in kept if not x.startswith("#")]
    wanted = [x.split("\t")[1] for x in lines[at:]]
    assert positions == ["94700004", "94700009", *wanted]
