"""On valid files cyvcf2, pysam and this scanner read the same genotypes."""

from __future__ import annotations

import warnings

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import DATA, EVERYWHERE, header_text, line, needs_data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from cyvcf2 import VCF

DECLARED = "".join(
    f'##{kind}=<ID={key},Number={number},Type={type_},Description="x">\n'
    for kind, key, number, type_ in [
        ("FORMAT", "GT", "1", "String"),
        ("FORMAT", "GQ", "1", "Integer"),
        ("FORMAT", "DP", "1", "Integer"),
        ("INFO", "END", "1", "Integer"),
        ("ALT", "NON_REF", "0", "x"),
    ]
)


def by_cyvcf2(path):
    """Yield contig, position and (allele, allele, phased) rows of each record."""
    reader = VCF(str(path))
    for record in reader:
        yield canonical_contig(record.CHROM), record.POS, record.genotype.array()
    reader.close()


def assert_same_as_cyvcf2(path, windows):
    scan = open_source(path).scan(windows)
    rows = [(r.contig, r.position) for r in scan.records]
    wanted = set(rows)
    found = [row for row in by_cyvcf2(path) if row[:2] in wanted]
    assert [row[:2] for row in found] == rows
    for ours, phased, (_, _, theirs) in zip(scan.genotypes, scan.phased, found, strict=True):
        alleles = theirs[:, :2].copy()
        if alleles.shape[1] == 2 and theirs.shape[1] == 3:
            lone = (alleles[:, 0] == -1) & (alleles[:, 1] == -2)
            alleles[lone, 1] = -1  # "." has no second allele there, none known here
            assert np.array_equal(ours, alleles)
            called = (alleles[:, 1] >= 0) & (alleles[:, 0] >= 0)
            assert np.array_equal(phased[called], theirs[called, 2] == 1)


def assert_same_as_pysam(path, windows):
    scan = open_source(path).scan(windows)
    rows = {(r.contig, r.position) for r in scan.records}
    with pysam.VariantFile(str(path)) as reader:
        found = [
            [call["GT"] for call in record.samples.values()]
            for record in reader
            if (canonical_contig(record.chrom), record.pos) in rows
        ]
    assert len(found) == len(scan.records)
    for ours, theirs in zip(scan.genotypes.tolist(), found, strict=True):
        for pair, call in zip(ours, theirs, strict=True):
            alleles = [-1 if a is None else a for a in call]
            lone = -1 if alleles[0] < 0 else -2
            assert pair == (alleles if len(alleles) > 1 else [alleles[0], lone])


ALLELE = st.sampled_from(["0", "1", "2", "."])
DIPLOID = st.tuples(ALLELE, st.sampled_from("/|"), ALLELE).map("".join)
CELLS = st.lists(DIPLOID, min_size=2, max_size=2)
HAPLOID = st.lists(DIPLOID | st.sampled_from(["0", "1", "."]), min_size=2, max_size=2)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS | HAPLOID, min_size=1, max_size=6), st.sampled_from(["GT", "GT:DP:GQ"]))
def test_generated_files_read_alike(tmp_path_factory, rows, form):
    rest = ":9:30" if form != "GT" else ""
    body = "".join(
        line(alt="A,T", pos=str(i + 1), cells=[c + rest for c in cells], format=form)
        for i, cells in enumerate(rows)
    )
    path = tmp_path_factory.mktemp("peers") / "t.vcf"
    path.write_text(header_text(("A", "B"), DECLARED) + body)
    assert_same_as_cyvcf2(path, Windows.build(EVERYWHERE))
    assert_same_as_pysam(path, Windows.build(EVERYWHERE))


@one_test
@needs_data
@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("gene", ["NUDT15", "CYP3A4", "G6PD", "IFNL3"])
def test_cohort_files_read_alike(gene, assembly):
    path = DATA / "cohort" / assembly / f"{gene}.vcf.gz"
    assert_same_as_cyvcf2(path, Windows.build([(c, 1, 300_000_000) for c in CANONICAL]))


@needs_data
def test_a_gvcf_reads_alike():
    path = DATA / "gvcf" / "HG01190.g.vcf.gz"
    windows = Windows.build([("chr10", 94_700_000, 94_990_000), ("chr19", 1, 60_000_000)])
    assert_same_as_pysam(path, windows)
    scan = open_source(path).scan(windows)
    with pysam.VariantFile(str(path)) as reader:
        ends = {(r.chrom, r.pos): (r.stop, r.samples[0].get("GQ")) for r in reader}
    for row, record in enumerate(scan.records):
        stop, gq = ends[record.contig, record.position]
        assert record.end == stop
        assert scan.gq[row, 0] == (-1 if gq is None else gq)
