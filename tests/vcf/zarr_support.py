"""Helpers of the VCF Zarr tests: one data set as VCF text and as a store, scans side by side."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pysam
import zarr

from pgx.io.records import SiteReason
from pgx.io.source import open_source
from pgx.io.windows import Windows

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
HEADER = """##fileformat=VCFv4.3
##reference=file:///data/GRCh38.fa
##FILTER=<ID=q10,Description="x">
##FILTER=<ID=q20,Description="x">
##contig=<ID=chr10,length=133797422>
##contig=<ID=chr12,length=133275309>
##contig=<ID=chrUn_1,length=1000000>
##contig=<ID=chrM,length=16569>
##contig=<ID=X,length=156040895>
##ALT=<ID=NON_REF,Description="x">
##INFO=<ID=END,Number=1,Type=Integer,Description="x">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="x">
##FORMAT=<ID=GT,Number=1,Type=String,Description="x">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="x">
##FORMAT=<ID=RGQ,Number=1,Type=Integer,Description="x">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">
##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="x">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="x">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="x">
##FORMAT=<ID=GL,Number=G,Type=Float,Description="x">
##INFO=<ID=R2,Number=1,Type=Float,Description="x">
##INFO=<ID=DR2,Number=A,Type=Float,Description="x">
##FORMAT=<ID=GP,Number=G,Type=Float,Description="x">
##FORMAT=<ID=HDS,Number=.,Type=Float,Description="x">
##FORMAT=<ID=DS,Number=A,Type=Float,Description="x">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="x">
##FORMAT=<ID=PGT,Number=1,Type=String,Description="x">
##FORMAT=<ID=PID,Number=1,Type=String,Description="x">
##FORMAT=<ID=FT,Number=1,Type=String,Description="x">
"""
EVERYWHERE = Windows.build(
    [("chr10", 1, 200_000_000), ("chrX", 1, 200_000_000), ("chr12", 1, 200_000_000)],
    [("chr10", 1, 250), ("chr10", 250, 5_000), ("chr12", 1, 1_000), ("chr22", 5, 6)],
)
ARRAYS = ("genotypes", "phased", "phase_set", "reason", "gq", "dp")


def write_vcf(path, lines, samples=("A", "B"), header=HEADER):
    """Write a VCF, compress and index it; return the path of the plain text."""
    path.write_text(header + "\t".join([COLUMNS, *samples]) + "\n" + "".join(lines))
    pysam.tabix_compress(str(path), f"{path}.gz", force=True)
    pysam.tabix_index(f"{path}.gz", preset="vcf", force=True)
    return path


def convert(vcf, store, zarr_format=2, **options):
    """Convert a compressed VCF, or several, by bio2zarr."""
    import bio2zarr.vcf

    logging.getLogger("bio2zarr").setLevel(logging.ERROR)
    vcfs = vcf if isinstance(vcf, list) else [f"{vcf}.gz"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bio2zarr.vcf.convert(
            vcfs, str(store), worker_processes=0, zarr_format=zarr_format, **options
        )
    return store


def scan(path, windows=EVERYWHERE, **options):
    with open_source(path, **options) as source:
        return source.scan(windows), source.header


def assert_same(of_store, of_text, *, sites_only=True):
    """Hold a store's scan to that of the VCF, but for what a store cannot say."""
    stored, stored_header = of_store
    text, text_header = of_text
    assert stored.samples == text.samples
    assert stored_header.contigs == text_header.contigs
    assert stored_header.declared_assembly == text_header.declared_assembly
    assert stored_header.lists_blocks == text_header.lists_blocks
    assert len(stored.records) == len(text.records)
    for one, other in zip(stored.records, text.records, strict=True):
        *names, last = other.__struct_fields__
        assert last == "symbolic"  # what FORMAT of a store counts is not read
        assert one.symbolic is None
        facts = [getattr(other, name) for name in names]
        facts[-1] -= text_header.n_lines
        assert [getattr(one, name) for name in names] == facts
    expected = {name: getattr(text, name).copy() for name in ARRAYS}
    reason = expected["reason"]
    reason[reason == SiteReason.NO_GENOTYPE] = SiteReason.NO_CALL  # a record without GT
    for name, values in expected.items():
        found = getattr(stored, name)
        assert found.dtype == values.dtype
        assert np.array_equal(found, values), name
    assert np.array_equal(likelihoods(stored), likelihoods(text))
    assert (stored.reads is None) == (text.reads is None)
    assert stored.reads is None or np.array_equal(stored.reads, text.reads)
    for name in ("region_first", "region_last", "n_records", "has_depth", "hg19_chrm"):
        assert np.array_equal(getattr(stored, name), getattr(text, name)), name
    if sites_only:
        assert stored.sites_only == text.sites_only


def likelihoods(scan):
    if scan.likelihoods is None:
        return np.full((*scan.reason.shape, 6), -1, np.int16)
    return scan.likelihoods


def group_of(store):
    """Return a store's group, to damage it."""
    return zarr.open_group(str(store), mode="a")
