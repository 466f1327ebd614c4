"""Inputs with nothing in them: an answer that says so, or a refusal with its code, never a bug."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pgx
from cli.support import COHORT
from pgx.errors import SampleNotFoundError, UsageError, VcfFormatError

OF_FILES = {
    "annotate": pgx.annotate,
    "call": pgx.call,
    "check": pgx.check,
    "cohort": lambda path: pgx.cohort(path, path.parent / "out"),
    "to_allel": pgx.to_allel,
    "to_xarray": pgx.to_xarray,
}


@pytest.fixture
def header():
    """The lines of the example that come before the first record."""
    lines = COHORT.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.startswith("#")]


@pytest.mark.parametrize("name", OF_FILES)
def test_a_file_without_content_is_refused(name, tmp_path):
    path = tmp_path / "empty.vcf"
    path.touch()
    with pytest.raises(VcfFormatError, match="the file is empty"):
        OF_FILES[name](path)
    assert [p.name for p in tmp_path.iterdir()] == ["empty.vcf"]


@pytest.mark.parametrize("name", OF_FILES)
def test_a_file_without_samples_is_refused(name, header, tmp_path):
    path = tmp_path / "sites.vcf"
    columns = "\t".join(header[-1].split("\t")[:8])
    path.write_text("".join(header[:-1]) + columns + "\n", encoding="utf-8")
    with pytest.raises(SampleNotFoundError, match="the file has no samples"):
        OF_FILES[name](path)
    assert [p.name for p in tmp_path.iterdir()] == ["sites.vcf"]


def test_a_file_without_records_leaves_every_gene_open(header, tmp_path):
    path = tmp_path / "header.vcf"
    path.write_text("".join(header), encoding="utf-8")
    results = pgx.annotate(path)
    assert [r.sample for r in results] == ["EXAMPLE_1", "EXAMPLE_2", "EXAMPLE_3"]
    calls = pgx.call(path)
    assert calls.height == len(results) * len(pgx.KnowledgeBase().genes)
    assert set(calls["status"]) == {"not_assessed"}
    assert calls["diplotype"].null_count() == calls.height
    assert not any(gene.answered for gene in pgx.check(path).genes)
    outcome = pgx.cohort(path, tmp_path / "out")
    assert not outcome.refused
    assert_frame_equal(pl.read_parquet(tmp_path / "out" / "calls.parquet"), calls)
    pytest.importorskip("xarray")
    assert (pgx.to_xarray(path)["call_genotype"].values == -1).all()
    assert (pgx.to_allel(path).genotypes.values == -1).all()


def test_no_paths_no_alleles_and_no_diplotypes_are_wrong_usage(tmp_path):
    for function in (pgx.annotate, pgx.call, pgx.check, lambda p: pgx.cohort(p, tmp_path / "out")):
        with pytest.raises(UsageError, match="paths are one path or several"):
            function([])
    with pytest.raises(UsageError, match="diplotypes are given by gene"):
        pgx.simulate({})
    with pytest.raises(UsageError, match="an allele is a name"):
        pgx.phenotype("CYP2C19", ())
    assert not (tmp_path / "out").exists()


def test_no_results_are_frames_without_rows():
    pytest.importorskip("pandas")
    frames = pgx.to_pandas([])
    assert list(frames.calls.columns) == pgx.call(COHORT, genes="CYP2C19").columns
    assert list(frames.recommendations.columns) == pgx.recommend([]).columns
    assert frames.calls.empty
    assert frames.recommendations.empty
